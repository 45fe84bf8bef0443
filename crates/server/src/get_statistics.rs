//! `GET /v1/server/statistics`: what the stores have done since the start. Read by the benchmark.

use std::sync::Weak;

use async_trait::async_trait;
use bartizan_device::room::DeviceRoom;
use bartizan_device::room::statistics::Statistics;
use bartizan_ledger::{Entry, StoreError};
use bartizan_ledger_sqlite::SqliteLedger;
use bartizan_operation::{Binding, ErrorBody, Fault, Method, Operation, ServiceError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape, Violations};
use serde::Serialize;

/// Counts since the start.
#[derive(Debug)]
pub(crate) struct GetStatistics;

/// Takes nothing.
#[derive(Debug, Shape)]
#[shape(name = "GetStatisticsRequest")]
pub(crate) struct Input {}

/// The counts.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetStatisticsResponse")]
pub(crate) struct Output {
    /// Commits of documents that were acknowledged.
    pub(crate) commits: i64,
    /// Transactions, each with one flush of the disk, that carried them.
    pub(crate) flushes: i64,
    /// The most commits that one flush carried.
    pub(crate) largest_group: i64,
    /// Commits whose expectation did not hold.
    pub(crate) conflicts: i64,
    /// Commits that failed because the store did.
    pub(crate) failures: i64,
    /// What devices told.
    pub(crate) device: DeviceCounts,
}

/// What devices told since the start, and what there is now.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeviceStatistics")]
pub(crate) struct DeviceCounts {
    /// Reports that came.
    pub(crate) reports: i64,
    /// Reports that were taken in.
    pub(crate) accepted: i64,
    /// Reports that came twice and were acknowledged again.
    pub(crate) repeated: i64,
    /// Reports that came too soon.
    pub(crate) throttled: i64,
    /// Reports that could not be read.
    pub(crate) malformed: i64,
    /// Observations that were judged.
    pub(crate) judged: i64,
    /// Datapoints that could not be judged.
    pub(crate) blind: i64,
    /// Alarms that began.
    pub(crate) alarms: i64,
    /// Alarms that were cleared or invalidated.
    pub(crate) ended: i64,
    /// Alarms that hold.
    pub(crate) active: i64,
    /// Observations that wait for their judgment.
    pub(crate) backlog: i64,
    /// The most observations that one flush of the disk carried.
    pub(crate) largest_batch: i64,
    /// Flushes of the disk that carried observations.
    pub(crate) flushes: i64,
    /// Broker events of devices beyond what one window holds.
    pub(crate) unseen: i64,
}

impl From<Statistics> for DeviceCounts {
    fn from(of: Statistics) -> Self {
        Self {
            reports: count(of.reports),
            accepted: count(of.accepted),
            repeated: count(of.repeated),
            throttled: count(of.throttled),
            malformed: count(of.malformed),
            judged: count(of.judged),
            blind: count(of.blind),
            alarms: count(of.alarms),
            ended: count(of.ended),
            active: count(of.active),
            backlog: count(of.backlog),
            largest_batch: count(of.largest_batch),
            flushes: count(of.flushes),
            unseen: count(of.unseen),
        }
    }
}

fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The request does not hold.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.render())]
pub(crate) struct StatisticsError(Violations);

impl ServiceError for StatisticsError {
    fn body(&self) -> ErrorBody {
        ErrorBody {
            code: "ValidationException".to_owned(),
            message: self.to_string(),
            message_member: "message",
            status: 400,
            fault: Fault::Client,
            members: serde_json::Map::new(),
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self(violations)
    }
}

/// What is counted.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) ledger: Weak<SqliteLedger>,
    pub(crate) device: Weak<DeviceRoom>,
}

#[async_trait]
impl Foresee for Counted {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}

impl Operation for GetStatistics {
    const NAME: &'static str = "GetStatistics";
    const ACTION: &'static str = "bartizan:GetStatistics";
    const BINDING: Binding =
        Binding::Native { method: Method::Get, path: "/v1/server/statistics", body_bytes_max: 0, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = StatisticsError;
    type Room = Counted;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("bartizan", &cx.realm, "server/statistics").into()
    }

    async fn call(room: &Counted, cx: &Cx, _permit: Permit, _input: Checked<Input>) -> Result<Output, StatisticsError> {
        let statistics = room.ledger.upgrade().map(|ledger| ledger.statistics()).unwrap_or_default();
        let device = room.device.upgrade().map(|device| device.statistics(&cx.realm)).unwrap_or_default();
        Ok(Output {
            commits: count(statistics.commits),
            flushes: count(statistics.groups),
            largest_group: count(statistics.largest_group),
            conflicts: count(statistics.refused),
            failures: count(statistics.failed),
            device: device.into(),
        })
    }
}
