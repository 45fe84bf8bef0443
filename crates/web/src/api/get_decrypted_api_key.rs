//! `GetDecryptedAPIKey` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::WAF;
use crate::document::Scope;
use crate::errors::WebError;
use crate::identity;
use crate::kind::ApiKeys;
use crate::kind::api_key;
use crate::room::WebRoom;

/// Says what an API key is for.
#[derive(Debug)]
pub struct GetDecryptedApiKey;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetDecryptedAPIKeyRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// The key.
    #[serde(rename = "APIKey")]
    #[shape(length = 1..=2048, pattern = r".*\S.*")]
    pub api_key: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetDecryptedAPIKeyResponse")]
pub struct Output {
    /// Where it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(each(length = 1..=253, pattern = r"^[\w\.\-/]+$"))]
    pub token_domains: Option<Vec<String>>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub creation_timestamp: Option<Timestamp>,
}

impl Operation for GetDecryptedApiKey {
    const NAME: &'static str = "GetDecryptedAPIKey";
    const ACTION: &'static str = "wafv2:GetDecryptedAPIKey";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let held = lifecycle::find::<ApiKeys>(cx, &api_key::stored(input.scope, &input.api_key)).await?;
        let Some(held) = held else {
            return Err(WebError::InvalidResource("this is no API key of ours: ListAPIKeys shows them".to_owned()));
        };
        let key = held.document.into_inner();
        Ok(Output { token_domains: Some(key.token_domains), creation_timestamp: Some(key.creation_timestamp) })
    }
}
