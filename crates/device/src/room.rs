//! The device room's facts: what devices report and what the broker notices of them, judged by the security profiles that
//! cover them. No clock, no runtime and no network: time is told, and stores are traits.

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};

pub mod filter;
pub mod notice;
pub mod record;
pub mod settings;
pub mod throttle;
pub mod window;

use settings::Settings;

use crate::roster::Roster;

/// What operations of this room work on beside documents.
#[derive(Debug, Default)]
pub struct DeviceRoom {
    settings: Settings,
    roster: Roster,
}

impl DeviceRoom {
    /// A room in which nothing is known yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, roster: Roster::default() }
    }

    /// What an operator has set.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Who is registered, and which thing is in which group.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }
}

#[async_trait]
impl Foresee for DeviceRoom {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight { summary: vec!["no device is judged by what this changes".to_owned()], ..Foresight::default() })
    }
}
