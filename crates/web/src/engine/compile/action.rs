//! Actions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::action::{Action, ActionKind, INSERTED_PREFIX, Inserts, Response};
use crate::document::{BlockAction, CustomRequestHandling, CustomResponseBody, RuleAction};

pub(super) fn action(action: &RuleAction, bodies: &BTreeMap<String, CustomResponseBody>) -> Action {
    match action {
        RuleAction::Allow(allow) => Action::Allow(inserts(allow.custom_request_handling.as_ref())),
        RuleAction::Block(block) => Action::Block(response(block, bodies)),
        RuleAction::Count(count) => Action::Count(inserts(count.custom_request_handling.as_ref())),
        RuleAction::Captcha(captcha) => Action::Captcha(inserts(captcha.custom_request_handling.as_ref())),
        RuleAction::Challenge(challenge) => Action::Challenge(inserts(challenge.custom_request_handling.as_ref())),
    }
}

pub(super) const fn kind(action: &RuleAction) -> ActionKind {
    match action {
        RuleAction::Allow(_) => ActionKind::Allow,
        RuleAction::Block(_) => ActionKind::Block,
        RuleAction::Count(_) => ActionKind::Count,
        RuleAction::Captcha(_) => ActionKind::Captcha,
        RuleAction::Challenge(_) => ActionKind::Challenge,
    }
}

/// Names of inserted headers get a prefix, so that an application can tell them.
pub(super) fn inserts(handling: Option<&CustomRequestHandling>) -> Inserts {
    let headers = handling.into_iter().flat_map(|handling| &handling.insert_headers);
    headers
        .map(|header| (format!("{INSERTED_PREFIX}{}", header.name.to_ascii_lowercase()), header.value.clone()))
        .collect()
}

pub(super) fn response(block: &BlockAction, bodies: &BTreeMap<String, CustomResponseBody>) -> Arc<Response> {
    let Some(custom) = &block.custom_response else { return Arc::new(Response::forbidden()) };
    let body = custom.custom_response_body_key.as_ref().and_then(|key| bodies.get(key));
    let headers = custom.response_headers.iter().flatten();
    Arc::new(Response {
        status: u16::try_from(custom.response_code).unwrap_or(403),
        custom: true,
        headers: headers.map(|header| (header.name.clone(), header.value.clone())).collect(),
        body: body.map(|body| (body.content_type, body.content.clone())),
    })
}
