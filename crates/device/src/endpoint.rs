//! [`Endpoint`]: where devices connect.

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::Cx;
use bartizan_policy::preview::{Foresee, Foresight};

/// What devices are told to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or address without a port: clients add the port of their protocol.
    pub host: String,
}

impl Default for Endpoint {
    /// This machine.
    fn default() -> Self {
        Self { host: "localhost".to_owned() }
    }
}

#[async_trait]
impl Foresee for Endpoint {
    /// Nothing is written, so nothing follows.
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}
