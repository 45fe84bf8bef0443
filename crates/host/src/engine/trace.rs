//! The course of a decision in plain words.

use serde::Serialize;

use super::cause::Found;
use super::decision::{Answer, Candidate, DateRecord, Decision, FailedFilter, RuleAnswer, SecurityReason};
use super::state::State;

/// One step on the way to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which part of the evaluation it belongs to.
    pub stage: Stage,
    /// The version that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// It spoke for (`true`) or against (`false`) approval; `None` for what is only noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// What happened, in words.
    pub text: String,
}

/// The parts of an evaluation, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What is installed and what is offered.
    Candidates,
    /// Whether a version is a security update.
    Security,
    /// Global filters.
    GlobalFilters,
    /// Approval rules.
    Rules,
    /// The approved list.
    ApprovedList,
    /// The rejected list.
    RejectedList,
    /// The newest approved version against the installed one.
    State,
    /// The vendor's other reading.
    CandidateReading,
    /// Holds.
    Hold,
    /// What would be installed along with it.
    Dependencies,
}

/// The steps of a decision whose other members are filled in.
pub(super) fn steps(decision: &Decision, block: bool, product: &str) -> Vec<Step> {
    let mut steps = vec![note(Stage::Candidates, None, None, opening(decision, product))];
    for candidate in &decision.candidates {
        version_steps(candidate, &mut steps);
    }
    let because = if decision.state == Some(State::InstalledOther)
        && !block
        && matches!(decision.decided_by, super::cause::Cause::RejectedList { .. })
    {
        format!("{}, and ALLOW_AS_DEPENDENCY lets an installed one be", decision.decided_by)
    } else {
        decision.decided_by.to_string()
    };
    steps.push(note(Stage::State, decision.version.clone(), None, format!("{}, because {because}", outcome(decision))));
    if decision.candidate_reading.differs {
        let other = &decision.candidate_reading;
        let state = other.state.map_or("unlisted", State::as_str);
        let version = other.version.as_deref().map_or_else(String::new, |version| format!(" ({version})"));
        let text = format!(
            "the vendor's documents let only the version count that the package manager would install; by them it would be \
             {state}{version}"
        );
        steps.push(note(Stage::CandidateReading, None, None, text));
    }
    if decision.held {
        let text = "the package is on hold, so the package manager will not change it; its state says what the baseline \
                    wants all the same";
        steps.push(note(Stage::Hold, None, None, text.into()));
    }
    steps
}

fn note(stage: Stage, version: Option<String>, passed: Option<bool>, text: String) -> Step {
    Step { stage, version, passed, text }
}

fn opening(decision: &Decision, product: &str) -> String {
    let name = format!("{}.{}", decision.name, decision.architecture);
    let offered = |count: usize, kind: &str| match count {
        0 => format!("no {kind}version is offered"),
        1 => format!("1 {kind}version is offered"),
        more => format!("{more} {kind}versions are offered"),
    };
    match &decision.installed {
        Some(version) => {
            let newer = decision.candidates.iter().filter(|candidate| candidate.newer).count();
            format!("{name} {version} is installed on {product}, and {}", offered(newer, "newer "))
        }
        None => format!("{name} is not installed on {product}, and {}", offered(decision.candidates.len(), "")),
    }
}

fn version_steps(candidate: &Candidate, steps: &mut Vec<Step>) {
    let mut step = |stage, passed, text| steps.push(note(stage, Some(candidate.version.clone()), passed, text));
    let offered = if candidate.origins.is_empty() {
        "no index offers it".to_owned()
    } else {
        format!("offered by {}", candidate.origins.join(", "))
    };
    let (security, reason) = match &candidate.security {
        Some(SecurityReason::Suite(suite)) => (true, format!("a security update, by its suite `{suite}`")),
        Some(SecurityReason::Site(site)) => (true, format!("a security update, by its site `{site}`")),
        None => (false, "no security update".to_owned()),
    };
    step(Stage::Security, Some(security), format!("{offered}: {reason}"));
    match &candidate.global_filter_failed {
        Some(failed) => step(Stage::GlobalFilters, Some(false), format!("fails the global filter {}", filter(failed))),
        None => step(Stage::GlobalFilters, Some(true), "passes the global filters".into()),
    }
    for answer in &candidate.rules {
        step(Stage::Rules, Some(matches!(answer.answer, Answer::Approved { .. })), rule(answer));
    }
    match (&candidate.approved_entry, candidate.approved_by_list) {
        (Some(entry), true) => {
            step(Stage::ApprovedList, Some(true), format!("the entry `{entry}` of the approved list approves it"));
        }
        (Some(entry), false) => step(
            Stage::ApprovedList,
            Some(false),
            format!(
                "the entry `{entry}` of the approved list names it, but it is no security update and \
                 ApprovedPatchesEnableNonSecurity is off"
            ),
        ),
        (None, _) => {}
    }
    if let Some(entry) = &candidate.rejected_entry {
        let text = format!("the entry `{entry}` of the rejected list rejects it, whatever approves it");
        step(Stage::RejectedList, Some(false), text);
    }
}

fn filter(failed: &FailedFilter) -> String {
    format!("{} = {}: found {}", failed.key.as_str(), failed.values.join(", "), Found(&failed.found))
}

fn rule(answer: &RuleAnswer) -> String {
    let (number, level) = (answer.rule, answer.level.as_str());
    match &answer.answer {
        Answer::Approved { date } => format!("rule {number} approves it with level {level}{}", date_words(date)),
        Answer::FilterFailed { filter: failed } => format!("rule {number} does not: {}", filter(failed)),
        Answer::NotSecurity => format!("rule {number} does not: it approves security updates only"),
        Answer::HeldBack { date } => format!("rule {number} does not yet{}", date_words(date)),
    }
}

fn date_words(date: &DateRecord) -> String {
    match date {
        DateRecord::None => String::new(),
        DateRecord::Ignored => "; its date does not count, because package indices give no release dates".into(),
        DateRecord::Unknown => "; when it was first seen is not known, so the date holds nothing back".into(),
        DateRecord::FirstSeen { seen, limit } => format!("; first seen on {seen}, and the rule's last day is {limit}"),
    }
}

fn outcome(decision: &Decision) -> String {
    let version = decision.version.as_deref().unwrap_or_default();
    match decision.state {
        Some(State::Missing) => format!("Missing: {version} is approved and newer than the installed version"),
        Some(State::Failed) => format!("Failed: {version} is approved and not installed"),
        Some(State::Installed) => "Installed: nothing newer is approved".into(),
        Some(State::InstalledOther) => "InstalledOther: the baseline does not ask for it".into(),
        Some(State::InstalledRejected) => format!("InstalledRejected: {version} is installed and blocked"),
        Some(State::InstalledPendingReboot) => format!("InstalledPendingReboot: {version} waits for a reboot"),
        Some(State::NotApplicable) => {
            format!("NotApplicable: {version} is approved, and no older version is installed")
        }
        None => "unlisted: neither installed nor approved".into(),
    }
}
