//! What a client sends.

use std::sync::Arc;

use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::GenericEvent;
use mqtt_protocol_core::mqtt::packet::{MqttString, Packet, Property, Qos as WireQos, SubEntry};
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, MqttError};
use tokio::io::{AsyncRead, AsyncWrite};

use super::dialect::{Dialect, Granted, forwarded};
use super::talk::Talk;
use crate::limits::{PAYLOAD_BYTES_MAX, SUBSCRIPTIONS_MAX};
use crate::publishing::Publishing;
use crate::{Action, Ended, Event, Message, Payload, Qos, topic};

/// A publish as it came.
struct Incoming<'p> {
    topic: &'p str,
    payload: Payload,
    qos: WireQos,
    packet: Option<u16>,
    retain: bool,
    properties: &'p [Property],
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<'_, S> {
    /// Does what the bytes ask for, until they end or the connection has to.
    pub(super) fn take_in(&mut self, bytes: &[u8]) {
        let mut cursor = Cursor::new(bytes);
        while self.end.is_none() && !cursor.remaining_slice().is_empty() {
            for event in self.protocol.recv(&mut cursor) {
                match event {
                    GenericEvent::NotifyPacketReceived(packet) => self.packet(packet),
                    GenericEvent::RequestSendPacket { packet, .. } => {
                        self.goodbye_said |= matches!(packet, Packet::V5_0Disconnect(_));
                        self.pipe.add(&packet);
                    }
                    GenericEvent::NotifyError(error) => self.broken(error),
                    GenericEvent::RequestClose => {
                        self.finish(Ended::Protocol("the state machine closed it"));
                    }
                    _ => {}
                }
            }
        }
    }

    fn broken(&mut self, error: MqttError) {
        // the state machine closes before it says why
        self.end = Some(Ended::Protocol(match error {
            MqttError::MalformedPacket => "malformed packet",
            MqttError::PacketTooLarge => "packet too large",
            MqttError::ReceiveMaximumExceeded => "more publishes in flight than it was allowed",
            MqttError::TopicAliasInvalid => "topic alias not known",
            _ => "packet not expected",
        }));
    }

    /// Ends with a code of its own, where the version has codes.
    fn violated(&mut self, what: &'static str, code: DisconnectReasonCode) {
        if let Some(packet) = self.dialect.goodbye_with(code) {
            self.pipe.add(&packet);
            self.goodbye_said = true;
        }
        self.finish(Ended::Protocol(what));
    }

    fn packet(&mut self, packet: Packet) {
        match packet {
            Packet::V3_1_1Publish(packet) => self.publish(Incoming {
                topic: packet.topic_name(),
                payload: packet.payload().clone().into(),
                qos: packet.qos(),
                packet: packet.packet_id(),
                retain: false,
                properties: &[],
            }),
            Packet::V5_0Publish(packet) => self.publish(Incoming {
                topic: packet.topic_name(),
                payload: packet.payload().clone().into(),
                qos: packet.qos(),
                packet: packet.packet_id(),
                retain: packet.retain(),
                properties: packet.props(),
            }),
            Packet::V3_1_1Puback(packet) => self.held.session.acknowledged(packet.packet_id()),
            Packet::V5_0Puback(packet) => self.held.session.acknowledged(packet.packet_id()),
            Packet::V3_1_1Subscribe(packet) => self.subscribe(packet.packet_id(), packet.entries()),
            Packet::V5_0Subscribe(packet) => self.subscribe(packet.packet_id(), packet.entries()),
            Packet::V3_1_1Unsubscribe(packet) => self.unsubscribe(packet.packet_id(), packet.entries()),
            Packet::V5_0Unsubscribe(packet) => self.unsubscribe(packet.packet_id(), packet.entries()),
            Packet::V3_1_1Pingreq(_) | Packet::V5_0Pingreq(_) => self.send(self.dialect.pong()),
            Packet::V3_1_1Disconnect(_) => {
                self.finish(Ended::Disconnected);
            }
            Packet::V5_0Disconnect(packet) => {
                let expiry = packet.props().iter().flatten().find_map(|property| match property {
                    Property::SessionExpiryInterval(interval) => Some(interval.val()),
                    _ => None,
                });
                if let Some(seconds) = expiry {
                    let keep = std::time::Duration::from_secs(u64::from(seconds));
                    self.held.session.keep_for(keep.min(self.shared.limits.session_time));
                }
                let with_will = packet.reason_code() == Some(DisconnectReasonCode::DisconnectWithWillMessage);
                self.finish(if with_will { Ended::DisconnectedWithWill } else { Ended::Disconnected });
            }
            // packets of QoS 2, which was not agreed on, and enhanced authentication
            _ => self.violated("packet not expected", DisconnectReasonCode::ProtocolError),
        }
    }

    fn publish(&mut self, incoming: Incoming<'_>) {
        let bytes = incoming.payload.len();
        let qos = match incoming.qos {
            WireQos::AtMostOnce => Qos::AtMostOnce,
            WireQos::AtLeastOnce => Qos::AtLeastOnce,
            WireQos::ExactlyOnce => return self.violated("QoS 2", DisconnectReasonCode::QosNotSupported),
        };
        if incoming.packet == Some(0) {
            return self.violated("packet id 0", DisconnectReasonCode::ProtocolError);
        }
        if incoming.retain {
            return self.violated("retained message", DisconnectReasonCode::RetainNotSupported);
        }
        if bytes > PAYLOAD_BYTES_MAX {
            return self.violated("payload too large", DisconnectReasonCode::PacketTooLarge);
        }
        if *self.last_topic != *incoming.topic {
            if !topic::is_topic(incoming.topic) {
                return self.violated("topic not valid", DisconnectReasonCode::TopicNameInvalid);
            }
            self.last_topic = incoming.topic.into();
        }
        if !self.shared.host.may_publish(self.guest, incoming.topic) {
            let (guest, topic) = (self.guest, incoming.topic);
            self.shared.host.noticed(&Event::Denied { guest, action: Action::Publish, topic });
            if self.dialect == Dialect::V5 && incoming.packet.is_some() {
                return self.publishes.push_back(Publishing::denied(incoming.packet));
            }
            // as AWS does: version 3.1.1 has no other way to say it
            self.finish(Ended::Denied);
            return;
        }
        let message = Message {
            topic: Arc::clone(&self.last_topic),
            payload: incoming.payload,
            qos,
            properties: forwarded(incoming.properties),
        };
        self.shared.host.noticed(&Event::Received { guest: self.guest, topic: &message.topic, bytes });
        if message.is_reserved() {
            self.hold_more(bytes);
            let host = self.shared.host.publish(self.guest, message);
            self.publishes.push_back(Publishing::asked(host, incoming.packet, bytes));
            return;
        }
        self.shared.route(&message, Some(&self.held.session));
        if incoming.packet.is_some() {
            self.publishes.push_back(Publishing::routed(incoming.packet));
        }
    }

    fn subscribe(&mut self, packet: u16, entries: &[SubEntry]) {
        if entries.len() > SUBSCRIPTIONS_MAX {
            return self.violated("too many filters at once", DisconnectReasonCode::QuotaExceeded);
        }
        let granted: Vec<Granted> = entries.iter().map(|entry| self.subscribe_one(entry)).collect();
        self.send(self.dialect.suback(packet, &granted));
    }

    fn subscribe_one(&mut self, entry: &SubEntry) -> Granted {
        let filter = entry.topic_filter();
        if filter.starts_with("$share/") {
            return Granted::Shared;
        }
        if !topic::is_filter(filter) {
            return Granted::Invalid;
        }
        if !self.shared.host.may_subscribe(self.guest, filter) {
            let guest = self.guest;
            self.shared.host.noticed(&Event::Denied { guest, action: Action::Subscribe, topic: filter });
            return Granted::Denied;
        }
        let options = entry.sub_opts();
        let qos = if options.qos() == WireQos::AtMostOnce { Qos::AtMostOnce } else { Qos::AtLeastOnce };
        let no_local = self.dialect == Dialect::V5 && options.nl();
        if self.shared.sessions.subscribe(&self.shared.routes, &self.held, filter, qos, no_local) {
            Granted::Yes(qos)
        } else {
            Granted::TooMany
        }
    }

    fn unsubscribe(&mut self, packet: u16, filters: &[MqttString]) {
        if filters.len() > SUBSCRIPTIONS_MAX {
            return self.violated("too many filters at once", DisconnectReasonCode::QuotaExceeded);
        }
        let one = |filter: &MqttString| {
            let filter = filter.as_str();
            topic::is_filter(filter) && self.shared.sessions.unsubscribe(&self.shared.routes, &self.held, filter)
        };
        let existed: Vec<bool> = filters.iter().map(one).collect();
        self.send(self.dialect.unsuback(packet, &existed));
    }
}
