//! `GenerateMobileSdkReleaseUrl` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::Platform;
use crate::errors::WebError;
use crate::room::WebRoom;

/// Says where a release of the vendor's SDK is: there are none here.
#[derive(Debug)]
pub struct GenerateMobileSdkReleaseUrl;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GenerateMobileSdkReleaseUrlRequest")]
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
#[shape(name = "GenerateMobileSdkReleaseUrlResponse")]
pub struct Output {
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Operation for GenerateMobileSdkReleaseUrl {
    const NAME: &'static str = "GenerateMobileSdkReleaseUrl";
    const ACTION: &'static str = "wafv2:GenerateMobileSdkReleaseUrl";
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
