//! A realm in memory, in which operations are called as the protocol calls them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bartizan_ledger::memory::{MemoryAudit, MemoryBoard, MemoryLedger};
use bartizan_operation::{Answer, Refusal, Table};
use bartizan_policy::{Authorizer, Cx, MemorySeries, MemoryTape, Mint, Principal, Turns};
use bartizan_web::room::WebRoom;
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
        if principal.name == "root" { Ok(()) } else { Err("not root".to_owned()) }
    }
}

/// One realm and its room.
pub(crate) struct World {
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
        let room = Arc::new(WebRoom::default());
        let table = Table::build(bartizan_web::operations(&room)).unwrap();
        Self { cx, table }
    }

    /// So many days pass.
    pub(crate) fn pass_days(&mut self, days: i64) {
        self.cx.now = self.cx.now.plus_days(days);
    }

    /// Calls an operation with its input, in these circumstances.
    pub(crate) async fn ask(&self, cx: &Cx, action: &str, input: &Value) -> Result<Answer, Refusal> {
        let operation = self.table.by_action(action).unwrap_or_else(|| panic!("no operation {action}"));
        let json = Json::parse(input.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
        operation.invoke(cx.clone(), json, Arc::new(RootOnly)).await
    }

    /// The answer of an operation of the vendor's, or of our own if the name has a colon.
    pub(crate) async fn waf(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.cx, &action(name), &input).await {
            Ok(answer) => serde_json::from_str(&answer.body).unwrap(),
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    /// Code and message of the error of an operation.
    pub(crate) async fn error(&self, name: &str, input: Value) -> (String, String) {
        match self.ask(&self.cx, &action(name), &input).await {
            Err(Refusal::Service(body)) => (body.code, body.message),
            other => panic!("{name} {input}: {other:?}"),
        }
    }

    /// What waits to be told: subjects and messages.
    pub(crate) async fn told(&self) -> Vec<(String, String)> {
        let waiting = self.cx.board.list(&self.cx.realm, "notify/outbox", None, 1000).await.unwrap();
        let read = |body: &[u8]| {
            let alert: Value = serde_json::from_slice(body).unwrap();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&alert["Heading"]["Subject"]), text(&alert["Message"]))
        };
        waiting.iter().map(|posting| read(&posting.body)).collect()
    }
}

fn action(name: &str) -> String {
    if name.contains(':') { name.to_owned() } else { format!("wafv2:{name}") }
}
