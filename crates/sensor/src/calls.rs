//! Where a sensor's calls go.

use serde::Deserialize;

pub(crate) const ENROL: &str = "/v1/sensor/enrol";
pub(crate) const POLL: &str = "/v1/sensor/poll";
pub(crate) const HOST: &str = "/v1/sensor/host";
pub(crate) const SCAN: &str = "/v1/sensor/scan";
pub(crate) const JOB: &str = "/v1/sensor/job";
pub(crate) const EVENTS: &str = "/v1/sensor/events";

/// An answer without content.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}
