//! `CreateActivation` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::SSM;
use crate::activation::{Activation, Activations, CODE_DIGITS, EXPIRES_AFTER_MS, EXPIRES_WITHIN_DAYS, digest};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::{TAGS_MAX, Tag, Tags};

/// Makes an id and a code with which hosts register. The code is shown once.
#[derive(Debug)]
pub struct CreateActivation;

/// How many hosts, and for how long.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateActivationRequest")]
pub struct Input {
    /// What it is for.
    #[shape(length = 0..=256)]
    pub description: Option<String>,
    /// How nodes are called that register with it.
    #[shape(length = 0..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub default_instance_name: Option<String>,
    /// Kept and answered; roles have no meaning here.
    #[shape(length = ..=64)]
    pub iam_role: String,
    /// How many hosts may register with it; 1 if absent.
    #[shape(range = 1..=1000)]
    pub registration_limit: Option<i32>,
    /// Until when; 24 hours from now if absent, 30 days at most.
    pub expiration_date: Option<Timestamp>,
    /// Of nodes that register with it.
    #[shape(length = ..=1000)]
    pub tags: Option<Vec<Tag>>,
    /// Taken and not kept: the vendor's own programs use it among themselves.
    pub registration_metadata: Option<Vec<RegistrationMetadataItem>>,
}

/// A note of the vendor's own programs.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
pub struct RegistrationMetadataItem {
    /// Not blank; the vendor spells this with a look-ahead.
    #[shape(length = 1..=128, pattern = r"^.*\S.*$")]
    pub key: String,
    /// Not blank.
    #[shape(length = 1..=2048, pattern = r"^.*\S.*$")]
    pub value: String,
}

/// Id and code.
#[derive(Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateActivationResult")]
pub struct Output {
    /// A UUID.
    #[shape(default, pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub activation_id: String,
    /// Shown now and never again.
    #[shape(default, length = 20..=250)]
    pub activation_code: String,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("activation_id", &self.activation_id).finish_non_exhaustive()
    }
}

impl Operation for CreateActivation {
    const NAME: &'static str = "CreateActivation";
    const ACTION: &'static str = "ssm:CreateActivation";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/activation"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let input = input.into_inner();
        let expiration_date = input.expiration_date.unwrap_or(Timestamp(cx.now.0.saturating_add(EXPIRES_AFTER_MS)));
        if expiration_date <= cx.now || expiration_date > cx.now.plus_days(EXPIRES_WITHIN_DAYS) {
            return Err(HostError::InvalidParameters(format!(
                "ExpirationDate must be in the future and at most {EXPIRES_WITHIN_DAYS} days from now"
            )));
        }
        let tags = Tags::default().with(input.tags.as_deref().unwrap_or_default()).tags;
        if tags.len() > TAGS_MAX {
            return Err(HostError::InvalidParameters(format!("an activation has at most {TAGS_MAX} tags")));
        }
        let activation_id = cx.mint.uuid();
        let activation_code = cx.mint.hex(CODE_DIGITS);
        let activation = Activation {
            activation_id: activation_id.clone(),
            code_digest: digest(&activation_code),
            description: input.description,
            default_instance_name: input.default_instance_name,
            iam_role: input.iam_role,
            registration_limit: input.registration_limit.unwrap_or(1),
            registrations_count: 0,
            expiration_date,
            created_date: cx.now,
            tags,
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Activations>(&activation_id, activation).await?;
        draft.commit().await?;
        Ok(Output { activation_id, activation_code })
    }
}
