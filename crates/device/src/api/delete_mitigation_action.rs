//! `DeleteMitigationAction` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::errors::DeviceError;
use crate::mitigation::{MitigationActions, StoredAction};
use crate::room::DeviceRoom;
use crate::tags;

/// Deletes an action; tasks that were started before go on with what it did. One that does not exist is deleted already.
#[derive(Debug)]
pub struct DeleteMitigationAction;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteMitigationActionRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = ..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
}

impl Operation for DeleteMitigationAction {
    const NAME: &'static str = "DeleteMitigationAction";
    const ACTION: &'static str = "iot:DeleteMitigationAction";
    const BINDING: Binding = iot(Method::Delete, "/mitigationactions/actions/{actionName}", &[]);
    const WRITES: &'static [&'static str] = &["device/mitigation-action", "device/tags"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        StoredAction::arn(&cx.realm, &input.action_name).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let turn = lifecycle::key::<MitigationActions>(cx, &input.action_name);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match delete(cx, &permit, &input.action_name).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, name: &str) -> Result<(), DeviceError> {
    let mut draft = Draft::new(cx, permit);
    draft.retire::<MitigationActions>(name).await?;
    tags::forget(&mut draft, &StoredAction::arn(&cx.realm, name)).await?;
    if !draft.is_empty() {
        draft.commit().await?;
    }
    Ok(())
}
