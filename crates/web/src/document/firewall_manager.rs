//! What another service of the vendor adds to web ACLs: nothing here.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

use super::action::OverrideAction;
use super::managed_rule_group::ManagedRuleGroupStatement;
use super::rule_group_reference::RuleGroupReferenceStatement;
use super::visibility::VisibilityConfig;

/// A rule group of Firewall Manager.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FirewallManagerRuleGroup {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub name: String,
    /// The lowest comes first.
    #[shape(range = 0..)]
    pub priority: i32,
    /// Which group.
    pub firewall_manager_statement: FirewallManagerStatement,
    /// What is done with its outcome.
    pub override_action: OverrideAction,
    /// What is measured and sampled.
    pub visibility_config: VisibilityConfig,
}

one_of! {
    /// Which group.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum FirewallManagerStatement {
        /// A managed one.
        ManagedRuleGroup(Box<ManagedRuleGroupStatement>) = "ManagedRuleGroupStatement",
        /// Another.
        RuleGroupReference(RuleGroupReferenceStatement) = "RuleGroupReferenceStatement",
    }
}
