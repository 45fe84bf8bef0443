//! [`Dialect`]: how the same things are said in MQTT 3.1.1 and in 5.

use std::sync::Arc;

use mqtt_protocol_core::mqtt::packet::{AssignedClientIdentifier, Qos as WireQos};
use mqtt_protocol_core::mqtt::packet::{
    MaximumPacketSize, MaximumQos, MessageExpiryInterval, Packet, Property, ReceiveMaximum, RetainAvailable,
    ServerKeepAlive, SessionExpiryInterval, SharedSubscriptionAvailable, SubscriptionIdentifierAvailable,
    TopicAliasMaximum, v3_1_1, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, MqttError, PubackReasonCode, SubackReasonCode,
    SubackReturnCode, UnsubackReasonCode,
};

use crate::limits::{KEEP_ALIVE_SECONDS_MAX, PACKET_BYTES_MAX, PUBLISHES_IN_FLIGHT_MAX, TOPIC_ALIASES_MAX};
use crate::session::Delivery;
use crate::{Ended, Qos, Refused};

/// The protocol's version on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    V3,
    V5,
}

/// A packet that can be built, which all of these can: their parts are checked before.
pub(crate) type Built = Result<Packet, MqttError>;

/// How a filter was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Granted {
    Yes(Qos),
    Denied,
    Invalid,
    TooMany,
    Shared,
}

/// What a client is told when it is let in.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) resumed: bool,
    /// The id that it was given.
    pub(crate) assigned: Option<Arc<str>>,
    /// The keep-alive asked for was replaced by the longest.
    pub(crate) keep_alive_changed: bool,
    /// In seconds, if it is not what was asked for.
    pub(crate) session_expiry: Option<u32>,
}

impl Dialect {
    pub(crate) fn welcome(self, welcome: &Welcome) -> Built {
        if self == Self::V3 {
            let connack = v3_1_1::Connack::builder().session_present(welcome.resumed);
            return Ok(connack.return_code(ConnectReturnCode::Accepted).build()?.into());
        }
        let mut properties: Vec<Property> = vec![
            ReceiveMaximum::new(PUBLISHES_IN_FLIGHT_MAX)?.into(),
            MaximumQos::new(1)?.into(),
            RetainAvailable::new(0)?.into(),
            MaximumPacketSize::new(PACKET_BYTES_MAX)?.into(),
            TopicAliasMaximum::new(TOPIC_ALIASES_MAX)?.into(),
            SubscriptionIdentifierAvailable::new(0)?.into(),
            SharedSubscriptionAvailable::new(0)?.into(),
        ];
        if let Some(id) = &welcome.assigned {
            properties.push(AssignedClientIdentifier::new(&**id)?.into());
        }
        if welcome.keep_alive_changed {
            properties.push(ServerKeepAlive::new(KEEP_ALIVE_SECONDS_MAX)?.into());
        }
        if let Some(seconds) = welcome.session_expiry {
            properties.push(SessionExpiryInterval::new(seconds)?.into());
        }
        let connack = v5_0::Connack::builder().session_present(welcome.resumed);
        Ok(connack.reason_code(ConnectReasonCode::Success).props(properties).build()?.into())
    }

    pub(crate) fn refusal(self, why: Refused) -> Built {
        if self == Self::V3 {
            let code = match why {
                Refused::BadCredentials => ConnectReturnCode::BadUserNameOrPassword,
                Refused::BadClientId => ConnectReturnCode::IdentifierRejected,
                Refused::Unavailable => ConnectReturnCode::ServerUnavailable,
                _ => ConnectReturnCode::NotAuthorized,
            };
            return Ok(v3_1_1::Connack::builder().session_present(false).return_code(code).build()?.into());
        }
        let code = match why {
            Refused::BadCredentials => ConnectReasonCode::BadUserNameOrPassword,
            Refused::BadClientId => ConnectReasonCode::ClientIdentifierNotValid,
            Refused::Unavailable => ConnectReasonCode::ServerUnavailable,
            Refused::Malformed => ConnectReasonCode::MalformedPacket,
            _ => ConnectReasonCode::NotAuthorized,
        };
        Ok(v5_0::Connack::builder().session_present(false).reason_code(code).build()?.into())
    }

    /// `denied`: only version 5 can say so.
    pub(crate) fn puback(self, packet: u16, denied: bool) -> Built {
        Ok(match self {
            Self::V3 => v3_1_1::Puback::builder().packet_id(packet).build()?.into(),
            Self::V5 if denied => {
                let puback = v5_0::Puback::builder().packet_id(packet);
                puback.reason_code(PubackReasonCode::NotAuthorized).build()?.into()
            }
            Self::V5 => v5_0::Puback::builder().packet_id(packet).build()?.into(),
        })
    }

    pub(crate) fn suback(self, packet: u16, granted: &[Granted]) -> Built {
        if self == Self::V3 {
            let codes = granted.iter().map(|granted| match granted {
                Granted::Yes(Qos::AtMostOnce) => SubackReturnCode::SuccessMaximumQos0,
                Granted::Yes(Qos::AtLeastOnce) => SubackReturnCode::SuccessMaximumQos1,
                _ => SubackReturnCode::Failure,
            });
            return Ok(v3_1_1::Suback::builder().packet_id(packet).return_codes(codes.collect()).build()?.into());
        }
        let codes = granted.iter().map(|granted| match granted {
            Granted::Yes(Qos::AtMostOnce) => SubackReasonCode::GrantedQos0,
            Granted::Yes(Qos::AtLeastOnce) => SubackReasonCode::GrantedQos1,
            Granted::Denied => SubackReasonCode::NotAuthorized,
            Granted::Invalid => SubackReasonCode::TopicFilterInvalid,
            Granted::TooMany => SubackReasonCode::QuotaExceeded,
            Granted::Shared => SubackReasonCode::SharedSubscriptionsNotSupported,
        });
        Ok(v5_0::Suback::builder().packet_id(packet).reason_codes(codes.collect()).build()?.into())
    }

    pub(crate) fn unsuback(self, packet: u16, existed: &[bool]) -> Built {
        if self == Self::V3 {
            return Ok(v3_1_1::Unsuback::builder().packet_id(packet).build()?.into());
        }
        let codes = existed.iter().map(|existed| match existed {
            true => UnsubackReasonCode::Success,
            false => UnsubackReasonCode::NoSubscriptionExisted,
        });
        Ok(v5_0::Unsuback::builder().packet_id(packet).reason_codes(codes.collect()).build()?.into())
    }

    pub(crate) fn pong(self) -> Built {
        Ok(match self {
            Self::V3 => v3_1_1::Pingresp::builder().build()?.into(),
            Self::V5 => v5_0::Pingresp::builder().build()?.into(),
        })
    }

    /// `packet`: for QoS 1, and whether it was sent before.
    pub(crate) fn publish(self, delivery: &Delivery, packet: Option<(u16, bool)>) -> Built {
        let message = &delivery.message;
        let qos = if packet.is_some() { WireQos::AtLeastOnce } else { WireQos::AtMostOnce };
        let (id, again) = packet.map_or((None, false), |(id, again)| (Some(id), again));
        if self == Self::V3 {
            let publish = v3_1_1::Publish::builder().topic_name(&*message.topic)?.qos(qos).dup(again).packet_id(id);
            return Ok(publish.payload(message.payload.shared()).build()?.into());
        }
        let publish = v5_0::Publish::builder().topic_name(&*message.topic)?.qos(qos).dup(again).packet_id(id);
        let publish = publish.payload(message.payload.shared());
        let Some(properties) = &message.properties else { return Ok(publish.build()?.into()) };
        let waited = u32::try_from(delivery.since.elapsed().as_secs()).unwrap_or(u32::MAX);
        let properties = properties.iter().map(|property| match property {
            Property::MessageExpiryInterval(interval) => {
                Ok(MessageExpiryInterval::new(interval.val().saturating_sub(waited))?.into())
            }
            other => Ok(other.clone()),
        });
        let properties = properties.collect::<Result<Vec<Property>, MqttError>>()?;
        Ok(publish.props(properties).build()?.into())
    }

    /// What a client is told at the end; version 3.1.1 has no word for it, and who said goodbye needs none.
    pub(crate) fn goodbye(self, why: Ended) -> Option<Packet> {
        let code = match (self, why) {
            (Self::V3, _) | (_, Ended::Disconnected | Ended::DisconnectedWithWill | Ended::Lost) => return None,
            // the state machine has said why
            (_, Ended::Protocol(_)) => DisconnectReasonCode::ProtocolError,
            (_, Ended::KeepAlive) => DisconnectReasonCode::KeepAliveTimeout,
            (_, Ended::TakenOver) => DisconnectReasonCode::SessionTakenOver,
            (_, Ended::Denied) => DisconnectReasonCode::NotAuthorized,
            (_, Ended::TooSlow) => DisconnectReasonCode::QuotaExceeded,
            (_, Ended::Unavailable) => DisconnectReasonCode::ServerBusy,
            (_, Ended::Dismissed) => DisconnectReasonCode::AdministrativeAction,
            (_, Ended::ShuttingDown) => DisconnectReasonCode::ServerShuttingDown,
        };
        v5_0::Disconnect::builder().reason_code(code).build().ok().map(Into::into)
    }

    /// The same for what has a code of its own.
    pub(crate) fn goodbye_with(self, code: DisconnectReasonCode) -> Option<Packet> {
        match self {
            Self::V3 => None,
            Self::V5 => v5_0::Disconnect::builder().reason_code(code).build().ok().map(Into::into),
        }
    }
}

/// After how many seconds a message is of no use any more.
pub(crate) fn expiry(properties: &[Property]) -> Option<u32> {
    properties.iter().find_map(|property| match property {
        Property::MessageExpiryInterval(interval) => Some(interval.val()),
        _ => None,
    })
}

/// What of a publish's properties goes to its subscribers.
pub(crate) fn forwarded(properties: &[Property]) -> Option<Arc<[Property]>> {
    let kept = |property: &&Property| {
        matches!(
            property,
            Property::PayloadFormatIndicator(_)
                | Property::MessageExpiryInterval(_)
                | Property::ContentType(_)
                | Property::ResponseTopic(_)
                | Property::CorrelationData(_)
                | Property::UserProperty(_)
        )
    };
    let kept: Vec<Property> = properties.iter().filter(kept).cloned().collect();
    (!kept.is_empty()).then(|| kept.into())
}
