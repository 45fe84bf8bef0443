//! `DeleteRegexPatternSet` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use crate::document::Scope;
use crate::entity;
use crate::errors::WebError;
use crate::identity::{Named, Resource};
use crate::kind::RegexPatternSets;
use crate::room::WebRoom;
use crate::usage;

/// Deletes it, unless something uses it.
#[derive(Debug)]
pub struct DeleteRegexPatternSet;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteRegexPatternSetRequest")]
pub struct Input {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// Regional, or for CloudFront.
    pub scope: Scope,
    /// A UUID in lower case.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub id: String,
    /// Stands for this revision; a change must name it.
    #[shape(length = 1..=36, pattern = r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    pub lock_token: String,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "DeleteRegexPatternSetResponse")]
pub struct Output {}

impl Operation for DeleteRegexPatternSet {
    const NAME: &'static str = "DeleteRegexPatternSet";
    const ACTION: &'static str = "wafv2:DeleteRegexPatternSet";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/regex-pattern-set", "web/tags"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        entity::resource(cx, input.scope, Resource::RegexPatternSet, &input.name, &input.id)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let _turn = entity::turn(cx).await;
        let held = entity::find::<RegexPatternSets>(cx, input.scope, &input.name, &input.id).await?;
        entity::unlock(cx, &held, &input.lock_token)?;
        let named = Named {
            scope: input.scope,
            resource: Resource::RegexPatternSet,
            name: input.name.clone(),
            id: input.id.clone(),
        };
        usage::refuse_used(cx, &named).await?;
        let draft = Draft::new(cx, &permit);
        entity::delete(draft, &named, &held).await?;
        Ok(Output {})
    }
}
