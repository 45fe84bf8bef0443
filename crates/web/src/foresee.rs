//! What a change of policy would do: with recorded requests, what it costs, and what refers to it.

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Kind, lifecycle};
use serde_json::{Value, json};

use crate::document::Rule;
use crate::errors::WebError;
use crate::identity;
use crate::kind::{IpSets, ManagedRuleSets, RegexPatternSets, RuleGroups, WebAcls};
use crate::references::Resolved;
use crate::room::WebRoom;
use crate::{replay, usage, wcu};

#[async_trait::async_trait]
impl Foresee for WebRoom {
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        let replayed = replay::replay(before, after, changed).await?;
        let (mut summary, mut findings) = (replayed.summary, replayed.findings);
        for entry in changed {
            let (prior, next) = (cost(before, entry).await?, cost(after, entry).await?);
            let name = identity::name_of(&entry.key.name);
            if let Some(text) = said(name, prior, next) {
                summary.push(text);
            }
            let users = users(before, after, entry).await?;
            if !users.is_empty() {
                summary.push(format!("`{name}` is used by {}", users.join(", ")));
            }
            findings.push(json!({
                "Kind": entry.key.kind,
                "Name": entry.key.name,
                "CapacityBefore": prior,
                "CapacityAfter": next,
                "UsedBy": users,
            }));
        }
        if summary.is_empty() {
            summary.push("nothing that this changes costs capacity or is used by anything".to_owned());
        }
        Ok(Foresight { summary, findings: Value::Array(findings), evidence: replayed.evidence })
    }
}

fn said(name: &str, prior: Option<i64>, next: Option<i64>) -> Option<String> {
    match (prior, next) {
        (Some(prior), Some(next)) if prior == next => Some(format!("`{name}` costs {next} capacity units, as before")),
        (Some(prior), Some(next)) => Some(format!("`{name}` costs {next} capacity units instead of {prior}")),
        (None, Some(next)) => Some(format!("`{name}` costs {next} capacity units")),
        (Some(prior), None) => Some(format!("`{name}` frees {prior} capacity units")),
        (None, None) => None,
    }
}

/// What the rules of a web ACL or rule group cost in one of the two worlds.
async fn cost(cx: &Cx, entry: &Entry) -> Result<Option<i64>, StoreError> {
    let name = &entry.key.name;
    let of = async |rules: Option<&[Rule]>| {
        let rules = rules.unwrap_or_default();
        let scope = crate::document::Scope::from_wire(name.split('/').next().unwrap_or_default());
        match scope {
            Some(scope) => Resolved::read(cx, rules, scope).await.map(|resolved| Some(wcu::cost(rules, &resolved))),
            None => Ok(None),
        }
    };
    if entry.key.kind == WebAcls::NAME {
        return match lifecycle::find::<WebAcls>(cx, name).await? {
            Some(held) => of(held.document.rules.as_deref()).await,
            None => Ok(None),
        };
    }
    if entry.key.kind == RuleGroups::NAME {
        return match lifecycle::find::<RuleGroups>(cx, name).await? {
            Some(held) => of(held.document.rules.as_deref()).await,
            None => Ok(None),
        };
    }
    Ok(None)
}

/// What uses what is changed.
async fn users(before: &Cx, after: &Cx, entry: &Entry) -> Result<Vec<String>, StoreError> {
    let name = &entry.key.name;
    let failed = |error: WebError| StoreError::Failed(error.to_string());
    let kind = entry.key.kind.as_str();
    if kind == ManagedRuleSets::NAME {
        let Some(held) = lifecycle::find::<ManagedRuleSets>(after, name).await? else { return Ok(Vec::new()) };
        let prior = lifecycle::find::<ManagedRuleSets>(before, name).await?;
        let followers = usage::of_managed(after, name, &held.document.vendor_name).await.map_err(failed)?;
        let told = followers.iter().map(|follower| {
            let from = prior.as_ref().and_then(|prior| follower.runs(&prior.document, before.now));
            let to = follower.runs(&held.document, after.now);
            match (from, to) {
                (Some(from), Some(to)) if from != to => {
                    format!("web ACL {}, which goes from {from} to {to}", follower.web_acl)
                }
                _ => format!("web ACL {}", follower.web_acl),
            }
        });
        return Ok(told.collect());
    }
    let arn = if kind == IpSets::NAME {
        lifecycle::find::<IpSets>(before, name).await?.map(|held| held.document.arn.clone())
    } else if kind == RegexPatternSets::NAME {
        lifecycle::find::<RegexPatternSets>(before, name).await?.and_then(|held| held.document.arn.clone())
    } else if kind == RuleGroups::NAME {
        lifecycle::find::<RuleGroups>(before, name).await?.map(|held| held.document.arn.clone())
    } else if kind == WebAcls::NAME {
        lifecycle::find::<WebAcls>(before, name).await?.map(|held| held.document.arn.clone())
    } else {
        None
    };
    match arn {
        Some(arn) => usage::of(before, &arn).await.map_err(failed),
        None => Ok(Vec::new()),
    }
}
