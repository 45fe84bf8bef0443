//! What the operations on tags share.

use bartizan_policy::{Cx, Draft, LifecycleError, Permit, lifecycle};

use crate::entity;
use crate::errors::WebError;
use crate::identity::{Named, Resource};
use crate::kind::{Entity, IpSets, ManagedRuleSets, RegexPatternSets, RuleGroups, Tagged, Tags, WebAcls, tags};

/// The kind and the entry of what an ARN names, which must be there.
pub(super) async fn find(cx: &Cx, arn: &str) -> Result<(Named, bartizan_ledger::Entry), WebError> {
    async fn of<K: Entity>(cx: &Cx, arn: &str) -> Result<(Named, bartizan_ledger::Entry), WebError> {
        let (named, held) = entity::find_arn::<K>(cx, arn).await?;
        Ok((named, held.entry))
    }
    match Named::read(&cx.realm, arn)?.resource {
        Resource::WebAcl => of::<WebAcls>(cx, arn).await,
        Resource::RuleGroup => of::<RuleGroups>(cx, arn).await,
        Resource::IpSet => of::<IpSets>(cx, arn).await,
        Resource::RegexPatternSet => of::<RegexPatternSets>(cx, arn).await,
        Resource::ManagedRuleSet => of::<ManagedRuleSets>(cx, arn).await,
    }
}

/// Changes the tags of a resource, which must be there.
pub(super) async fn change(
    cx: &Cx,
    permit: &Permit,
    arn: &str,
    edit: impl Fn(&Tags) -> Result<Tags, WebError> + Send,
) -> Result<(), WebError> {
    let _turn = entity::turn(cx).await;
    let (named, _) = find(cx, arn).await?;
    let name = tags::stored(&named);
    let seen = lifecycle::find::<Tagged>(cx, &name).await?;
    let prior = seen.as_ref().map(|held| entity::own(&held.document)).unwrap_or_default();
    let next = edit(&prior)?;
    if next == prior {
        return Ok(());
    }
    let mut draft = Draft::new(cx, permit);
    match seen {
        Some(held) => {
            draft.update::<Tagged, LifecycleError>(&name, Some(held.entry.revision), |_| Ok(next)).await?;
        }
        None => draft.create::<Tagged>(&name, next).await?,
    }
    draft.commit().await?;
    Ok(())
}
