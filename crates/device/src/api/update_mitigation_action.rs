//! `UpdateMitigationAction` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::mitigation::{MitigationActionParams, MitigationActions, StoredAction};
use crate::room::DeviceRoom;

/// Changes what an action does. Tasks that were started before go on with what it did then.
#[derive(Debug)]
pub struct UpdateMitigationAction;

/// What is to change; absent members stay.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateMitigationActionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// Another role.
    #[shape(length = 20..=2048)]
    pub role_arn: Option<String>,
    /// What it does instead.
    pub action_params: Option<MitigationActionParams>,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateMitigationActionResponse")]
pub struct Output {
    /// Its ARN.
    #[shape(default)]
    pub action_arn: String,
    /// A UUID.
    #[shape(default)]
    pub action_id: String,
}

impl Operation for UpdateMitigationAction {
    const NAME: &'static str = "UpdateMitigationAction";
    const ACTION: &'static str = "iot:UpdateMitigationAction";
    const BINDING: Binding = iot(Method::Patch, "/mitigationactions/actions/{actionName}", &[]);
    const WRITES: &'static [&'static str] = &["device/mitigation-action"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        StoredAction::arn(&cx.realm, &input.action_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let name = &input.action_name;
        if lifecycle::find::<MitigationActions>(cx, name).await?.is_none() {
            return Err(DeviceError::not_found("MitigationAction", name));
        }
        let edit = |stored: &StoredAction| {
            let mut next = stored.clone();
            next.role_arn.clone_from(input.role_arn.as_ref().unwrap_or(&stored.role_arn));
            next.action_params.clone_from(input.action_params.as_ref().unwrap_or(&stored.action_params));
            next.last_modified_date = cx.now;
            Ok::<_, DeviceError>(next)
        };
        let held = lifecycle::update::<MitigationActions, DeviceError>(cx, &permit, name, cx.expect, edit).await?;
        let action_arn = StoredAction::arn(&cx.realm, name).to_string();
        Ok(Output { action_arn, action_id: held.document.into_inner().action_id })
    }
}
