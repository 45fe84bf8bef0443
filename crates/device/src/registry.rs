//! The registry: what is asked of things and groups, and the one way in which a thing comes into a group and out of it.

use bartizan_ledger::StoreError;
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Held, LifecycleError, Permit};

use crate::errors::DeviceError;
use crate::thing::Things;
use crate::thing_group::{GROUPS_OF_A_THING_MAX, MemberOf, Membership, Memberships, ThingGroups};

/// The kinds that [`change_groups`] commits.
pub const MEMBERSHIP_WRITES: &[&str] = &["device/thing-membership"];

/// A registered thing.
///
/// # Errors
/// When it is not registered, or the store fails.
pub async fn thing(cx: &Cx, name: &str) -> Result<Held<Things>, DeviceError> {
    let found = lifecycle::find::<Things>(cx, name).await?;
    found.ok_or_else(|| DeviceError::not_found("Thing", name))
}

/// A group.
///
/// # Errors
/// When there is none of that name, or the store fails.
pub async fn group(cx: &Cx, name: &str) -> Result<Held<ThingGroups>, DeviceError> {
    let found = lifecycle::find::<ThingGroups>(cx, name).await?;
    found.ok_or_else(|| DeviceError::not_found("ThingGroup", name))
}

/// True if a thing is registered.
///
/// # Errors
/// When the store fails.
pub async fn is_registered(cx: &Cx, thing: &str) -> Result<bool, StoreError> {
    let head = cx.ledger.head(&lifecycle::key::<Things>(cx, thing)).await?;
    Ok(head.is_some_and(|entry| entry.body.is_some()))
}

/// The groups above a group, from the root to its parent; `None` if there is no such group.
///
/// # Errors
/// When the store fails.
pub async fn ancestors(cx: &Cx, group: &str) -> Result<Option<Vec<String>>, StoreError> {
    let held = lifecycle::find::<ThingGroups>(cx, group).await?;
    Ok(held.map(|held| held.document.ancestors.clone()))
}

/// The groups that a thing is in, in the order in which it came into them, without those above them.
///
/// # Errors
/// When the store fails.
pub async fn groups_of(cx: &Cx, thing: &str) -> Result<Vec<Held<ThingGroups>>, StoreError> {
    match lifecycle::find::<Memberships>(cx, thing).await? {
        Some(held) => live(cx, &held.document.groups).await,
        None => Ok(Vec::new()),
    }
}

/// Those of the groups that are still there.
async fn live(cx: &Cx, groups: &[MemberOf]) -> Result<Vec<Held<ThingGroups>>, StoreError> {
    let mut found = Vec::with_capacity(groups.len());
    for one in groups {
        let held = lifecycle::find::<ThingGroups>(cx, &one.group).await?;
        found.extend(held.filter(|held| held.document.thing_group_id == one.id));
    }
    Ok(found)
}

/// Takes a thing out of some groups and puts it into others, all or nothing. To be in already, or not to be in, is no
/// error.
///
/// # Errors
/// When the thing or a group does not exist; when the thing would be in more than [`GROUPS_OF_A_THING_MAX`] groups or in
/// two of one hierarchy; when the store fails.
pub async fn change_groups(
    cx: &Cx,
    permit: &Permit,
    thing: &str,
    add: &[String],
    remove: &[String],
) -> Result<(), DeviceError> {
    if let Some(both) = add.iter().find(|name| remove.contains(name)) {
        return Err(DeviceError::InvalidRequest(format!(
            "`{both}` is to be added and removed: decide for one of them"
        )));
    }
    let turn = lifecycle::key::<Memberships>(cx, thing);
    let mut tries = Tries::new(cx, &turn, None).await;
    loop {
        match change_once(cx, permit, thing, add, remove).await {
            Err(error) if tries.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn change_once(
    cx: &Cx,
    permit: &Permit,
    name: &str,
    add: &[String],
    remove: &[String],
) -> Result<(), DeviceError> {
    thing(cx, name).await?;
    for gone in remove {
        group(cx, gone).await?;
    }
    let stored = lifecycle::find::<Memberships>(cx, name).await?;
    let before = stored.as_ref().map(|held| held.document.groups.clone()).unwrap_or_default();
    let mut groups = live(cx, &before).await?;
    groups.retain(|held| !remove.contains(&held.document.thing_group_name));
    for added in add {
        if groups.iter().any(|held| held.document.thing_group_name == *added) {
            continue;
        }
        let added = group(cx, added).await?;
        let root = added.document.root();
        if let Some(kin) = groups.iter().find(|held| held.document.root() == root) {
            return Err(DeviceError::InvalidRequest(format!(
                "the thing `{name}` is in `{}`, which is in one hierarchy with `{}`: remove it there first",
                kin.document.thing_group_name, added.document.thing_group_name
            )));
        }
        groups.push(added);
    }
    if groups.len() > GROUPS_OF_A_THING_MAX {
        return Err(DeviceError::InvalidRequest(format!(
            "the thing `{name}` would be in {} groups, and {GROUPS_OF_A_THING_MAX} is the limit: remove it from some first",
            groups.len()
        )));
    }
    let groups: Vec<MemberOf> = groups
        .iter()
        .map(|held| MemberOf {
            group: held.document.thing_group_name.clone(),
            id: held.document.thing_group_id.clone(),
        })
        .collect();
    if groups == before {
        return Ok(());
    }
    let next = Membership { thing_name: name.to_owned(), groups };
    let mut draft = Draft::new(cx, permit);
    match &stored {
        Some(held) => {
            let seen = Some(held.entry.revision);
            draft.update::<Memberships, LifecycleError>(name, seen, |_| Ok(next)).await?;
        }
        None => draft.create::<Memberships>(name, next).await?,
    }
    draft.commit().await?;
    Ok(())
}
