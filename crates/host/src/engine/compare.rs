//! Two plans on the same hosts: which packages change state, on how many hosts, and which hosts change from compliant to
//! non-compliant or back. The answer does not depend on how many threads look for it.

mod approvals;
mod changes;
mod hosts;

use serde::Serialize;

use bartizan_wire::Timestamp;

use super::cause::Cause;
use super::counters::Counters;
use super::fleet::{Fleet, Group, HostRow, Scope};
use super::plan::Plan;
use super::source::Level;
use super::state::State;

pub use approvals::{Approvals, StandingChange};

/// How many examples are kept of what changes.
#[derive(Debug, Clone, Copy)]
pub struct SampleLimits {
    /// Of packages whose state changes, those on most hosts first.
    pub changes: usize,
    /// Of hosts, those whose compliance changes first.
    pub hosts: usize,
    /// Of hosts for each package.
    pub hosts_per_change: usize,
    /// Of versions whose approval changes, those of installed packages first.
    pub approvals: usize,
}

impl Default for SampleLimits {
    fn default() -> Self {
        Self { changes: 50, hosts: 50, hosts_per_change: 5, approvals: 50 }
    }
}

/// What a change of plan does to a fleet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Comparison {
    /// Hosts looked at.
    pub hosts: u64,
    /// Of them, those with a package that changes state, level or security.
    pub hosts_changed: u64,
    /// Compliant before and not after.
    pub hosts_become_non_compliant: u64,
    /// Non-compliant before and compliant after.
    pub hosts_become_compliant: u64,
    /// Compliant before.
    pub hosts_compliant_before: u64,
    /// Compliant after.
    pub hosts_compliant_after: u64,
    /// Installed packages that could not be judged, on all hosts.
    pub unknown: u64,
    /// Packages times hosts that go from one state to another, by the two states.
    pub transitions: Vec<Transition>,
    /// Versions that gain or lose approval, whether or not installed anywhere.
    pub approvals: Approvals,
    /// How many different packages change.
    pub changes_total: u64,
    /// Examples: those on most hosts first, then by name.
    pub changes: Vec<Change>,
    /// Examples: those whose compliance changes first, then by instance.
    pub host_changes: Vec<HostChange>,
}

/// What is reported of a package on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PackageState {
    /// Its state.
    pub state: State,
    /// The organisation's level.
    pub level: Level,
    /// Reported as a security update.
    pub security: bool,
}

/// How often packages go from one state to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Before.
    pub from: PackageState,
    /// After.
    pub to: PackageState,
    /// Different packages.
    pub packages: u64,
    /// Packages times hosts.
    pub installs: u64,
}

/// An installed version whose state changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Binary package name.
    pub name: String,
    /// Its architecture, `all` included.
    pub architecture: String,
    /// The installed version.
    pub installed: String,
    /// On so many hosts.
    pub hosts: u64,
    /// Before.
    pub before: Shift,
    /// After.
    pub after: Shift,
    /// Some of the hosts.
    pub instances: Vec<String>,
}

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// What is reported.
    #[serde(flatten)]
    pub reported: PackageState,
    /// The version that is reported.
    pub version: String,
    /// What decided.
    pub because: Cause,
}

/// A host with packages that change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostChange {
    /// The managed node.
    pub instance: String,
    /// Its counters before.
    pub before: Counters,
    /// Its counters after.
    pub after: Counters,
}

/// Compares two plans on the hosts of a scope that are of the family of both. `now` is for date rules, `threads` at least one.
#[must_use]
pub fn compare(
    fleet: &Fleet,
    scope: Scope<'_>,
    plans: (&Plan, &Plan),
    now: Timestamp,
    limits: SampleLimits,
    threads: usize,
) -> Comparison {
    let mut comparison = Comparison::default();
    let mut sampled = hosts::Sampled::new(limits.hosts);
    let mut changes = changes::Changes::default();
    let mut approvals = approvals::Differences::default();
    let plain = |group: &&Group| group.family() == plans.0.family && group.family() == plans.1.family;
    let groups: Vec<Side<'_>> = fleet.groups().filter(plain).map(|group| (group, group.within(&scope))).collect();
    for side in groups.iter().filter(|(_, hosts)| !hosts.is_empty()) {
        let (group, hosts) = side;
        let (before, after) = (group.table(plans.0, now), group.table(plans.1, now));
        let tables = (&before, &after);
        hosts::compare(hosts, tables, threads).add_to(&mut comparison, &mut sampled);
        let installs = changes.look(side, tables);
        approvals.look(group, &installs, tables);
    }
    comparison.host_changes = sampled.into_sorted();
    comparison.approvals = approvals.finish(limits.approvals, plans.1, now);
    changes.finish(limits, plans, now, &mut comparison);
    comparison
}

/// The hosts of a group that are looked at, by instance.
type Side<'a> = (&'a Group, Vec<(&'a str, &'a HostRow)>);
