//! How requests become documents: creation, update of the members that are given, replacement of all of them.

use bartizan_wire::Timestamp;

use super::{
    PatchAction, PatchBaseline, PatchComplianceLevel, PatchComplianceStatus, PatchFilterGroup, PatchRuleGroup,
    PatchSource,
};
use crate::system::OperatingSystem;

/// The members that creation and update share. `None` was not given; an empty list was.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// `Name`.
    pub name: Option<String>,
    /// `GlobalFilters`.
    pub global_filters: Option<PatchFilterGroup>,
    /// `ApprovalRules`.
    pub approval_rules: Option<PatchRuleGroup>,
    /// `ApprovedPatches`.
    pub approved_patches: Option<Vec<String>>,
    /// `ApprovedPatchesComplianceLevel`.
    pub approved_patches_compliance_level: Option<PatchComplianceLevel>,
    /// `ApprovedPatchesEnableNonSecurity`.
    pub approved_patches_enable_non_security: Option<bool>,
    /// `RejectedPatches`.
    pub rejected_patches: Option<Vec<String>>,
    /// `RejectedPatchesAction`.
    pub rejected_patches_action: Option<PatchAction>,
    /// `Description`.
    pub description: Option<String>,
    /// `Sources`.
    pub sources: Option<Vec<PatchSource>>,
    /// `AvailableSecurityUpdatesComplianceStatus`.
    pub available_security_updates_compliance_status: Option<PatchComplianceStatus>,
}

/// A new baseline: what is not given gets the vendor's default, visibly.
#[must_use]
pub fn create(operating_system: OperatingSystem, name: &str, fields: Fields, now: Timestamp) -> PatchBaseline {
    PatchBaseline {
        name: name.to_owned(),
        operating_system,
        global_filters: fields.global_filters.unwrap_or_default(),
        approval_rules: settled(fields.approval_rules.unwrap_or_default()),
        approved_patches: fields.approved_patches.unwrap_or_default(),
        approved_patches_compliance_level: fields.approved_patches_compliance_level.unwrap_or_default(),
        approved_patches_enable_non_security: fields.approved_patches_enable_non_security.unwrap_or(false),
        rejected_patches: fields.rejected_patches.unwrap_or_default(),
        rejected_patches_action: fields.rejected_patches_action.unwrap_or_default(),
        description: fields.description,
        sources: fields.sources.unwrap_or_default(),
        available_security_updates_compliance_status: fields.available_security_updates_compliance_status,
        created_date: now,
    }
}

/// `UpdatePatchBaseline` without `Replace`: each top-level member that is given replaces its predecessor as a whole;
/// an empty list empties it. Nothing is merged inside of lists and groups.
#[must_use]
pub fn update(prior: &PatchBaseline, fields: Fields) -> PatchBaseline {
    let prior = prior.clone();
    PatchBaseline {
        name: fields.name.unwrap_or(prior.name),
        operating_system: prior.operating_system,
        global_filters: fields.global_filters.unwrap_or(prior.global_filters),
        approval_rules: fields.approval_rules.map_or(prior.approval_rules, settled),
        approved_patches: fields.approved_patches.unwrap_or(prior.approved_patches),
        approved_patches_compliance_level: fields
            .approved_patches_compliance_level
            .unwrap_or(prior.approved_patches_compliance_level),
        approved_patches_enable_non_security: fields
            .approved_patches_enable_non_security
            .unwrap_or(prior.approved_patches_enable_non_security),
        rejected_patches: fields.rejected_patches.unwrap_or(prior.rejected_patches),
        rejected_patches_action: fields.rejected_patches_action.unwrap_or(prior.rejected_patches_action),
        description: fields.description.or(prior.description),
        sources: fields.sources.unwrap_or(prior.sources),
        available_security_updates_compliance_status: fields
            .available_security_updates_compliance_status
            .or(prior.available_security_updates_compliance_status),
        created_date: prior.created_date,
    }
}

/// `UpdatePatchBaseline` with `Replace`: what creation requires is required again (`name`), and every member that is
/// not given goes back to its default. The operating system and the date of creation stay.
#[must_use]
pub fn replace(prior: &PatchBaseline, name: &str, fields: Fields) -> PatchBaseline {
    create(prior.operating_system, name, fields, prior.created_date)
}

/// Makes the defaults of each rule visible.
fn settled(mut rules: PatchRuleGroup) -> PatchRuleGroup {
    for rule in &mut rules.patch_rules {
        rule.compliance_level.get_or_insert_default();
        rule.enable_non_security.get_or_insert(false);
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::PatchRule;

    fn prior() -> PatchBaseline {
        let rule = PatchRule {
            patch_filter_group: PatchFilterGroup::default(),
            compliance_level: None,
            approve_after_days: Some(7),
            approve_until_date: None,
            enable_non_security: None,
        };
        let fields = Fields {
            approval_rules: Some(PatchRuleGroup { patch_rules: vec![rule] }),
            rejected_patches: Some(vec!["telnet".to_owned()]),
            rejected_patches_action: Some(PatchAction::Block),
            description: Some("ours".to_owned()),
            ..Fields::default()
        };
        create(OperatingSystem::Debian, "ours", fields, Timestamp(1_000))
    }

    #[test]
    fn creation_makes_the_defaults_of_rules_visible() {
        let baseline = prior();
        let rule = &baseline.approval_rules.patch_rules[0];
        assert_eq!(rule.compliance_level, Some(PatchComplianceLevel::Unspecified));
        assert_eq!(rule.enable_non_security, Some(false));
        assert_eq!(rule.approve_until_date, None);
    }

    #[test]
    fn an_update_changes_what_is_given_and_nothing_else() {
        let next = update(&prior(), Fields { rejected_patches: Some(Vec::new()), ..Fields::default() });
        assert_eq!(next, PatchBaseline { rejected_patches: Vec::new(), ..prior() });
        assert_eq!(update(&prior(), Fields::default()), prior());
    }

    #[test]
    fn a_replacement_resets_what_is_not_given() {
        let next = replace(&prior(), "theirs", Fields::default());
        assert_eq!(next, create(OperatingSystem::Debian, "theirs", Fields::default(), Timestamp(1_000)));
        assert_eq!(next.description, None);
        assert_eq!(next.rejected_patches_action, PatchAction::AllowAsDependency);
    }
}
