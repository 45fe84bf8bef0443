//! `GET /csapi/v1.3/activationkey`: what a sensor needs to enrol [container security API, activation key].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use crate::errors::ContainerError;
use crate::room::ContainerRoom;
use crate::sensor::{ActivationKey, ActivationKeys};

/// Answers the activation key, and makes it if there is none yet.
#[derive(Debug)]
pub struct GetActivationKey;

/// Nothing is asked for.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetActivationKeyRequest")]
pub struct Input {}

/// The key.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "GetActivationKeyResponse")]
pub struct Output {
    /// A UUID.
    pub customer_id: String,
    /// A UUID.
    pub activation_id: String,
    /// Where sensors enrol: where the server listens. Behind a proxy it is the proxy's address that they need.
    pub platform_url: String,
}

impl Operation for GetActivationKey {
    const NAME: &'static str = "GetActivationKey";
    const ACTION: &'static str = "csapi:GetActivationKey";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Get,
        path: "/csapi/v1.3/activationkey",
        query: &[],
        elsewhere: &[],
        document: None,
    };
    const WRITES: &'static [&'static str] = &["container/activation-key"];
    type Input = Input;
    type Output = Output;
    type Error = ContainerError;
    type Room = ContainerRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("bartizan", &cx.realm, "activation-key").into()
    }

    async fn call(
        room: &ContainerRoom,
        cx: &Cx,
        permit: Permit,
        _input: Checked<Input>,
    ) -> Result<Output, ContainerError> {
        let _turn = cx.turns.take(&lifecycle::key::<ActivationKeys>(cx, ActivationKeys::ONLY)).await;
        let held = lifecycle::find::<ActivationKeys>(cx, ActivationKeys::ONLY).await?;
        let key = match held {
            Some(held) => held.document.into_inner(),
            None => {
                let key = ActivationKey { customer_id: cx.mint.uuid(), activation_id: cx.mint.uuid() };
                let mut draft = Draft::new(cx, &permit);
                draft.create::<ActivationKeys>(ActivationKeys::ONLY, key.clone()).await?;
                draft.commit().await?;
                key
            }
        };
        let ActivationKey { customer_id, activation_id } = key;
        Ok(Output { customer_id, activation_id, platform_url: room.endpoint().to_owned() })
    }
}
