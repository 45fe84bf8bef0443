//! Deleting what security profiles refer to: custom metrics and dimensions.
//!
//! A profile that is committed guards what it refers to at the revision that it saw. So the document is first marked as
//! retiring, at a new revision: from then on no commit that saw it before can succeed, and none that sees it will be
//! valid. Only then are the profiles searched for those that use it, and only then is it retired.

use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Kind, Permit};

use crate::custom_metric::{CustomMetric, CustomMetrics};
use crate::dimension::{Dimension, Dimensions};
use crate::errors::DeviceError;
use crate::profile::{self, SecurityProfile};
use crate::tags;
use bartizan_wire::Arn;

/// What profiles refer to by name.
pub(super) trait Referred: Kind {
    /// For texts, such as `CustomMetric`.
    const WORD: &'static str;
    /// The document with the mark or without it.
    fn marked(document: &Self::Document, retiring: bool) -> Self::Document;
    /// True if the profile refers to the name.
    fn is_used(profile: &SecurityProfile, name: &str) -> bool;
    /// The ARN of a name.
    fn arn(cx: &Cx, name: &str) -> Arn;
}

impl Referred for CustomMetrics {
    const WORD: &'static str = "CustomMetric";
    fn marked(document: &CustomMetric, retiring: bool) -> CustomMetric {
        CustomMetric { retiring, ..document.clone() }
    }
    fn is_used(profile: &SecurityProfile, name: &str) -> bool {
        profile.metrics().any(|used| used == name)
    }
    fn arn(cx: &Cx, name: &str) -> Arn {
        CustomMetric::arn(&cx.realm, name)
    }
}

impl Referred for Dimensions {
    const WORD: &'static str = "Dimension";
    fn marked(document: &Dimension, retiring: bool) -> Dimension {
        Dimension { retiring, ..document.clone() }
    }
    fn is_used(profile: &SecurityProfile, name: &str) -> bool {
        profile.dimensions().any(|used| used == name)
    }
    fn arn(cx: &Cx, name: &str) -> Arn {
        Dimension::arn(&cx.realm, name)
    }
}

/// Deletes what no profile uses. What is not there is no error.
pub(super) async fn retire<K: Referred>(cx: &Cx, permit: &Permit, name: &str) -> Result<(), DeviceError> {
    let mut tries = Tries::new(cx, &lifecycle::key::<K>(cx, name), None).await;
    loop {
        match attempt::<K>(cx, permit, name).await {
            Err(error) if tries.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn attempt<K: Referred>(cx: &Cx, permit: &Permit, name: &str) -> Result<(), DeviceError> {
    let Some(held) = lifecycle::find::<K>(cx, name).await? else { return Ok(()) };
    refuse_used::<K>(cx, name).await?;
    mark::<K>(cx, permit, name, Some(held.entry.revision), true).await?;
    if let Err(used) = refuse_used::<K>(cx, name).await {
        mark::<K>(cx, permit, name, None, false).await?;
        return Err(used);
    }
    let mut draft = Draft::new(cx, permit);
    draft.retire::<K>(name).await?;
    tags::forget(&mut draft, &K::arn(cx, name)).await?;
    draft.commit().await?;
    Ok(())
}

async fn mark<K: Referred>(
    cx: &Cx,
    permit: &Permit,
    name: &str,
    seen: Option<bartizan_ledger::Revision>,
    retiring: bool,
) -> Result<(), DeviceError> {
    let mut draft = Draft::new(cx, permit);
    draft.update::<K, DeviceError>(name, seen, |document| Ok(K::marked(document, retiring))).await?;
    draft.commit().await?;
    Ok(())
}

async fn refuse_used<K: Referred>(cx: &Cx, name: &str) -> Result<(), DeviceError> {
    let profiles = profile::all(cx).await?;
    let users = profiles.iter().filter(|held| K::is_used(&held.document, name));
    let users: Vec<&str> = users.map(|held| held.entry.key.name.as_str()).take(USERS_TOLD_MAX).collect();
    if users.is_empty() {
        return Ok(());
    }
    Err(DeviceError::InvalidRequest(format!(
        "{} {name} is used by the security profiles {}: remove it from them first",
        K::WORD,
        users.join(", ")
    )))
}

/// How many profiles the text names.
const USERS_TOLD_MAX: usize = 10;
