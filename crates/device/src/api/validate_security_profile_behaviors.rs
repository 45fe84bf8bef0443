//! `ValidateSecurityProfileBehaviors` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, Loose, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::behavior::Behavior;
use crate::errors::DeviceError;
use crate::profile::{self, Known};
use crate::room::DeviceRoom;

/// Longest text of one error in characters, by the vendor's model.
const MESSAGE_CHARS_MAX: usize = 2048;

/// Says what is wrong with behaviors before they are stored.
#[derive(Debug)]
pub struct ValidateSecurityProfileBehaviors;

/// The behaviors.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ValidateSecurityProfileBehaviorsRequest")]
pub struct Input {
    /// As they would be given to a profile.
    #[shape(length = ..=100)]
    pub behaviors: Vec<Loose<Behavior>>,
}

/// What is wrong.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ValidateSecurityProfileBehaviorsResponse")]
pub struct Output {
    /// Nothing is.
    #[shape(default)]
    pub valid: bool,
    /// All that is.
    #[shape(default)]
    pub validation_errors: Vec<ValidationError>,
}

/// One thing that is wrong.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationError {
    /// In one sentence.
    #[shape(default, length = ..=2048)]
    pub error_message: String,
}

impl Operation for ValidateSecurityProfileBehaviors {
    const NAME: &'static str = "ValidateSecurityProfileBehaviors";
    const ACTION: &'static str = "iot:ValidateSecurityProfileBehaviors";
    const BINDING: Binding = iot(Method::Post, "/security-profile-behaviors/validate", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let wrong = judged(cx, &input.behaviors).await?;
        let told = |text: String| ValidationError { error_message: text.chars().take(MESSAGE_CHARS_MAX).collect() };
        Ok(Output { valid: wrong.is_empty(), validation_errors: wrong.into_iter().map(told).collect() })
    }
}

/// Everything that is wrong with behaviors, one sentence each.
pub(super) async fn judged(cx: &Cx, behaviors: &[Loose<Behavior>]) -> Result<Vec<String>, DeviceError> {
    let behaviors: Vec<Behavior> = behaviors.iter().map(|behavior| behavior.0.clone()).collect();
    let metrics = behaviors.iter().filter_map(|behavior| behavior.metric.as_deref());
    let dimensions = behaviors.iter().filter_map(|behavior| behavior.metric_dimension.as_ref());
    let dimensions = dimensions.map(|dimension| dimension.dimension_name.as_str());
    let known = Known::find(cx, metrics, dimensions).await?;
    Ok(profile::judge(&behaviors, &known))
}
