//! One connection to a broker, in MQTT 3.1.1, which all of them speak.

use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{ConnectionOptions, GenericEvent};
use mqtt_protocol_core::mqtt::packet::{Packet, Qos as WireQos, SubEntry, SubOpts, v3_1_1};
use mqtt_protocol_core::mqtt::result_code::{MqttError, SubackReturnCode};
use mqtt_protocol_core::mqtt::{Connection, Version, role};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tracing::warn;

use super::BridgeSettings;
use crate::limits::{
    DELIVERIES_IN_FLIGHT_MAX, DRAIN_TIMEOUT, FLUSH_BYTES, PAYLOAD_BYTES_MAX, PUBLISH_BYTES_IN_FLIGHT_MAX,
    PUBLISHES_IN_FLIGHT_MAX, WRITE_STALL_TIMEOUT,
};
use crate::pipe::{Broken, Pipe, with_scratch};
use crate::publishing::{Answered, Publishing};
use crate::{Action, Event, Guest, Host, Message, Qos, topic};

/// How often the broker is asked whether it is there.
const KEEP_ALIVE_SECONDS: u16 = 30;
/// Largest packet from a broker, in bytes. What is larger than a report may be is acknowledged and left alone: it would
/// come again for ever.
const BROKER_PACKET_BYTES_MAX: u32 = 16 * 1024 * 1024;
/// After how many rounds of a busy connection others get their turn.
const ROUNDS_MAX: usize = 16;

/// Why a connection ended.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) why: String,
    /// It got as far as to be subscribed.
    pub(super) was_connected: bool,
}

impl Lost {
    pub(super) fn early(why: impl Display) -> Self {
        Self { why: why.to_string(), was_connected: false }
    }
}

struct Link<'a, S> {
    settings: &'a BridgeSettings,
    guest: &'a Guest,
    host: &'a dyn Host,
    waiting: &'a mut mpsc::Receiver<Message>,
    protocol: Connection<role::Client>,
    pipe: Pipe<S>,
    publishes: FuturesOrdered<Publishing<'a>>,
    publish_bytes: usize,
    /// QoS 1 messages that the broker has not acknowledged.
    in_flight: u16,
    subscribed: bool,
    end: Option<String>,
    heard: Instant,
    timer: Pin<Box<Sleep>>,
}

/// Connects, subscribes, and hands over reports until the connection is lost or `shutdown` is over.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    settings: &BridgeSettings,
    guest: &Guest,
    host: &dyn Host,
    waiting: &mut mpsc::Receiver<Message>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Lost> {
    let options = ConnectionOptions::new().maximum_packet_size_recv(BROKER_PACKET_BYTES_MAX);
    let now = Instant::now();
    let mut link = Link {
        settings,
        guest,
        host,
        waiting,
        protocol: Connection::with_options(Version::V3_1_1, options),
        pipe: Pipe::new(stream),
        publishes: FuturesOrdered::new(),
        publish_bytes: 0,
        in_flight: 0,
        subscribed: false,
        end: None,
        heard: now,
        timer: Box::pin(sleep_until(now + tick())),
    };
    link.send(connect(settings));
    let mut shutdown = pin!(shutdown);
    let why = tokio::select! {
        why = poll_fn(|cx| link.poll(cx)) => Some(why),
        () = &mut shutdown => None,
    };
    // what is not acknowledged comes again, but what is about to be durable need not come twice
    let _given_up = timeout(DRAIN_TIMEOUT, link.drain()).await;
    link.send(v3_1_1::Disconnect::builder().build().map(Into::into));
    let was_connected = link.subscribed;
    link.pipe.close().await;
    why.map_or(Ok(()), |why| Err(Lost { why, was_connected }))
}

fn tick() -> Duration {
    Duration::from_secs(KEEP_ALIVE_SECONDS.into())
}

fn connect(settings: &BridgeSettings) -> Result<Packet, MqttError> {
    // not clean: the broker keeps reports while the bridge is away
    let mut connect = v3_1_1::Connect::builder()
        .client_id(settings.client_id.as_str())?
        .clean_session(false)
        .keep_alive(KEEP_ALIVE_SECONDS);
    if let Some(username) = &settings.broker.username {
        connect = connect.user_name(username.as_str())?;
        if let Some(password) = &settings.password {
            connect = connect.password(password.as_bytes().to_vec())?;
        }
    }
    Ok(connect.build()?.into())
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<'_, S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            while self.in_flight < DELIVERIES_IN_FLIGHT_MAX {
                let Poll::Ready(Some(answered)) = self.publishes.poll_next_unpin(cx) else { break };
                self.answer(answered);
                moved = true;
            }
            while self.subscribed && self.in_flight < DELIVERIES_IN_FLIGHT_MAX && self.pipe.unwritten() < FLUSH_BYTES {
                let Poll::Ready(Some(message)) = self.waiting.poll_recv(cx) else { break };
                self.publish(&message);
                moved = true;
            }
            if self.may_read() {
                moved |= self.poll_read(cx).is_ready();
            }
            if let Poll::Ready(written) = self.pipe.poll_write(cx, !moved) {
                moved = true;
                if written.is_err() {
                    self.finish("the connection broke");
                }
            }
            if let Some(why) = self.end.take() {
                return Poll::Ready(why);
            }
            if !moved {
                return self.poll_timer(cx);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn may_read(&mut self) -> bool {
        let may = self.end.is_none()
            && self.publishes.len() < usize::from(PUBLISHES_IN_FLIGHT_MAX)
            && self.publish_bytes < PUBLISH_BYTES_IN_FLIGHT_MAX;
        if !may {
            // its silence is ours
            self.heard = Instant::now();
        }
        may
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        with_scratch(|scratch| {
            match ready!(self.pipe.poll_read(cx, scratch)) {
                Ok(bytes) => {
                    self.heard = Instant::now();
                    self.take_in(scratch.get(..bytes).unwrap_or_default());
                }
                Err(Broken) => self.finish("the broker closed the connection"),
            }
            Poll::Ready(())
        })
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<String> {
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            let stalled = self.pipe.stalled.is_some_and(|since| now >= since + WRITE_STALL_TIMEOUT);
            if stalled || now >= self.heard + tick() * 2 {
                return Poll::Ready("nothing was heard of the broker".to_owned());
            }
            self.send(v3_1_1::Pingreq::builder().build().map(Into::into));
            self.timer.as_mut().reset(now + tick());
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    async fn drain(&mut self) {
        while let Some(answered) = self.publishes.next().await {
            self.answer(answered);
        }
    }

    fn finish(&mut self, why: impl Into<String>) {
        self.end.get_or_insert(why.into());
    }

    fn send(&mut self, packet: Result<Packet, MqttError>) {
        let events = match packet {
            Ok(packet) => self.protocol.send(packet),
            Err(error) => return self.finish(format!("a packet could not be built: {error:?}")),
        };
        for event in events {
            match event {
                GenericEvent::RequestSendPacket { packet, .. } => self.pipe.add(&packet),
                GenericEvent::NotifyError(error) => self.finish(format!("a packet could not be sent: {error:?}")),
                _ => {}
            }
        }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        let mut cursor = Cursor::new(bytes);
        while self.end.is_none() && !cursor.remaining_slice().is_empty() {
            for event in self.protocol.recv(&mut cursor) {
                match event {
                    GenericEvent::NotifyPacketReceived(packet) => self.packet(packet),
                    GenericEvent::RequestSendPacket { packet, .. } => self.pipe.add(&packet),
                    GenericEvent::NotifyError(error) => {
                        self.finish(format!("the broker broke the protocol: {error:?}"))
                    }
                    GenericEvent::RequestClose => self.finish("the broker broke the protocol"),
                    _ => {}
                }
            }
        }
    }

    fn packet(&mut self, packet: Packet) {
        match packet {
            Packet::V3_1_1Connack(connack) if connack.return_code().is_success() => {
                let subscribe = self.subscribe();
                self.send(subscribe);
            }
            Packet::V3_1_1Connack(connack) => {
                self.finish(format!("the broker does not let us in: {}", connack.return_code()));
            }
            Packet::V3_1_1Suback(suback) => {
                if suback.return_codes().iter().any(SubackReturnCode::is_failure) {
                    return self.finish("the broker does not let us subscribe");
                }
                self.subscribed = true;
            }
            Packet::V3_1_1Puback(_) => self.in_flight = self.in_flight.saturating_sub(1),
            Packet::V3_1_1Publish(publish) => self.received(&publish),
            _ => {}
        }
    }

    fn subscribe(&mut self) -> Result<Packet, MqttError> {
        let options = SubOpts::new().set_qos(WireQos::AtLeastOnce);
        let entries: Result<Vec<_>, _> =
            self.settings.filters.iter().map(|filter| SubEntry::new(filter.as_str(), options)).collect();
        let id = self.protocol.acquire_packet_id()?;
        Ok(v3_1_1::Subscribe::builder().packet_id(id).entries(entries?).build()?.into())
    }

    fn received(&mut self, publish: &v3_1_1::Publish) {
        let (name, bytes) = (publish.topic_name(), publish.payload().len());
        let mut publishing = Publishing::routed(publish.packet_id());
        if bytes > PAYLOAD_BYTES_MAX || !topic::is_topic(name) {
            warn!(topic = name, bytes, "the broker passed on what no device may publish; it is left alone");
        } else if !self.host.may_publish(self.guest, name) {
            self.host.noticed(&Event::Denied { guest: self.guest, action: Action::Publish, topic: name });
        } else {
            let qos = if publish.packet_id().is_some() { Qos::AtLeastOnce } else { Qos::AtMostOnce };
            let message = Message::new(name, publish.payload().clone(), qos);
            self.host.noticed(&Event::Received { guest: self.guest, topic: name, bytes });
            self.publish_bytes += bytes;
            publishing = Publishing::asked(self.host.publish(self.guest, message), publish.packet_id(), bytes);
        }
        self.publishes.push_back(publishing);
    }

    fn answer(&mut self, answered: Answered) {
        self.publish_bytes = self.publish_bytes.saturating_sub(answered.bytes);
        let Ok(replies) = answered.published else {
            // it comes again with the next connection, because it is not acknowledged
            return self.finish("what was reported cannot be kept now");
        };
        if self.end.is_some() {
            // acknowledgements have an order; none follows one that is missing
            return;
        }
        for reply in &replies {
            self.publish(reply);
        }
        if let Some(id) = answered.packet {
            self.send(v3_1_1::Puback::builder().packet_id(id).build().map(Into::into));
        }
    }

    fn publish(&mut self, message: &Message) {
        let built = self.build(message);
        if built.is_ok() && message.qos == Qos::AtLeastOnce {
            self.in_flight = self.in_flight.saturating_add(1);
        }
        self.host.noticed(&Event::Sent { guest: self.guest, topic: &message.topic, bytes: message.payload.len() });
        self.send(built);
    }

    fn build(&mut self, message: &Message) -> Result<Packet, MqttError> {
        let (qos, id) = match message.qos {
            Qos::AtMostOnce => (WireQos::AtMostOnce, None),
            Qos::AtLeastOnce => (WireQos::AtLeastOnce, Some(self.protocol.acquire_packet_id()?)),
        };
        let publish = v3_1_1::Publish::builder().topic_name(&*message.topic)?.qos(qos).packet_id(id);
        Ok(publish.payload(message.payload.shared()).build()?.into())
    }
}
