//! The vendor's side of managed rule sets: publishing versions, recommending one, and setting when one expires
//! [decisions of the reference, 2.3 to 2.5].

use std::collections::BTreeMap;

use bartizan_ledger::Entry;
use bartizan_policy::{Cx, Draft, Held, LifecycleError, Permit, lifecycle};
use bartizan_wire::Timestamp;

use crate::complaint::Complaint;
use crate::document::{ManagedRuleSetVersion, RuleGroup, Scope, VersionToPublish};
use crate::errors::WebError;
use crate::identity::{Named, Resource};
use crate::kind::{ManagedRuleSets, ManagedVersions, RuleGroups, StoredRuleSet, StoredVersion, managed_version};
use crate::notice::Notice;
use crate::{entity, label, notice};

/// What a vendor wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Versions to be published or changed, by name.
    pub(crate) versions: &'a BTreeMap<String, VersionToPublish>,
    /// The version to be recommended from now on.
    pub(crate) recommended: Option<&'a str>,
}

/// Publishes. Versions that are not named stay as they are: removal is by expiry only.
pub(crate) async fn publish(
    cx: &Cx,
    permit: &Permit,
    scope: Scope,
    held: &Held<ManagedRuleSets>,
    wish: Wish<'_>,
) -> Result<Entry, WebError> {
    if wish.versions.is_empty() && wish.recommended.is_none() {
        let reason = "Publish versions, recommend one, or both.";
        return Err(Complaint::new("MANAGED_RULE_SET", "VersionsToPublish", reason).into());
    }
    let mut next = entity::own(&held.document);
    let mut draft = Draft::new(cx, permit);
    let mut notices = Vec::new();
    for (name, sent) in wish.versions {
        let known = next.published_versions.get(name).cloned();
        let changed = match &known {
            None => Some(new_version(cx, &next, name, sent).await?),
            Some(known) => changed_version(cx, &next, scope, name, sent, known).await?,
        };
        let Some((version, rules)) = changed else { continue };
        if known.is_none() {
            notices.push(Notice::Published { version: name.clone() });
        }
        next.published_versions.insert(name.clone(), version);
        if let Some(rules) = rules {
            draft.put::<ManagedVersions>(&managed_version::stored(scope, &next.name, name), rules).await?;
        }
    }
    recommend(&mut next, wish.recommended)?;
    if next.recommended_version != held.document.recommended_version {
        notices.push(Notice::Recommended {
            version: next.recommended_version.clone().unwrap_or_default(),
            over_capacity: notice::over_capacity(cx, scope, &next).await?,
        });
    }
    commit(cx, draft, held, next, notices).await
}

/// A version with what it is published from; the rules are there if they have to be stored.
type Changed = (ManagedRuleSetVersion, Option<StoredVersion>);

async fn new_version(cx: &Cx, set: &StoredRuleSet, name: &str, sent: &VersionToPublish) -> Result<Changed, WebError> {
    let Some(arn) = &sent.associated_rule_group_arn else {
        let reason = format!("The version {name} is new: name the rule group whose rules it publishes.");
        return Err(Complaint::new("RESOURCE_ARN", "AssociatedRuleGroupArn", reason).into());
    };
    let (group, rules) = snapshot(cx, set, arn).await?;
    let version = ManagedRuleSetVersion {
        associated_rule_group_arn: Some(arn.clone()),
        capacity: Some(group.capacity),
        forecasted_lifetime: sent.forecasted_lifetime,
        publish_timestamp: Some(cx.now),
        last_update_timestamp: Some(cx.now),
        expiry_timestamp: None,
    };
    Ok((version, Some(rules)))
}

/// A version that is published already may get another forecast, or other rules within its capacity and labels. The same
/// again changes nothing.
async fn changed_version(
    cx: &Cx,
    set: &StoredRuleSet,
    scope: Scope,
    name: &str,
    sent: &VersionToPublish,
    known: &ManagedRuleSetVersion,
) -> Result<Option<Changed>, WebError> {
    if known.expiry_timestamp.is_some() {
        let text = format!("version `{name}` has expired or is going to: publish a new version");
        return Err(WebError::InvalidOperation(text));
    }
    let mut version = known.clone();
    if sent.forecasted_lifetime.is_some() {
        version.forecasted_lifetime = sent.forecasted_lifetime;
    }
    let mut stored = None;
    if let Some(arn) =
        sent.associated_rule_group_arn.as_ref().filter(|arn| known.associated_rule_group_arn.as_ref() != Some(arn))
    {
        let (group, rules) = snapshot(cx, set, arn).await?;
        let prior = lifecycle::find::<ManagedVersions>(cx, &managed_version::stored(scope, &set.name, name)).await?;
        let labels = prior.map(|prior| prior.document.into_inner().available_labels).unwrap_or_default();
        let fits = known.capacity.is_some_and(|capacity| group.capacity <= capacity)
            && rules.available_labels.iter().all(|label| labels.contains(label));
        if !fits {
            let text = format!(
                "version `{name}` is published: other rules may replace its rules only if they cost no more and put no other \
                 labels on requests; publish a new version"
            );
            return Err(WebError::InvalidOperation(text));
        }
        version.associated_rule_group_arn = Some(arn.clone());
        stored = Some(rules);
    }
    if version == *known {
        return Ok(None);
    }
    version.last_update_timestamp = Some(cx.now);
    Ok(Some((version, stored)))
}

/// What a rule group is now, with labels in the name space of the rule set.
async fn snapshot(cx: &Cx, set: &StoredRuleSet, arn: &str) -> Result<(RuleGroup, StoredVersion), WebError> {
    let named = Named::read(&cx.realm, arn)?;
    if named.resource != Resource::RuleGroup {
        let reason = "The ARN isn't valid here: it must name a rule group.";
        return Err(Complaint::new("RESOURCE_ARN", arn, reason).into());
    }
    let (_, held) = entity::find_arn::<RuleGroups>(cx, arn).await?;
    let group = held.document.into_inner();
    let rules = group.rules.clone().unwrap_or_default();
    let stored = StoredVersion {
        associated_rule_group_arn: arn.to_owned(),
        capacity: group.capacity,
        available_labels: label::added(&rules, &set.label_namespace),
        consumed_labels: label::consumed(&rules, &set.label_namespace),
        custom_response_bodies: group.custom_response_bodies.clone(),
        rules,
    };
    Ok((group, stored))
}

fn recommend(set: &mut StoredRuleSet, wanted: Option<&str>) -> Result<(), WebError> {
    let complain = |version: &str, reason: &str| Complaint::new("MANAGED_RULE_SET", version, reason);
    let Some(wanted) = wanted else {
        return match set.recommended_version {
            Some(_) => Ok(()),
            None => Err(complain("RecommendedVersion", "The first publication must recommend a version.").into()),
        };
    };
    match set.published_versions.get(wanted) {
        None => Err(complain(wanted, "Only a version that is published can be recommended.").into()),
        Some(version) if version.expiry_timestamp.is_some() => {
            Err(complain(wanted, "A version that is going to expire cannot be recommended.").into())
        }
        Some(_) => {
            set.recommended_version = Some(wanted.to_owned());
            Ok(())
        }
    }
}

/// Sets when a version expires.
pub(crate) async fn expire(
    cx: &Cx,
    permit: &Permit,
    held: &Held<ManagedRuleSets>,
    name: &str,
    at: Timestamp,
) -> Result<Entry, WebError> {
    let mut next = entity::own(&held.document);
    let Some(version) = next.published_versions.get_mut(name) else {
        return Err(WebError::nonexistent("version", name));
    };
    if version.expiry_timestamp.is_some_and(|expiry| expiry <= cx.now) {
        return Err(WebError::InvalidOperation(format!("version `{name}` has expired already")));
    }
    if at <= cx.now {
        let reason = "The time must be in the future.";
        return Err(Complaint::new("EXPIRE_TIMESTAMP", at.to_iso8601(), reason).into());
    }
    if held.document.recommended_version.as_deref() == Some(name) {
        let text = format!("version `{name}` is the one that is recommended: recommend another one first");
        return Err(WebError::InvalidOperation(text));
    }
    version.expiry_timestamp = Some(at);
    version.last_update_timestamp = Some(cx.now);
    let notices = vec![Notice::Expiring { version: name.to_owned(), at }];
    commit(cx, Draft::new(cx, permit), held, next, notices).await
}

/// Commits the rule set with what stands in the draft, and tells what is to be told.
async fn commit(
    cx: &Cx,
    mut draft: Draft<'_>,
    held: &Held<ManagedRuleSets>,
    next: StoredRuleSet,
    notices: Vec<Notice>,
) -> Result<Entry, WebError> {
    let key = held.entry.key.clone();
    let told = next.clone();
    draft.update::<ManagedRuleSets, LifecycleError>(&key.name, Some(held.entry.revision), |_| Ok(next)).await?;
    let entries = draft.commit().await?;
    let entry = entries.into_iter().find(|entry| entry.key == key);
    let entry = entry.ok_or_else(|| WebError::Internal("a commit returned no entry".to_owned()))?;
    notice::tell(cx, &told, &entry, &notices).await?;
    Ok(entry)
}
