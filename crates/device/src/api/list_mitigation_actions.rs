//! `ListMitigationActions` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{iot, listing};
use crate::errors::DeviceError;
use crate::mitigation::{MitigationActionType, MitigationActions, StoredAction};
use crate::room::DeviceRoom;

/// Lists actions by name.
#[derive(Debug)]
pub struct ListMitigationActions;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListMitigationActionsRequest")]
pub struct Input {
    /// Only these.
    pub action_type: Option<MitigationActionType>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListMitigationActionsResponse")]
pub struct Output {
    /// By name.
    #[shape(default)]
    pub action_identifiers: Vec<MitigationActionIdentifier>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// An action by its names.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MitigationActionIdentifier {
    /// Its name.
    #[shape(default, length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// Its ARN.
    #[shape(default)]
    pub action_arn: String,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
}

impl Operation for ListMitigationActions {
    const NAME: &'static str = "ListMitigationActions";
    const ACTION: &'static str = "iot:ListMitigationActions";
    const BINDING: Binding = iot(Method::Get, "/mitigationactions/actions", &["actionType", "maxResults", "nextToken"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let pager = Pager::new(Self::NAME, &cx.realm, &input.action_type);
        let wanted = |action: &StoredAction| {
            input.action_type.is_none() || action.action_params.action_type() == input.action_type
        };
        let token = input.next_token.as_deref();
        let (held, next_token) =
            listing::page::<MitigationActions>(cx, &pager, token, input.max_results, wanted).await?;
        let action_identifiers = held
            .into_iter()
            .map(|held| MitigationActionIdentifier {
                action_arn: StoredAction::arn(&cx.realm, &held.document.action_name).to_string(),
                creation_date: held.document.creation_date,
                action_name: held.document.into_inner().action_name,
            })
            .collect();
        Ok(Output { action_identifiers, next_token })
    }
}
