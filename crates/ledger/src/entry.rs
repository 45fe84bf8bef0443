//! Entries, and the changes that make them.

use std::sync::Arc;

use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Key;

/// The stored text of a document: JSON, shared and immutable.
pub type Text = Arc<str>;

/// Counts the entries of one key: 1, 2, 3.. without gaps (L1), retirements included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

/// Counts the entries of the whole ledger in commit order, without gaps (L4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// The opaque token that stands for one entry towards clients whose protocol has one: a UUID in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LockToken(pub String);

/// Who committed an entry, when, why and after which preview (L3: exactly one for each entry).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The principal's name, such as `root` or `agent/mi-...`.
    pub principal: String,
    /// When the commit was asked for.
    pub at: Timestamp,
    /// The request that carried it.
    pub request: String,
    /// The operation, such as `ssm:UpdatePatchBaseline`.
    pub action: String,
    /// What the caller gave as a reason, if anything.
    pub reason: Option<String>,
    /// The preview of exactly this change that came before it, if there was one.
    pub preview: Option<String>,
}

/// One committed revision, which is the audit record of its change as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which document.
    pub key: Key,
    /// Which of its revisions.
    pub revision: Revision,
    /// Its place in the whole ledger.
    pub seq: Seq,
    /// Opaque name of this revision.
    pub token: LockToken,
    /// Format marker of `body`, upgraded on reading.
    pub format: u16,
    /// The document; `None` says that it was retired.
    pub body: Option<Text>,
    /// Who, when, why.
    pub stamp: Stamp,
}

impl Entry {
    /// The revision as conditions see it: `None` once the document is retired.
    #[must_use]
    pub fn live(&self) -> Option<Revision> {
        self.body.is_some().then_some(self.revision)
    }
}

/// What must be true of a key for a batch to be committed. A retired document counts as absent,
/// and `Exactly` its revision never holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// No live document.
    Absent,
    /// The live document is at this revision.
    Exactly(Revision),
    /// Nothing.
    Any,
}

impl Expect {
    /// Whether the condition holds for a document whose live revision is `live`.
    #[must_use]
    pub fn holds(self, live: Option<Revision>) -> bool {
        match self {
            Self::Absent => live.is_none(),
            Self::Exactly(revision) => live == Some(revision),
            Self::Any => true,
        }
    }
}

/// One document's next revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which document.
    pub key: Key,
    /// Compared with the state before the batch.
    pub expect: Expect,
    /// Format marker of `body`.
    pub format: u16,
    /// The next document; `None` retires it.
    pub body: Option<Text>,
    /// Who, when, why.
    pub stamp: Stamp,
}

/// A condition on a document that the batch does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Which document.
    pub key: Key,
    /// What must hold.
    pub expect: Expect,
}

/// Changes that are committed together or not at all, under conditions. A key is changed at most once in a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Conditions on keys that stay as they are.
    pub guards: Vec<Guard>,
    /// In the order in which they get their `seq`.
    pub changes: Vec<Change>,
}

impl Batch {
    /// What is wrong with the batch whatever the ledger holds, if anything.
    #[must_use]
    pub fn malformed(&self) -> Option<&'static str> {
        if self.changes.is_empty() {
            return Some("it has no changes");
        }
        let mut keys: Vec<&Key> = self.changes.iter().map(|change| &change.key).collect();
        keys.sort_unstable();
        let twice = keys.iter().zip(keys.iter().skip(1)).any(|(one, next)| one == next);
        twice.then_some("it changes a key twice")
    }

    /// Every condition in the order in which they are tried: guards, then changes.
    pub fn conditions(&self) -> impl Iterator<Item = (&Key, Expect)> {
        let guards = self.guards.iter().map(|guard| (&guard.key, guard.expect));
        guards.chain(self.changes.iter().map(|change| (&change.key, change.expect)))
    }
}
