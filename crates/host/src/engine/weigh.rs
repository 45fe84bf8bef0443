//! Weighs one version against a plan, whatever is installed: is it a security update, does it pass the filters, which
//! rule or list approves or rejects it. Traces and tables are both made of this, so they cannot drift apart.

use super::day::Day;
use super::plan::{CompiledFilter, CompiledRule, DateRule, Plan};
use super::source::{FilterKey, Level};
use super::view::{HostView, VersionView};

/// The site that makes a version a security update whatever its suite is called.
const SECURITY_SITE: &str = "security.debian.org";
/// In the name of a suite: `bookworm-security`, `oldstable-security`, `noble-security`.
const SECURITY_SUITE: &str = "security";

/// What one version weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) rank: u32,
    /// Approved and not rejected.
    pub(super) matched: bool,
    pub(super) security: Option<Security>,
    /// The first global filter that it fails.
    pub(super) global_failed: Option<usize>,
    /// The first approved entry that names it, whether or not it may approve.
    pub(super) approved_entry: Option<usize>,
    /// The first rejected entry that names it.
    pub(super) rejected_entry: Option<usize>,
    /// The highest of all that approve it.
    pub(super) level: Level,
    /// How the package manager prefers it, apart from pins of the host's own.
    pub(super) preference: Preference,
}

/// How apt prefers a version: by the best of the indices that offer it (apt_preferences(5), without any).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Preference {
    /// Priority 1: only where nothing is installed and nothing else is offered, as for experimental.
    NotAutomatic,
    /// Priority 100: what is installed, and what only upgrades what came from there, as for backports.
    Installed,
    /// Priority 500.
    Automatic,
}

/// Why a version is a security update: the trusted origin at this place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    Suite(usize),
    Site(usize),
}

/// What one rule says to one version. A rule is tried in this order: filters, security, date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleOutcome {
    Filter(usize),
    NotSecurity,
    TooEarly(DateUse),
    Approves(DateUse),
}

/// How the date of a rule was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateUse {
    /// The rule has none.
    None,
    /// The setting for apt families says so.
    Ignored,
    /// Nobody knows when the version was released, so the rule does not hold it back.
    Unknown,
    /// Compared with the day on which it was first seen.
    FirstSeen { seen: Day, limit: Day },
}

/// Weighs versions one after the other, keeping its buffers.
#[derive(Debug)]
pub(super) struct Scale<'a> {
    plan: &'a Plan,
    host: HostView<'a>,
    /// `name.arch:version`, of which four of the other renderings are parts.
    full: String,
    /// `name-version`.
    dashed: String,
    rules: Vec<RuleOutcome>,
}

impl<'a> Scale<'a> {
    pub(super) fn new(plan: &'a Plan, host: HostView<'a>) -> Self {
        Self { plan, host, full: String::new(), dashed: String::new(), rules: Vec::with_capacity(plan.rules.len()) }
    }

    /// What each rule said to the version that was weighed last. Empty if a global filter kept it from the rules.
    pub(super) fn rules(&self) -> &[RuleOutcome] {
        &self.rules
    }

    pub(super) fn weigh(&mut self, name: &str, version: &VersionView<'_>) -> Weight {
        let plan = self.plan;
        let security = security(version);
        let global_failed = first_failed(&plan.global, &self.host, version);
        self.rules.clear();
        let mut level = Level::Unspecified;
        let mut approved = false;
        if global_failed.is_none() {
            for rule in &plan.rules {
                let outcome = self.rule(rule, version, security.is_some());
                if matches!(outcome, RuleOutcome::Approves(_)) {
                    approved = true;
                    level = level.max(rule.level);
                }
                self.rules.push(outcome);
            }
        }
        let (approved_entry, rejected_entry) = self.lists(name, version);
        // The approved list stands outside the global filters and the rules (host.md 9, decision 10), but it too is
        // for security updates unless told otherwise (decision 11).
        if approved_entry.is_some() && (security.is_some() || plan.approved_non_security) {
            approved = true;
            level = level.max(plan.approved_level);
        }
        let matched = approved && rejected_entry.is_none();
        let level = if matched { level } else { Level::Unspecified };
        Weight {
            rank: version.rank,
            matched,
            security,
            global_failed,
            approved_entry,
            rejected_entry,
            level,
            preference: preference(version),
        }
    }

    fn rule(&self, rule: &CompiledRule, version: &VersionView<'_>, security: bool) -> RuleOutcome {
        if let Some(failed) = first_failed(&rule.filters, &self.host, version) {
            return RuleOutcome::Filter(failed);
        }
        if !security && !rule.non_security {
            return RuleOutcome::NotSecurity;
        }
        let limit = match rule.date {
            DateRule::None => return RuleOutcome::Approves(DateUse::None),
            DateRule::Ignored => return RuleOutcome::Approves(DateUse::Ignored),
            DateRule::AfterDays(days) => Day::of(self.host.now).before(days),
            DateRule::Until(day) => day,
        };
        let Some(seen) = version.first_seen.map(Day::of) else { return RuleOutcome::Approves(DateUse::Unknown) };
        let date = DateUse::FirstSeen { seen, limit };
        if seen <= limit { RuleOutcome::Approves(date) } else { RuleOutcome::TooEarly(date) }
    }

    /// The first entries of the two lists that name the version in any of the renderings of apt packages: `name`,
    /// `version`, `name.arch`, `name-version`, `arch:version`, `name.arch:version`.
    fn lists(&mut self, name: &str, version: &VersionView<'_>) -> (Option<usize>, Option<usize>) {
        let plan = self.plan;
        if plan.approved.is_empty() && plan.rejected.is_empty() {
            return (None, None);
        }
        self.full.clear();
        for part in [name, ".", version.architecture, ":", version.version] {
            self.full.push_str(part);
        }
        self.full.make_ascii_lowercase();
        self.dashed.clear();
        for part in [name, "-", version.version] {
            self.dashed.push_str(part);
        }
        self.dashed.make_ascii_lowercase();
        let named = name.len() + 1 + version.architecture.len();
        let full = self.full.as_str();
        let renderings = [
            full.get(..name.len()),
            full.get(named + 1..),
            full.get(..named),
            Some(self.dashed.as_str()),
            full.get(name.len() + 1..),
            Some(full),
        ];
        let first = |entries: &[super::plan::ListEntry]| {
            entries.iter().position(|entry| {
                renderings.iter().any(|rendering| rendering.is_some_and(|text| entry.pattern.matches(text)))
            })
        };
        (first(&plan.approved), first(&plan.rejected))
    }
}

fn first_failed(filters: &[CompiledFilter], host: &HostView<'_>, version: &VersionView<'_>) -> Option<usize> {
    filters.iter().position(|filter| !passes(filter, attribute(filter.key, host, version)))
}

/// The value that a filter looks at.
pub(super) fn attribute<'a>(key: FilterKey, host: &HostView<'a>, version: &VersionView<'a>) -> &'a str {
    match key {
        FilterKey::Product => host.product,
        FilterKey::Priority => version.priority,
        FilterKey::Section => version.section,
    }
}

/// A package without the attribute fails every filter that is not `*`.
fn passes(filter: &CompiledFilter, value: &str) -> bool {
    filter.values.is_empty()
        || (!value.is_empty() && filter.values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
}

/// True for a security update: a trusted origin of the version marks it as one.
#[must_use]
pub fn is_security(version: &VersionView<'_>) -> bool {
    security(version).is_some()
}

fn security(version: &VersionView<'_>) -> Option<Security> {
    version.origins.iter().enumerate().filter(|(_, origin)| origin.trusted).find_map(|(at, origin)| {
        if contains_ignoring_case(&origin.archive, SECURITY_SUITE) {
            Some(Security::Suite(at))
        } else if contains_ignoring_case(&origin.site, SECURITY_SITE) {
            Some(Security::Site(at))
        } else {
            None
        }
    })
}

/// What no index offers is considered only where it is installed.
fn preference(version: &VersionView<'_>) -> Preference {
    let by_index = version.origins.iter().map(|origin| match (origin.not_automatic, origin.but_automatic_upgrades) {
        (false, _) => Preference::Automatic,
        (true, true) => Preference::Installed,
        (true, false) => Preference::NotAutomatic,
    });
    by_index.max().unwrap_or(Preference::Installed)
}

fn contains_ignoring_case(text: &str, lowered: &str) -> bool {
    text.as_bytes().windows(lowered.len()).any(|window| window.eq_ignore_ascii_case(lowered.as_bytes()))
}
