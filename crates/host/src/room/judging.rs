//! Judging hosts by the baseline that each of them follows.

use std::sync::{Arc, PoisonError};

use bartizan_ledger::StoreError;
use bartizan_policy::Cx;

use super::{Facts, HostRoom, blocking};
use crate::baseline::stored::{self, Found};
use crate::baseline::{self};
use crate::engine::{self, Decision, HostView, Judge, Outcomes, Plan, Report};
use crate::observe::Inventory;
use crate::product::{self, Product};
use crate::scan::{self, Counts, Package, Scan};
use crate::tags::{self, ResourceType};
use crate::{group, node};

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
        let id = group::effective(cx, product.operating_system, Some(&patch_group)).await?;
        let found = stored::find(cx, &id).await?;
        let baseline =
            found.ok_or_else(|| StoreError::Damaged(format!("the baseline `{id}` is followed and absent")))?;
        Ok(Some(Followed { patch_group, two_groups: tags.has_two_patch_groups(), baseline, product }))
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
        let (facts, inventory, now) = (self.facts(&cx.realm), Arc::clone(inventory), cx.now);
        let report = blocking(move || facts.report(&plan, &inventory, now, missing_max)).await?;
        Ok(report.map(|mut report| {
            if followed.two_groups {
                report.blind.push("the tags `PatchGroup` and `Patch Group` differ, and `PatchGroup` counts".to_owned());
            }
            Judged { followed, report }
        }))
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
        let decisions = blocking(move || {
            let fleet = facts.fleet.read().unwrap_or_else(PoisonError::into_inner);
            let group = fleet.group_of(&inventory.instance)?;
            let host = HostView { product: group.product(), now };
            Some(engine::explain(&plan, host, group.catalogue(), &inventory, &Outcomes::default(), &name))
        })
        .await?;
        Ok(decisions.map(|decisions| (followed, decisions)))
    }

    /// Judges all hosts of the realm again, by what their baselines say now. Returns how many there are.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scan_all(&self, cx: &Cx) -> Result<usize, StoreError> {
        let mut scanned = 0;
        for node in node::all(cx).await? {
            scanned += usize::from(self.scan(cx, &node.instance).await?);
        }
        Ok(scanned)
    }

    /// Judges a host again. False if it has not reported yet, or cannot be judged.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn scan(&self, cx: &Cx, instance: &str) -> Result<bool, StoreError> {
        match self.inventory(cx, instance).await? {
            Some(inventory) => self.scan_one(cx, &Arc::new(inventory)).await,
            None => Ok(false),
        }
    }

    pub(super) async fn scan_one(&self, cx: &Cx, inventory: &Arc<Inventory>) -> Result<bool, StoreError> {
        let Some(judged) = self.judge(cx, inventory, 0).await? else { return Ok(false) };
        let Judged { followed, report } = judged;
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
        Ok(true)
    }
}

impl Facts {
    /// `None` for a host that is in no fleet.
    fn report(
        &self,
        plan: &Plan,
        inventory: &Inventory,
        now: bartizan_wire::Timestamp,
        missing_max: usize,
    ) -> Option<Report> {
        let fleet = self.fleet.read().unwrap_or_else(PoisonError::into_inner);
        let group = fleet.group_of(&inventory.instance)?;
        let table = group.table(plan, now);
        let judge = Judge { plan, table: &table, product: group.product(), now };
        Some(engine::report(judge, group.catalogue(), inventory, &Outcomes::default(), missing_max))
    }
}

/// The plan of a baseline; `None` for one of an operating system whose hosts are not judged.
pub(crate) fn compiled(found: &Found) -> Result<Option<Plan>, StoreError> {
    baseline::compile(&found.document)
        .map_err(|violations| StoreError::Damaged(format!("the baseline `{}`: {}", found.id, violations.render())))
}
