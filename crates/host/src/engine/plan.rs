//! A compiled baseline. What cannot be compiled is said here, before anything is stored.

use super::day::Day;
use super::pattern::Pattern;
use super::source::{Dating, Family, Filter, FilterKey, Level, RejectedAction, Source};

/// A baseline that can judge packages. Immutable and cheap to share.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) family: Family,
    pub(super) global: Vec<CompiledFilter>,
    pub(super) rules: Vec<CompiledRule>,
    pub(super) approved: Vec<ListEntry>,
    pub(super) approved_level: Level,
    pub(super) approved_non_security: bool,
    pub(super) rejected: Vec<ListEntry>,
    pub(super) rejected_action: RejectedAction,
}

/// Why a baseline cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {text}")]
pub struct CompileError {
    /// The member at fault in the vendor's spelling: `ApprovalRules.PatchRules[0].ApproveUntilDate`.
    pub member: String,
    /// What to do about it.
    pub text: String,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledFilter {
    pub(super) key: FilterKey,
    /// Empty: everything passes.
    pub(super) values: Vec<String>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledRule {
    pub(super) filters: Vec<CompiledFilter>,
    pub(super) level: Level,
    pub(super) non_security: bool,
    pub(super) date: DateRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateRule {
    None,
    /// There is one, and the setting says that it does not count.
    Ignored,
    AfterDays(u32),
    Until(Day),
}

#[derive(Debug, Clone)]
pub(super) struct ListEntry {
    pub(super) text: String,
    pub(super) pattern: Pattern,
}

impl Plan {
    /// The most days that a rule may wait.
    pub const APPROVE_AFTER_DAYS_MAX: u32 = 360;

    /// Compiles, or says everything that is wrong.
    ///
    /// # Errors
    /// A filter without values, a date that is no day of the calendar, two dates in one rule, too many days, or an empty
    /// list entry.
    pub fn compile(source: &Source) -> Result<Self, Vec<CompileError>> {
        let mut errors = Vec::new();
        let global = filters(&source.global_filters, "GlobalFilters.PatchFilters", &mut errors);
        let mut rules = Vec::with_capacity(source.rules.len());
        for (number, rule) in source.rules.iter().enumerate() {
            let member = format!("ApprovalRules.PatchRules[{number}]");
            let date = date(rule, source.dating, &member, &mut errors);
            let filters = filters(&rule.filters, &format!("{member}.PatchFilterGroup.PatchFilters"), &mut errors);
            rules.push(CompiledRule { filters, level: rule.level, non_security: rule.enable_non_security, date });
        }
        let approved = entries(&source.approved, "ApprovedPatches", &mut errors);
        let rejected = entries(&source.rejected, "RejectedPatches", &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            family: source.family,
            global,
            rules,
            approved,
            approved_level: source.approved_level,
            approved_non_security: source.approved_enable_non_security,
            rejected,
            rejected_action: source.rejected_action,
        })
    }

    /// Whose hosts it judges.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// What its rejected list does.
    #[must_use]
    pub fn rejected_action(&self) -> RejectedAction {
        self.rejected_action
    }

    /// The first rejected entry that a version matches.
    #[must_use]
    pub(super) fn rejected_entry(&self, index: usize) -> &str {
        self.rejected.get(index).map_or("", |entry| entry.text.as_str())
    }

    /// An approved entry's text.
    #[must_use]
    pub(super) fn approved_entry(&self, index: usize) -> &str {
        self.approved.get(index).map_or("", |entry| entry.text.as_str())
    }
}

fn filters(source: &[Filter], member: &str, errors: &mut Vec<CompileError>) -> Vec<CompiledFilter> {
    let mut compiled = Vec::with_capacity(source.len());
    for (number, filter) in source.iter().enumerate() {
        if filter.values.is_empty() {
            errors.push(CompileError {
                member: format!("{member}[{number}].Values"),
                text: "give at least one value, or `*` for all".into(),
            });
        }
        // `*` is a wildcard only as a whole value; with it the other values say nothing.
        let any = filter.values.iter().any(|value| value == "*");
        let values = if any { Vec::new() } else { filter.values.clone() };
        compiled.push(CompiledFilter { key: filter.key, values });
    }
    compiled
}

fn date(rule: &super::source::Rule, dating: Dating, member: &str, errors: &mut Vec<CompileError>) -> DateRule {
    let mut error = |name: &str, text: String| errors.push(CompileError { member: format!("{member}{name}"), text });
    let until = rule.approve_until_date.as_deref().map(|text| (text, Day::parse(text)));
    let date = match (rule.approve_after_days, until) {
        (None, None) => return DateRule::None,
        (Some(_), Some(_)) => {
            error("", "give either ApproveAfterDays or ApproveUntilDate, not both".into());
            return DateRule::None;
        }
        (Some(days), None) if days > Plan::APPROVE_AFTER_DAYS_MAX => {
            error(".ApproveAfterDays", format!("give at most {} days, not `{days}`", Plan::APPROVE_AFTER_DAYS_MAX));
            return DateRule::None;
        }
        (Some(days), None) => DateRule::AfterDays(days),
        (None, Some((_, Some(day)))) => DateRule::Until(day),
        (None, Some((text, None))) => {
            error(".ApproveUntilDate", format!("give a day of the calendar as YYYY-MM-DD, not `{text}`"));
            return DateRule::None;
        }
    };
    match dating {
        Dating::Ignored => DateRule::Ignored,
        Dating::FirstSeen => date,
    }
}

fn entries(source: &[String], member: &str, errors: &mut Vec<CompileError>) -> Vec<ListEntry> {
    let mut compiled = Vec::with_capacity(source.len());
    for (number, text) in source.iter().enumerate() {
        if text.is_empty() {
            errors.push(CompileError { member: format!("{member}[{number}]"), text: "remove the empty entry".into() });
        }
        compiled.push(ListEntry { text: text.clone(), pattern: Pattern::new(text) });
    }
    compiled
}

#[cfg(test)]
mod tests {
    use super::super::source::{Filter, FilterKey, Rule, Source};
    use super::Plan;

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let source = Source {
            global_filters: vec![Filter { key: FilterKey::Product, values: vec![] }],
            rules: vec![
                Rule { approve_after_days: Some(1), approve_until_date: Some("2026-01-01".into()), ..Rule::default() },
                Rule { approve_until_date: Some("2026-02-30".into()), ..Rule::default() },
                Rule { approve_after_days: Some(361), ..Rule::default() },
            ],
            rejected: vec![String::new()],
            ..Source::default()
        };
        let errors = Plan::compile(&source).unwrap_err();
        let members: Vec<&str> = errors.iter().map(|error| error.member.as_str()).collect();
        assert_eq!(
            members,
            [
                "GlobalFilters.PatchFilters[0].Values",
                "ApprovalRules.PatchRules[0]",
                "ApprovalRules.PatchRules[1].ApproveUntilDate",
                "ApprovalRules.PatchRules[2].ApproveAfterDays",
                "RejectedPatches[0]",
            ]
        );
    }

    #[test]
    fn the_empty_baseline_compiles() {
        assert!(Plan::compile(&Source::default()).is_ok());
    }
}
