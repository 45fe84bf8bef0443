//! What a change of policy would do to the hosts: both worlds are asked which baseline each host follows, and hosts whose
//! baseline is another one, or says something else, are judged under both.

mod findings;
mod following;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Blind, Evidence, Foresee, Foresight};
use bartizan_policy::{Cx, Kind, aside};
use bartizan_wire::Timestamp;

use crate::activation::ManagedInstances;
use crate::baseline::PatchBaselines;
use crate::baseline::stored::Found;
use crate::engine::{Comparison, Plan, SampleLimits, Scope, compare};
use crate::group::{DefaultBaselines, PatchGroups};
use crate::node::{self, Node};
use crate::room::{HostRoom, compiled};
use crate::tags::Tagged;
use findings::Compared;
use following::Following;

/// Kinds that decide by what hosts are judged.
const DECISIVE: [&str; 5] =
    [PatchBaselines::NAME, PatchGroups::NAME, DefaultBaselines::NAME, Tagged::NAME, ManagedInstances::NAME];
/// Threads that compare: enough for two hosts' worth of cores, and no more than a small machine has.
const THREADS: usize = 2;

/// Hosts that go from one baseline to another, or from one revision of a baseline to the next.
#[derive(Debug)]
struct Affected {
    before: Found,
    after: Found,
    instances: BTreeSet<String>,
}

#[async_trait::async_trait]
impl Foresee for HostRoom {
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        if !changed.iter().any(|entry| DECISIVE.contains(&entry.key.kind.as_str())) {
            return Ok(Foresight {
                summary: vec!["no host is judged by what this changes".to_owned()],
                ..Foresight::default()
            });
        }
        let nodes = node::all(before).await?;
        let affected = affected(before, after, &nodes).await?;
        let mut evidence = evidence(&nodes, &affected, before.now);
        evidence.blind.extend(self.lacking(before, &nodes, &affected));
        let mut compared = Vec::with_capacity(affected.len());
        for one in affected {
            let hosts = one.instances.len();
            let comparison = match (compiled(&one.before)?, compiled(&one.after)?) {
                (Some(from), Some(to)) => Some(self.compare(before, one.instances.clone(), from, to).await?),
                _ => None,
            };
            let judged = comparison.as_ref().map_or(0, |comparison| comparison.hosts);
            evidence.judged += judged;
            let unjudged = u64::try_from(hosts).unwrap_or(u64::MAX).saturating_sub(judged);
            if unjudged > 0 {
                evidence.blind.push(Blind {
                    why: "hosts that have not reported yet, or whose packages are not installed by apt".to_owned(),
                    count: unjudged,
                });
            }
            if let Some(comparison) = &comparison
                && comparison.unknown > 0
            {
                evidence.blind.push(Blind {
                    why: "installed packages whose version cannot be read".to_owned(),
                    count: comparison.unknown,
                });
            }
            compared.push(Compared { before: one.before, after: one.after, instances: one.instances, comparison });
        }
        let names = nodes.into_iter().map(|node| (node.instance, node.facts.hostname)).collect();
        let forgotten: Vec<String> = changed
            .iter()
            .filter(|entry| entry.key.kind == ManagedInstances::NAME && entry.body.is_none())
            .map(|entry| entry.key.name.clone())
            .collect();
        Ok(findings::foresight(&compared, &names, &forgotten, evidence))
    }
}

impl HostRoom {
    /// Hosts that are judged without some of the indices that they refer to.
    fn lacking(&self, cx: &Cx, nodes: &[Node], affected: &[Affected]) -> Option<Blind> {
        let facts = self.facts(&cx.realm);
        let fleet = facts.fleet.read().unwrap_or_else(PoisonError::into_inner);
        let lacks = |node: &&Node| {
            let group = fleet.group_of(&node.instance);
            group.is_some_and(|group| node.indices.iter().any(|digest| !group.has_index(digest)))
        };
        let judged = |node: &&Node| affected.iter().any(|one| one.instances.contains(&node.instance));
        let count = nodes.iter().filter(judged).filter(lacks).count();
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let why = "hosts of which a package index has not been received yet".to_owned();
        (count > 0).then_some(Blind { why, count })
    }

    async fn compare(
        &self,
        cx: &Cx,
        instances: BTreeSet<String>,
        from: Plan,
        to: Plan,
    ) -> Result<Comparison, StoreError> {
        let (facts, now) = (self.facts(&cx.realm), cx.now);
        aside(move || {
            let fleet = facts.fleet.read().unwrap_or_else(PoisonError::into_inner);
            compare(&fleet, Scope::Only(&instances), (&from, &to), now, SampleLimits::default(), THREADS)
        })
        .await
    }
}

/// The hosts whose judgment may change, by the baselines before and after.
async fn affected(before: &Cx, after: &Cx, nodes: &[Node]) -> Result<Vec<Affected>, StoreError> {
    let (mut then, mut now) = (Following::read(before).await?, Following::read(after).await?);
    let mut pairs: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for node in nodes {
        if let (Some(from), Some(to)) = (then.baseline_of(node), now.baseline_of(node)) {
            pairs.entry((from, to)).or_default().insert(node.instance.clone());
        }
    }
    let mut found = Vec::new();
    for ((from, to), instances) in pairs {
        let (Some(from), Some(to)) = (then.find(before, &from).await?, now.find(after, &to).await?) else { continue };
        if from.id != to.id || from.document != to.document {
            found.push(Affected { before: from, after: to, instances });
        }
    }
    Ok(found)
}

/// How old what is judged is, and what is not known of it.
fn evidence(nodes: &[Node], affected: &[Affected], now: Timestamp) -> Evidence {
    let judged = |node: &&Node| affected.iter().any(|one| one.instances.contains(&node.instance));
    let captured = || nodes.iter().filter(judged).filter_map(|node| node.captured_at);
    let stale = nodes.iter().filter(judged).filter(|node| {
        node.refreshed_at
            .is_some_and(|refreshed| refreshed.plus_days(crate::api::summarise_host::STALE_AFTER_DAYS) < now)
    });
    let stale = u64::try_from(stale.count()).unwrap_or(u64::MAX);
    let mut evidence = Evidence { oldest: captured().min(), newest: captured().max(), ..Evidence::default() };
    if stale > 0 {
        evidence
            .blind
            .push(Blind { why: "hosts whose package indices are older than a week".to_owned(), count: stale });
    }
    evidence
}
