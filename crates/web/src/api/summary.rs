//! What the operations answer of a document in a list, and what authorization is asked about.

use bartizan_policy::{Cx, Held};
use bartizan_wire::{Arn, ResourceName};

use crate::complaint::Complaint;
use crate::document::{
    IpSetSummary, ManagedRuleSetSummary, RegexPatternSetSummary, RuleGroupSummary, Scope, WebAclSummary,
};
use crate::entity;
use crate::identity::{self, Resource};
use crate::kind::{IpSets, ManagedRuleSets, RegexPatternSets, RuleGroups, WebAcls};

/// Of an IP set.
pub(super) fn ip_set(held: &Held<IpSets>) -> IpSetSummary {
    let set = &held.document;
    IpSetSummary {
        name: Some(set.name.clone()),
        id: Some(set.id.clone()),
        description: set.description.clone(),
        lock_token: Some(held.entry.token.0.clone()),
        arn: Some(set.arn.clone()),
    }
}

/// Of a regex pattern set.
pub(super) fn regex_pattern_set(held: &Held<RegexPatternSets>) -> RegexPatternSetSummary {
    let set = &held.document;
    RegexPatternSetSummary {
        name: set.name.clone(),
        id: set.id.clone(),
        description: set.description.clone(),
        lock_token: Some(held.entry.token.0.clone()),
        arn: set.arn.clone(),
    }
}

/// Of a rule group.
pub(super) fn rule_group(held: &Held<RuleGroups>) -> RuleGroupSummary {
    let group = &held.document;
    RuleGroupSummary {
        name: Some(group.name.clone()),
        id: Some(group.id.clone()),
        description: group.description.clone(),
        lock_token: Some(held.entry.token.0.clone()),
        arn: Some(group.arn.clone()),
    }
}

/// Of a web ACL.
pub(super) fn web_acl(held: &Held<WebAcls>) -> WebAclSummary {
    let acl = &held.document;
    WebAclSummary {
        name: Some(acl.name.clone()),
        id: Some(acl.id.clone()),
        description: acl.description.clone(),
        lock_token: Some(held.entry.token.0.clone()),
        arn: Some(acl.arn.clone()),
    }
}

/// Of a managed rule set.
pub(super) fn managed_rule_set(cx: &Cx, scope: Scope, held: &Held<ManagedRuleSets>) -> ManagedRuleSetSummary {
    let set = &held.document;
    ManagedRuleSetSummary {
        name: Some(set.name.clone()),
        id: Some(set.id.clone()),
        description: set.description.clone(),
        lock_token: Some(held.entry.token.0.clone()),
        arn: Some(identity::arn(&cx.realm, scope, Resource::ManagedRuleSet, &set.name, &set.id).into()),
        label_namespace: Some(set.label_namespace.clone()),
    }
}

/// Of operations that take an ARN.
pub(super) fn arn_resource(arn: &str) -> ResourceName {
    arn.parse::<Arn>().map_or_else(|_| ResourceName::any(), ResourceName::from)
}

/// Of operations that take an ARN, or name, scope and id.
pub(super) fn named_resource(
    cx: &Cx,
    resource: Resource,
    arn: Option<&str>,
    scope: Option<Scope>,
    name: Option<&str>,
    id: Option<&str>,
) -> ResourceName {
    match (arn, scope, name, id) {
        (Some(arn), ..) => arn_resource(arn),
        (None, Some(scope), Some(name), Some(id)) => entity::resource(cx, scope, resource, name, id),
        _ => ResourceName::any(),
    }
}

/// Something was left out.
pub(super) fn neither_arn_nor_name(field: &'static str) -> Complaint {
    Complaint::new(field, "ARN", "Give the ARN, or all of Name, Scope and Id.")
}
