//! `POST /v1/host/register`: a host shows an activation and becomes a managed node. The vendor's own operation for this
//! is not part of its model, so this one is ours.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{AgentKey, Cx, Draft, LifecycleError, Permit};
use bartizan_wire::{Checked, Json, ResourceName, Shape};
use serde::Serialize;
use serde_json::Value;

use crate::activation::{Activations, ManagedInstance, ManagedInstances};
use crate::errors::HostError;
use crate::node::{self, Node};
use crate::observe::Facts;
use crate::room::HostRoom;
use crate::tags::{ResourceType, Tagged, Tags};

/// Registers a host. It needs no signature, because it carries the activation's code.
#[derive(Debug)]
pub struct RegisterManagedInstance;

/// The activation, and what the host is.
#[derive(Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterManagedInstanceRequest")]
pub struct Input {
    /// A UUID.
    #[shape(length = 36..=36)]
    pub activation_id: String,
    /// As it was shown when the activation was created.
    #[shape(length = 20..=250, sensitive)]
    pub activation_code: String,
    /// What the host says of itself: see [`Facts`].
    pub facts: Json,
}

/// Who the host is from now on, and with which key its agent signs.
#[derive(Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterManagedInstanceResponse")]
pub struct Output {
    /// `mi-` and 17 hexadecimal digits.
    pub instance_id: String,
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half; shown now and never again.
    #[shape(sensitive)]
    pub secret_access_key: String,
    /// For which requests are signed.
    pub region: String,
}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Hexadecimal digits of a node's id.
const ID_DIGITS: usize = 17;

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("instance_id", &self.instance_id)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("activation_id", &self.activation_id).finish_non_exhaustive()
    }
}

impl Operation for RegisterManagedInstance {
    const NAME: &'static str = "RegisterManagedInstance";
    const ACTION: &'static str = "bartizan:RegisterManagedInstance";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/host/register",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: true,
    };
    const WRITES: &'static [&'static str] = &["host/activation", "host/managed-instance", "host/tags"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let facts: Facts = serde_json::from_value(Value::from(&input.facts))
            .map_err(|error| HostError::Validation(format!("Facts cannot be read: {error}")))?;
        let turn = lifecycle::key::<Activations>(cx, &input.activation_id);
        let mut tries = Tries::new(cx, &turn, None).await;
        let instance = loop {
            match register(cx, &permit, &input).await {
                Err(error) if tries.again(&error) => {}
                outcome => break outcome?,
            }
        };
        if !cx.previewing {
            let node = Node {
                instance: instance.instance_id.clone(),
                facts,
                heard_at: cx.now,
                captured_at: None,
                refreshed_at: None,
                indices: Vec::new(),
                inventory_digest: String::new(),
            };
            node::post(cx, &node).await?;
            room.enrol(cx, AgentKey::from(&instance));
        }
        Ok(Output {
            instance_id: instance.instance_id,
            access_key_id: instance.access_key_id,
            secret_access_key: instance.secret_access_key,
            region: cx.realm.region.clone(),
        })
    }
}

async fn register(cx: &Cx, permit: &Permit, input: &Input) -> Result<ManagedInstance, HostError> {
    let id = &input.activation_id;
    // An unknown activation and a wrong code are answered alike, so that neither can be searched for.
    let wrong = || HostError::InvalidActivation("the activation does not exist, or its code is another one".to_owned());
    let held = lifecycle::find::<Activations>(cx, id).await?.ok_or_else(wrong)?;
    let activation = &held.document;
    if !activation.has_code(&input.activation_code) {
        return Err(wrong());
    }
    if activation.is_expired(cx.now) {
        return Err(HostError::InvalidActivation(format!("the activation `{id}` has expired: create another one")));
    }
    if activation.registrations_count >= activation.registration_limit {
        return Err(HostError::InvalidActivation(format!(
            "the activation `{id}` has been used {} times, which is its limit: create another one",
            activation.registrations_count
        )));
    }
    let instance_id = format!("mi-0{}", cx.mint.hex(ID_DIGITS - 1));
    let key = AgentKey::mint(cx, &instance_id);
    let instance = ManagedInstance {
        instance_id,
        activation_id: id.clone(),
        iam_role: activation.iam_role.clone(),
        registration_date: cx.now,
        name: activation.default_instance_name.clone(),
        access_key_id: key.access_key_id,
        secret_access_key: key.secret_access_key,
    };
    let mut draft = Draft::new(cx, permit);
    draft
        .update::<Activations, LifecycleError>(id, Some(held.entry.revision), |prior| {
            let mut next = prior.clone();
            next.registrations_count += 1;
            Ok(next)
        })
        .await?;
    draft.create::<ManagedInstances>(&instance.instance_id, instance.clone()).await?;
    if !activation.tags.is_empty() {
        let name = Tags::name(ResourceType::ManagedInstance, &instance.instance_id);
        draft.create::<Tagged>(&name, Tags { tags: activation.tags.clone() }).await?;
    }
    draft.commit().await?;
    Ok(instance)
}
