//! The engine of the host room: judges the packages of a host by a patch baseline, and says why.
//!
//! Pure (rule R2): no I/O, no clock, no randomness. The semantics are those of Patch Manager for apt families; sections
//! in comments refer to the project's notes on it. The pieces, in the order in which they are used:
//! a [`Source`] is compiled to a [`Plan`]; [`decide`] judges one package and keeps the trace; a [`Table`] holds the
//! verdicts of a plan on a whole catalogue, by which [`judge`] counts a host of a [`Fleet`] and [`compare`] says what
//! would change from one plan to another. [`report`] lists one host's packages, and [`explain`] answers why.

mod cause;
mod code;
mod compare;
mod counters;
mod day;
mod decision;
mod dependency;
mod explain;
mod fleet;
mod outcomes;
mod pattern;
mod plan;
mod report;
mod source;
mod state;
mod table;
mod trace;
mod view;
mod weigh;

pub use cause::Cause;
pub use compare::{
    Approvals, Change, Comparison, HostChange, PackageState, SampleLimits, Shift, StandingChange, Transition, compare,
};
pub use counters::Counters;
pub use day::Day;
pub use decision::{
    Answer, Candidate, CandidateReading, DateRecord, Decision, FailedFilter, RuleAnswer, SecurityReason, decide,
};
pub use dependency::{BROUGHT_MAX, Brought, Dependencies, Unsatisfied, walk};
pub use explain::explain;
pub use fleet::{Blind, Fleet, FleetError, Group, HostRow, Scope, judge};
pub use outcomes::Outcomes;
pub use pattern::Pattern;
pub use plan::{CompileError, Plan};
pub use report::{Item, Judge, MissingPackage, Report, report};
pub use source::{Dating, Family, Filter, FilterKey, Level, RejectedAction, Rule, Source};
pub use state::State;
pub use table::{Standing, Table};
pub use trace::{Stage, Step};
pub use view::{HostView, Marks, PackageView, VersionView};
pub use weigh::is_security;
