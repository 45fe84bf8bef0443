//! `DescribeMitigationAction` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::mitigation::{MitigationActionParams, MitigationActionType, MitigationActions, StoredAction};
use crate::room::DeviceRoom;

/// Tells what an action does.
#[derive(Debug)]
pub struct DescribeMitigationAction;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeMitigationActionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
}

/// The whole of it.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeMitigationActionResponse")]
pub struct Output {
    /// Its name.
    #[shape(default, length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// What kind of action it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<MitigationActionType>,
    /// Its ARN.
    #[shape(default)]
    pub action_arn: String,
    /// A UUID.
    #[shape(default)]
    pub action_id: String,
    /// As given.
    #[shape(default, length = 20..=2048)]
    pub role_arn: String,
    /// What it does.
    #[shape(default)]
    pub action_params: MitigationActionParams,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
    /// When it was changed last.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_modified_date: Timestamp,
}

impl Operation for DescribeMitigationAction {
    const NAME: &'static str = "DescribeMitigationAction";
    const ACTION: &'static str = "iot:DescribeMitigationAction";
    const BINDING: Binding = iot(Method::Get, "/mitigationactions/actions/{actionName}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        StoredAction::arn(&cx.realm, &input.action_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let held = lifecycle::find::<MitigationActions>(cx, &input.action_name).await?;
        let held = held.ok_or_else(|| DeviceError::not_found("MitigationAction", &input.action_name))?;
        let action = held.document.into_inner();
        Ok(Output {
            action_arn: StoredAction::arn(&cx.realm, &action.action_name).to_string(),
            action_name: action.action_name,
            action_type: action.action_params.action_type(),
            action_id: action.action_id,
            role_arn: action.role_arn,
            action_params: action.action_params,
            creation_date: action.creation_date,
            last_modified_date: action.last_modified_date,
        })
    }
}
