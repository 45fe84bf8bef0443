//! The engine: a fold over what is observed, which says when a thing's behavior begins and ends to be abnormal.
//!
//! It knows no clock, no store and no randomness: the same observations in the same order give the same findings, ids
//! included. The reference for its rules is [IoT Device Defender developer guide, "Detect"]; where that is silent, the
//! decisions stand in the documentation of the module that takes them:
//!
//! - [`Engine`]: when a datapoint is judged, and what it does to an alarm;
//! - `window`: what `durationSeconds` sums;
//! - `fleet`: percentiles of the fleet;
//! - `model`: what stands in for the vendor's machine learning.

mod address;
mod alarm;
mod compare;
mod criterion;
mod finding;
mod fleet;
mod fold;
mod group;
mod model;
mod plan;
mod reconcile;
mod replan;
mod replay;
mod rings;
mod settle;
mod snapshot;
mod tally;
mod things;
mod window;

pub use address::{Network, Networks};
pub use compare::{Comparison, compare};
pub use finding::{Finding, Verdict, ViolationId};
pub use fold::{Active, Engine};
pub use model::{DATAPOINTS_MIN, HOUR_POINTS_MIN, LEARNING_DAYS, ModelStatus, Training};
pub use plan::{NamedProfile, Plan};
pub use reconcile::Told;
pub use replay::{Holding, Replay};
pub use snapshot::Damaged;
pub use tally::{Source, Tallies, Tally, tally};

/// Which profiles hold for a thing.
pub trait Coverage {
    /// Indices into [`Plan::profiles`], each once, in any order. A thing is asked about when it is first seen and when
    /// coverage changes; the engine remembers the answer.
    fn covering(&self, thing: &str) -> Vec<u16>;
}

/// Why something was not judged: what [`Sink::blind`](bartizan_policy::Sink::blind) is told.
pub mod blind {
    /// A datapoint that is not newer than the last of its thing and metric.
    pub const LATE: &str = "a datapoint came late or twice";
    /// A datapoint without the member that its metric's values have.
    pub const MISFIT: &str = "a value of another type than the metric's";
    /// An element that is no address.
    pub const ADDRESS: &str = "an element that is no address";
    /// A window in which fewer than two things reported.
    pub const ALONE: &str = "a percentile of fewer than two things";
    /// A custom metric that once was negative has no percentiles.
    pub const NEGATIVE: &str = "a percentile of a metric that has been negative";
    /// A model that is not trained yet, or has expired.
    pub const UNTRAINED: &str = "a model that is not trained";
}
