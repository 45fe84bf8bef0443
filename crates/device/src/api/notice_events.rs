//! `POST /v1/device/events`: what another broker notices of its devices, for cloud-side metrics.

use std::net::IpAddr;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::{Deserialize, Serialize};

use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::room::notice::{Noticed, NoticedEvent};

/// Counts what a broker elsewhere tells.
#[derive(Debug)]
pub struct NoticeEvents;

/// Largest body in bytes: a full batch of events with long topics.
const BODY_BYTES_MAX: usize = 4 << 20;

/// A batch.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "NoticeEventsRequest")]
pub struct Input {
    /// In the order in which they happened. They count for the window that is open when they arrive.
    #[shape(length = 1..=10000)]
    pub events: Vec<BrokerEvent>,
}

/// Something that happened between a device and the broker.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BrokerEvent {
    /// What happened.
    pub event: BrokerEventType,
    /// The client id.
    #[shape(length = 1..=128)]
    pub client_id: String,
    /// The address of the connection, if known.
    #[shape(length = 2..=45)]
    pub address: Option<String>,
    /// The topic of a message, or the filter of a subscription; needed but for connections.
    #[shape(length = 1..=1024)]
    pub topic: Option<String>,
    /// Bytes of the payload of a published message.
    #[shape(range = 0..)]
    pub bytes: Option<i64>,
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub enum BrokerEventType {
    /// A device connected.
    Connected,
    /// A device was not let in.
    Refused,
    /// A connection ended.
    Disconnected,
    /// A device published a message.
    Published,
    /// A message was delivered to a device.
    Delivered,
    /// A device wanted to publish or subscribe, and may not.
    Denied,
}

/// What became of them.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "NoticeEventsResponse")]
pub struct Output {
    /// Events that were counted.
    pub counted: i64,
}

impl Operation for NoticeEvents {
    const NAME: &'static str = "NoticeEvents";
    const ACTION: &'static str = "bartizan:NoticeEvents";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/device/events",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("iot", &cx.realm, "thing/*").into()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if cx.previewing {
            return Err(DeviceError::InvalidRequest(
                "observations are not previewed: repeat the request without /preview".to_owned(),
            ));
        }
        let noticed: Vec<Noticed> = input
            .into_inner()
            .events
            .into_iter()
            .enumerate()
            .map(|(number, event)| {
                noticed(event).map_err(|why| DeviceError::InvalidRequest(format!("Events[{number}]: {why}")))
            })
            .collect::<Result<_, _>>()?;
        let counted = i64::try_from(noticed.len()).unwrap_or(i64::MAX);
        for one in &noticed {
            room.notice(&cx.realm, one, cx.now);
        }
        Ok(Output { counted })
    }
}

fn noticed(event: BrokerEvent) -> Result<Noticed, &'static str> {
    let topic = event.topic.ok_or("Topic is missing: say which topic or filter it was about");
    let address = match event.address.as_deref().map(str::parse::<IpAddr>) {
        None => None,
        Some(Ok(address)) => Some(address),
        Some(Err(_)) => return Err("Address is no IP address: send one such as 192.0.2.7, or none"),
    };
    let happened = match event.event {
        BrokerEventType::Connected => NoticedEvent::Connected,
        BrokerEventType::Refused => NoticedEvent::Refused,
        BrokerEventType::Disconnected => NoticedEvent::Disconnected,
        BrokerEventType::Published => {
            let bytes = event.bytes.and_then(|bytes| u64::try_from(bytes).ok());
            NoticedEvent::Sent { topic: topic?, bytes: bytes.ok_or("Bytes is missing: say how long the payload was")? }
        }
        BrokerEventType::Delivered => NoticedEvent::Received { topic: topic? },
        BrokerEventType::Denied => NoticedEvent::Denied { topic: topic? },
    };
    Ok(Noticed { thing: event.client_id.into(), address, event: happened })
}
