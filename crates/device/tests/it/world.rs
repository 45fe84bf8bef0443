//! A realm in memory, in which operations are called as the protocol calls them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_device::room::DeviceRoom;
use bartizan_device::room::settings::Settings;
use bartizan_ledger::memory::{MemoryAudit, MemoryBoard, MemoryLedger};
use bartizan_operation::{Answer, Refusal, Table};
use bartizan_policy::{Authorizer, Cx, MemorySeries, MemoryTape, Mint, Principal, Turns};
use bartizan_wire::{Json, Realm, ResourceName, Timestamp};
use serde_json::Value;

/// 2026-11-24T00:00:00Z.
pub(crate) const NOW: i64 = 1_795_478_400_000;

/// Identifiers in order.
#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Mint for Counter {
    fn hex(&self, digits: usize) -> String {
        let number = format!("{:0digits$x}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        number.chars().rev().take(digits).collect::<String>().chars().rev().collect()
    }
}

/// Whoever is named root may do anything; others nothing.
#[derive(Debug)]
pub(crate) struct RootOnly;

impl Authorizer for RootOnly {
    fn decide(&self, principal: &Principal, _action: &str, _resource: &ResourceName) -> Result<(), String> {
        if principal.name == "root" { Ok(()) } else { Err(format!("{} may not", principal.name)) }
    }
}

/// A realm with its stores, and the operations on it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) room: Arc<DeviceRoom>,
    pub(crate) cx: Cx,
    table: Table,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    /// A room that an operator has set up otherwise.
    pub(crate) fn with(settings: Settings) -> Self {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        let cx = Cx {
            realm: realm.clone(),
            principal: Principal { name: "root".to_owned(), realm },
            now: Timestamp(NOW),
            request: "request-1".to_owned(),
            reason: None,
            expect: None,
            ledger: Arc::new(MemoryLedger::new()),
            board: Arc::new(MemoryBoard::new()),
            audit: Arc::new(MemoryAudit::new()),
            tape: Arc::new(MemoryTape::default()),
            series: Arc::new(MemorySeries::default()),
            turns: Arc::new(Turns::default()),
            mint: Arc::new(Counter::default()),
            previewing: false,
        };
        Self::of(cx, settings)
    }

    fn of(cx: Cx, settings: Settings) -> Self {
        let room = Arc::new(DeviceRoom::new(settings, 7));
        let table = Table::build(bartizan_device::api::operations(&room)).unwrap();
        Self { room, cx, table }
    }

    /// The same stores, and a room that has forgotten everything.
    pub(crate) fn restarted(&self) -> Self {
        Self::of(self.cx.clone(), self.room.settings())
    }

    /// Calls an operation with its input, as this principal at this time.
    pub(crate) async fn ask(&self, cx: &Cx, name: &str, input: &Value) -> Result<Answer, Refusal> {
        self.ask_action(cx, &format!("iot:{name}"), input).await
    }

    /// As [`ask`](Self::ask), by the action's whole name.
    pub(crate) async fn ask_action(&self, cx: &Cx, action: &str, input: &Value) -> Result<Answer, Refusal> {
        let operation = self.table.by_action(action).unwrap_or_else(|| panic!("no operation {action}"));
        let json = Json::parse(input.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
        operation.invoke(cx.clone(), json, Arc::new(RootOnly)).await
    }

    /// The answer of an operation.
    pub(crate) async fn iot(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.cx, name, &input).await {
            Ok(answer) => serde_json::from_str(&answer.body).unwrap(),
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    /// Code and message of the error of an operation.
    pub(crate) async fn iot_error(&self, name: &str, input: Value) -> (String, String) {
        match self.ask(&self.cx, name, &input).await {
            Err(Refusal::Service(body)) => (body.code, body.message),
            other => panic!("{name} {input}: {other:?}"),
        }
    }

    /// The code of the error of an operation.
    pub(crate) async fn iot_code(&self, name: &str, input: Value) -> String {
        self.iot_error(name, input).await.0
    }
}
