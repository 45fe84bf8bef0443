//! Patch groups and defaults: which baseline a group of hosts follows, and what a baseline is used for.
//!
//! Three kinds of documents. A group's registration and an operating system's default name the baseline. The use of a
//! baseline lists both from the other side, so that a deletion and a registration that race are compared on one document
//! and cannot both succeed.

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, Draft, Held, Kind, LifecycleError, References, lifecycle};
use bartizan_wire::{Checked, Realm, Shape, Violations};
use serde::{Deserialize, Serialize};

use crate::baseline::{BaselineId, Named};
use crate::predefined;
use crate::system::OperatingSystem;

/// Groups that one baseline can be registered for at most [SSM service quotas].
pub const GROUPS_MAX: usize = 25;

/// The kind of registrations: `<OperatingSystem>/<group>`.
#[derive(Debug)]
pub struct PatchGroups;

/// A baseline registered for a group of hosts of one operating system.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchGroup {
    /// The baseline's.
    pub operating_system: OperatingSystem,
    /// The value of the hosts' tag.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// Spelled as it was registered: clients compare it letter by letter.
    #[shape(length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

impl Kind for PatchGroups {
    const NAME: &'static str = "host/patch-group";
    type Document = PatchGroup;
    type Plan = ();

    fn compile(_document: &Checked<PatchGroup>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl PatchGroup {
    /// Under which name it is stored.
    #[must_use]
    pub fn name(system: OperatingSystem, group: &str) -> String {
        format!("{system}/{group}")
    }

    /// The baseline by its canonical identifier.
    #[must_use]
    pub fn baseline(&self, realm: &Realm) -> BaselineId {
        canonical(realm, &self.baseline_id)
    }
}

/// The kind of uses, by the baseline's canonical identifier.
#[derive(Debug)]
pub struct BaselineUses;

/// What a baseline is used for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BaselineUse {
    /// Groups that it is registered for, in order.
    #[shape(length = 0..=25)]
    pub patch_groups: Vec<String>,
    /// It is its operating system's registered default.
    pub default_for: bool,
}

impl Kind for BaselineUses {
    const NAME: &'static str = "host/baseline-use";
    type Document = BaselineUse;
    type Plan = ();

    fn compile(_document: &Checked<BaselineUse>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The kind of registered defaults, by operating system.
#[derive(Debug)]
pub struct DefaultBaselines;

/// The default baseline of an operating system. Without one, the vendor's is the default.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DefaultBaseline {
    /// Whose.
    pub operating_system: OperatingSystem,
    /// Canonical: the bare id of an own baseline, the ARN of a vendor's.
    #[shape(length = 20..=128)]
    pub baseline_id: String,
}

impl Kind for DefaultBaselines {
    const NAME: &'static str = "host/default-baseline";
    type Document = DefaultBaseline;
    type Plan = ();

    fn compile(_document: &Checked<DefaultBaseline>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The canonical identifier of what `id` names: an own baseline's id without the ARN around it.
#[must_use]
pub fn canonical(realm: &Realm, id: &str) -> BaselineId {
    match Named::read(realm, id) {
        Named::Own(bare) => bare,
        Named::Predefined(found) => found.arn,
        Named::Foreign | Named::Malformed => id.to_owned(),
    }
}

/// The identifier of an operating system's default baseline.
///
/// # Errors
/// When the store fails.
pub async fn default_of(cx: &Cx, system: OperatingSystem) -> Result<BaselineId, StoreError> {
    if let Some(held) = lifecycle::find::<DefaultBaselines>(cx, system.as_wire()).await? {
        return Ok(held.document.baseline_id.clone());
    }
    // Every operating system has one; see the test of the table.
    Ok(predefined::default_of(&cx.realm, system).map(|one| one.arn).unwrap_or_default())
}

/// The registration of a group for an operating system.
///
/// # Errors
/// When the store fails.
pub async fn registered(
    cx: &Cx,
    system: OperatingSystem,
    group: &str,
) -> Result<Option<Held<PatchGroups>>, StoreError> {
    lifecycle::find::<PatchGroups>(cx, &PatchGroup::name(system, group)).await
}

/// The baseline that a host follows: its group's, or else the default of its operating system.
///
/// # Errors
/// When the store fails.
pub async fn effective(cx: &Cx, system: OperatingSystem, group: Option<&str>) -> Result<BaselineId, StoreError> {
    if let Some(group) = group.filter(|group| !group.is_empty())
        && let Some(held) = registered(cx, system, group).await?
    {
        return Ok(held.document.baseline(&cx.realm));
    }
    default_of(cx, system).await
}

/// Changes what a baseline is used for. `seen` is the use on which the caller has decided; any other is a conflict.
///
/// # Errors
/// When somebody else changed it first, or the store fails.
pub async fn change_use(
    draft: &mut Draft<'_>,
    baseline: &str,
    seen: Option<&Held<BaselineUses>>,
    edit: impl FnOnce(&mut BaselineUse) + Send,
) -> Result<(), LifecycleError> {
    match seen {
        Some(held) => {
            let revision = Some(held.entry.revision);
            draft
                .update::<BaselineUses, LifecycleError>(baseline, revision, |prior| {
                    let mut next = prior.clone();
                    edit(&mut next);
                    Ok(next)
                })
                .await
        }
        None => {
            let mut next = BaselineUse::default();
            edit(&mut next);
            draft.create::<BaselineUses>(baseline, next).await
        }
    }
}
