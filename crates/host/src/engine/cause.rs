//! The one rule, filter, list or date that decided about a package: the short answer to "why".

use std::fmt;

use serde::Serialize;

use super::plan::Plan;
use super::source::{FilterKey, Level};
use super::state::{State, Verdict};
use super::view::{HostView, PackageView};
use super::weigh::{DateUse, RuleOutcome, Weight, attribute};

/// What decided. Displayed as a clause that follows "because".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A rule approves it.
    Rule {
        /// From one; the first of those with the highest level.
        rule: usize,
        /// Its level.
        level: Level,
    },
    /// The approved list approves it.
    ApprovedList {
        /// The entry.
        entry: String,
        /// The list's level.
        level: Level,
    },
    /// The rejected list names it.
    RejectedList {
        /// The entry.
        entry: String,
    },
    /// A global filter keeps it from the rules.
    GlobalFilter {
        /// What was looked at.
        key: FilterKey,
        /// What was found.
        found: String,
    },
    /// No rule approves it; this rule came nearest, and a filter of it does not pass.
    RuleFilter {
        /// From one.
        rule: usize,
        /// What was looked at.
        key: FilterKey,
        /// What was found.
        found: String,
    },
    /// No rule approves it; this rule would if it were a security update.
    NotSecurity {
        /// From one.
        rule: usize,
    },
    /// No rule approves it yet; this rule's date holds it back.
    Date {
        /// From one.
        rule: usize,
        /// When it was first seen.
        seen: String,
        /// The last day that passes.
        limit: String,
    },
    /// The approved list names it, but it is no security update, and the list is for those only.
    ApprovedNotSecurity {
        /// The entry.
        entry: String,
    },
    /// There are no rules, and the approved list does not name it.
    NoRule,
    /// It was installed without a reboot.
    PendingReboot,
    /// An install run tried and failed.
    InstallFailed,
    /// Nothing is known of such a package.
    Unknown,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { rule, level } => write!(f, "rule {rule} approves it (level {})", level.as_str()),
            Self::ApprovedList { entry, level } => {
                write!(f, "the approved list names it with `{entry}` (level {})", level.as_str())
            }
            Self::RejectedList { entry } => write!(f, "the rejected list names it with `{entry}`"),
            Self::GlobalFilter { key, found } => {
                write!(f, "the global filter {} does not pass {}", key.as_str(), Found(found))
            }
            Self::RuleFilter { rule, key, found } => {
                write!(f, "no rule approves it: {} of rule {rule} does not pass {}", key.as_str(), Found(found))
            }
            Self::NotSecurity { rule } => {
                write!(f, "it is no security update, and rule {rule} approves security updates only")
            }
            Self::Date { rule, seen, limit } => {
                write!(f, "it was first seen on {seen}, and rule {rule} approves what was seen by {limit}")
            }
            Self::ApprovedNotSecurity { entry } => write!(
                f,
                "the approved list names it with `{entry}`, but it is no security update and \
                 ApprovedPatchesEnableNonSecurity is off"
            ),
            Self::NoRule => f.write_str("the baseline has no rules, and the approved list does not name it"),
            Self::PendingReboot => f.write_str("it was installed without a reboot, and there was none since"),
            Self::InstallFailed => f.write_str("an install run tried it, and it is still older than what is approved"),
            Self::Unknown => f.write_str("it is neither installed nor offered"),
        }
    }
}

/// A value that a filter found.
pub(super) struct Found<'a>(pub(super) &'a str);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("a package without it") } else { write!(f, "`{}`", self.0) }
    }
}

/// The cause of a verdict.
pub(super) fn cause(
    plan: &Plan,
    package: &PackageView<'_>,
    weights: &[Weight],
    answers: &[Vec<RuleOutcome>],
    verdict: &Verdict,
    host: &HostView<'_>,
) -> Cause {
    match verdict.state {
        Some(State::InstalledPendingReboot) => return Cause::PendingReboot,
        Some(State::Failed) => return Cause::InstallFailed,
        _ => {}
    }
    let Some(at) = verdict.decisive else { return Cause::Unknown };
    let (Some(version), Some(weight), Some(outcomes)) = (package.versions.get(at), weights.get(at), answers.get(at))
    else {
        return Cause::Unknown;
    };
    if let Some(entry) = weight.rejected_entry {
        return Cause::RejectedList { entry: plan.rejected_entry(entry).to_owned() };
    }
    if weight.matched {
        return approval(plan, weight, outcomes);
    }
    if let Some(entry) = weight.approved_entry {
        return Cause::ApprovedNotSecurity { entry: plan.approved_entry(entry).to_owned() };
    }
    if let Some(filter) = weight.global_failed.and_then(|at| plan.global.get(at)) {
        return Cause::GlobalFilter { key: filter.key, found: attribute(filter.key, host, version).to_owned() };
    }
    nearest(plan, outcomes, |key| attribute(key, host, version).to_owned())
}

fn approval(plan: &Plan, weight: &Weight, outcomes: &[RuleOutcome]) -> Cause {
    let rule = plan
        .rules
        .iter()
        .zip(outcomes)
        .position(|(rule, outcome)| matches!(outcome, RuleOutcome::Approves(_)) && rule.level == weight.level);
    match (rule, weight.approved_entry) {
        (Some(rule), _) => Cause::Rule { rule: rule + 1, level: weight.level },
        (None, Some(entry)) => {
            Cause::ApprovedList { entry: plan.approved_entry(entry).to_owned(), level: plan.approved_level }
        }
        (None, None) => Cause::Unknown,
    }
}

/// Of rules that all refuse, the one that came nearest to approving; the first of equals.
fn nearest(plan: &Plan, outcomes: &[RuleOutcome], found: impl Fn(FilterKey) -> String) -> Cause {
    let depth = |outcome: &RuleOutcome| match outcome {
        RuleOutcome::Filter(_) => 0,
        RuleOutcome::NotSecurity => 1,
        RuleOutcome::TooEarly(_) | RuleOutcome::Approves(_) => 2,
    };
    let best = outcomes.iter().enumerate().rev().max_by_key(|(_, outcome)| depth(outcome));
    let Some((at, outcome)) = best else { return Cause::NoRule };
    let rule = at + 1;
    match *outcome {
        RuleOutcome::Filter(filter) => match plan.rules.get(at).and_then(|rule| rule.filters.get(filter)) {
            Some(filter) => Cause::RuleFilter { rule, key: filter.key, found: found(filter.key) },
            None => Cause::Unknown,
        },
        RuleOutcome::NotSecurity => Cause::NotSecurity { rule },
        RuleOutcome::TooEarly(DateUse::FirstSeen { seen, limit }) => {
            Cause::Date { rule, seen: seen.to_string(), limit: limit.to_string() }
        }
        RuleOutcome::TooEarly(_) | RuleOutcome::Approves(_) => Cause::Unknown,
    }
}
