//! Rules between the members of a baseline, which no constraint of a single member says.

use bartizan_wire::{Path, Violations};

use super::{PatchBaseline, PatchRule};
use crate::engine::Day;
use crate::filter;
use crate::system::{Family, OperatingSystem};

/// Reports everything that the service refuses although every member by itself is in order.
pub(super) fn review(next: &PatchBaseline, out: &mut Violations) {
    let system = next.operating_system;
    let mut at = Path::root();
    at.member("GlobalFilters", |at| filter::review(system, &next.global_filters.patch_filters, at, out));
    at.member("ApprovalRules", |at| {
        at.member("PatchRules", |at| {
            for (index, rule) in next.approval_rules.patch_rules.iter().enumerate() {
                at.item(index, |at| {
                    filter::review(system, &rule.patch_filter_group.patch_filters, at, out);
                    dates(system, rule, at, out);
                });
            }
        });
    });
}

/// A rule has one of the two dates. For the apt families neither is needed, because release dates are ignored there.
fn dates(system: OperatingSystem, rule: &PatchRule, at: &Path, out: &mut Violations) {
    match (rule.approve_after_days, rule.approve_until_date.as_deref()) {
        (Some(_), Some(_)) => {
            out.review(at, "A patch rule takes either ApproveAfterDays or ApproveUntilDate, not both")
        }
        (None, None) if system.family() != Family::Apt => {
            out.review(at, "A patch rule needs ApproveAfterDays or ApproveUntilDate");
        }
        (None, Some(date)) if Day::parse(date).is_none() => out
            .review(at, format!("Invalid ApproveUntilDate: {date}, give a day of the calendar in the form YYYY-MM-DD")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{Fields, PatchFilter, PatchFilterGroup, PatchFilterKey, PatchRuleGroup, create};
    use bartizan_wire::Timestamp;

    fn found(system: OperatingSystem, days: Option<i32>, until: Option<&str>) -> usize {
        let rule = PatchRule {
            patch_filter_group: PatchFilterGroup::default(),
            compliance_level: None,
            approve_after_days: days,
            approve_until_date: until.map(str::to_owned),
            enable_non_security: None,
        };
        let fields = Fields { approval_rules: Some(PatchRuleGroup { patch_rules: vec![rule] }), ..Fields::default() };
        let mut out = Violations::new();
        review(&create(system, "one", fields, Timestamp(0)), &mut out);
        out.len()
    }

    #[test]
    fn a_rule_has_exactly_one_date_unless_dates_are_ignored() {
        assert_eq!(found(OperatingSystem::AmazonLinux2, Some(0), None), 0);
        assert_eq!(found(OperatingSystem::AmazonLinux2, None, Some("2026-02-28")), 0);
        assert_eq!(found(OperatingSystem::AmazonLinux2, None, None), 1);
        assert_eq!(found(OperatingSystem::AmazonLinux2, Some(7), Some("2026-02-28")), 1);
        assert_eq!(found(OperatingSystem::Debian, None, None), 0);
        assert_eq!(found(OperatingSystem::Debian, Some(7), None), 0);
        assert_eq!(found(OperatingSystem::Debian, Some(7), Some("2026-02-28")), 1);
        assert_eq!(found(OperatingSystem::AmazonLinux2, None, Some("2026-02-29")), 1);
    }

    #[test]
    fn everything_that_is_wrong_is_reported_together() {
        let filter = |value: &str| PatchFilterGroup {
            patch_filters: vec![PatchFilter { key: PatchFilterKey::Priority, values: vec![value.to_owned()] }],
        };
        let rule = PatchRule {
            patch_filter_group: filter("Second"),
            compliance_level: None,
            approve_after_days: None,
            approve_until_date: Some("tomorrow".to_owned()),
            enable_non_security: None,
        };
        let fields = Fields {
            global_filters: Some(filter("First")),
            approval_rules: Some(PatchRuleGroup { patch_rules: vec![rule] }),
            ..Fields::default()
        };
        let mut out = Violations::new();
        review(&create(OperatingSystem::Ubuntu, "one", fields, Timestamp(0)), &mut out);
        assert_eq!(out.len(), 3);
    }
}
