//! Finding a rate-based rule by its name.

use bartizan_policy::{Cx, lifecycle};

use crate::document::{RateBasedStatementAggregateKeyType, Rule, Statement, WebAcl};
use crate::entity;
use crate::errors::WebError;
use crate::identity::{self, Named};
use crate::kind::{ManagedRuleSets, ManagedVersions, RuleGroups};

/// The rule of a web ACL, or the rule of the group that it runs.
pub(super) async fn rule(cx: &Cx, acl: &WebAcl, name: &str, in_group: Option<&str>) -> Result<Rule, WebError> {
    let rule = named(acl.rules.as_deref(), name)?;
    let Some(inner) = in_group else { return Ok(rule) };
    match &rule.statement {
        Statement::RuleGroupReference(group) => {
            let (_, held) = entity::find_arn::<RuleGroups>(cx, &group.arn).await?;
            named(held.document.rules.as_deref(), inner)
        }
        Statement::ManagedRuleGroup(group) => {
            let scope = Named::read(&cx.realm, &acl.arn)?.scope;
            let stored = identity::stored(scope, &group.name);
            let set = lifecycle::find::<ManagedRuleSets>(cx, &stored).await?;
            let version = set.as_ref().and_then(|set| set.document.effective(group.version.as_deref(), cx.now));
            let version = version.ok_or_else(|| WebError::nonexistent("the version of", &group.name))?;
            let held = lifecycle::find::<ManagedVersions>(cx, &format!("{stored}/{version}")).await?;
            named(held.as_ref().map(|held| held.document.rules.as_slice()), inner)
        }
        _ => Err(WebError::nonexistent("the rule", inner)),
    }
}

fn named(rules: Option<&[Rule]>, name: &str) -> Result<Rule, WebError> {
    let found = rules.unwrap_or_default().iter().find(|rule| rule.name == name);
    found.cloned().ok_or_else(|| WebError::nonexistent("the rule", name))
}

/// Refuses a rule that does not count by address.
pub(super) fn by_address(rule: &Rule) -> Result<(), WebError> {
    let Statement::RateBased(rate) = &rule.statement else {
        return Err(WebError::nonexistent("the rate-based rule", &rule.name));
    };
    match rate.aggregate_key_type {
        RateBasedStatementAggregateKeyType::Ip | RateBasedStatementAggregateKeyType::ForwardedIp => Ok(()),
        other => {
            let text = format!("the rule counts by {}: only addresses can be listed", other.as_wire());
            Err(WebError::UnsupportedAggregateKeyType(text))
        }
    }
}
