//! Baselines as `GetPatchBaseline` answers them, read for the engine.

use bartizan_host::engine::{Dating, Family, Filter, FilterKey, Level, RejectedAction, Rule, Source};
use serde_json::Value;

/// The engine's input. Absent members have the vendor's defaults.
pub(crate) fn source(baseline: &Value) -> Source {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let level = |value: &Value| match value {
        Value::Null => Level::Unspecified,
        other => Level::parse(other.as_str().unwrap()).unwrap_or_else(|| panic!("no level: {other}")),
    };
    let filters = |group: &Value| {
        let filters = group["PatchFilters"].as_array().into_iter().flatten();
        filters
            .map(|filter| Filter {
                key: FilterKey::parse(filter["Key"].as_str().unwrap()).unwrap(),
                values: texts(&filter["Values"]),
            })
            .collect::<Vec<_>>()
    };
    let rules = baseline["ApprovalRules"]["PatchRules"].as_array().into_iter().flatten().map(|rule| Rule {
        filters: filters(&rule["PatchFilterGroup"]),
        level: level(&rule["ComplianceLevel"]),
        enable_non_security: rule["EnableNonSecurity"].as_bool().unwrap_or_default(),
        approve_after_days: rule["ApproveAfterDays"].as_u64().map(|days| u32::try_from(days).unwrap()),
        approve_until_date: rule["ApproveUntilDate"].as_str().map(str::to_owned),
    });
    Source {
        family: match baseline["OperatingSystem"].as_str() {
            None | Some("DEBIAN") => Family::Debian,
            Some("UBUNTU") => Family::Ubuntu,
            Some("RASPBIAN") => Family::Raspbian,
            Some(other) => panic!("not an apt family: {other}"),
        },
        global_filters: filters(&baseline["GlobalFilters"]),
        rules: rules.collect(),
        approved: texts(&baseline["ApprovedPatches"]),
        approved_level: level(&baseline["ApprovedPatchesComplianceLevel"]),
        approved_enable_non_security: baseline["ApprovedPatchesEnableNonSecurity"].as_bool().unwrap_or_default(),
        rejected: texts(&baseline["RejectedPatches"]),
        rejected_action: match baseline["RejectedPatchesAction"].as_str() {
            Some("BLOCK") => RejectedAction::Block,
            _ => RejectedAction::AllowAsDependency,
        },
        dating: Dating::Ignored,
    }
}
