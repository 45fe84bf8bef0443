//! What was decided about one package of one host, and everything that led to it.

use serde::Serialize;

use super::cause::{Cause, cause};
use super::day::Day;
use super::dependency::Dependencies;
use super::plan::Plan;
use super::source::{FilterKey, Level, RejectedAction};
use super::state::{Reading, State, Verdict, settle};
use super::trace::{self, Step};
use super::view::{HostView, PackageView};
use super::weigh::{DateUse, RuleOutcome, Scale, Security, Weight, attribute};

/// The verdict on one package and its trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Binary package name.
    pub name: String,
    /// Of the version that is reported, `all` included.
    pub architecture: String,
    /// The installed version, if any.
    pub installed: Option<String>,
    /// The package is on hold; its state does not depend on it.
    pub held: bool,
    /// `None` for a package that is neither installed nor approved: it appears nowhere.
    pub state: Option<State>,
    /// The version that the state is about: for `Missing` the one to install.
    pub version: Option<String>,
    /// The organisation's level for it, the highest of all rules and lists that approve it.
    pub level: Level,
    /// Reported as classification `Security`.
    pub security: bool,
    /// `Priority` of the reported version as its stanza spells it; blank where reports leave it blank.
    pub severity: String,
    /// The rule, filter, list or date that decided.
    pub decided_by: Cause,
    /// The other reading of the vendor's rules: only the version that the package manager would install may be approved.
    pub candidate_reading: CandidateReading,
    /// The versions that were considered, the newest first.
    pub candidates: Vec<Candidate>,
    /// What would be installed along with a missing version; looked at by [`explain`](super::explain) only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Dependencies>,
    /// The whole course in plain words, in the order in which it was decided.
    pub steps: Vec<Step>,
}

/// What the vendor's documents say, where the vendor's program and this engine do otherwise (host.md 9, decision 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidateReading {
    /// The state under that reading.
    pub state: Option<State>,
    /// The version that it would be about.
    pub version: Option<String>,
    /// It is another state or version than the decision's.
    pub differs: bool,
}

/// The record of one considered version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Full version.
    pub version: String,
    /// Its own architecture.
    pub architecture: String,
    /// It is the installed one.
    pub installed: bool,
    /// It is newer than the installed one; false if none is installed.
    pub newer: bool,
    /// Its stanza's `Priority`.
    pub priority: String,
    /// Its stanza's `Section`.
    pub section: String,
    /// Who offers it: `suite/component at site`, with a note if not trusted.
    pub origins: Vec<String>,
    /// What makes it a security update.
    pub security: Option<SecurityReason>,
    /// The first global filter that it fails.
    pub global_filter_failed: Option<FailedFilter>,
    /// Each rule's answer, in order; empty if a global filter kept it from the rules.
    pub rules: Vec<RuleAnswer>,
    /// The entry of the approved list that names it.
    pub approved_entry: Option<String>,
    /// That entry approves it; an entry does not approve what is no security update unless the baseline says so.
    pub approved_by_list: bool,
    /// The entry of the rejected list that names it.
    pub rejected_entry: Option<String>,
    /// Approved and not rejected.
    pub approved: bool,
    /// The highest level of all that approve it.
    pub level: Level,
}

/// A trusted origin that marks its versions as security updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", content = "value", rename_all = "snake_case")]
pub enum SecurityReason {
    /// Its suite is called so.
    Suite(String),
    /// It was fetched from there.
    Site(String),
}

/// A filter and the value that did not pass it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedFilter {
    /// What was looked at.
    pub key: FilterKey,
    /// What would have passed.
    pub values: Vec<String>,
    /// What was found; empty if the package says nothing.
    pub found: String,
}

/// What one rule answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleAnswer {
    /// From one.
    pub rule: usize,
    /// Its level.
    pub level: Level,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// Approved, or the first thing that stood against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// All filters pass, and security and date too.
    Approved {
        /// How its date was used.
        date: DateRecord,
    },
    /// A filter of the rule does not pass.
    FilterFailed {
        /// Which, and why.
        filter: FailedFilter,
    },
    /// The rule approves security updates only, and this is none.
    NotSecurity,
    /// The rule's date holds it back.
    HeldBack {
        /// How its date was used.
        date: DateRecord,
    },
}

/// How the date of a rule was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "used", rename_all = "snake_case")]
pub enum DateRecord {
    /// The rule has none.
    None,
    /// It has one, which does not count for apt families.
    Ignored,
    /// It has one, and nobody knows when the version was first seen, so that it holds nothing back.
    Unknown,
    /// Compared with the day on which the version was first seen.
    FirstSeen {
        /// That day.
        seen: Day,
        /// The last day that passes.
        limit: Day,
    },
}

/// Decides about one package. Pure: the same plan, host and package always give the same decision.
#[must_use]
pub fn decide(plan: &Plan, host: &HostView<'_>, package: &PackageView<'_>) -> Decision {
    let mut scale = Scale::new(plan, *host);
    let mut weights = Vec::with_capacity(package.versions.len());
    let mut answers = Vec::with_capacity(package.versions.len());
    for version in package.versions {
        weights.push(scale.weigh(package.name, version));
        answers.push(scale.rules().to_vec());
    }
    let action = plan.rejected_action;
    let settled = |reading| {
        let verdict = settle(&weights, package.installed, action, reading);
        Verdict { state: verdict.state.map(|state| state.marked(package.marks)), ..verdict }
    };
    let (verdict, other) = (settled(Reading::NewestMatched), settled(Reading::CandidateOnly));
    let version_at = |at: Option<usize>| at.and_then(|at| package.versions.get(at));
    let reported = version_at(verdict.reported);
    let shown = reported.or_else(|| package.versions.last());
    let installed = version_at(package.installed);
    let floor = installed.map_or(0, |version| version.rank);
    let candidates: Vec<Candidate> = (0..package.versions.len())
        .rev()
        .filter(|at| version_at(Some(*at)).is_some_and(|version| version.rank >= floor))
        .filter_map(|at| {
            let (weight, answers) = (weights.get(at)?, answers.get(at)?);
            candidate(plan, host, package, at, weight, answers)
        })
        .collect();
    let decided_by = cause(plan, package, &weights, &answers, &verdict, host);
    let blank = verdict.state.is_none_or(State::is_blank);
    let mut decision = Decision {
        name: package.name.to_owned(),
        architecture: shown.map_or_else(String::new, |version| version.architecture.to_owned()),
        installed: installed.map(|version| version.version.to_owned()),
        held: package.marks.held,
        state: verdict.state,
        version: reported.map(|version| version.version.to_owned()),
        level: verdict.level,
        security: verdict.security && !blank,
        severity: if blank { String::new() } else { reported.map_or_else(String::new, |v| v.priority.to_owned()) },
        decided_by,
        candidate_reading: CandidateReading {
            state: other.state,
            version: version_at(other.reported).map(|version| version.version.to_owned()),
            differs: (other.state, other.reported) != (verdict.state, verdict.reported),
        },
        candidates,
        dependencies: None,
        steps: Vec::new(),
    };
    decision.steps = trace::steps(&decision, action == RejectedAction::Block, host.product);
    decision
}

fn candidate(
    plan: &Plan,
    host: &HostView<'_>,
    package: &PackageView<'_>,
    at: usize,
    weight: &Weight,
    answers: &[RuleOutcome],
) -> Option<Candidate> {
    let version = package.versions.get(at)?;
    let failed = |filters: &[super::plan::CompiledFilter], at: usize| {
        filters.get(at).map(|filter| FailedFilter {
            key: filter.key,
            values: filter.values.clone(),
            found: attribute(filter.key, host, version).to_owned(),
        })
    };
    let rules = plan.rules.iter().zip(answers).enumerate().filter_map(|(number, (rule, outcome))| {
        let answer = match *outcome {
            RuleOutcome::Filter(at) => Answer::FilterFailed { filter: failed(&rule.filters, at)? },
            RuleOutcome::NotSecurity => Answer::NotSecurity,
            RuleOutcome::TooEarly(date) => Answer::HeldBack { date: date_record(date) },
            RuleOutcome::Approves(date) => Answer::Approved { date: date_record(date) },
        };
        Some(RuleAnswer { rule: number + 1, level: rule.level, answer })
    });
    Some(Candidate {
        version: version.version.to_owned(),
        architecture: version.architecture.to_owned(),
        installed: package.installed == Some(at),
        newer: package.installed.and_then(|own| package.versions.get(own)).is_some_and(|own| version.rank > own.rank),
        priority: version.priority.to_owned(),
        section: version.section.to_owned(),
        origins: version.origins.iter().map(origin).collect(),
        security: weight.security.and_then(|reason| match reason {
            Security::Suite(at) => version.origins.get(at).map(|o| SecurityReason::Suite(o.archive.clone())),
            Security::Site(at) => version.origins.get(at).map(|o| SecurityReason::Site(o.site.clone())),
        }),
        global_filter_failed: weight.global_failed.and_then(|at| failed(&plan.global, at)),
        rules: rules.collect(),
        approved_entry: weight.approved_entry.map(|at| plan.approved_entry(at).to_owned()),
        approved_by_list: weight.approved_entry.is_some() && (weight.security.is_some() || plan.approved_non_security),
        rejected_entry: weight.rejected_entry.map(|at| plan.rejected_entry(at).to_owned()),
        approved: weight.matched,
        level: weight.level,
    })
}

fn origin(origin: &crate::observe::Origin) -> String {
    let trusted = if origin.trusted { "" } else { " (not trusted)" };
    let suite = if origin.archive.is_empty() { "an unnamed suite" } else { origin.archive.as_str() };
    let slash = if origin.component.is_empty() { "" } else { "/" };
    let at = if origin.site.is_empty() { "" } else { " at " };
    format!("{suite}{slash}{}{at}{}{trusted}", origin.component, origin.site)
}

fn date_record(date: DateUse) -> DateRecord {
    match date {
        DateUse::None => DateRecord::None,
        DateUse::Ignored => DateRecord::Ignored,
        DateUse::Unknown => DateRecord::Unknown,
        DateUse::FirstSeen { seen, limit } => DateRecord::FirstSeen { seen, limit },
    }
}
