//! The full answer to "why is this package in this state": the decision with what would be installed along with it.

use super::decision::{Decision, decide};
use super::dependency::{Brought, Dependencies, walk};
use super::outcomes::Outcomes;
use super::plan::Plan;
use super::source::RejectedAction;
use super::state::State;
use super::trace::{Stage, Step};
use super::view::{HostView, Marks};
use crate::catalogue::{Catalogue, VersionId};
use crate::observe::{Installed, Inventory};

/// Steps that name dependencies; the rest is counted.
const STEPS_MAX: usize = 20;

/// Decides about all packages of a name, one for each architecture that is installed or offered, the installed ones
/// first. Empty if there is no such package. What the catalogue has not admitted cannot be explained.
#[must_use]
pub fn explain(
    plan: &Plan,
    host: HostView<'_>,
    catalogue: &Catalogue,
    inventory: &Inventory,
    outcomes: &Outcomes,
    name: &str,
) -> Vec<Decision> {
    let installed: Vec<(&Installed, VersionId)> = inventory
        .installed
        .iter()
        .filter(|installed| installed.name == name)
        .filter_map(|installed| Some((installed, catalogue.recognise(installed)?)))
        .collect();
    let mut decisions = Vec::new();
    for slot in catalogue.named(name) {
        let own = installed.iter().find(|(_, id)| catalogue.slot_of(*id) == Some(slot));
        let package = catalogue.package(slot, own.map(|(_, id)| *id));
        // Only some other host has it.
        if package.versions.is_empty() {
            continue;
        }
        let marks = own.map_or_else(Marks::default, |(installed, _)| outcomes.marks(installed));
        let mut decision = decide(plan, &host, &package.view(marks));
        if matches!(decision.state, Some(State::Missing | State::Failed)) {
            let wanted = package.versions.iter().zip(&package.ids).rev();
            let wanted = wanted.filter(|(version, _)| Some(version.version) == decision.version.as_deref());
            let start = wanted.map(|(_, id)| *id).next();
            if let Some(dependencies) = start.map(|start| walk(plan, host, catalogue, inventory, start)) {
                decision.steps.extend(steps(&dependencies, plan.rejected_action));
                decision.dependencies = Some(dependencies);
            }
        }
        decisions.push(decision);
    }
    decisions.sort_by_key(|decision| decision.installed.is_none());
    decisions
}

fn steps(dependencies: &Dependencies, action: RejectedAction) -> Vec<Step> {
    let step = |passed, text| Step { stage: Stage::Dependencies, version: None, passed, text };
    let mut steps = Vec::new();
    // What is rejected comes first, because it may keep the whole from being installed.
    let mut brought: Vec<&Brought> = dependencies.brought.iter().collect();
    brought.sort_by_key(|brought| brought.rejected_entry.is_none());
    for one in brought.iter().take(STEPS_MAX) {
        let what = match &one.replaces {
            Some(old) => format!("{}.{} would be upgraded from {old} to {}", one.name, one.architecture, one.version),
            None => format!("{}.{} {} would be installed", one.name, one.architecture, one.version),
        };
        let others = match one.other_providers {
            0 => String::new(),
            1 => ", which 1 other package provides too".to_owned(),
            more => format!(", which {more} other packages provide too"),
        };
        let why = format!("{what} along with it, because {} needs `{}`{others}", one.needed_by, one.relation);
        match (&one.rejected_entry, action) {
            (Some(entry), RejectedAction::Block) => steps.push(step(
                Some(false),
                format!(
                    "{why}; the entry `{entry}` of the rejected list blocks that, so an install run would fail \
                     (a scan reports Missing all the same)"
                ),
            )),
            (Some(entry), RejectedAction::AllowAsDependency) => steps
                .push(step(None, format!("{why}; the entry `{entry}` of the rejected list allows it as a dependency"))),
            (None, _) => steps.push(step(None, why)),
        }
    }
    if brought.len() > STEPS_MAX || dependencies.cut_off {
        let more = brought.len().saturating_sub(STEPS_MAX);
        let least = if dependencies.cut_off { "at least " } else { "" };
        steps.push(step(None, format!("{least}{more} more packages would be installed or upgraded along with it")));
    }
    for one in dependencies.unsatisfied.iter().take(STEPS_MAX) {
        let text = format!("{} needs `{}`, which nothing installed or offered satisfies", one.needed_by, one.relation);
        steps.push(step(Some(false), text));
    }
    if steps.is_empty() {
        steps.push(step(Some(true), "nothing else would have to be installed with it".into()));
    }
    steps
}
