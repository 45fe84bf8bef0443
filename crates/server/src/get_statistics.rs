//! `GET /v1/server/statistics`: what the stores have done since the start. Read by the benchmark.

use std::sync::Weak;

use async_trait::async_trait;
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
pub(crate) struct Counted(pub(crate) Weak<SqliteLedger>);

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

    async fn call(
        room: &Counted,
        _cx: &Cx,
        _permit: Permit,
        _input: Checked<Input>,
    ) -> Result<Output, StatisticsError> {
        let statistics = room.0.upgrade().map(|ledger| ledger.statistics()).unwrap_or_default();
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        Ok(Output {
            commits: count(statistics.commits),
            flushes: count(statistics.groups),
            largest_group: count(statistics.largest_group),
            conflicts: count(statistics.refused),
            failures: count(statistics.failed),
        })
    }
}
