//! A host that remembers, and an endpoint that runs.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bartizan_mqtt::{Endpoint, Event, Guest, Hello, Host, Limits, Message, Published, Qos, Refused, Unavailable};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// Lets everybody in but `stranger`; devices report for themselves, and nobody touches `secret/...`.
#[derive(Default)]
pub(crate) struct House {
    pub(crate) events: Mutex<Vec<String>>,
    pub(crate) taken: Mutex<Vec<(String, Vec<u8>)>>,
    /// While set, publishes wait for `open`.
    pub(crate) closed: AtomicBool,
    pub(crate) open: Notify,
    pub(crate) waiting: AtomicUsize,
    /// Nothing can be kept.
    pub(crate) full: AtomicBool,
}

#[async_trait]
impl Host for House {
    fn admit(&self, hello: &Hello<'_>) -> Result<Guest, Refused> {
        if hello.client_id == "stranger" {
            return Err(Refused::NotAuthorized);
        }
        if hello.username == Some("user") && hello.password != Some(b"right") {
            return Err(Refused::BadCredentials);
        }
        let name = hello.common_name().or_else(|| hello.username.map(ToOwned::to_owned));
        Ok(Guest::new(hello, name.unwrap_or_else(|| hello.client_id.to_owned())))
    }

    fn may_publish(&self, guest: &Guest, topic: &str) -> bool {
        match topic.strip_prefix("$aws/things/") {
            Some(rest) => guest.for_others || rest.split('/').next() == Some(&guest.client_id),
            None => !topic.starts_with('$') && !topic.starts_with("secret/"),
        }
    }

    fn may_subscribe(&self, _: &Guest, filter: &str) -> bool {
        !filter.starts_with("secret/")
    }

    async fn publish(&self, _: &Guest, message: Message) -> Published {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.closed.load(Ordering::SeqCst) {
            self.open.notified().await;
        }
        if self.full.load(Ordering::SeqCst) {
            return Err(Unavailable);
        }
        self.taken.lock().unwrap().push((message.topic.to_string(), message.payload.to_vec()));
        Ok(vec![Message::new(format!("{}/accepted", message.topic), &message.payload[..], Qos::AtLeastOnce)])
    }

    fn noticed(&self, event: &Event<'_>) {
        let line = match event {
            Event::Connected { guest } => format!("connected {}", guest.client_id),
            Event::Refused { client_id, why, .. } => format!("refused {} {why:?}", client_id.unwrap_or("-")),
            Event::Disconnected { guest, why } => format!("disconnected {} {why:?}", guest.client_id),
            Event::Denied { guest, action, topic } => format!("denied {} {action:?} {topic}", guest.client_id),
            Event::Received { guest, topic, bytes } => format!("received {} {topic} {bytes}", guest.client_id),
            Event::Sent { guest, topic, bytes } => format!("sent {} {topic} {bytes}", guest.client_id),
        };
        self.events.lock().unwrap().push(line);
    }
}

impl House {
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
        self.open.notify_waiters();
    }

    /// Waits for an event.
    pub(crate) async fn saw(&self, wanted: &str) {
        for _ in 0..500 {
            if self.events.lock().unwrap().iter().any(|event| event == wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no `{wanted}` in {:?}", self.events.lock().unwrap());
    }
}

/// An endpoint on a free port.
pub(crate) struct Running {
    pub(crate) house: Arc<House>,
    pub(crate) endpoint: Endpoint,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), limits).await
    }

    pub(crate) async fn at(address: SocketAddr, limits: Limits) -> Self {
        let house = Arc::new(House::default());
        let endpoint = Endpoint::new(Arc::clone(&house) as _, limits);
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn({
            let endpoint = endpoint.clone();
            async move {
                endpoint
                    .serve(listener, async {
                        let _asked = stopped.await;
                    })
                    .await;
            }
        });
        Self { house, endpoint, address, stop: Some(stop), serving }
    }

    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        self.serving.await.unwrap();
    }
}
