//! The stores in memory and the overlay, against the contract.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod listed;
mod overlay;

mod memory {
    use std::sync::Arc;

    use bartizan_ledger::{Audit, Board, Ledger, MemoryAudit, MemoryBoard, MemoryLedger};

    fn make_ledger() -> (Arc<dyn Ledger>, ()) {
        (Arc::new(MemoryLedger::new()), ())
    }

    fn make_board() -> (Arc<dyn Board>, ()) {
        (Arc::new(MemoryBoard::new()), ())
    }

    fn make_audit() -> (Arc<dyn Audit>, ()) {
        (Arc::new(MemoryAudit::new()), ())
    }

    mod ledger {
        bartizan_ledger::ledger_contract!(super::make_ledger);
    }
    mod board {
        bartizan_ledger::board_contract!(super::make_board);
    }
    mod audit {
        bartizan_ledger::audit_contract!(super::make_audit);
    }
}
