//! The engine of the container room: what a sensor profile makes its sensors do, and what a change of it would.
//!
//! Pure (rule R2): no I/O, no clock, no randomness. A [`Source`] is compiled to a [`Plan`]. [`next_scan`] says when an image
//! is scanned next, or why never, by its [`Exclusions`], its [`Week`] of inactive windows and the [`Schedule`]s of registries;
//! [`freshness`] whether it was scanned in time; [`Images::shown`] where a container's findings come from; [`IgnoreList`]
//! which events are dropped. [`preview`] asks all of them under two plans.

mod exclusion;
mod facts;
mod freshness;
mod ignore;
mod plan;
mod policy;
mod preview;
mod propagation;
mod registry;
mod schedule;
mod window;

pub use exclusion::{Exclusions, Name, PATTERN_CHARACTERS_MAX, PATTERNS_MAX, PatternError, Reference, Verdict, Whole};
pub use facts::{Container, Events, Image, Sensor, Vulnerability, World};
pub use freshness::{Coverage, Freshness, GRACE_MS, Late, SILENT_AFTER_MS, coverage, freshness};
pub use ignore::{IgnoreList, Program, RULES_MAX};
pub use plan::{Duty, Plan, PlanError, Source};
pub use policy::ScanningPolicy;
pub use preview::{ByPattern, Comparison, EventsShift, Shift, Unjudged, Unseen, preview};
pub use propagation::{Images, Shown, Unshown};
pub use registry::{Cadence, Choice, INTERVAL_DAYS_MAX, Schedule};
pub use schedule::{LOAD_HOURS, Load, Never, Next, next_scan};
pub use window::{DAY_MINUTES, Hours, Stretch, WEEK_MINUTES, Week, Window, WindowError, minute_of_week};
