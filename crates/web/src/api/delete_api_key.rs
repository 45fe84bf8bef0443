//! `DeleteAPIKey` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::Scope;
use crate::errors::WebError;
use crate::identity;
use crate::kind::ApiKeys;
use crate::kind::api_key;
use crate::room::WebRoom;

/// Deletes an API key.
#[derive(Debug)]
pub struct DeleteApiKey;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteAPIKeyRequest")]
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
#[shape(name = "DeleteAPIKeyResponse")]
pub struct Output {}

impl Operation for DeleteApiKey {
    const NAME: &'static str = "DeleteAPIKey";
    const ACTION: &'static str = "wafv2:DeleteAPIKey";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/api-key"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        identity::review_scope(&cx.realm, input.scope)?;
        let mut draft = Draft::new(cx, &permit);
        if !draft.retire::<ApiKeys>(&api_key::stored(input.scope, &input.api_key)).await? {
            return Err(WebError::Nonexistent("there is no such API key: ListAPIKeys shows them".to_owned()));
        }
        draft.commit().await?;
        Ok(Output {})
    }
}
