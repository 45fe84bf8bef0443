//! Which profiles are attached to which targets. Both directions are documents, changed together, so that the profiles of
//! a target and the targets of a profile are each found with one read.

use bartizan_ledger::{Key, StoreError};
use bartizan_policy::lifecycle::Held;
use bartizan_policy::{Cx, Draft, Kind, LifecycleError, References, lifecycle};
use bartizan_wire::{Checked, Realm, Shape, Violations};
use serde::Serialize;

use crate::errors::DeviceError;
use crate::profile::SecurityProfiles;
use crate::target::Target;
use crate::thing_group::ThingGroups;

/// Profiles that are attached to one target at most [IoT Device Defender quotas].
pub const PROFILES_OF_A_TARGET_MAX: usize = 5;

/// The kind of a target's profiles, by [`Target::key`].
#[derive(Debug)]
pub struct Attachments;

/// The profiles of one target.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attached {
    /// The target's key: a thing group must be there while profiles are attached to it.
    pub target: String,
    /// Their names in order, each once.
    #[shape(length = 1..=5)]
    pub profiles: Vec<String>,
}

impl Kind for Attachments {
    const NAME: &'static str = "device/attachment";
    type Document = Attached;
    type Plan = ();

    fn refers_to(document: &Attached, realm: &Realm) -> Vec<Key> {
        Target::of_key(&document.target).and_then(|target| group_key(realm, &target)).into_iter().collect()
    }

    fn compile(_document: &Checked<Attached>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The kind of a profile's targets, by the profile's name.
#[derive(Debug)]
pub struct ProfileTargets;

/// The targets of one profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Targets {
    /// Their keys in order, each once.
    #[shape(length = 1..)]
    pub targets: Vec<String>,
}

impl Kind for ProfileTargets {
    const NAME: &'static str = "device/profile-targets";
    type Document = Targets;
    type Plan = ();

    fn compile(_document: &Checked<Targets>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The document of the group that a target is; `None` for those that are always there.
fn group_key(realm: &Realm, target: &Target) -> Option<Key> {
    match target {
        Target::Group(name) => {
            Some(Key { realm: realm.clone(), kind: ThingGroups::NAME.to_owned(), name: name.clone() })
        }
        _ => None,
    }
}

/// The profiles of a target, by name.
///
/// # Errors
/// When the store fails.
pub async fn of_target(cx: &Cx, target: &Target) -> Result<Vec<String>, StoreError> {
    Ok(lifecycle::find::<Attachments>(cx, &target.key())
        .await?
        .map(|held| held.document.into_inner().profiles)
        .unwrap_or_default())
}

/// The targets of a profile, by key.
///
/// # Errors
/// When the store fails.
pub async fn of_profile(cx: &Cx, profile: &str) -> Result<Vec<Target>, StoreError> {
    let held = lifecycle::find::<ProfileTargets>(cx, profile).await?;
    let keys = held.map(|held| held.document.into_inner().targets).unwrap_or_default();
    Ok(keys.iter().filter_map(|key| Target::of_key(key)).collect())
}

/// Every target that has profiles, with their names.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<(Target, Vec<String>)>, StoreError> {
    let held = lifecycle::list::<Attachments>(cx, "").await?;
    let named =
        |held: Held<Attachments>| Some((Target::of_key(&held.entry.key.name)?, held.document.into_inner().profiles));
    Ok(held.into_iter().filter_map(named).collect())
}

/// The target and, of a group, the groups below it, each with its profiles.
///
/// # Errors
/// When the store fails.
pub async fn at_or_below(cx: &Cx, target: &Target) -> Result<Vec<(Target, Vec<String>)>, StoreError> {
    let Target::Group(top) = target else { return Ok(vec![(target.clone(), of_target(cx, target).await?)]) };
    let mut found = Vec::new();
    for (target, profiles) in all(cx).await? {
        let Some(key) = group_key(&cx.realm, &target) else { continue };
        let Some(group) = lifecycle::find::<ThingGroups>(cx, &key.name).await? else { continue };
        if key.name == *top || group.document.ancestors.contains(top) {
            found.push((target, profiles));
        }
    }
    Ok(found)
}

/// A target must be there.
///
/// # Errors
/// When it is not, or the store fails.
pub async fn require_target(cx: &Cx, target: &Target) -> Result<(), DeviceError> {
    let Some(key) = group_key(&cx.realm, target) else { return Ok(()) };
    let live = cx.ledger.head(&key).await?.is_some_and(|entry| entry.body.is_some());
    if live { Ok(()) } else { Err(DeviceError::not_found("ThingGroup", &key.name)) }
}

/// Adds an attachment to a draft; nothing if there is one already.
///
/// # Errors
/// When the target has all the profiles that it can have, or the store fails.
pub async fn attach(draft: &mut Draft<'_>, cx: &Cx, profile: &str, target: &Target) -> Result<(), DeviceError> {
    let mut profiles = of_target(cx, target).await?;
    if !profiles.iter().any(|known| known == profile) {
        if profiles.len() >= PROFILES_OF_A_TARGET_MAX {
            return Err(DeviceError::LimitExceeded(format!(
                "{} has {PROFILES_OF_A_TARGET_MAX} security profiles, which is the limit: detach one first",
                target.arn(&cx.realm)
            )));
        }
        profiles.push(profile.to_owned());
        profiles.sort();
        draft.put::<Attachments>(&target.key(), Attached { target: target.key(), profiles }).await?;
    }
    let held = lifecycle::find::<ProfileTargets>(cx, profile).await?;
    let mut targets = held.map(|held| held.document.into_inner().targets).unwrap_or_default();
    let key = target.key();
    if !targets.contains(&key) {
        targets.push(key);
        targets.sort();
        draft.put::<ProfileTargets>(profile, Targets { targets }).await?;
    }
    Ok(())
}

/// Adds the end of an attachment to a draft; nothing if there is none.
///
/// # Errors
/// When the store fails.
pub async fn detach(draft: &mut Draft<'_>, cx: &Cx, profile: &str, target: &Target) -> Result<(), LifecycleError> {
    leave_target(draft, cx, profile, target).await?;
    leave_profile(draft, cx, profile, target).await
}

/// Adds the end of all attachments of a profile to a draft: it is deleted, and a target that it is attached to meanwhile
/// is a conflict.
///
/// # Errors
/// When the store fails.
pub async fn detach_profile(draft: &mut Draft<'_>, cx: &Cx, profile: &str) -> Result<(), LifecycleError> {
    let held = lifecycle::find::<ProfileTargets>(cx, profile).await?;
    draft.guard::<ProfileTargets>(profile, held.as_ref().map(|held| &held.entry));
    for target in held.iter().flat_map(|held| &held.document.targets).filter_map(|key| Target::of_key(key)) {
        leave_target(draft, cx, profile, &target).await?;
    }
    draft.retire::<ProfileTargets>(profile).await?;
    Ok(())
}

/// Adds the end of all attachments of a target to a draft: a thing group is deleted, and a profile that is attached to
/// it meanwhile is a conflict.
///
/// # Errors
/// When the store fails.
pub async fn detach_target(draft: &mut Draft<'_>, cx: &Cx, target: &Target) -> Result<(), LifecycleError> {
    let held = lifecycle::find::<Attachments>(cx, &target.key()).await?;
    draft.guard::<Attachments>(&target.key(), held.as_ref().map(|held| &held.entry));
    for profile in held.iter().flat_map(|held| &held.document.profiles) {
        leave_profile(draft, cx, profile, target).await?;
    }
    draft.retire::<Attachments>(&target.key()).await?;
    Ok(())
}

async fn leave_target(draft: &mut Draft<'_>, cx: &Cx, profile: &str, target: &Target) -> Result<(), LifecycleError> {
    let mut profiles = of_target(cx, target).await?;
    let before = profiles.len();
    profiles.retain(|known| known != profile);
    if profiles.len() == before {
        return Ok(());
    }
    if profiles.is_empty() {
        draft.retire::<Attachments>(&target.key()).await?;
        return Ok(());
    }
    draft.put::<Attachments>(&target.key(), Attached { target: target.key(), profiles }).await
}

async fn leave_profile(draft: &mut Draft<'_>, cx: &Cx, profile: &str, target: &Target) -> Result<(), LifecycleError> {
    let Some(held) = lifecycle::find::<ProfileTargets>(cx, profile).await? else { return Ok(()) };
    let mut targets = held.document.into_inner().targets;
    let before = targets.len();
    let key = target.key();
    targets.retain(|known| *known != key);
    if targets.len() == before {
        return Ok(());
    }
    if targets.is_empty() {
        draft.retire::<ProfileTargets>(profile).await?;
        return Ok(());
    }
    draft.put::<ProfileTargets>(profile, Targets { targets }).await
}

/// The profile of a name, which must be there; a draft that is guarded by it fails if it goes meanwhile.
///
/// # Errors
/// When it is not there, or the store fails.
pub(crate) async fn guard_profile(draft: &mut Draft<'_>, cx: &Cx, profile: &str) -> Result<(), DeviceError> {
    let held = lifecycle::find::<SecurityProfiles>(cx, profile).await?;
    let held = held.ok_or_else(|| DeviceError::not_found("SecurityProfile", profile))?;
    draft.guard::<SecurityProfiles>(profile, Some(&held.entry));
    Ok(())
}
