//! A service on a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bartizan_ledger::memory::{MemoryAudit, MemoryBoard, MemoryLedger};
use bartizan_operation::{ErasedOperation, Operation, Table};
use bartizan_policy::{Authorizer, Cx, MemorySeries, MemoryTape, Mint, Principal};
use bartizan_protocol::{
    Authenticate, Circumstances, Contextualize, Limits, Service, Unauthenticated, Unproven, serve,
};
use bartizan_wire::{Realm, ResourceName, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::operations::{
    Echo, File, Keep, Nowhere, Reflect, Register, RestAny, RestEdit, RestEmpty, RestFirst, RestKeep, RestPublish,
    RestShow, Show, Tagged, Tell,
};

/// `authorization: test <name>` proves a name, for the services that it was signed for: all of them here.
#[derive(Debug)]
struct Names;

impl Authenticate for Names {
    fn authenticate(&self, request: &Unproven<'_>) -> Result<Principal, Unauthenticated> {
        let name = request.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("test "));
        name.map(principal).ok_or_else(|| Unauthenticated {
            code: "MissingAuthenticationTokenException",
            query_code: "MissingAuthenticationToken",
            query_status: 403,
            message: format!("Missing Authentication Token for {}", request.services.join(",")),
        })
    }

    fn log_in(&self, username: &str, password: &str, _now: Timestamp) -> Result<String, Unauthenticated> {
        let known = password == "right";
        known.then(|| format!("test.{username}")).ok_or_else(|| Unauthenticated {
            code: "UnrecognizedClientException",
            query_code: "InvalidClientTokenId",
            query_status: 403,
            message: "log in with the right password".to_owned(),
        })
    }
}

#[derive(Debug)]
struct NotTheDenied;

impl Authorizer for NotTheDenied {
    fn decide(&self, principal: &Principal, action: &str, _resource: &ResourceName) -> Result<(), String> {
        if principal.name == "denied" { Err(format!("not authorized to perform: {action}")) } else { Ok(()) }
    }
}

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Mint for Counter {
    fn hex(&self, digits: usize) -> String {
        format!("{:0digits$x}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Context {
    ready: AtomicBool,
    mint: Arc<Counter>,
    ledger: Arc<MemoryLedger>,
    board: Arc<MemoryBoard>,
    audit: Arc<MemoryAudit>,
}

impl Contextualize for Context {
    fn now(&self) -> Timestamp {
        Timestamp(1_440_938_160_000)
    }
    fn mint(&self) -> &dyn Mint {
        self.mint.as_ref()
    }
    fn ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }
    fn anonymous(&self) -> Principal {
        principal("anonymous")
    }
    fn cx(&self, circumstances: Circumstances) -> Cx {
        let Circumstances { principal, now, request, reason, expect, previewing } = circumstances;
        Cx {
            realm: principal.realm.clone(),
            principal,
            now,
            request,
            reason,
            expect,
            ledger: Arc::clone(&self.ledger) as _,
            board: Arc::clone(&self.board) as _,
            audit: Arc::clone(&self.audit) as _,
            tape: Arc::new(MemoryTape::new()),
            series: Arc::new(MemorySeries::new()),
            turns: Arc::default(),
            mint: Arc::clone(&self.mint) as _,
            previewing,
        }
    }
}

fn principal(name: &str) -> Principal {
    Principal { name: name.to_owned(), realm: Realm::new("123456789012", "us-east-1").unwrap() }
}

fn erased<O: Operation<Room = Nowhere>>() -> ErasedOperation {
    ErasedOperation::of::<O>(Arc::new(Nowhere))
}

/// A running service, stopped when it is dropped.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) service: Arc<Service>,
    context: Arc<Context>,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) served: JoinHandle<()>,
}

impl World {
    /// With short timeouts.
    pub(crate) async fn start() -> Self {
        Self::with(Limits {
            header_read: Duration::from_millis(300),
            body_idle: Duration::from_millis(300),
            body_read: Duration::from_millis(700),
            drain: Duration::from_secs(2),
            ..Limits::default()
        })
        .await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let table = Table::build(vec![
            erased::<Echo>(),
            erased::<Tell>(),
            erased::<Keep>(),
            erased::<Reflect>(),
            erased::<Show>(),
            erased::<File>(),
            erased::<Register>(),
            erased::<Tagged>(),
            erased::<RestAny>(),
            erased::<RestEdit>(),
            erased::<RestEmpty>(),
            erased::<RestFirst>(),
            erased::<RestKeep>(),
            erased::<RestPublish>(),
            erased::<RestShow>(),
        ]);
        let context = Arc::new(Context {
            ready: AtomicBool::new(true),
            mint: Arc::default(),
            ledger: Arc::new(MemoryLedger::new()),
            board: Arc::new(MemoryBoard::new()),
            audit: Arc::new(MemoryAudit::new()),
        });
        let service = Service::new(
            Arc::new(table.unwrap()),
            Arc::new(Names),
            Arc::new(NotTheDenied),
            Arc::clone(&context) as _,
            limits,
        );
        let service = Arc::new(service.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, Arc::clone(&service), async move {
            let _closed = stopped.await;
        }));
        Self { address, service, context, stop: Some(stop), served }
    }

    pub(crate) fn set_ready(&self, ready: bool) {
        self.context.ready.store(ready, Ordering::Relaxed);
    }

    pub(crate) fn stop(&mut self) {
        let _sent = self.stop.take().map(|stop| stop.send(()));
    }
}
