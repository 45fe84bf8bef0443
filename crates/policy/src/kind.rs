//! [`Kind`]: what a room says about one kind of document.

use bartizan_ledger::{Entry, Key};
use bartizan_wire::{Checked, Realm, Shape, Violations};
use serde::Serialize;

/// Documents that a document refers to, resolved before it is compiled.
#[derive(Debug, Default)]
pub struct References {
    /// Current entries, in the order in which they were resolved.
    pub entries: Vec<Entry>,
}

/// One kind of stored document.
pub trait Kind: 'static {
    /// Such as `host/patch-baseline`; stored, never renamed.
    const NAME: &'static str;
    /// The format that this program writes; older ones are upgraded by [`Kind::upgrade`].
    const FORMAT: u16 = 1;
    /// The document as stored.
    type Document: Shape + Serialize + Clone + PartialEq + Send + Sync + 'static;
    /// The document compiled for evaluation; `()` where nothing is evaluated.
    type Plan: Send + Sync + 'static;

    /// The documents that this one refers to. They must be live when it is committed.
    fn refers_to(_document: &Self::Document, _realm: &Realm) -> Vec<Key> {
        Vec::new()
    }

    /// Rules between members, and between a document and the one that it replaces.
    fn review(_next: &Self::Document, _prior: Option<&Self::Document>, _out: &mut Violations) {}

    /// What no other live document of the kind may have, such as a name that people choose; `None` if nothing is so.
    fn unique(_document: &Self::Document) -> Option<&str> {
        None
    }

    /// Makes the plan. A document that cannot be compiled is never stored.
    fn compile(document: &Checked<Self::Document>, references: &References) -> Result<Self::Plan, Violations>;

    /// Rewrites a stored body of an older format as the current one, before it is decoded.
    fn upgrade(_format: u16, body: bartizan_wire::Json) -> bartizan_wire::Json {
        body
    }
}
