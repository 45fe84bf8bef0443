//! Operations on alerts that could not be delivered.

pub mod list_dead_letters;
pub mod retry_dead_letter;

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_wire::{Arn, ResourceName};

use crate::Bell;

/// What these operations work on.
#[derive(Debug, Default)]
pub struct Alerts {
    bell: Bell,
}

impl Alerts {
    /// `bell` wakes the delivery when something is to be tried again.
    #[must_use]
    pub fn new(bell: Bell) -> Self {
        Self { bell }
    }
}

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
