//! The versions whose approval changes, installed or not.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::super::cause::Cause;
use super::super::decision::decide;
use super::super::fleet::Group;
use super::super::plan::Plan;
use super::super::table::{Standing, Table};
use super::super::view::{HostView, Marks, PackageView};
use crate::catalogue::VersionId;

/// Versions that gain or lose approval.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Approvals {
    /// Approved after and not before.
    pub approved: u64,
    /// Approved before and not after.
    pub unapproved: u64,
    /// Rejected after and not before; those that were approved before are among the unapproved too.
    pub rejected: u64,
    /// Rejected before and not after.
    pub no_longer_rejected: u64,
    /// Examples: versions of packages on most hosts first, then by name.
    pub samples: Vec<StandingChange>,
}

/// A version whose standing changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StandingChange {
    /// Binary package name.
    pub name: String,
    /// Its architecture.
    pub architecture: String,
    /// The version.
    pub version: String,
    /// Hosts that have some version of the package.
    pub hosts: u64,
    /// Before.
    pub before: Standing,
    /// After.
    pub after: Standing,
    /// What decides after.
    pub because: Cause,
}

/// Differences of all groups so far.
#[derive(Debug, Default)]
pub(super) struct Differences<'a> {
    found: BTreeMap<(&'a str, &'a str, &'a str, Standing, Standing), Difference<'a>>,
}

#[derive(Debug)]
struct Difference<'a> {
    hosts: u64,
    group: &'a Group,
    id: VersionId,
}

impl<'a> Differences<'a> {
    /// `installs`: on how many of the hosts each version of the group is installed.
    pub(super) fn look(&mut self, group: &'a Group, installs: &[u32], tables: (&Table, &Table)) {
        let catalogue = group.catalogue();
        for id in (0..catalogue.offered()).map(VersionId) {
            let (Some(before), Some(after)) = (tables.0.standing(id), tables.1.standing(id)) else { continue };
            if before == after {
                continue;
            }
            let (Some(slot), Some(version)) = (catalogue.slot_of(id), catalogue.version(id)) else { continue };
            let having = catalogue.offers(slot).chain(catalogue.strays(slot));
            let hosts = having.filter_map(|id| installs.get(id.0 as usize)).map(|count| u64::from(*count)).sum::<u64>();
            let what = (catalogue.label(slot).0, version.architecture, version.version, before, after);
            let difference = self.found.entry(what).or_insert(Difference { hosts: 0, group, id });
            difference.hosts += hosts;
        }
    }

    pub(super) fn finish(self, limit: usize, plan: &Plan, now: Timestamp) -> Approvals {
        let mut approvals = Approvals::default();
        for (_, _, _, before, after) in self.found.keys() {
            approvals.approved += u64::from(*after == Standing::Approved);
            approvals.unapproved += u64::from(*before == Standing::Approved);
            approvals.rejected += u64::from(*after == Standing::Rejected);
            approvals.no_longer_rejected += u64::from(*before == Standing::Rejected);
        }
        let mut all: Vec<_> = self.found.into_iter().collect();
        all.sort_by_key(|(_, difference)| std::cmp::Reverse(difference.hosts));
        approvals.samples = all
            .into_iter()
            .take(limit)
            .map(|((name, architecture, version, before, after), difference)| StandingChange {
                name: name.to_owned(),
                architecture: architecture.to_owned(),
                version: version.to_owned(),
                hosts: difference.hosts,
                before,
                after,
                because: difference.because(name, plan, now),
            })
            .collect();
        approvals
    }
}

impl Difference<'_> {
    /// What decides about this version by itself.
    fn because(&self, name: &str, plan: &Plan, now: Timestamp) -> Cause {
        let Some(version) = self.group.catalogue().version(self.id) else { return Cause::Unknown };
        let package = PackageView { name, versions: &[version], installed: None, marks: Marks::default() };
        decide(plan, &HostView { product: self.group.product(), now }, &package).decided_by
    }
}
