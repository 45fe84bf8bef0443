//! `CheckCapacity` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::{Rule, Scope};
use crate::errors::WebError;
use crate::identity;
use crate::review::{self, Within};
use crate::room::WebRoom;
use crate::settling;
use crate::wcu;

/// Says what rules would cost.
#[derive(Debug)]
pub struct CheckCapacity;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CheckCapacityRequest")]
pub struct Input {
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// In any order; priorities decide.
    pub rules: Vec<Rule>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CheckCapacityResponse")]
pub struct Output {
    /// Web ACL capacity units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..)]
    pub capacity: Option<i64>,
}

impl Operation for CheckCapacity {
    const NAME: &'static str = "CheckCapacity";
    const ACTION: &'static str = "wafv2:CheckCapacity";
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
        // Bodies of custom responses stand beside rules, and so are not sent here.
        let complaints = review::rules(&input.rules, Within::WebAcl, None);
        settling::refuse(complaints.into_iter().filter(|complaint| complaint.field != "CUSTOM_RESPONSE_BODY"))?;
        let resolved = settling::priced(cx, &input.rules, input.scope, &[]).await?;
        Ok(Output { capacity: Some(wcu::cost(&input.rules, &resolved)) })
    }
}
