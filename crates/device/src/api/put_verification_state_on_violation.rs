//! `PutVerificationStateOnViolation`

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::errors::DeviceError;
use crate::room::DeviceRoom;
use crate::violation;
use crate::violation::verification::{self, Verification, VerificationState};

/// Says what is thought of a violation.
#[derive(Debug)]
pub struct PutVerificationStateOnViolation;

/// [IoT API reference, `PutVerificationStateOnViolationRequest`].
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "PutVerificationStateOnViolationRequest")]
pub struct Input {
    /// Of which.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub violation_id: String,
    /// The verdict.
    pub verification_state: VerificationState,
    /// In words.
    #[shape(length = ..=1000, pattern = r"[^\p{Cntrl}]*")]
    pub verification_state_description: Option<String>,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "PutVerificationStateOnViolationResponse")]
pub struct Output {}

impl Operation for PutVerificationStateOnViolation {
    const NAME: &'static str = "PutVerificationStateOnViolation";
    const ACTION: &'static str = "iot:PutVerificationStateOnViolation";
    const BINDING: Binding = iot(Method::Post, "/violations/verification-state/{violationId}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        if cx.previewing {
            return Err(DeviceError::InvalidRequest(
                "a verdict changes nothing that is judged: repeat the request without /preview".to_owned(),
            ));
        }
        let input = input.into_inner();
        if !room.holds(cx, &input.violation_id).await? && violation::find(cx, &input.violation_id).await?.is_none() {
            return Err(DeviceError::InvalidRequest(format!(
                "there is no violation {}: take its violationId from ListActiveViolations or ListViolationEvents",
                input.violation_id
            )));
        }
        let verification =
            Verification { state: input.verification_state, description: input.verification_state_description };
        verification::put(cx, &input.violation_id, &verification).await?;
        room.verified(cx, &input.violation_id, verification.state);
        Ok(Output {})
    }
}
