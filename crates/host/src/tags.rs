//! Tags of baselines and managed nodes. A node's tag `PatchGroup` (or `Patch Group`) says which group it belongs to.

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, Kind, References, lifecycle};
use bartizan_wire::{Checked, Path, Shape, Violations};
use serde::{Deserialize, Serialize};

/// Tags that one resource can have at most [SSM service quotas].
pub const TAGS_MAX: usize = 50;

/// The kind of stored tags: `<ResourceType>/<ResourceId>`.
#[derive(Debug)]
pub struct Tagged;

/// All tags of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
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
    /// May be empty.
    #[shape(length = 0..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub value: String,
}

/// What can be tagged [SSM API reference, `ResourceTypeForTagging`]. Here there are baselines and managed nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[shape(name = "ResourceTypeForTagging")]
pub enum ResourceType {
    /// Not kept here.
    Document,
    /// `mi-` and 17 hexadecimal digits.
    ManagedInstance,
    /// Not kept here.
    MaintenanceWindow,
    /// Not kept here.
    Parameter,
    /// `pb-` and 17 hexadecimal digits.
    PatchBaseline,
    /// Not kept here.
    OpsItem,
    /// Not kept here.
    OpsMetadata,
    /// Not kept here.
    Automation,
    /// Not kept here.
    Association,
    /// Not kept here.
    CloudConnector,
}

impl Kind for Tagged {
    const NAME: &'static str = "host/tags";
    type Document = Tags;
    type Plan = ();

    fn review(next: &Tags, prior: Option<&Tags>, out: &mut Violations) {
        for tag in &next.tags {
            let kept = prior.is_some_and(|prior| prior.tags.contains(tag));
            if !kept && tag.key.to_ascii_lowercase().starts_with("aws:") {
                out.review(&Path::root(), "aws: prefixed tag key names are not allowed for external use.");
            }
        }
    }

    fn compile(_document: &Checked<Tags>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Tags {
    /// Under which name a resource's tags are stored.
    #[must_use]
    pub fn name(resource_type: ResourceType, id: &str) -> String {
        format!("{}/{id}", resource_type.as_wire())
    }

    /// Adds tags; a later one of the same key replaces an earlier one.
    #[must_use]
    pub fn with(&self, added: &[Tag]) -> Self {
        let mut tags = self.tags.clone();
        for tag in added {
            tags.retain(|known| known.key != tag.key);
            tags.push(tag.clone());
        }
        tags.sort();
        Self { tags }
    }

    /// Removes the tags of these keys; unknown ones are no matter.
    #[must_use]
    pub fn without(&self, keys: &[String]) -> Self {
        Self { tags: self.tags.iter().filter(|tag| !keys.contains(&tag.key)).cloned().collect() }
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }

    /// The patch group that a node's tags put it into. The vendor knows both spellings of the key and says nothing about
    /// a node with both; here `PatchGroup`, which works with instance metadata tags, comes first.
    #[must_use]
    pub fn patch_group(&self) -> Option<&str> {
        self.value("PatchGroup").or_else(|| self.value("Patch Group")).filter(|group| !group.is_empty())
    }

    /// True if both spellings are there and say different things.
    #[must_use]
    pub fn has_two_patch_groups(&self) -> bool {
        match (self.value("PatchGroup"), self.value("Patch Group")) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    }
}

/// The tags of a resource; none if it was never tagged.
///
/// # Errors
/// When the store fails.
pub async fn of(cx: &Cx, resource_type: ResourceType, id: &str) -> Result<Tags, StoreError> {
    let held = lifecycle::find::<Tagged>(cx, &Tags::name(resource_type, id)).await?;
    Ok(held.map(|held| held.document.into_inner()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn adding_overwrites_and_removing_tolerates() {
        let tags = Tags::default().with(&[tag("b", "1"), tag("a", "2")]).with(&[tag("b", "3"), tag("B", "4")]);
        assert_eq!(tags.tags, [tag("B", "4"), tag("a", "2"), tag("b", "3")]);
        assert_eq!(tags.without(&["a".to_owned(), "z".to_owned()]).tags, [tag("B", "4"), tag("b", "3")]);
    }

    #[test]
    fn the_key_without_a_space_names_the_patch_group() {
        let both = Tags::default().with(&[tag("Patch Group", "old"), tag("PatchGroup", "new")]);
        assert_eq!(both.patch_group(), Some("new"));
        assert!(both.has_two_patch_groups());
        assert_eq!(Tags::default().with(&[tag("Patch Group", "old")]).patch_group(), Some("old"));
        assert_eq!(Tags::default().with(&[tag("patchgroup", "no")]).patch_group(), None);
    }

    #[test]
    fn the_vendors_prefix_is_reserved() {
        let mut out = Violations::new();
        Tagged::review(&Tags::default().with(&[tag("AWS:x", "1")]), None, &mut out);
        assert_eq!(out.len(), 1);
    }
}
