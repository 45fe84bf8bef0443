//! Judging hosts by the baseline that each of them follows.

use std::sync::{Arc, PoisonError};

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, aside};
use bartizan_wire::Timestamp;

use super::{Facts, HostRoom};
use crate::baseline::stored::{self, Found};
use crate::baseline::{self};
use crate::engine::{self, Decision, HostView, Judge, Outcomes, Plan, Report};
use crate::observe::Inventory;
use crate::product::{self, Product};
use crate::scan::{self, Counts, Package, Scan};
use crate::tags::{self, ResourceType};
use crate::{group, node};

/// Hosts that are judged together: so many inventories are in memory at once.
pub(super) const BATCH: usize = 64;
/// How often the baseline that a host follows is looked for.
const FOLLOW_TRIES: usize = 3;

/// The baseline that a host follows, and how it came to it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The group that its tags put it into; empty without.
    pub patch_group: String,
    /// Its tags name two groups; the one of `PatchGroup` counts.
    pub two_groups: bool,
    /// The baseline.
    pub baseline: Found,
    /// What the host is.
    pub product: Product,
}

/// A judgment of a host.
#[derive(Debug, Clone)]
pub struct Judged {
    /// By which baseline.
    pub followed: Followed,
    /// With which result.
    pub report: Report,
}

impl HostRoom {
    /// The baseline that a host follows: its group's, or else the default. `None` for a host that Patch Manager has no
    /// name for.
    ///
    /// # Errors
    /// When the store fails, or a registered baseline is not there.
    pub async fn followed(&self, cx: &Cx, inventory: &Inventory) -> Result<Option<Followed>, StoreError> {
        let Some(product) = product::derive(&inventory.facts) else { return Ok(None) };
        let tags = tags::of(cx, ResourceType::ManagedInstance, &inventory.instance).await?;
        let patch_group = tags.patch_group().unwrap_or_default().to_owned();
        let two_groups = tags.has_two_patch_groups();
        let mut id = String::new();
        // A registration may end, and its baseline go, between the two readings; then there is another to follow.
        for _ in 0..FOLLOW_TRIES {
            id = group::effective(cx, product.operating_system, Some(&patch_group)).await?;
            if let Some(baseline) = stored::find(cx, &id).await? {
                return Ok(Some(Followed { patch_group, two_groups, baseline, product }));
            }
        }
        Err(StoreError::Damaged(format!("the baseline `{id}` is followed and absent")))
    }

    /// Judges a host by the baseline that it follows, and explains at most `missing_max` of what is missing. `None` if
    /// this program cannot judge hosts of its kind.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn judge(
        &self,
        cx: &Cx,
        inventory: &Arc<Inventory>,
        missing_max: usize,
    ) -> Result<Option<Judged>, StoreError> {
        let Some(followed) = self.followed(cx, inventory).await? else { return Ok(None) };
        let Some(plan) = compiled(&followed.baseline)? else { return Ok(None) };
        let job = Job { followed, plan, inventory: Arc::clone(inventory), missing_max };
        let (facts, now) = (self.facts(&cx.realm), cx.now);
        let judged = aside(move || facts.judge(vec![job], now)).await?;
        Ok(judged.into_iter().next().map(|(_, judged)| judged))
    }

    /// Why the packages of a name are in the state in which they are on a host, by the baseline that it follows.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn explain(
        &self,
        cx: &Cx,
        inventory: &Arc<Inventory>,
        name: &str,
    ) -> Result<Option<(Followed, Vec<Decision>)>, StoreError> {
        let Some(followed) = self.followed(cx, inventory).await? else { return Ok(None) };
        let Some(plan) = compiled(&followed.baseline)? else { return Ok(None) };
        let (facts, inventory, now) = (self.facts(&cx.realm), Arc::clone(inventory), cx.now);
        let name = name.to_owned();
        let decisions = aside(move || {
            let fleet = facts.fleet.read().unwrap_or_else(PoisonError::into_inner);
            let group = fleet.group_of(&inventory.instance)?;
            let host = HostView { product: group.product(), now };
            Some(engine::explain(&plan, host, group.catalogue(), &inventory, &Outcomes::default(), &name))
        })
        .await?;
        Ok(decisions.map(|decisions| (followed, decisions)))
    }

    /// Judges all hosts of the realm again, by what their baselines say now. Returns how many could be judged.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scan_all(&self, cx: &Cx) -> Result<usize, StoreError> {
        let nodes = node::all(cx).await?;
        let instances: Vec<String> = nodes.into_iter().map(|node| node.instance).collect();
        self.scan(cx, &instances).await
    }

    /// Judges hosts again. Those that have not reported, or cannot be judged, are passed over; returns how many were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scan(&self, cx: &Cx, instances: &[String]) -> Result<usize, StoreError> {
        let mut scanned = 0;
        for batch in instances.chunks(BATCH) {
            let mut inventories = Vec::with_capacity(batch.len());
            for instance in batch {
                inventories.extend(self.inventory(cx, instance).await?.map(Arc::new));
            }
            scanned += self.scan_batch(cx, &inventories).await?;
        }
        Ok(scanned)
    }

    pub(super) async fn scan_batch(&self, cx: &Cx, inventories: &[Arc<Inventory>]) -> Result<usize, StoreError> {
        let mut jobs = Vec::with_capacity(inventories.len());
        for inventory in inventories {
            let Some(followed) = self.followed(cx, inventory).await? else { continue };
            let Some(plan) = compiled(&followed.baseline)? else { continue };
            jobs.push(Job { followed, plan, inventory: Arc::clone(inventory), missing_max: 0 });
        }
        let (facts, now) = (self.facts(&cx.realm), cx.now);
        let judged = aside(move || facts.judge(jobs, now)).await?;
        let count = judged.len();
        for (inventory, Judged { followed, report }) in judged {
            let result = Scan {
                instance: inventory.instance.clone(),
                patch_group: followed.patch_group,
                baseline_id: followed.baseline.id,
                baseline_revision: followed.baseline.entry.map(|entry| entry.revision.0),
                started_at: cx.now,
                ended_at: cx.now,
                captured_at: inventory.captured_at,
                counts: Counts::from(&report),
                severity: report.counters.severity,
                blind: report.blind,
            };
            let packages: Vec<Package> = report.items.into_iter().map(Package::from).collect();
            scan::post(cx, &result, &packages).await?;
        }
        Ok(count)
    }
}

/// One host to be judged.
struct Job {
    followed: Followed,
    plan: Plan,
    inventory: Arc<Inventory>,
    missing_max: usize,
}

impl Facts {
    /// Judges hosts. Those that share a baseline and what is offered share the table that is made from both.
    fn judge(&self, jobs: Vec<Job>, now: Timestamp) -> Vec<(Arc<Inventory>, Judged)> {
        let fleet = self.fleet.read().unwrap_or_else(PoisonError::into_inner);
        let mut judged = Vec::with_capacity(jobs.len());
        for Job { followed, plan, inventory, missing_max } in jobs {
            let Some(group) = fleet.group_of(&inventory.instance) else { continue };
            let table = self.tables.get(&followed.baseline, group, &plan, now);
            let judge = Judge { plan: &plan, table: &table, product: group.product(), now };
            let mut report = engine::report(judge, group.catalogue(), &inventory, &Outcomes::default(), missing_max);
            report.blind.extend(group.lacks(&inventory));
            if followed.two_groups {
                report.blind.push("the tags `PatchGroup` and `Patch Group` differ, and `PatchGroup` counts".to_owned());
            }
            judged.push((inventory, Judged { followed, report }));
        }
        judged
    }
}

/// The plan of a baseline; `None` for one of an operating system whose hosts are not judged.
pub(crate) fn compiled(found: &Found) -> Result<Option<Plan>, StoreError> {
    baseline::compile(&found.document)
        .map_err(|violations| StoreError::Damaged(format!("the baseline `{}`: {}", found.id, violations.render())))
}
