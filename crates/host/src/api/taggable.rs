//! What the three operations on tags share: finding the resource that is tagged.

use bartizan_ledger::Entry;
use bartizan_policy::{Cx, Draft, LifecycleError, Permit, lifecycle};
use bartizan_wire::ResourceName;

use super::{baseline_resource, node_resource};
use crate::activation::ManagedInstances;
use crate::baseline::stored::{self, Search};
use crate::baseline::{Named, PatchBaselines};
use crate::errors::HostError;
use crate::tags::{ResourceType, TAGS_MAX, Tagged, Tags};

/// What authorization is asked about.
pub(crate) fn resource(cx: &Cx, resource_type: ResourceType, id: &str) -> ResourceName {
    match resource_type {
        ResourceType::PatchBaseline => baseline_resource(cx, id),
        ResourceType::ManagedInstance => node_resource(cx, id),
        _ => ResourceName::any(),
    }
}

/// The canonical id of a resource that can be tagged, and its entry.
pub(crate) async fn find(cx: &Cx, resource_type: ResourceType, id: &str) -> Result<(String, Entry), HostError> {
    let invalid = || HostError::InvalidResourceId(id.to_owned());
    match resource_type {
        ResourceType::PatchBaseline => {
            // The vendor's own baselines have no tags of ours.
            if !matches!(Named::read(&cx.realm, id), Named::Own(_)) {
                return Err(invalid());
            }
            match stored::named(cx, id).await? {
                Search::Found(found) => {
                    let entry = found.entry.ok_or_else(invalid)?;
                    Ok((found.id, entry))
                }
                Search::Absent | Search::Malformed => Err(invalid()),
            }
        }
        ResourceType::ManagedInstance => {
            let held = lifecycle::find::<ManagedInstances>(cx, id).await?.ok_or_else(invalid)?;
            Ok((id.to_owned(), held.entry))
        }
        other => Err(HostError::InvalidResourceType(other.as_wire())),
    }
}

/// Changes the tags of a resource; the resource must be there, and its tags as they were read, when that is committed.
pub(crate) async fn change(
    cx: &Cx,
    permit: &Permit,
    resource_type: ResourceType,
    id: &str,
    edit: impl Fn(&Tags) -> Tags + Send,
) -> Result<(), HostError> {
    let mut draft = Draft::new(cx, permit);
    let (id, entry) = find(cx, resource_type, id).await?;
    match resource_type {
        ResourceType::PatchBaseline => draft.guard::<PatchBaselines>(&id, Some(&entry)),
        _ => draft.guard::<ManagedInstances>(&id, Some(&entry)),
    }
    let name = Tags::name(resource_type, &id);
    let seen = lifecycle::find::<Tagged>(cx, &name).await?;
    let prior = seen.as_ref().map(|held| (*held.document).clone()).unwrap_or_default();
    let next = edit(&prior);
    if next == prior {
        return Ok(());
    }
    if next.tags.len() > TAGS_MAX {
        return Err(HostError::TooManyTags);
    }
    match seen {
        Some(held) => {
            draft.update::<Tagged, LifecycleError>(&name, Some(held.entry.revision), |_| Ok(next)).await?;
        }
        None => draft.create::<Tagged>(&name, next).await?,
    }
    draft.commit().await?;
    Ok(())
}
