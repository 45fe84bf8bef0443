//! Stored versions of managed rule sets: what a rule group was when it was published. Later changes of the group change
//! nothing here (decision of the reference, 2.4).

use std::collections::BTreeMap;

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Violations};
use serde::Serialize;

use crate::document::{CustomResponseBody, LabelSummary, Rule, Scope};
use crate::identity;

/// The kind of published versions: `<SCOPE>/<rule set>/<version>`.
#[derive(Debug)]
pub struct ManagedVersions;

/// The rules of a version.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StoredVersion {
    /// The rule group that they were copied from.
    #[shape(length = 20..=2048)]
    pub associated_rule_group_arn: String,
    /// What it costs a web ACL.
    #[shape(range = 1..)]
    pub capacity: i64,
    /// As they were. IP sets and regex pattern sets that they name stay the vendor's own and may change.
    pub rules: Vec<Rule>,
    /// Bodies that custom responses name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_response_bodies: Option<BTreeMap<String, CustomResponseBody>>,
    /// Labels that the rules put on requests, in the name space of the rule set.
    pub available_labels: Vec<LabelSummary>,
    /// Labels that the rules look for, in the name space of the rule set.
    pub consumed_labels: Vec<LabelSummary>,
}

impl Kind for ManagedVersions {
    const NAME: &'static str = "web/managed-rule-set-version";
    type Document = StoredVersion;
    type Plan = ();

    fn compile(_document: &Checked<StoredVersion>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// Under which name a version is stored.
#[must_use]
pub fn stored(scope: Scope, rule_set: &str, version: &str) -> String {
    format!("{}/{version}", identity::stored(scope, rule_set))
}
