//! What a change of policy would do to the hosts.

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};

use crate::room::HostRoom;

#[async_trait::async_trait]
impl Foresee for HostRoom {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}
