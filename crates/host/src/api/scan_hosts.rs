//! `POST /v1/host/scan`: judges hosts again, by what their baselines say now.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::{BODY_BYTES_MAX, not_previewed};
use crate::errors::HostError;
use crate::room::HostRoom;

/// Judges hosts again on their latest inventories. Baselines that were edited take effect.
#[derive(Debug)]
pub struct ScanHosts;

/// Which hosts.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ScanHostsRequest")]
pub struct Input {
    /// All if absent.
    #[shape(length = 1..=1000)]
    pub instance_ids: Option<Vec<String>>,
}

/// How many were judged.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ScanHostsResponse")]
pub struct Output {
    /// Hosts that have not reported, or cannot be judged, do not count.
    pub scanned: i64,
}

impl Operation for ScanHosts {
    const NAME: &'static str = "ScanHosts";
    const ACTION: &'static str = "bartizan:ScanHosts";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/host/scan",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        not_previewed(cx)?;
        let scanned = match &input.instance_ids {
            None => room.scan_all(cx).await?,
            Some(instances) => room.scan(cx, instances).await?,
        };
        Ok(Output { scanned: i64::try_from(scanned).unwrap_or(i64::MAX) })
    }
}
