//! `POST /v1/host/inventory`: a managed node says what is installed on it, and is judged.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;
use serde_json::Value;

use super::{node_resource, not_previewed, registered_node};
use crate::errors::HostError;
use crate::inventory::{INDICES_MAX, PACKAGES_MAX};
use crate::observe::Inventory;
use crate::room::HostRoom;

/// Takes a report.
#[derive(Debug)]
pub struct ReportInventory;

/// The report.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportInventoryRequest")]
pub struct Input {
    /// See [`Inventory`].
    pub inventory: Json,
}

/// What is still needed.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ReportInventoryResponse")]
pub struct Output {
    /// Digests of indices whose content is not known here: send it with `UploadIndex`.
    pub missing_indices: Vec<String>,
}

/// Largest body, in bytes: 50,000 packages.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

impl Operation for ReportInventory {
    const NAME: &'static str = "ReportInventory";
    const ACTION: &'static str = "bartizan:ReportInventory";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/host/inventory",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        node_resource(cx, input.inventory.get("instance").and_then(Json::as_str).unwrap_or_default())
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        not_previewed(cx)?;
        let mut inventory: Inventory = serde_json::from_value(Value::from(&input.inventory))
            .map_err(|error| HostError::Validation(format!("Inventory cannot be read: {error}")))?;
        registered_node(cx, &inventory.instance).await?;
        if inventory.installed.len() > PACKAGES_MAX || inventory.indices.len() > INDICES_MAX {
            return Err(HostError::Validation(format!(
                "an inventory has at most {PACKAGES_MAX} packages and {INDICES_MAX} indices"
            )));
        }
        // A host's clock may be ahead; nothing was observed later than now.
        inventory.captured_at = inventory.captured_at.min(cx.now);
        let missing_indices = room.report(cx, inventory).await?;
        Ok(Output { missing_indices })
    }
}
