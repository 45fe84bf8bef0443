//! `CreateMitigationAction` [IoT API reference].

use bartizan_ledger::{Page, Scope};
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Kind, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::mitigation::{ACTIONS_MAX, MitigationActionParams, MitigationActions, StoredAction};
use crate::room::DeviceRoom;
use crate::tags::{self, Tag, Tags};

/// Creates an action. The same request again succeeds again.
#[derive(Debug)]
pub struct CreateMitigationAction;

/// Its name and what it does.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateMitigationActionRequest")]
pub struct Input {
    /// Never changes.
    #[shape(length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// Kept and answered; roles have no meaning here.
    #[shape(length = 20..=2048)]
    pub role_arn: String,
    /// What it does.
    pub action_params: MitigationActionParams,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// What it is called.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "CreateMitigationActionResponse")]
pub struct Output {
    /// Its ARN.
    #[shape(default)]
    pub action_arn: String,
    /// A UUID.
    #[shape(default)]
    pub action_id: String,
}

impl Operation for CreateMitigationAction {
    const NAME: &'static str = "CreateMitigationAction";
    const ACTION: &'static str = "iot:CreateMitigationAction";
    const BINDING: Binding = iot(Method::Post, "/mitigationactions/actions/{actionName}", &[]);
    const WRITES: &'static [&'static str] = &["device/mitigation-action", "device/tags"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        StoredAction::arn(&cx.realm, &input.action_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        // One turn for all creations of a realm, so that the limit is kept.
        let mut tries = Tries::new(cx, &lifecycle::key::<MitigationActions>(cx, ""), None).await;
        loop {
            match create(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

async fn create(cx: &Cx, permit: &Permit, input: &Input) -> Result<Output, DeviceError> {
    let name = &input.action_name;
    let arn = StoredAction::arn(&cx.realm, name);
    let wanted_tags = input.tags.as_deref().unwrap_or_default();
    if let Some(held) = lifecycle::find::<MitigationActions>(cx, name).await? {
        let known = held.document.into_inner();
        let same = known.role_arn == input.role_arn
            && known.action_params == input.action_params
            && tags::of(cx, &arn).await? == Tags::default().with(wanted_tags)?;
        return if same {
            Ok(Output { action_arn: arn.to_string(), action_id: known.action_id })
        } else {
            Err(DeviceError::already_exists("MitigationAction", name, &arn))
        };
    }
    let kind = MitigationActions::NAME.to_owned();
    let scope = Scope::Heads { realm: cx.realm.clone(), kind, prefix: String::new() };
    let known = cx.ledger.list(&scope, &Page { after: None, limit: Page::LIMIT_MAX }).await?.len();
    if known >= ACTIONS_MAX {
        return Err(DeviceError::LimitExceeded(format!(
            "there are {known} mitigation actions, and {ACTIONS_MAX} is the limit: delete some first"
        )));
    }
    let action_id = cx.mint.uuid();
    let action = StoredAction {
        action_name: name.clone(),
        action_id: action_id.clone(),
        role_arn: input.role_arn.clone(),
        action_params: input.action_params.clone(),
        creation_date: cx.now,
        last_modified_date: cx.now,
    };
    let mut draft = Draft::new(cx, permit);
    draft.create::<MitigationActions>(name, action).await?;
    tags::set(&mut draft, &arn, wanted_tags).await?;
    draft.commit().await?;
    Ok(Output { action_arn: arn.to_string(), action_id })
}
