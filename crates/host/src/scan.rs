//! Scans: the judgment of a host by the baseline that it follows, kept until the next one. An edited baseline changes
//! nothing of it; the next scan does, as the vendor has it.

use bartizan_ledger::{Posting, StoreError, Write};
use bartizan_policy::Cx;
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::{Item, Level, Report, State};
use crate::node;
use bartizan_policy::packing::{pack, unpack};

/// The latest result of each node, without its packages.
pub const TOPIC: &str = "host/scan";
/// The packages of the latest result of each node.
pub const PACKAGES_TOPIC: &str = "host/scan-packages";

/// The result of a scan of one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The managed node.
    pub instance: String,
    /// The group that its tags put it into; empty without.
    pub patch_group: String,
    /// By which it was judged: the bare id of an own one, the ARN of a vendor's.
    pub baseline_id: String,
    /// The revision of an own one.
    pub baseline_revision: Option<u64>,
    /// When the judgment began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// When the inventory was captured on which it rests.
    pub captured_at: Timestamp,
    /// How many packages are in which state.
    pub counts: Counts,
    /// The highest level of what is not compliant; `None` for a compliant node.
    pub severity: Option<Level>,
    /// What could not be judged, in words.
    pub blind: Vec<String>,
}

/// The vendor's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// `InstalledCount`.
    pub installed: u32,
    /// `InstalledOtherCount`.
    pub installed_other: u32,
    /// `InstalledPendingRebootCount`.
    pub installed_pending_reboot: u32,
    /// `InstalledRejectedCount`.
    pub installed_rejected: u32,
    /// `MissingCount`.
    pub missing: u32,
    /// `FailedCount`.
    pub failed: u32,
    /// `NotApplicableCount`.
    pub not_applicable: u32,
    /// `CriticalNonCompliantCount`.
    pub critical_non_compliant: u32,
    /// `SecurityNonCompliantCount`.
    pub security_non_compliant: u32,
    /// `OtherNonCompliantCount`.
    pub other_non_compliant: u32,
}

/// One package of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// `name.arch:version` of the version that is reported.
    pub title: String,
    /// `name.arch`.
    pub id: String,
    /// `Security`, or nothing.
    pub classification: String,
    /// The vendor's severity; for apt families the priority.
    pub severity: String,
    /// Its state.
    pub state: State,
    /// When it was installed, where that is known.
    pub installed_at: Option<Timestamp>,
}

impl From<&Report> for Counts {
    fn from(report: &Report) -> Self {
        let counters = &report.counters;
        Self {
            installed: counters.installed,
            installed_other: counters.installed_other,
            installed_pending_reboot: counters.installed_pending_reboot,
            installed_rejected: counters.installed_rejected,
            missing: counters.missing,
            failed: counters.failed,
            not_applicable: counters.not_applicable,
            critical_non_compliant: counters.critical_non_compliant,
            security_non_compliant: counters.security_non_compliant,
            other_non_compliant: counters.other_non_compliant,
        }
    }
}

impl From<Item> for Package {
    fn from(item: Item) -> Self {
        Self {
            title: item.title,
            id: item.id,
            classification: item.classification.to_owned(),
            severity: item.severity,
            state: item.state,
            installed_at: item.installed_at,
        }
    }
}

/// Keeps the result of a scan in the place of the one before.
///
/// # Errors
/// When the store fails.
pub async fn post(cx: &Cx, scan: &Scan, packages: &[Package]) -> Result<(), StoreError> {
    let packages = Posting { subject: scan.instance.clone(), at: scan.ended_at, body: pack(&packages)? };
    let result = node::posting(&scan.instance, scan.ended_at, scan)?;
    // together, so that nobody sees the counts of one scan beside the packages of another
    cx.board.write(&cx.realm, vec![Write::post(PACKAGES_TOPIC, packages), Write::post(TOPIC, result)]).await
}

/// The latest result of a node, without its packages.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, instance: &str) -> Result<Option<Scan>, StoreError> {
    match cx.board.find(&cx.realm, TOPIC, instance).await? {
        Some(posting) => node::read(&posting).map(Some),
        None => Ok(None),
    }
}

/// The latest results of all nodes, by node.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<Scan>, StoreError> {
    node::list(cx, TOPIC).await
}

/// The packages of a node's latest result, by id; none before the first.
///
/// # Errors
/// When the store fails.
pub async fn packages(cx: &Cx, instance: &str) -> Result<Vec<Package>, StoreError> {
    match cx.board.find(&cx.realm, PACKAGES_TOPIC, instance).await? {
        Some(posting) => unpack(&posting.body),
        None => Ok(Vec::new()),
    }
}
