//! Stored managed rule sets: which versions a vendor has published under one name, and which one it recommends.

use std::collections::BTreeMap;

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Timestamp, Violations};
use serde::Serialize;

use super::Entity;
use crate::document::ManagedRuleSetVersion;
use crate::identity::Resource;

/// The kind of managed rule sets.
#[derive(Debug)]
pub struct ManagedRuleSets;

/// A managed rule set. The rules of its versions are documents of their own, see
/// [`ManagedVersions`](super::ManagedVersions).
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoredRuleSet {
    /// Whose it is, as customers name it.
    #[shape(length = 1..=128)]
    pub vendor_name: String,
    /// Its name, which is the managed rule group's for customers.
    #[shape(length = 1..=128)]
    pub name: String,
    /// A UUID in lower case.
    #[shape(length = 1..=36)]
    pub id: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=256)]
    pub description: Option<String>,
    /// What stands before the labels of its rules.
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+$")]
    pub label_namespace: String,
    /// Where news of its versions are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048)]
    pub sns_topic_arn: Option<String>,
    /// Whether customers choose among versions.
    pub versioning_supported: bool,
    /// By name, expired ones included.
    pub published_versions: BTreeMap<String, ManagedRuleSetVersion>,
    /// What customers get that name no version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64)]
    pub recommended_version: Option<String>,
}

impl Kind for ManagedRuleSets {
    const NAME: &'static str = "web/managed-rule-set";
    type Document = StoredRuleSet;
    type Plan = ();

    fn compile(_document: &Checked<StoredRuleSet>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Entity for ManagedRuleSets {
    const RESOURCE: Resource = Resource::ManagedRuleSet;
    const COUNT_MAX: usize = 1_000;

    fn id(document: &StoredRuleSet) -> &str {
        &document.id
    }
}

impl StoredRuleSet {
    /// The version that is run for whoever pins `pinned`, or none: an expired one gives way to the recommended one.
    #[must_use]
    pub fn effective<'a>(&'a self, pinned: Option<&'a str>, now: Timestamp) -> Option<&'a str> {
        let live = |name: &&str| {
            let version = self.published_versions.get(*name);
            version.is_some_and(|version| version.expiry_timestamp.is_none_or(|expiry| expiry > now))
        };
        pinned.filter(live).or(self.recommended_version.as_deref())
    }

    /// What a version costs; the recommended one's if none is named.
    #[must_use]
    pub fn capacity(&self, version: Option<&str>) -> Option<i64> {
        let name = version.or(self.recommended_version.as_deref())?;
        self.published_versions.get(name)?.capacity
    }

    /// The versions that customers can choose: those that are not set to expire, newest first.
    #[must_use]
    pub fn listed(&self) -> Vec<(&str, &ManagedRuleSetVersion)> {
        let lasting = self.published_versions.iter().filter(|(_, version)| version.expiry_timestamp.is_none());
        let mut listed: Vec<_> = lasting.map(|(name, version)| (name.as_str(), version)).collect();
        listed.sort_by(|(left_name, left), (right_name, right)| {
            right.publish_timestamp.cmp(&left.publish_timestamp).then(right_name.cmp(left_name))
        });
        listed
    }
}
