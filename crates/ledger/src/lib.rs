//! Where documents are kept: a versioned, append-only ledger; the board of latest states; the audit trail.
//!
//! Every backend passes the contract suite in `contract` and is compared with the in-memory reference in [`memory`].

pub mod audit;
pub mod board;
pub mod entry;
pub mod key;
pub mod ledger;
pub mod memory;
pub mod overlay;
pub mod token;

#[cfg(feature = "contract")]
pub mod contract;

pub use audit::{Audit, AuditLine, AuditQuery};
pub use board::{Board, Posting, Write};
pub use entry::{Batch, Change, Entry, Expect, Guard, LockToken, Revision, Seq, Stamp, Text};
pub use key::{Key, Page, Scope};
pub use ledger::{CommitError, Ledger, StoreError};
pub use memory::{MemoryAudit, MemoryBoard, MemoryLedger};
pub use overlay::Overlay;
