//! `GET /v1/host/summary/{InstanceId}`: a host at a glance, judged now.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{BODY_BYTES_MAX, node_resource};
use crate::errors::HostError;
use crate::observe::Inventory;
use crate::room::HostRoom;
use crate::spelling;

/// Summarises a host: what is missing first, and why.
#[derive(Debug)]
pub struct SummariseHost;

/// Which host.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "SummariseHostRequest")]
pub struct Input {
    /// The managed node.
    #[shape(length = 1..=128)]
    pub instance_id: String,
    /// How much of what is missing is listed; 10 if absent.
    #[shape(range = 0..=1000)]
    pub missing: Option<i32>,
}

/// The host at a glance.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "SummariseHostResponse")]
pub struct Output {
    /// The managed node.
    pub instance_id: String,
    /// What it calls itself.
    pub computer_name: String,
    /// `Debian GNU/Linux 12 (bookworm)`.
    pub platform: String,
    /// As in `PRODUCT` filters.
    pub product: String,
    /// By which baseline it is judged.
    pub baseline_id: String,
    /// Its name.
    pub baseline_name: String,
    /// The group that led to the baseline; empty where it is the default.
    pub patch_group: String,
    /// Nothing is missing, failed, rejected or waiting for a reboot.
    pub compliant: bool,
    /// Installed packages.
    pub packages: i64,
    /// Packages by state.
    pub states: BTreeMap<String, i64>,
    /// Packages that are not compliant, by the organisation's level.
    pub levels: BTreeMap<String, i64>,
    /// Packages that are missing, by the vendor's severity.
    pub severities: BTreeMap<String, i64>,
    /// Of what is missing, the gravest first, with what approves it.
    pub missing: Json,
    /// When the inventory was captured.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub captured_at: Timestamp,
    /// When the newest of the host's package indices was fetched.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<Timestamp>,
    /// What makes the answer less than certain: stale metadata, indices that are still to come, packages that could not
    /// be judged.
    pub blind: Vec<String>,
}

const MISSING_DEFAULT: usize = 10;
/// Package metadata older than this is called stale.
pub(crate) const STALE_AFTER_DAYS: i64 = 7;

impl Operation for SummariseHost {
    const NAME: &'static str = "SummariseHost";
    const ACTION: &'static str = "bartizan:SummariseHost";
    const BINDING: Binding = Binding::Native {
        method: Method::Get,
        path: "/v1/host/summary/{InstanceId}",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        node_resource(cx, &input.instance_id)
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let instance = &input.instance_id;
        let inventory = room.inventory(cx, instance).await?;
        let inventory = Arc::new(inventory.ok_or_else(|| HostError::InvalidInstanceId(instance.clone()))?);
        let listed = input.missing.and_then(|count| usize::try_from(count).ok()).unwrap_or(MISSING_DEFAULT);
        let judged = room.judge(cx, &inventory, listed).await?.ok_or_else(|| {
            HostError::UnsupportedOperatingSystem(format!(
                "hosts of `{}` are not judged; only those whose packages are installed by apt are",
                inventory.facts.os_id
            ))
        })?;
        let (followed, report) = (judged.followed, judged.report);
        let mut blind = report.blind;
        blind.extend(stale(&inventory, cx.now));
        Ok(Output {
            instance_id: instance.clone(),
            computer_name: inventory.facts.hostname.clone(),
            platform: inventory.facts.pretty_name.clone(),
            product: followed.product.name,
            baseline_id: followed.baseline.id,
            baseline_name: followed.baseline.document.name,
            patch_group: followed.patch_group,
            compliant: report.counters.is_compliant(),
            packages: i64::try_from(inventory.installed.len()).unwrap_or(i64::MAX),
            states: report.states.iter().map(|(state, count)| (state.as_str().to_owned(), i64::from(*count))).collect(),
            levels: report.levels.iter().map(|(level, count)| (level.as_str().to_owned(), i64::from(*count))).collect(),
            severities: report.severities.into_iter().map(|(name, count)| (name, i64::from(count))).collect(),
            missing: spelling::missing(&report.missing)?,
            captured_at: inventory.captured_at,
            refreshed_at: inventory.refreshed_at,
            blind,
        })
    }
}

/// What is too old to be relied on.
fn stale(inventory: &Inventory, now: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    match inventory.refreshed_at {
        Some(refreshed) if refreshed.plus_days(STALE_AFTER_DAYS) < now => found.push(format!(
            "the package indices were last fetched at {refreshed}: run `apt-get update` on the host to know what is new"
        )),
        None => found.push("the host has no package indices: run `apt-get update` on it".to_owned()),
        Some(_) => {}
    }
    for index in &inventory.indices {
        if let Some(until) = index.origin.valid_until.filter(|until| *until < now) {
            found.push(format!(
                "the index of {}/{} was valid until {until}",
                index.origin.archive, index.origin.component
            ));
        }
    }
    found
}
