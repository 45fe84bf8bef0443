//! [`WebRoom`]: what operations of this room work on beside documents.

use std::sync::Arc;

use crate::traffic::{NoTraffic, Traffic};

/// The room's facts.
#[derive(Debug)]
pub struct WebRoom {
    traffic: Arc<dyn Traffic>,
}

impl Default for WebRoom {
    fn default() -> Self {
        Self::new(Arc::new(NoTraffic))
    }
}

impl WebRoom {
    /// With what is known of requests that passed.
    #[must_use]
    pub fn new(traffic: Arc<dyn Traffic>) -> Self {
        Self { traffic }
    }

    /// What is known of requests that passed.
    #[must_use]
    pub fn traffic(&self) -> &dyn Traffic {
        self.traffic.as_ref()
    }
}
