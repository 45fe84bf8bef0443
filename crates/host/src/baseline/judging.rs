//! From the document to the engine's plan.

use bartizan_wire::{Path, Violations};

use super::{PatchAction, PatchBaseline, PatchComplianceLevel, PatchFilter, PatchFilterKey, PatchRule};
use crate::engine::{Dating, Family, Filter, FilterKey, Level, Plan, RejectedAction, Rule, Source};
use crate::system::OperatingSystem;

/// The plan by which hosts are judged; `None` where this program knows no evaluation for the operating system.
///
/// # Errors
/// What keeps the document from being compiled; such a document is never stored.
pub fn compile(document: &PatchBaseline) -> Result<Option<Plan>, Violations> {
    let Some(family) = family(document.operating_system) else { return Ok(None) };
    Plan::compile(&source(family, document)).map(Some).map_err(|errors| {
        let mut out = Violations::new();
        for error in errors {
            out.review(&Path::root(), error.to_string());
        }
        out
    })
}

fn family(system: OperatingSystem) -> Option<Family> {
    match system {
        OperatingSystem::Debian => Some(Family::Debian),
        OperatingSystem::Ubuntu => Some(Family::Ubuntu),
        OperatingSystem::Raspbian => Some(Family::Raspbian),
        _ => None,
    }
}

fn source(family: Family, document: &PatchBaseline) -> Source {
    Source {
        family,
        global_filters: filters(&document.global_filters.patch_filters),
        rules: document.approval_rules.patch_rules.iter().map(rule).collect(),
        approved: document.approved_patches.clone(),
        approved_level: document.approved_patches_compliance_level.into(),
        approved_enable_non_security: document.approved_patches_enable_non_security,
        rejected: document.rejected_patches.clone(),
        rejected_action: match document.rejected_patches_action {
            PatchAction::AllowAsDependency => RejectedAction::AllowAsDependency,
            PatchAction::Block => RejectedAction::Block,
        },
        // The vendor ignores release dates for these families, because their package indices have none.
        dating: Dating::Ignored,
    }
}

fn rule(rule: &PatchRule) -> Rule {
    Rule {
        filters: filters(&rule.patch_filter_group.patch_filters),
        level: rule.compliance_level.unwrap_or_default().into(),
        enable_non_security: rule.enable_non_security.unwrap_or(false),
        approve_after_days: rule.approve_after_days.and_then(|days| u32::try_from(days).ok()),
        approve_until_date: rule.approve_until_date.clone(),
    }
}

fn filters(filters: &[PatchFilter]) -> Vec<Filter> {
    // Other keys were refused when the document was reviewed.
    filters.iter().filter_map(|filter| Some(Filter { key: key(filter.key)?, values: filter.values.clone() })).collect()
}

fn key(key: PatchFilterKey) -> Option<FilterKey> {
    match key {
        PatchFilterKey::Product => Some(FilterKey::Product),
        PatchFilterKey::Priority => Some(FilterKey::Priority),
        PatchFilterKey::Section => Some(FilterKey::Section),
        _ => None,
    }
}

impl From<PatchComplianceLevel> for Level {
    fn from(level: PatchComplianceLevel) -> Self {
        match level {
            PatchComplianceLevel::Critical => Self::Critical,
            PatchComplianceLevel::High => Self::High,
            PatchComplianceLevel::Medium => Self::Medium,
            PatchComplianceLevel::Low => Self::Low,
            PatchComplianceLevel::Informational => Self::Informational,
            PatchComplianceLevel::Unspecified => Self::Unspecified,
        }
    }
}

impl From<Level> for PatchComplianceLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Critical => Self::Critical,
            Level::High => Self::High,
            Level::Medium => Self::Medium,
            Level::Low => Self::Low,
            Level::Informational => Self::Informational,
            Level::Unspecified => Self::Unspecified,
        }
    }
}
