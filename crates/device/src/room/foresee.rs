//! What a change of policy would do to the devices.

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};

use super::DeviceRoom;

#[async_trait]
impl Foresee for DeviceRoom {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight { summary: vec!["no device is judged by what this changes".to_owned()], ..Foresight::default() })
    }
}
