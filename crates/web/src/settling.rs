//! How what a client sends becomes a rule group or a web ACL that can be stored: the checks in the vendor's order, and the
//! members that follow from others.

use bartizan_policy::{Cx, lifecycle};

use crate::complaint::Complaint;
use crate::document::{Rule, RuleGroup, Scope, Statement, WebAcl};
use crate::errors::WebError;
use crate::identity;
use crate::kind::{ManagedRuleSets, StoredRuleSet, rule_group, web_acl};
use crate::references::{self, REFERENCES_MAX, Reference, Resolved};
use crate::{label, walk, wcu};

/// Rate-based rules of one web ACL at most [WAF quotas].
const RATE_RULES_MAX: usize = 10;
/// Rate-based rules of one rule group at most [WAF quotas].
const RATE_RULES_IN_GROUP_MAX: usize = 4;

/// The first of what is wrong.
pub(crate) fn refuse(complaints: impl IntoIterator<Item = Complaint>) -> Result<(), WebError> {
    match complaints.into_iter().next() {
        Some(complaint) => Err(complaint.into()),
        None => Ok(()),
    }
}

/// Checks a rule group by itself, and fills in what follows from its rules.
pub(crate) fn group(cx: &Cx, mut group: RuleGroup) -> Result<RuleGroup, WebError> {
    let rules = group.rules.get_or_insert_default();
    walk::settle(rules);
    let namespace = label::of_rule_group(&cx.realm, &group.name);
    group.available_labels = Some(label::added(rules, &namespace));
    group.consumed_labels = Some(label::consumed(rules, &namespace));
    group.label_namespace = Some(namespace);
    refuse(rule_group::review(&group))?;
    Ok(group)
}

/// Checks what a rule group refers to.
pub(crate) async fn group_references(cx: &Cx, group: &RuleGroup, scope: Scope) -> Result<(), WebError> {
    let rules = group.rules.as_deref().unwrap_or_default();
    let resolved = Resolved::read(cx, rules, scope).await?;
    refuse(resolved.review(rules))?;
    counts(rules, RATE_RULES_IN_GROUP_MAX)
}

/// Checks a web ACL by itself.
pub(crate) fn acl(cx: &Cx, mut acl: WebAcl) -> Result<WebAcl, WebError> {
    walk::settle(acl.rules.get_or_insert_default());
    acl.label_namespace = Some(label::of_web_acl(&cx.realm, &acl.name));
    refuse(web_acl::review(&acl))?;
    Ok(acl)
}

/// Checks what a web ACL refers to, and says what it costs. `prior` is what it replaces.
pub(crate) async fn acl_references(
    cx: &Cx,
    acl: &mut WebAcl,
    scope: Scope,
    prior: Option<&WebAcl>,
) -> Result<(), WebError> {
    let rules = acl.rules.as_deref().unwrap_or_default();
    let kept = prior.and_then(|prior| prior.rules.as_deref()).unwrap_or_default();
    let resolved = priced(cx, rules, scope, kept).await?;
    refuse(web_acl::over_capacity(rules, &resolved))?;
    counts(rules, RATE_RULES_MAX)?;
    acl.capacity = Some(wcu::cost(rules, &resolved));
    Ok(())
}

/// What the rules refer to, all of which can be used. `kept` are the rules that they replace.
pub(crate) async fn priced(cx: &Cx, rules: &[Rule], scope: Scope, kept: &[Rule]) -> Result<Resolved, WebError> {
    let resolved = Resolved::read(cx, rules, scope).await?;
    for reference in references::of(rules) {
        if let Reference::Managed(group) = reference {
            let stored = identity::stored(scope, &group.name);
            let Some(set) = resolved.managed(group) else {
                let text = format!(
                    "there is no managed rule group `{}` of vendor `{}` in this scope: ListAvailableManagedRuleGroups shows \
                     which there are",
                    group.name, group.vendor_name
                );
                return Err(WebError::Nonexistent(text));
            };
            if group.managed_rule_group_configs.as_ref().is_some_and(|configs| !configs.is_empty()) {
                let reason = "The managed rule group takes no configuration.";
                return Err(Complaint::new("MANAGED_RULE_GROUP_CONFIG", stored, reason).into());
            }
            let was = references::of(kept).into_iter().any(|other| match other {
                Reference::Managed(other) => {
                    (&other.vendor_name, &other.name, &other.version)
                        == (&group.vendor_name, &group.name, &group.version)
                }
                Reference::Own(..) => false,
            });
            choose(cx, set, group.version.as_deref(), was)?;
        }
    }
    refuse(resolved.review(rules))?;
    Ok(resolved)
}

/// Whether customers may choose a version of a managed rule set: none (the recommended one), one that is not set to
/// expire, or the one that they have, as long as it has not expired.
pub(crate) fn choose(cx: &Cx, set: &StoredRuleSet, version: Option<&str>, kept: bool) -> Result<(), WebError> {
    let Some(name) = version else {
        return match &set.recommended_version {
            Some(_) => Ok(()),
            None => Err(WebError::InvalidResource(format!("no version of `{}` is published yet", set.name))),
        };
    };
    let Some(version) = set.published_versions.get(name) else {
        return Err(WebError::Nonexistent(format!("`{}` has no version `{name}`", set.name)));
    };
    let expired = version.expiry_timestamp.is_some_and(|expiry| expiry <= cx.now);
    if expired || (version.expiry_timestamp.is_some() && !kept) {
        let state = if expired { "has expired" } else { "is going to expire" };
        return Err(WebError::Expired(format!(
            "version `{name}` of `{}` {state}: choose another one, or none for the one that its vendor recommends",
            set.name
        )));
    }
    Ok(())
}

/// How many rules of a list may count requests, and how many may refer to something.
fn counts(rules: &[Rule], rate_rules_max: usize) -> Result<(), WebError> {
    let rates = rules.iter().filter(|rule| matches!(rule.statement, Statement::RateBased(_))).count();
    if rates > rate_rules_max {
        let text = format!("there may be at most {rate_rules_max} rate-based rules");
        return Err(WebError::LimitsExceeded { source_type: "RATE_BASED_STATEMENT", text });
    }
    if references::of(rules).len() > REFERENCES_MAX {
        let text = format!("there may be at most {REFERENCES_MAX} statements that refer to something");
        return Err(WebError::LimitsExceeded { source_type: "STATEMENT", text });
    }
    Ok(())
}

/// What a web ACL costs now: what it runs may have been changed since it was stored.
pub(crate) async fn cost_now(cx: &Cx, acl: &WebAcl, scope: Scope) -> Result<i64, WebError> {
    let rules = acl.rules.as_deref().unwrap_or_default();
    let resolved = Resolved::read(cx, rules, scope).await?;
    Ok(wcu::cost(rules, &resolved))
}

/// The managed rule set of a vendor and name.
pub(crate) async fn managed(cx: &Cx, scope: Scope, vendor: &str, name: &str) -> Result<StoredRuleSet, WebError> {
    identity::review_scope(&cx.realm, scope)?;
    let held = lifecycle::find::<ManagedRuleSets>(cx, &identity::stored(scope, name)).await?;
    let set = held.map(|held| held.document.into_inner()).filter(|set| set.vendor_name == vendor);
    set.ok_or_else(|| WebError::Nonexistent(format!("vendor `{vendor}` offers no managed rule group `{name}` here")))
}
