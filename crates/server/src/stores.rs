//! The stores of one data folder.

use std::sync::Arc;

use bartizan_ledger::StoreError;
use bartizan_ledger_sqlite::{SqliteBoard, SqliteLedger};
use bartizan_tape::{FileSeries, FileTape};

use crate::data_folder::DataFolder;

/// Open stores. Documents, machine-rate states and recordings are in files of their own, so that none slows another.
#[derive(Debug, Clone)]
pub(crate) struct Stores {
    pub(crate) ledger: Arc<SqliteLedger>,
    pub(crate) board: Arc<SqliteBoard>,
    pub(crate) tape: Arc<FileTape>,
    pub(crate) series: Arc<FileSeries>,
}

impl Stores {
    /// Opens them; a crash at any moment needs no repair by hand.
    pub(crate) fn open(folder: &DataFolder) -> Result<Self, StoreError> {
        Ok(Self {
            ledger: Arc::new(SqliteLedger::open(folder.join("ledger.sqlite"))?),
            board: Arc::new(SqliteBoard::open(folder.join("board.sqlite"))?),
            tape: Arc::new(FileTape::open(folder.join("tape"))?),
            series: Arc::new(FileSeries::open(folder.join("tape"))?),
        })
    }
}
