//! The ledger, the board and the audit trail of one node, in SQLite files.
//!
//! One writer thread commits whatever is waiting as one transaction, and so with one flush of the disk; readers have
//! connections of their own, and the latest entries are kept in memory. The folder's lock is the caller's business:
//! two processes must not open the same files.

mod board;
mod cache;
mod fault;
mod file;
mod ledger;
mod readers;
mod statistics;
mod writer;

pub use board::{BoardSettings, SqliteBoard};
pub use ledger::{LedgerSettings, SqliteLedger};
pub use statistics::Statistics;
