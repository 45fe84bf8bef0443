use std::collections::BTreeMap;

use crate::document::{CustomResponseBody, IpSet, ManagedRuleGroupStatement, RegexPatternSet, Rule, RuleGroup};

/// Everything that a web ACL refers to, as it is at one instant.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By ARN.
    pub rule_groups: BTreeMap<String, RuleGroup>,
    /// By ARN.
    pub ip_sets: BTreeMap<String, IpSet>,
    /// By ARN.
    pub regex_sets: BTreeMap<String, RegexPatternSet>,
    /// By vendor, name and the version that a statement names.
    pub managed: BTreeMap<(String, String, Option<String>), ManagedRules>,
}

/// The rules of the version of a managed rule group that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedRules {
    /// Which version that is; `None` if the group has none.
    pub version: Option<String>,
    /// What stands before the labels of its rules.
    pub label_namespace: String,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Bodies that custom responses name.
    pub bodies: BTreeMap<String, CustomResponseBody>,
}

impl Library {
    pub(super) fn managed(&self, group: &ManagedRuleGroupStatement) -> Option<&ManagedRules> {
        self.managed.get(&(group.vendor_name.clone(), group.name.clone(), group.version.clone()))
    }
}
