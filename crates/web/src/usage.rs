//! What refers to something: the other direction of [`references`](crate::references).

use bartizan_policy::{Cx, lifecycle};
use bartizan_wire::Timestamp;

use crate::document::{Rule, Statement};
use crate::errors::WebError;
use crate::identity::{self, Named};
use crate::kind::{Associations, ManagedRuleSets, ManagedVersions, RuleGroups, WebAcls};
use crate::references::{self, Reference};
use crate::walk;

/// Refuses the deletion of what something refers to: `WAFAssociatedItemException`.
pub(crate) async fn refuse_used(cx: &Cx, named: &Named) -> Result<(), WebError> {
    let users = of(cx, &named.arn(&cx.realm).to_string()).await?;
    match users.as_slice() {
        [] => Ok(()),
        users => Err(WebError::Associated(format!(
            "`{}` is used by {}: make them use it no longer, then delete it",
            named.name,
            users.join(", ")
        ))),
    }
}

/// What refers to an ARN: web ACLs, rule groups, published versions that have not expired, and protected resources.
///
/// # Errors
/// When the store fails.
pub async fn of(cx: &Cx, arn: &str) -> Result<Vec<String>, WebError> {
    let refers = |rules: &[Rule]| {
        references::of(rules).iter().any(|reference| matches!(reference, Reference::Own(_, named) if *named == arn))
    };
    let mut users = Vec::new();
    for held in lifecycle::list::<WebAcls>(cx, "").await? {
        if refers(held.document.rules.as_deref().unwrap_or_default()) {
            users.push(format!("web ACL {}", held.document.name));
        }
    }
    for held in lifecycle::list::<RuleGroups>(cx, "").await? {
        if refers(held.document.rules.as_deref().unwrap_or_default()) {
            users.push(format!("rule group {}", held.document.name));
        }
    }
    for held in lifecycle::list::<ManagedRuleSets>(cx, "").await? {
        for (name, version) in &held.document.published_versions {
            if version.expiry_timestamp.is_some_and(|expiry| expiry <= cx.now) {
                continue;
            }
            let stored = format!("{}/{name}", held.entry.key.name);
            let rules = lifecycle::find::<ManagedVersions>(cx, &stored).await?;
            let named = version.associated_rule_group_arn.as_deref() == Some(arn);
            if named || rules.is_some_and(|rules| refers(&rules.document.rules)) {
                users.push(format!("version {name} of managed rule set {}", held.document.name));
            }
        }
    }
    for held in lifecycle::list::<Associations>(cx, "").await? {
        if held.document.web_acl_arn == arn {
            users.push(format!("resource {}", held.document.resource_arn));
        }
    }
    Ok(users)
}

/// Web ACLs that run a managed rule group, by stored name, with what they cost now and whether they pin a version.
///
/// # Errors
/// When the store fails.
pub async fn of_managed(cx: &Cx, stored: &str, vendor: &str) -> Result<Vec<Follower>, WebError> {
    let (scope, name) = stored.split_once('/').unwrap_or_default();
    let mut found = Vec::new();
    for held in lifecycle::list::<WebAcls>(cx, &format!("{scope}/")).await? {
        let rules = held.document.rules.as_deref().unwrap_or_default();
        for statement in walk::statements(rules) {
            if let Statement::ManagedRuleGroup(group) = statement
                && group.name == name
                && group.vendor_name == vendor
            {
                found.push(Follower {
                    web_acl: identity::name_of(&held.entry.key.name).to_owned(),
                    version: group.version.clone(),
                });
            }
        }
    }
    Ok(found)
}

/// A web ACL that runs a managed rule group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follower {
    /// The web ACL's name.
    pub web_acl: String,
    /// The version that it pins, if it does.
    pub version: Option<String>,
}

impl Follower {
    /// The version that it runs at an instant.
    #[must_use]
    pub fn runs<'a>(&'a self, set: &'a crate::kind::StoredRuleSet, now: Timestamp) -> Option<&'a str> {
        set.effective(self.version.as_deref(), now)
    }
}
