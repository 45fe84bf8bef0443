//! CONNECT: who is it, and may it in?

use std::sync::Arc;
use std::time::Duration;

use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{ConnectionOptions, GenericEvent};
use mqtt_protocol_core::mqtt::packet::{GenericPacketTrait, Packet, Property, Qos as WireQos, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::MqttError;
use mqtt_protocol_core::mqtt::{Connection, Version, role};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::Peer;
use super::dialect::{Dialect, Welcome, forwarded};
use crate::endpoint::Shared;
use crate::limits::{CLIENT_ID_BYTES_MAX, CLOSE_TIMEOUT, KEEP_ALIVE_SECONDS_MAX, PACKET_BYTES_MAX, PAYLOAD_BYTES_MAX};
use crate::sessions::Held;
use crate::{Guest, Hello, Message, Qos, Refused, topic};

/// CONNACK of version 3.1.1 with "unacceptable protocol version", for clients whose version is none of ours.
const UNACCEPTABLE_VERSION: [u8; 4] = [0x20, 2, 0, 1];
/// The first byte of CONNECT.
const CONNECT: u8 = 0x10;
/// How much is asked for at once before CONNECT, in bytes.
const GREETING_READ_BYTES: usize = 1024;

/// A client that is in.
pub(crate) struct Greeted {
    pub(crate) protocol: Connection<role::Server>,
    pub(crate) dialect: Dialect,
    pub(crate) guest: Guest,
    pub(crate) held: Held,
    /// After how long without a sign of life it is given up.
    pub(crate) silence: Duration,
    /// How many QoS 1 messages it takes at once.
    pub(crate) window: Option<u16>,
    pub(crate) will: Option<Message>,
    pub(crate) welcome: Welcome,
    /// What it sent after CONNECT without waiting for the answer.
    pub(crate) rest: Vec<u8>,
}

/// A client that is not.
pub(crate) struct Refusal {
    pub(crate) client_id: Option<String>,
    pub(crate) why: Refused,
}

impl Refusal {
    fn nameless(why: Refused) -> Self {
        Self { client_id: None, why }
    }
}

/// Reads CONNECT, and answers it if the client is refused.
pub(crate) async fn greet<S: AsyncRead + AsyncWrite + Unpin>(
    shared: &Shared,
    stream: &mut S,
    peer: &Peer,
) -> Result<Greeted, Refusal> {
    let options = ConnectionOptions::new().maximum_packet_size_recv(PACKET_BYTES_MAX);
    let mut protocol = Connection::<role::Server>::with_options(Version::Undetermined, options);
    let mut stopping = shared.stopping.subscribe();
    let first = tokio::select! {
        first = timeout(shared.limits.connect, first_packet(&mut protocol, stream)) => first,
        _ = stopping.wait_for(|stopping| *stopping) => return Err(Refusal::nameless(Refused::Unavailable)),
    };
    let outcome = match first {
        Ok(Ok((packet, rest))) => match Connect::read(packet) {
            Some(connect) => admit(shared, peer, connect).map(|admitted| (admitted, rest)),
            None => Err((Refusal::nameless(Refused::Malformed), Vec::new())),
        },
        Ok(Err(answer)) => Err((Refusal::nameless(Refused::Malformed), answer)),
        Err(_) => Err((Refusal::nameless(Refused::Late), Vec::new())),
    };
    match outcome {
        Ok((admitted, rest)) => {
            let Admitted { dialect, guest, held, silence, window, will, welcome } = admitted;
            Ok(Greeted { protocol, dialect, guest, held, silence, window, will, welcome, rest })
        }
        Err((refusal, answer)) => {
            let last_words = async {
                stream.write_all(&answer).await?;
                stream.shutdown().await
            };
            let _gone_or_too_slow = timeout(CLOSE_TIMEOUT, last_words).await;
            Err(refusal)
        }
    }
}

/// The first packet and what follows it, or what to answer to something else.
async fn first_packet<S: AsyncRead + Unpin>(
    protocol: &mut Connection<role::Server>,
    stream: &mut S,
) -> Result<(Packet, Vec<u8>), Vec<u8>> {
    let mut answer = Vec::new();
    let mut begun = false;
    loop {
        let mut bytes = Vec::with_capacity(GREETING_READ_BYTES);
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return Err(Vec::new()),
            Ok(_) => {}
        }
        // whatever else it is, it is not worth waiting for the length that it seems to name
        if !begun && bytes.first() != Some(&CONNECT) {
            return Err(Vec::new());
        }
        begun = true;
        let mut cursor = Cursor::new(bytes.as_slice());
        while !cursor.remaining_slice().is_empty() {
            let mut wrong = false;
            for event in protocol.recv(&mut cursor) {
                match event {
                    GenericEvent::NotifyPacketReceived(packet) => {
                        return Ok((packet, cursor.remaining_slice().to_vec()));
                    }
                    GenericEvent::RequestSendPacket { packet, .. } => answer = packet.to_continuous_buffer(),
                    GenericEvent::NotifyError(MqttError::UnsupportedProtocolVersion) => {
                        wrong = true;
                        if answer.is_empty() {
                            answer.extend(UNACCEPTABLE_VERSION);
                        }
                    }
                    GenericEvent::NotifyError(_) | GenericEvent::RequestClose => wrong = true,
                    _ => {}
                }
            }
            if wrong {
                return Err(answer);
            }
        }
    }
}

/// CONNECT of either version.
struct Connect {
    dialect: Dialect,
    client_id: String,
    username: Option<String>,
    password: Option<Vec<u8>>,
    clean: bool,
    keep_alive: u16,
    /// How long the session is kept without a connection.
    expiry_seconds: Option<u32>,
    window: Option<u16>,
    will: Option<Message>,
    /// It has a will that cannot be published: too large, retained, or its topic is not one.
    bad_will: bool,
}

impl Connect {
    fn read(packet: Packet) -> Option<Self> {
        match packet {
            Packet::V3_1_1Connect(packet) => Some(Self::read_v3(&packet)),
            Packet::V5_0Connect(packet) => Some(Self::read_v5(&packet)),
            _ => None,
        }
    }

    fn read_v3(packet: &v3_1_1::Connect) -> Self {
        let mut connect = Self {
            dialect: Dialect::V3,
            client_id: packet.client_id().to_owned(),
            username: packet.user_name().map(ToOwned::to_owned),
            password: packet.password().map(<[u8]>::to_vec),
            clean: packet.clean_session(),
            keep_alive: packet.keep_alive(),
            expiry_seconds: (!packet.clean_session()).then_some(u32::MAX),
            window: None,
            will: None,
            bad_will: false,
        };
        if packet.will_flag() {
            connect.set_will(packet.will_topic(), packet.will_payload(), packet.will_qos());
        }
        connect
    }

    fn read_v5(packet: &v5_0::Connect) -> Self {
        let find = |wanted: fn(&Property) -> Option<u32>| packet.props().iter().find_map(wanted);
        let mut connect = Self {
            dialect: Dialect::V5,
            client_id: packet.client_id().to_owned(),
            username: packet.user_name().map(ToOwned::to_owned),
            password: packet.password().map(<[u8]>::to_vec),
            clean: packet.clean_start(),
            keep_alive: packet.keep_alive(),
            expiry_seconds: find(|property| match property {
                Property::SessionExpiryInterval(interval) => Some(interval.val()),
                _ => None,
            }),
            window: packet.props().iter().find_map(|property| match property {
                Property::ReceiveMaximum(maximum) => Some(maximum.val()),
                _ => None,
            }),
            will: None,
            bad_will: false,
        };
        if packet.will_flag() {
            connect.set_will(packet.will_topic(), packet.will_payload(), packet.will_qos());
            connect.bad_will |= packet.will_retain();
            if let Some(will) = &mut connect.will {
                will.properties = forwarded(packet.will_props());
            }
        }
        connect
    }

    fn set_will(&mut self, name: Option<&str>, payload: Option<&[u8]>, qos: WireQos) {
        let (name, payload) = (name.unwrap_or_default(), payload.unwrap_or_default());
        let qos = match qos {
            WireQos::AtMostOnce => Qos::AtMostOnce,
            WireQos::AtLeastOnce => Qos::AtLeastOnce,
            WireQos::ExactlyOnce => {
                self.bad_will = true;
                Qos::AtLeastOnce
            }
        };
        self.bad_will |= payload.len() > PAYLOAD_BYTES_MAX || !topic::is_topic(name);
        self.will = Some(Message::new(name, payload, qos));
    }
}

struct Admitted {
    dialect: Dialect,
    guest: Guest,
    held: Held,
    silence: Duration,
    window: Option<u16>,
    will: Option<Message>,
    welcome: Welcome,
}

/// Asks the host, and opens the session. Otherwise why not, and the answer.
fn admit(shared: &Shared, peer: &Peer, connect: Connect) -> Result<Admitted, (Refusal, Vec<u8>)> {
    let dialect = connect.dialect;
    let refuse = |client_id: String, why| {
        let answer = dialect.refusal(why).map(|packet| packet.to_continuous_buffer()).unwrap_or_default();
        Err((Refusal { client_id: Some(client_id), why }, answer))
    };
    // An id that is made up can belong to no session of version 3.1.1 (3.1.3.1).
    let nameless = connect.client_id.is_empty();
    if connect.client_id.len() > CLIENT_ID_BYTES_MAX || (nameless && dialect == Dialect::V3 && !connect.clean) {
        return refuse(connect.client_id, Refused::BadClientId);
    }
    let assigned = nameless.then(|| shared.sessions.invent_client_id());
    let client_id: Arc<str> = assigned.clone().unwrap_or_else(|| connect.client_id.as_str().into());
    let hello = Hello {
        client_id: &client_id,
        username: connect.username.as_deref(),
        password: connect.password.as_deref(),
        certificates: &peer.certificates,
        address: peer.address,
        encrypted: peer.encrypted,
    };
    let guest = match shared.host.admit(&hello) {
        Ok(guest) => guest,
        Err(why) => return refuse(connect.client_id, why),
    };
    let will_allowed = connect.will.as_ref().is_none_or(|will| shared.host.may_publish(&guest, &will.topic));
    if connect.bad_will || !will_allowed {
        return refuse(connect.client_id, Refused::NotAuthorized);
    }
    let asked = Duration::from_secs(u64::from(connect.expiry_seconds.unwrap_or(0)));
    let keep = asked.min(shared.limits.session_time);
    let held = shared.sessions.open(&shared.routes, &client_id, &guest.name, connect.clean, keep);
    if held.resumed {
        // Rights may have changed since.
        for filter in held.session.filters() {
            if !shared.host.may_subscribe(&guest, &filter) {
                shared.sessions.unsubscribe(&shared.routes, &held, &filter);
            }
        }
    }
    let keep_alive_changed = connect.keep_alive == 0 || connect.keep_alive > KEEP_ALIVE_SECONDS_MAX;
    let keep_alive = if keep_alive_changed { KEEP_ALIVE_SECONDS_MAX } else { connect.keep_alive };
    let session_expiry = (keep < asked).then(|| u32::try_from(keep.as_secs()).unwrap_or(u32::MAX));
    Ok(Admitted {
        dialect,
        welcome: Welcome { resumed: held.resumed, assigned, keep_alive_changed, session_expiry },
        guest,
        held,
        silence: Duration::from_secs(u64::from(keep_alive)) * 3 / 2,
        window: connect.window,
        will: connect.will,
    })
}
