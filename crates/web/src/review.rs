//! What the service checks of rules beyond the constraints of its model [reference, 3.1]. What rules refer to is looked at
//! elsewhere, see [`references`](crate::references).

use std::collections::{BTreeMap, BTreeSet};

use crate::complaint::Complaint;
use crate::document::{
    BlockAction, CustomHttpHeader, CustomRequestHandling, CustomResponseBody, OverrideAction, Rule, RuleAction,
    Statement, VisibilityConfig,
};
use crate::{label, walk};

mod body;
mod statement;
mod web_acl;

pub use body::bodies;
pub(crate) use web_acl::token_domain;
pub use web_acl::{WebAclParts, web_acl};

/// Headers that one action adds at most [WAF quotas].
const HEADERS_MAX: usize = 10;
/// The statuses of custom responses [WAF developer guide, supported response codes].
const RESPONSE_CODES: [i32; 33] = [
    200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414,
    415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
];

/// Where rules stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// In a web ACL, which may run rule groups.
    WebAcl,
    /// In a rule group, which may not.
    RuleGroup,
}

/// Bodies by the key by which actions name them.
pub type Bodies = BTreeMap<String, CustomResponseBody>;

/// Everything that is wrong with a list of rules.
#[must_use]
pub fn rules(rules: &[Rule], within: Within, bodies: Option<&Bodies>) -> Vec<Complaint> {
    let mut found = Vec::new();
    let (mut names, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules {
        let mut here = Vec::new();
        if !names.insert(rule.name.as_str()) {
            here.push(Complaint::new("RULE", "Name", "Two rules have the same name."));
        }
        if !priorities.insert(rule.priority) {
            here.push(Complaint::new("RULE", "Priority", "Two rules have the same priority."));
        }
        review_rule(rule, within, bodies, &mut here);
        found.extend(here.into_iter().map(|complaint| Complaint {
            reason: format!("{} (rule `{}`)", complaint.reason, rule.name),
            ..complaint
        }));
    }
    found
}

fn review_rule(rule: &Rule, within: Within, bodies: Option<&Bodies>, out: &mut Vec<Complaint>) {
    let runs_group = matches!(rule.statement, Statement::RuleGroupReference(_) | Statement::ManagedRuleGroup(_));
    match (runs_group, &rule.action, &rule.override_action) {
        (true, None, Some(over)) => {
            if let OverrideAction::Count(count) = over {
                handling(count.custom_request_handling.as_ref(), out);
            }
        }
        (false, Some(action), None) => review_action(action, bodies, out),
        (true, _, _) => out.push(Complaint::new(
            "RULE",
            "Rule",
            "A rule that runs a rule group has an OverrideAction and no Action.",
        )),
        (false, _, _) => {
            out.push(Complaint::new(
                "RULE",
                "Rule",
                "A rule that runs no rule group has an Action and no OverrideAction.",
            ));
        }
    }
    if runs_group && within == Within::RuleGroup {
        out.push(Complaint::new("STATEMENT", "Statement", "A rule group cannot run other rule groups."));
    }
    if runs_group && rule.rule_labels.as_ref().is_some_and(|labels| !labels.is_empty()) {
        out.push(Complaint::new("RULE", "RuleLabels", "A rule that runs a rule group puts no labels on requests."));
    }
    for named in rule.rule_labels.iter().flatten() {
        out.extend(label::review(&named.name).map(|reason| Complaint::new("RULE", named.name.clone(), reason)));
    }
    if let (Statement::RateBased(_), Some(RuleAction::Allow(_))) = (&rule.statement, &rule.action) {
        out.push(Complaint::new("RULE_ACTION", "Allow", "A rate-based rule cannot allow what it limits."));
    }
    visibility(&rule.visibility_config, out);
    web_acl::immunity(rule.challenge_config.as_ref(), out);
    for over in overrides(&rule.statement) {
        review_action(over, bodies, out);
    }
    statement::review(&rule.statement, statement::Place::Top, out);
    for inner in walk::statements(std::slice::from_ref(rule)) {
        statement::review_one(inner, out);
    }
}

/// The actions that rules of a group get instead of their own.
fn overrides(statement: &Statement) -> impl Iterator<Item = &RuleAction> {
    let overrides = match statement {
        Statement::RuleGroupReference(group) => group.rule_action_overrides.as_deref(),
        Statement::ManagedRuleGroup(group) => group.rule_action_overrides.as_deref(),
        _ => None,
    };
    overrides.unwrap_or_default().iter().map(|over| &over.action_to_use)
}

fn review_action(action: &RuleAction, bodies: Option<&Bodies>, out: &mut Vec<Complaint>) {
    match action {
        RuleAction::Block(block) => blocking(block, bodies, out),
        RuleAction::Allow(allow) => handling(allow.custom_request_handling.as_ref(), out),
        RuleAction::Count(count) => handling(count.custom_request_handling.as_ref(), out),
        RuleAction::Captcha(captcha) => handling(captcha.custom_request_handling.as_ref(), out),
        RuleAction::Challenge(challenge) => handling(challenge.custom_request_handling.as_ref(), out),
    }
}

/// What is wrong with an answer of one's own.
pub(crate) fn blocking(block: &BlockAction, bodies: Option<&Bodies>, out: &mut Vec<Complaint>) {
    let Some(response) = &block.custom_response else { return };
    let complain = |parameter: &str, reason: &str| Complaint::new("CUSTOM_RESPONSE", parameter, reason);
    if !RESPONSE_CODES.contains(&response.response_code) {
        out.push(complain(&response.response_code.to_string(), "This status is not among those of custom responses."));
    }
    if let Some(key) = &response.custom_response_body_key
        && bodies.is_none_or(|bodies| !bodies.contains_key(key))
    {
        let reason = "There is no custom response body of this key beside the rules.";
        out.push(Complaint::new("CUSTOM_RESPONSE_BODY", key.clone(), reason));
    }
    headers(response.response_headers.as_deref().unwrap_or_default(), "CUSTOM_RESPONSE", out);
    let is_type = |header: &&CustomHttpHeader| header.name.eq_ignore_ascii_case("content-type");
    if response.response_headers.iter().flatten().any(|header| is_type(&header)) {
        out.push(complain("content-type", "The type of the body says what the Content-Type is."));
    }
}

/// What is wrong with headers that are added to requests.
pub(crate) fn handling(handling: Option<&CustomRequestHandling>, out: &mut Vec<Complaint>) {
    if let Some(handling) = handling {
        headers(&handling.insert_headers, "CUSTOM_REQUEST_HANDLING", out);
    }
}

fn headers(headers: &[CustomHttpHeader], field: &'static str, out: &mut Vec<Complaint>) {
    if headers.len() > HEADERS_MAX {
        out.push(Complaint::new(field, "Headers", format!("An action adds at most {HEADERS_MAX} headers.")));
    }
    let mut names = BTreeSet::new();
    for header in headers {
        if !names.insert(header.name.to_ascii_lowercase()) {
            out.push(Complaint::new(field, header.name.clone(), "Two headers have the same name."));
        }
    }
}

/// What is wrong with the name of a metric.
pub(crate) fn visibility(config: &VisibilityConfig, out: &mut Vec<Complaint>) {
    if matches!(config.metric_name.as_str(), "All" | "Default_Action") {
        let reason = "This name is reserved: the service has metrics of its own under it.";
        out.push(Complaint::new("METRIC_NAME", config.metric_name.clone(), reason));
    }
}
