//! A realm in memory, in which operations are called as the protocol calls them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_host::room::HostRoom;
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
        format!("{:0digits$x}", self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Whoever is named root may do anything; others nothing.
#[derive(Debug)]
struct RootOnly;

impl Authorizer for RootOnly {
    fn decide(&self, principal: &Principal, _action: &str, _resource: &ResourceName) -> Result<(), String> {
        if principal.name == "root" || principal.name.starts_with("agent/") {
            Ok(())
        } else {
            Err("not root".to_owned())
        }
    }
}

/// One realm and its room.
pub(crate) struct World {
    pub(crate) room: Arc<HostRoom>,
    pub(crate) cx: Cx,
    table: Table,
}

impl World {
    pub(crate) fn new() -> Self {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        let cx = Cx {
            principal: Principal { name: "root".to_owned(), realm: realm.clone() },
            realm,
            now: Timestamp(NOW),
            request: "request-1".to_owned(),
            reason: None,
            expect: None,
            ledger: Arc::new(MemoryLedger::new()),
            board: Arc::new(MemoryBoard::new()),
            audit: Arc::new(MemoryAudit::new()),
            tape: Arc::new(MemoryTape::new()),
            series: Arc::new(MemorySeries::new()),
            turns: Arc::new(Turns::default()),
            mint: Arc::new(Counter::default()),
            previewing: false,
        };
        Self::of(cx)
    }

    fn of(cx: Cx) -> Self {
        let room = Arc::new(HostRoom::default());
        let table = Table::build(bartizan_host::operations(&room)).unwrap();
        Self { room, cx, table }
    }

    /// The same stores, and a room that has forgotten everything.
    pub(crate) fn restarted(&self) -> Self {
        Self::of(self.cx.clone())
    }

    /// Calls an operation with its input, as this principal at this time.
    pub(crate) async fn ask(&self, cx: &Cx, action: &str, input: &Value) -> Result<Answer, Refusal> {
        let operation = self.table.by_action(action).unwrap_or_else(|| panic!("no operation {action}"));
        let json = Json::parse(input.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
        operation.invoke(cx.clone(), json, Arc::new(RootOnly)).await
    }

    /// The answer of an operation of SSM.
    pub(crate) async fn ssm(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.cx, &format!("ssm:{name}"), &input).await {
            Ok(answer) => serde_json::from_str(&answer.body).unwrap(),
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    /// Code and message of the error of an operation of SSM.
    pub(crate) async fn ssm_error(&self, name: &str, input: Value) -> (String, String) {
        match self.ask(&self.cx, &format!("ssm:{name}"), &input).await {
            Err(Refusal::Service(body)) => (body.code, body.message),
            other => panic!("{name} {input}: {other:?}"),
        }
    }
}
