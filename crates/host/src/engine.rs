//! The engine of the host room: judges the packages of a host by a patch baseline, and says why.
//!
//! Pure (rule R2): no I/O, no clock, no randomness. The semantics are those of Patch Manager for apt families; sections
//! in comments refer to the project's notes on it. The pieces, in the order in which they are used:
//! a [`Source`] is compiled to a [`Plan`]; [`decide`] judges one package and keeps the trace.

mod cause;
mod day;
mod decision;
mod pattern;
mod plan;
mod source;
mod state;
mod trace;
mod view;
mod weigh;

pub use cause::Cause;
pub use day::Day;
pub use decision::{
    Answer, Candidate, CandidateReading, DateRecord, Decision, FailedFilter, RuleAnswer, SecurityReason, decide,
};
pub use pattern::Pattern;
pub use plan::{CompileError, Plan};
pub use source::{Dating, Family, Filter, FilterKey, Level, RejectedAction, Rule, Source};
pub use state::State;
pub use trace::{Stage, Step};
pub use view::{HostView, Marks, PackageView, VersionView};
