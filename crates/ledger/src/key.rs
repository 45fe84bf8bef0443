//! Names of documents, and how lists of them are asked for.

use bartizan_wire::Realm;
use serde::{Deserialize, Serialize};

use crate::{Revision, StoreError};

/// Names one document for ever: a realm, a kind and a name that is unique within the kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Where it lives.
    pub realm: Realm,
    /// Such as `host/patch-baseline`; stored, never renamed.
    pub kind: String,
    /// Unique within realm and kind.
    pub name: String,
}

/// What a list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The current entry of every live (not retired) document of one kind whose name starts with `prefix`, by name.
    Heads {
        /// Where.
        realm: Realm,
        /// Which kind.
        kind: String,
        /// Empty for all.
        prefix: String,
    },
    /// All entries of one document, oldest first, retirements included.
    History(Key),
}

/// A window on a list: names (heads) or revisions (history) strictly after `after`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The last name seen, or the last revision seen in decimal; `None` starts at the beginning.
    pub after: Option<String>,
    /// At most this many; backends cap it at [`Page::LIMIT_MAX`].
    pub limit: u16,
}

impl Page {
    /// Entries a backend returns in one call at most.
    pub const LIMIT_MAX: u16 = 1000;

    /// How many entries a backend returns for this page at most.
    #[must_use]
    pub fn capped(&self) -> u16 {
        self.limit.min(Self::LIMIT_MAX)
    }

    /// `after` as a revision, for a page of a history; `Revision(0)` at the beginning.
    ///
    /// # Errors
    /// `after` is not a decimal number.
    pub fn after_revision(&self) -> Result<Revision, StoreError> {
        let Some(after) = &self.after else { return Ok(Revision(0)) };
        after.parse().map(Revision).map_err(|_| {
            StoreError::Failed(format!("a page of a history starts after a revision in decimal, not after `{after}`"))
        })
    }
}
