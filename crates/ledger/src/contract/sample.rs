//! What the cases write.

use std::sync::Arc;

use bartizan_wire::{Realm, Timestamp};

use crate::{Batch, Change, CommitError, Entry, Expect, Guard, Key, Ledger, Page, Revision, Scope, Stamp};

/// The kind that cases use.
pub const KIND: &str = "test/thing";

/// One of many realms.
pub fn realm(number: u64) -> Realm {
    Realm::new(format!("{number:012}"), "us-east-1").unwrap()
}

/// A key of the usual realm and kind.
pub fn key(name: &str) -> Key {
    Key { realm: realm(1), kind: KIND.to_owned(), name: name.to_owned() }
}

/// A stamp without the parts that may be missing.
pub fn stamp() -> Stamp {
    Stamp {
        principal: "root".to_owned(),
        at: Timestamp(1_700_000_000_123),
        request: "req-1".to_owned(),
        action: "test:Put".to_owned(),
        reason: None,
        preview: None,
    }
}

/// A change of a document to `body`.
pub fn put(name: &str, expect: Expect, body: &str) -> Change {
    Change { key: key(name), expect, format: 1, body: Some(Arc::from(body)), stamp: stamp() }
}

/// A change that retires a document.
pub fn retire(name: &str, expect: Expect) -> Change {
    Change { body: None, ..put(name, expect, "") }
}

/// A condition on a document of the usual realm and kind.
pub fn guard(name: &str, expect: Expect) -> Guard {
    Guard { key: key(name), expect }
}

/// A batch of changes without guards.
pub fn batch(changes: Vec<Change>) -> Batch {
    Batch { guards: Vec::new(), changes }
}

/// The condition that the live document is at a revision.
pub fn exactly(revision: u64) -> Expect {
    Expect::Exactly(Revision(revision))
}

/// Commits one change alone.
///
/// # Errors
/// As [`Ledger::commit`].
pub async fn commit(ledger: &dyn Ledger, change: Change) -> Result<Entry, CommitError> {
    let entries = ledger.commit(&batch(vec![change])).await?;
    assert_eq!(entries.len(), 1, "one change makes one entry");
    Ok(entries.into_iter().next().unwrap())
}

/// Commits one change alone, which must work.
pub async fn committed(ledger: &dyn Ledger, change: Change) -> Entry {
    commit(ledger, change).await.unwrap()
}

/// What a conflict says, or a panic if there was none.
pub fn conflict<T: std::fmt::Debug>(outcome: Result<T, CommitError>) -> (String, Option<u64>) {
    match outcome.unwrap_err() {
        CommitError::Conflict { key, actual } => (key.name, actual.map(|revision| revision.0)),
        other => {
            assert!(matches!(other, CommitError::Conflict { .. }), "not a conflict: {other}");
            (String::new(), None)
        }
    }
}

/// The scope of the usual realm and kind.
pub fn heads(prefix: &str) -> Scope {
    Scope::Heads { realm: realm(1), kind: KIND.to_owned(), prefix: prefix.to_owned() }
}

/// A page.
pub fn page(after: Option<&str>, limit: u16) -> Page {
    Page { after: after.map(str::to_owned), limit }
}

/// The names of entries.
pub fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.name.as_str()).collect()
}
