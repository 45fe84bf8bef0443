//! `GetMobileSdkRelease` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{MobileSdkRelease, Platform};
use crate::errors::WebError;
use crate::room::WebRoom;

/// Reads a release of the vendor's SDK: there are none here.
#[derive(Debug)]
pub struct GetMobileSdkRelease;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetMobileSdkReleaseRequest")]
pub struct Input {
    /// Of which telephones.
    pub platform: Platform,
    /// Its version.
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub release_version: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetMobileSdkReleaseResponse")]
pub struct Output {
    /// The release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_sdk_release: Option<MobileSdkRelease>,
}

impl Operation for GetMobileSdkRelease {
    const NAME: &'static str = "GetMobileSdkRelease";
    const ACTION: &'static str = "wafv2:GetMobileSdkRelease";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, _cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        Err(WebError::Nonexistent(format!("release `{}` of the vendor's SDK is not kept here", input.release_version)))
    }
}
