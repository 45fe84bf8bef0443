//! A small world: one kind of document, one caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_ledger::Key;
use bartizan_ledger::memory::{MemoryAudit, MemoryBoard, MemoryLedger};
use bartizan_policy::kind::References;
use bartizan_policy::{
    Authorizer, Contended, Cx, Kind, LifecycleError, MemorySeries, MemoryTape, Mint, Permit, Principal,
};
use bartizan_wire::{Checked, Path, Realm, ResourceName, Shape, Timestamp, Violations};
use serde::Serialize;

#[derive(Debug)]
pub(crate) struct Note;

#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "Note")]
pub(crate) struct NoteDocument {
    #[shape(length = 1..=40)]
    pub(crate) text: String,
    pub(crate) count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<String>,
}

pub(crate) fn note(text: &str) -> NoteDocument {
    NoteDocument { text: text.to_owned(), count: 0, about: None }
}

impl Kind for Note {
    const NAME: &'static str = "test/note";
    type Document = NoteDocument;
    type Plan = ();

    fn refers_to(document: &NoteDocument, realm: &Realm) -> Vec<Key> {
        let name = document.about.clone();
        name.map(|name| Key { realm: realm.clone(), kind: Self::NAME.to_owned(), name }).into_iter().collect()
    }

    fn review(next: &NoteDocument, prior: Option<&NoteDocument>, out: &mut Violations) {
        if prior.is_some_and(|prior| prior.count > next.count) {
            out.review(&Path::default(), "the count never goes down");
        }
    }

    fn compile(_document: &Checked<NoteDocument>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct Everything;

impl Authorizer for Everything {
    fn decide(&self, principal: &Principal, _action: &str, _resource: &ResourceName) -> Result<(), String> {
        if principal.name == "root" { Ok(()) } else { Err("only root may".to_owned()) }
    }
}

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Mint for Counter {
    fn hex(&self, digits: usize) -> String {
        format!("{:0digits$x}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

pub(crate) fn cx() -> Cx {
    let realm = Realm::new("123456789012", "us-east-1").unwrap();
    Cx {
        realm: realm.clone(),
        principal: Principal { name: "root".to_owned(), realm },
        now: Timestamp(1_000),
        request: "request-1".to_owned(),
        reason: Some("a test".to_owned()),
        expect: None,
        ledger: Arc::new(MemoryLedger::default()),
        board: Arc::new(MemoryBoard::default()),
        audit: Arc::new(MemoryAudit::default()),
        tape: Arc::new(MemoryTape::new()),
        series: Arc::new(MemorySeries::new()),
        turns: Arc::default(),
        mint: Arc::new(Counter::default()),
        previewing: false,
    }
}

pub(crate) fn permit(cx: &Cx) -> Permit {
    Permit::decide(&Everything, &cx.principal, "test:Write", ResourceName::any(), &[Note::NAME]).unwrap()
}

/// An operation's own error, as a room has it.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) LifecycleError);

impl From<LifecycleError> for Failed {
    fn from(error: LifecycleError) -> Self {
        Self(error)
    }
}

impl Contended for Failed {
    fn is_conflict(&self) -> bool {
        self.0.is_conflict()
    }
}
