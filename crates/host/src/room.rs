//! The host room's facts.

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};

/// What operations of this room work on beside documents.
#[derive(Debug, Default)]
pub struct HostRoom {}

#[async_trait::async_trait]
impl Foresee for HostRoom {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}
