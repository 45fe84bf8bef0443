//! Tags of everything in this room that has an ARN and can have tags.

use std::collections::BTreeSet;

use bartizan_ledger::{Key, StoreError};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Kind, LifecycleError, Permit, References};
use bartizan_wire::{Arn, Checked, Path, Shape, Violations};
use serde::{Deserialize, Serialize};

use crate::custom_metric::CustomMetrics;
use crate::dimension::Dimensions;
use crate::errors::DeviceError;
use crate::profile::SecurityProfiles;
use crate::thing_group::ThingGroups;

/// Tags that one resource can have at most [IoT Core endpoints and quotas, "Tagging"].
pub const TAGS_MAX: usize = 50;

/// What can be tagged: how its ARN's resource begins, and the kind of its document.
const TAGGABLE: [(&str, &str); 5] = [
    ("securityprofile", SecurityProfiles::NAME),
    ("custommetric", CustomMetrics::NAME),
    ("dimension", Dimensions::NAME),
    ("mitigationaction", "device/mitigation-action"),
    ("thinggroup", ThingGroups::NAME),
];

/// The kind of stored tags, by the resource of an ARN such as `securityprofile/P1`.
#[derive(Debug)]
pub struct Tagged;

/// All tags of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tags {
    /// By key, each once.
    #[shape(length = 0..=50)]
    pub tags: Vec<Tag>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Unique on its resource; case matters.
    #[shape(length = 1..=128, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub key: String,
    /// May be empty or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=256)]
    pub value: Option<String>,
}

impl Kind for Tagged {
    const NAME: &'static str = "device/tags";
    type Document = Tags;
    type Plan = ();

    fn review(next: &Tags, prior: Option<&Tags>, out: &mut Violations) {
        for tag in &next.tags {
            let kept = prior.is_some_and(|prior| prior.tags.contains(tag));
            if !kept && tag.key.to_ascii_lowercase().starts_with("aws:") {
                out.review(&Path::root(), format!("tag key {} should not begin with aws:, which is reserved", tag.key));
            }
        }
    }

    fn compile(_document: &Checked<Tags>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Tags {
    /// Adds tags; one of the same key replaces the earlier one.
    ///
    /// # Errors
    /// For a key that is given twice, and for too many tags.
    pub fn with(&self, added: &[Tag]) -> Result<Self, DeviceError> {
        let keys: BTreeSet<&str> = added.iter().map(|tag| tag.key.as_str()).collect();
        if keys.len() < added.len() {
            return Err(DeviceError::InvalidRequest("tags should name each key once".to_owned()));
        }
        let mut tags: Vec<Tag> = self.tags.iter().filter(|tag| !keys.contains(tag.key.as_str())).cloned().collect();
        tags.extend(added.iter().cloned());
        if tags.len() > TAGS_MAX {
            return Err(DeviceError::LimitExceeded(format!(
                "a resource has at most {TAGS_MAX} tags: remove some first"
            )));
        }
        tags.sort();
        Ok(Self { tags })
    }

    /// Removes the tags of these keys; unknown ones are no matter.
    #[must_use]
    pub fn without(&self, keys: &[String]) -> Self {
        Self { tags: self.tags.iter().filter(|tag| !keys.contains(&tag.key)).cloned().collect() }
    }
}

/// The tags of a resource; none if it was never tagged.
///
/// # Errors
/// When the store fails.
pub async fn of(cx: &Cx, arn: &Arn) -> Result<Tags, StoreError> {
    let held = lifecycle::find::<Tagged>(cx, arn.resource()).await?;
    Ok(held.map(|held| held.document.into_inner()).unwrap_or_default())
}

/// Adds the tags of a new resource to a draft, in place of those that an earlier one of its name may have left.
///
/// # Errors
/// For a key that is given twice, too many tags, and when the store fails.
pub async fn set(draft: &mut Draft<'_>, arn: &Arn, tags: &[Tag]) -> Result<(), DeviceError> {
    if tags.is_empty() {
        draft.retire::<Tagged>(arn.resource()).await?;
    } else {
        draft.put::<Tagged>(arn.resource(), Tags::default().with(tags)?).await?;
    }
    Ok(())
}

/// Adds the end of a resource's tags to a draft: it is deleted.
///
/// # Errors
/// When the store fails.
pub async fn forget(draft: &mut Draft<'_>, arn: &Arn) -> Result<(), LifecycleError> {
    draft.retire::<Tagged>(arn.resource()).await?;
    Ok(())
}

/// Changes the tags of a resource, which must be there when that is committed.
///
/// # Errors
/// When it is not, for what `edit` refuses, or when the store fails.
pub(crate) async fn change(
    cx: &Cx,
    permit: &Permit,
    resource: &str,
    edit: impl Fn(&Tags) -> Result<Tags, DeviceError> + Send,
) -> Result<(), DeviceError> {
    let arn = find(cx, resource).await?;
    let mut tries = Tries::new(cx, &lifecycle::key::<Tagged>(cx, arn.resource()), None).await;
    loop {
        match attempt(cx, permit, &arn, &edit).await {
            Err(error) if tries.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn attempt(
    cx: &Cx,
    permit: &Permit,
    arn: &Arn,
    edit: &(impl Fn(&Tags) -> Result<Tags, DeviceError> + Send),
) -> Result<(), DeviceError> {
    let prior = of(cx, arn).await?;
    let next = edit(&prior)?;
    if next == prior {
        return Ok(());
    }
    let mut draft = Draft::new(cx, permit);
    draft.put::<Tagged>(arn.resource(), next).await?;
    draft.commit().await?;
    Ok(())
}

/// The resource of an ARN, which must be one of this realm that can be tagged and is there.
///
/// # Errors
/// When it is not, or the store fails.
pub(crate) async fn find(cx: &Cx, text: &str) -> Result<Arn, DeviceError> {
    let invalid =
        || DeviceError::InvalidRequest(format!("resourceArn {text} should be the ARN of a resource with tags"));
    let arn: Arn = text.parse().map_err(|_| invalid())?;
    let (class, name) = arn.resource().split_once('/').ok_or_else(invalid)?;
    let kind = TAGGABLE.iter().find(|(known, _)| *known == class).map(|(_, kind)| *kind).ok_or_else(invalid)?;
    if arn.service() != "iot" || arn.region() != cx.realm.region || arn.account() != cx.realm.account {
        return Err(invalid());
    }
    let key = Key { realm: cx.realm.clone(), kind: kind.to_owned(), name: name.to_owned() };
    let live = cx.ledger.head(&key).await?.is_some_and(|entry| entry.body.is_some());
    if live { Ok(arn) } else { Err(DeviceError::NotFound(format!("{text} does not exist"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: Some(value.to_owned()) }
    }

    #[test]
    fn adding_overwrites_and_removing_tolerates() {
        let tags = Tags::default().with(&[tag("b", "1"), tag("a", "2")]).unwrap().with(&[tag("b", "3")]).unwrap();
        assert_eq!(tags.tags, [tag("a", "2"), tag("b", "3")]);
        assert_eq!(tags.without(&["a".to_owned(), "z".to_owned()]).tags, [tag("b", "3")]);
    }

    #[test]
    fn a_key_is_given_once_and_there_are_only_so_many() {
        assert!(Tags::default().with(&[tag("a", "1"), tag("a", "2")]).is_err());
        let many: Vec<Tag> = (0..=TAGS_MAX).map(|number| tag(&number.to_string(), "")).collect();
        assert!(Tags::default().with(&many).is_err());
    }
}
