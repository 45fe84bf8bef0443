//! The installed versions whose state changes.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;

use super::super::cause::Cause;
use super::super::code::Code;
use super::super::decision::decide;
use super::super::plan::Plan;
use super::super::table::Table;
use super::super::view::{HostView, Marks};
use super::{Change, Comparison, PackageState, SampleLimits, Shift, Side, Transition};
use crate::catalogue::VersionId;

/// Changes of all groups so far. The same package may change in several of them.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    found: BTreeMap<What<'a>, Found<'a>>,
}

/// What changes: the package, the version, and the two states.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct What<'a> {
    name: &'a str,
    architecture: &'a str,
    installed: &'a str,
    from: PackageState,
    to: PackageState,
}

#[derive(Debug, Default)]
struct Found<'a> {
    hosts: u64,
    sites: Vec<(&'a Side<'a>, VersionId, Marks)>,
}

impl<'a> Changes<'a> {
    /// Looks at the hosts of one group; returns on how many of them each version is installed.
    pub(super) fn look(&mut self, side: &'a Side<'a>, tables: (&Table, &Table)) -> Vec<u32> {
        let (group, hosts) = side;
        let catalogue = group.catalogue();
        let mut installs = vec![0_u32; catalogue.versions() as usize];
        let mut marked: BTreeMap<(VersionId, MarkOrder), u64> = BTreeMap::new();
        for (_, host) in hosts {
            for id in host.ids() {
                if let Some(count) = installs.get_mut(id.0 as usize) {
                    *count += 1;
                }
            }
            for (id, marks) in host.marks() {
                *marked.entry((*id, (marks.pending_reboot, marks.failed))).or_default() += 1;
            }
        }
        let unmarked = installs.iter().enumerate().filter_map(|(at, count)| {
            let id = VersionId(u32::try_from(at).ok()?);
            let other: u64 = marked.range((id, (false, false))..=(id, (true, true))).map(|(_, count)| count).sum();
            let left = u64::from(*count).saturating_sub(other);
            (left > 0).then_some(((id, (false, false)), left))
        });
        for ((id, order), count) in unmarked.chain(marked.iter().map(|(what, count)| (*what, *count))) {
            let marks = Marks { held: false, pending_reboot: order.0, failed: order.1 };
            let (was, is) = (tables.0.code(id).marked(marks).here(), tables.1.code(id).marked(marks).here());
            if was == is {
                continue;
            }
            let (Some(from), Some(to)) = (PackageState::of(was), PackageState::of(is)) else { continue };
            let (Some(slot), Some(version)) = (catalogue.slot_of(id), catalogue.version(id)) else { continue };
            let (architecture, installed) = (version.architecture, version.version);
            let what = What { name: catalogue.label(slot).0, architecture, installed, from, to };
            let found = self.found.entry(what).or_default();
            found.hosts += count;
            found.sites.push((side, id, marks));
        }
        installs
    }

    /// Counts the transitions, and fills in the examples.
    pub(super) fn finish(
        self,
        limits: SampleLimits,
        plans: (&Plan, &Plan),
        now: Timestamp,
        comparison: &mut Comparison,
    ) {
        let mut transitions: BTreeMap<(PackageState, PackageState), (u64, u64)> = BTreeMap::new();
        for (what, found) in &self.found {
            let (packages, installs) = transitions.entry((what.from, what.to)).or_default();
            *packages += 1;
            *installs += found.hosts;
        }
        comparison.transitions = transitions
            .into_iter()
            .map(|((from, to), (packages, installs))| Transition { from, to, packages, installs })
            .collect();
        comparison.changes_total = self.found.len() as u64;
        let mut all: Vec<(What<'_>, Found<'_>)> = self.found.into_iter().collect();
        // Stable, so that equals stay in the order of their names.
        all.sort_by_key(|(_, found)| std::cmp::Reverse(found.hosts));
        let examples = all.into_iter().take(limits.changes);
        comparison.changes = examples
            .map(|(what, found)| Change {
                name: what.name.to_owned(),
                architecture: what.architecture.to_owned(),
                installed: what.installed.to_owned(),
                hosts: found.hosts,
                before: found.shift(what.from, plans.0, now),
                after: found.shift(what.to, plans.1, now),
                instances: found.instances(limits.hosts_per_change),
            })
            .collect();
    }
}

impl Found<'_> {
    /// One side of the change, as the first group has it. What no index offers may differ in what the hosts say of it,
    /// and its numbers depend on who came first; so the first by priority and section speaks.
    fn shift(&self, reported: PackageState, plan: &Plan, now: Timestamp) -> Shift {
        let first = self.sites.iter().min_by_key(|((group, _), id, marks)| {
            let version = group.catalogue().version(*id);
            (version.map(|version| (version.priority, version.section)), marks.pending_reboot, marks.failed)
        });
        let decision = first.and_then(|((group, _), id, marks)| {
            let package = group.catalogue().package(group.catalogue().slot_of(*id)?, Some(*id));
            Some(decide(plan, &HostView { product: group.product(), now }, &package.view(*marks)))
        });
        match decision {
            Some(decision) => {
                Shift { reported, version: decision.version.unwrap_or_default(), because: decision.decided_by }
            }
            None => Shift { reported, version: String::new(), because: Cause::Unknown },
        }
    }

    /// The first hosts by instance.
    fn instances(&self, limit: usize) -> Vec<String> {
        let mut found: Vec<&str> = Vec::new();
        for ((_, hosts), id, marks) in &self.sites {
            let having = hosts.iter().filter(|(_, host)| host.has(*id) && host.marks_of(*id) == *marks);
            found.extend(having.take(limit).map(|(instance, _)| *instance));
        }
        found.sort_unstable();
        found.into_iter().take(limit).map(str::to_owned).collect()
    }
}

/// Waiting for a reboot, and failed.
type MarkOrder = (bool, bool);

impl PackageState {
    fn of(code: Code) -> Option<Self> {
        let state = code.state()?;
        Some(Self { state, level: code.level(), security: code.is_security() && !state.is_blank() })
    }
}
