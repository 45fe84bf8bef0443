//! Operations on alerts that could not be delivered.

pub mod list_dead_letters;
pub mod retry_dead_letter;

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_wire::{Arn, ResourceName};

/// What these operations work on: the board alone, which the context has.
#[derive(Debug, Default)]
pub struct Alerts;

#[async_trait]
impl Foresee for Alerts {
    /// No document is changed here.
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}

/// What authorization is asked about.
fn dead_letter(cx: &Cx, id: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, &format!("dead-letter/{id}")).into()
}
