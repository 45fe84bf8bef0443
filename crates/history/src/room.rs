//! What these operations work on: the kinds that can be restored, the table of all operations, and the rooms that
//! foresee what a rollback would do.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_operation::Table;
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Authorizer, Cx};

use crate::Restorable;

/// The facts behind the operations of this crate.
#[derive(Debug)]
pub struct History {
    pub(crate) restorable: Vec<Restorable>,
    pub(crate) authorizer: Arc<dyn Authorizer>,
    table: OnceLock<Arc<Table>>,
}

impl History {
    /// `restorable` are the kinds that may be rolled back; `authorizer` is asked about operations that are previewed.
    #[must_use]
    pub fn new(restorable: Vec<Restorable>, authorizer: Arc<dyn Authorizer>) -> Self {
        Self { restorable, authorizer, table: OnceLock::new() }
    }

    /// Hands in the finished table, which contains the operations of this crate as well. Only the first call counts.
    pub fn complete(&self, table: Arc<Table>) {
        let _kept_the_first = self.table.set(table);
    }

    pub(crate) fn table(&self) -> Option<&Arc<Table>> {
        self.table.get()
    }
}

#[async_trait]
impl Foresee for History {
    /// A rollback is foreseen by the room whose kind it restores.
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        for kind in &self.restorable {
            if changed.iter().any(|entry| entry.key.kind == kind.name()) {
                return kind.room().foresee(before, after, changed).await;
            }
        }
        Ok(Foresight::default())
    }
}
