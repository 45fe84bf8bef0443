//! What a client is sent.

use std::task::Context;

use mqtt_protocol_core::mqtt::connection::GenericEvent;
use mqtt_protocol_core::mqtt::packet::Packet;
use mqtt_protocol_core::mqtt::result_code::MqttError;
use tokio::io::{AsyncRead, AsyncWrite};

use super::dialect::{Built, expiry};
use super::talk::Talk;
use crate::limits::UNWRITTEN_BYTES_MAX;
use crate::session::{Delivery, Next};
use crate::{Ended, Event, Qos};

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<'_, S> {
    /// Hands a packet to the state machine, which says what to write.
    pub(super) fn send(&mut self, packet: Built) {
        // a packet that cannot be built is a defect here, and no reason to go on
        let Ok(packet) = packet else {
            self.finish(Ended::Protocol("an answer could not be built"));
            return;
        };
        if let Err(error) = self.try_send(packet) {
            tracing::debug!(?error, "a packet could not be sent");
            self.finish(Ended::Protocol("an answer could not be sent"));
        }
    }

    fn try_send(&mut self, packet: Packet) -> Result<(), MqttError> {
        for event in self.protocol.send(packet) {
            match event {
                GenericEvent::RequestSendPacket { packet, .. } => self.pipe.add(&packet),
                GenericEvent::NotifyError(error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Sends what waits, as long as there is room. True if anything was sent.
    pub(super) fn deliver(&mut self, window: u16, cx: &Context<'_>) -> bool {
        let mut moved = false;
        while self.end.is_none() {
            let window = (self.pipe.unwritten() < UNWRITTEN_BYTES_MAX).then_some(window);
            match self.held.next(window, cx) {
                Next::Deliver(delivery) => {
                    self.deliver_one(delivery);
                    moved = true;
                }
                Next::Nothing => break,
                Next::End(why) => {
                    self.finish(why);
                }
            }
        }
        moved
    }

    fn deliver_one(&mut self, delivery: Delivery) {
        let expires = delivery.message.properties.as_deref().and_then(expiry);
        if expires.is_some_and(|seconds| delivery.since.elapsed().as_secs() > u64::from(seconds)) {
            return;
        }
        let packet = match delivery.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce => match self.protocol.acquire_packet_id() {
                Ok(id) => Some(id),
                Err(_) => {
                    self.finish(Ended::TooSlow);
                    return;
                }
            },
        };
        if self.deliver_as(&delivery, packet.map(|id| (id, false)))
            && let Some(id) = packet
        {
            self.held.session.sent(id, delivery);
        }
    }

    /// What an earlier connection of the session sent and was not acknowledged.
    pub(super) fn send_again(&mut self) {
        for (id, delivery) in self.held.session.unacknowledged() {
            if self.protocol.register_packet_id(id).is_ok() && !self.deliver_as(&delivery, Some((id, true))) {
                self.held.session.acknowledged(id);
            }
        }
    }

    /// False if this client cannot be sent it: it is larger than it takes.
    fn deliver_as(&mut self, delivery: &Delivery, packet: Option<(u16, bool)>) -> bool {
        let message = &delivery.message;
        let sent = match self.dialect.publish(delivery, packet) {
            Ok(publish) => self.try_send(publish),
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => {
                let bytes = message.payload.len();
                self.shared.host.noticed(&Event::Sent { guest: self.guest, topic: &message.topic, bytes });
                true
            }
            Err(error) => {
                tracing::debug!(?error, client = %self.guest.client_id, "a message cannot be sent to a client");
                if let Some((id, _)) = packet {
                    let _released = self.protocol.release_packet_id(id);
                }
                false
            }
        }
    }
}
