//! What is observed of devices: datapoints of one thing at one time.

use std::sync::Arc;

use bartizan_wire::Timestamp;

use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::metric::{self, Measure};

/// What was measured: a metric, for some topics or for all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Measured {
    /// Built-in or custom, such as `aws:all-bytes-out`.
    pub metric: Arc<str>,
    /// The dimension's name and how it selects; `None` for all topics.
    pub dimension: Option<(Arc<str>, DimensionValueOperator)>,
}

/// One value of one thing at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Datapoint {
    /// What was measured.
    pub measured: Measured,
    /// The value.
    pub value: MetricValue,
}

/// What the engine is told, in the order in which it became durable. The time of an observation never comes from a
/// device's clock: it is that of receipt, or the end of a closed window.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// A device's report, judged at once.
    Report {
        /// Of which thing.
        thing: Arc<str>,
        /// When it was received.
        at: Timestamp,
        /// What it says.
        datapoints: Vec<Datapoint>,
    },
    /// What the broker measured of one thing in a window of five minutes.
    Window {
        /// Of which thing.
        thing: Arc<str>,
        /// The window's end, a multiple of [`PERIOD_SECONDS`](crate::metric::PERIOD_SECONDS).
        at: Timestamp,
        /// What was measured.
        datapoints: Vec<Datapoint>,
    },
    /// A multiple of five minutes has passed: everything of the window that ends there has been told. Fleet
    /// percentiles and models are judged now, and alarms that nothing was heard of for long are invalidated.
    Tick {
        /// The end of the window.
        at: Timestamp,
    },
}

impl Observation {
    /// Leaves out what a report counts since the last one: of the first report nobody knows since when.
    pub fn forget_deltas(&mut self) {
        let Self::Report { datapoints, .. } = self else { return };
        datapoints.retain(|point| {
            metric::built_in(&point.measured.metric).is_none_or(|metric| metric.measure != Measure::Counter)
        });
    }
}
