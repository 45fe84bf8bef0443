//! `GET /v1/host/explain/{InstanceId}/{Package}`: why a package of a host is in the state in which it is.

use std::sync::Arc;

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{BODY_BYTES_MAX, node_resource};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::spelling::document;

/// Explains a package: every version that was considered, every filter, rule and list that was asked, and what decided.
#[derive(Debug)]
pub struct ExplainPackage;

/// Which package of which host.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ExplainPackageRequest")]
pub struct Input {
    /// The managed node.
    #[shape(length = 1..=128)]
    pub instance_id: String,
    /// A binary package's name; `name.arch` for one architecture of it.
    #[shape(length = 1..=256)]
    pub package: String,
}

/// The decisions, and what they rest on.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ExplainPackageResponse")]
pub struct Output {
    /// The managed node.
    pub instance_id: String,
    /// By which baseline it is judged.
    pub baseline_id: String,
    /// Its name.
    pub baseline_name: String,
    /// The group that led to the baseline; empty where it is the default.
    pub patch_group: String,
    /// What the host is: `Debian12`.
    pub product: String,
    /// When the inventory was captured.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub captured_at: Timestamp,
    /// One for each architecture that is installed or offered, the installed ones first.
    pub decisions: Json,
}

impl Operation for ExplainPackage {
    const NAME: &'static str = "ExplainPackage";
    const ACTION: &'static str = "bartizan:ExplainPackage";
    const BINDING: Binding = Binding::Native {
        method: Method::Get,
        path: "/v1/host/explain/{InstanceId}/{Package}",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        node_resource(cx, &input.instance_id)
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let instance = &input.instance_id;
        let inventory = room.inventory(cx, instance).await?;
        let inventory = Arc::new(inventory.ok_or_else(|| HostError::InvalidInstanceId(instance.clone()))?);
        let not_judged = || {
            HostError::UnsupportedOperatingSystem(format!(
                "hosts of `{}` are not judged; only those whose packages are installed by apt are",
                inventory.facts.os_id
            ))
        };
        let (mut found, mut architecture) = (room.explain(cx, &inventory, &input.package).await?, None);
        // Names of packages may have dots; only where there is no such package is the last part an architecture.
        if found.as_ref().is_some_and(|(_, decisions)| decisions.is_empty())
            && let Some((name, last)) = input.package.rsplit_once('.')
        {
            (found, architecture) = (room.explain(cx, &inventory, name).await?, Some(last.to_owned()));
        }
        let (followed, mut decisions) = found.ok_or_else(not_judged)?;
        if let Some(architecture) = architecture {
            decisions.retain(|decision| decision.architecture == architecture);
        }
        if decisions.is_empty() {
            return Err(HostError::NoSuchPackage(input.into_inner().package));
        }
        Ok(Output {
            instance_id: instance.clone(),
            baseline_id: followed.baseline.id,
            baseline_name: followed.baseline.document.name,
            patch_group: followed.patch_group,
            product: followed.product.name,
            captured_at: inventory.captured_at,
            decisions: document(&decisions)?,
        })
    }
}
