//! The contract of each trait.

use std::sync::Arc;

use bartizan_ledger::{Audit, Board, Ledger, Overlay};
use bartizan_ledger_sqlite::{LedgerSettings, SqliteBoard, SqliteLedger};
use tempfile::TempDir;

fn make_ledger() -> (Arc<dyn Ledger>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap()), folder)
}

/// With a cache that holds next to nothing, so that entries are evicted all the time.
fn make_forgetful_ledger() -> (Arc<dyn Ledger>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = LedgerSettings { head_bytes_max: 64 << 10 };
    (Arc::new(SqliteLedger::open_with(folder.path().join("ledger.sqlite"), settings).unwrap()), folder)
}

fn make_overlay() -> (Arc<dyn Ledger>, TempDir) {
    let (base, folder) = make_ledger();
    (Arc::new(Overlay::new(base)), folder)
}

fn make_board() -> (Arc<dyn Board>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(SqliteBoard::open(folder.path().join("board.sqlite")).unwrap()), folder)
}

fn make_audit() -> (Arc<dyn Audit>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(SqliteBoard::open(folder.path().join("board.sqlite")).unwrap()), folder)
}

mod ledger {
    bartizan_ledger::ledger_contract!(super::make_ledger);
}
mod forgetful_ledger {
    bartizan_ledger::ledger_contract!(super::make_forgetful_ledger);
}
mod overlay {
    bartizan_ledger::ledger_contract!(super::make_overlay);
}
mod board {
    bartizan_ledger::board_contract!(super::make_board);
}
mod audit {
    bartizan_ledger::audit_contract!(super::make_audit);
}
