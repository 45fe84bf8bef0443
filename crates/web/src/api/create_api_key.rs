//! `CreateAPIKey` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::Scope;
use crate::errors::WebError;
use crate::identity;
use crate::kind::api_key;
use crate::kind::{ApiKey, ApiKeys};
use crate::review;
use crate::room::WebRoom;
use crate::settling;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Makes a key with which pages of some domains ask for tokens.
#[derive(Debug)]
pub struct CreateApiKey;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateAPIKeyRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// Where it may be used.
    #[shape(length = 1.., each(length = 1..=253, pattern = r"^[\w\.\-/]+$"))]
    pub token_domains: Vec<String>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateAPIKeyResponse")]
pub struct Output {
    /// The key.
    #[serde(rename = "APIKey", skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=2048, pattern = r".*\S.*")]
    pub api_key: Option<String>,
}

impl Operation for CreateApiKey {
    const NAME: &'static str = "CreateAPIKey";
    const ACTION: &'static str = "wafv2:CreateAPIKey";
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
        if input.token_domains.len() > DOMAINS_MAX {
            let text = format!("an API key is for at most {DOMAINS_MAX} domains");
            return Err(WebError::LimitsExceeded { source_type: "TOKEN_DOMAIN", text });
        }
        settling::refuse(input.token_domains.iter().filter_map(|domain| review::token_domain(domain)))?;
        let key = URL_SAFE_NO_PAD.encode(cx.mint.hex(KEY_DIGITS));
        let document =
            ApiKey { api_key: key.clone(), token_domains: input.token_domains.clone(), creation_timestamp: cx.now };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<ApiKeys>(&api_key::stored(input.scope, &key), document).await?;
        draft.commit().await?;
        Ok(Output { api_key: Some(key) })
    }
}

/// Domains of one key at most [WAFV2 API reference, `CreateAPIKey`].
const DOMAINS_MAX: usize = 5;
/// Random hexadecimal digits in a key.
const KEY_DIGITS: usize = 96;
