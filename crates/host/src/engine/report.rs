//! The result of one host: its items as `DescribeInstancePatches` lists them, its counters, and why what is missing is
//! missing.

use std::collections::BTreeMap;

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::cause::Cause;
use super::code::{Code, unpack};
use super::counters::Counters;
use super::decision::decide;
use super::outcomes::Outcomes;
use super::plan::Plan;
use super::source::Level;
use super::state::State;
use super::table::Table;
use super::view::HostView;
use crate::catalogue::{Catalogue, VersionId};
use crate::observe::{Installed, Inventory};

/// One installed package as reports list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `name.arch:version` of the version that is reported: for `Missing` the one to install.
    pub title: String,
    /// `name.arch`, which the vendor's API calls KBId.
    pub id: String,
    /// `Security` or nothing.
    pub classification: &'static str,
    /// `Priority` of the reported version; blank where reports leave it blank.
    pub severity: String,
    /// Its state.
    pub state: State,
    /// The organisation's level.
    pub level: Level,
    /// When the installed version was installed; `None` for what is missing, and where the host does not know.
    pub installed_at: Option<Timestamp>,
}

/// An approved version that is not installed, and why it is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingPackage {
    /// Its id, `name.arch`.
    pub id: String,
    /// What is installed.
    pub installed: String,
    /// What should be.
    pub version: String,
    /// `Missing` or `Failed`.
    pub state: State,
    /// The organisation's level.
    pub level: Level,
    /// It is a security update.
    pub security: bool,
    /// The package is on hold.
    pub held: bool,
    /// What approves it.
    pub because: Cause,
}

/// The result of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The counters of `DescribeInstancePatchStates`.
    pub counters: Counters,
    /// Installed packages by state.
    pub states: BTreeMap<State, u32>,
    /// Non-compliant packages by level.
    pub levels: BTreeMap<Level, u32>,
    /// Packages that are missing or failed, by the vendor's severity.
    pub severities: BTreeMap<String, u32>,
    /// By id.
    pub items: Vec<Item>,
    /// What is missing: the gravest level first, security first, then by id; cut off at the limit that was asked for.
    pub missing: Vec<MissingPackage>,
    /// What could not be judged, in words.
    pub blind: Vec<String>,
}

/// Which baseline judges, by what it was compiled to.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The same plan applied to the host's catalogue.
    pub table: &'a Table,
    /// As in PRODUCT filters.
    pub product: &'a str,
    /// The instant of the evaluation.
    pub now: Timestamp,
}

/// Reports on one host, whose packages the catalogue must have admitted before the table was built. Of what is missing,
/// at most `missing_max` are explained.
#[must_use]
pub fn report(
    judge: Judge<'_>,
    catalogue: &Catalogue,
    inventory: &Inventory,
    outcomes: &Outcomes,
    missing_max: usize,
) -> Report {
    let not_applicable = judge.table.approved_packages();
    let mut report = Report {
        counters: Counters { not_applicable, ..Counters::default() },
        states: BTreeMap::new(),
        levels: BTreeMap::new(),
        severities: BTreeMap::new(),
        items: Vec::with_capacity(inventory.installed.len()),
        missing: Vec::new(),
        blind: inventory.blind.clone(),
    };
    let mut missing: Vec<(&Installed, VersionId, Code)> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for installed in &inventory.installed {
        let id = catalogue.recognise(installed);
        let Some((id, slot)) = id.and_then(|id| Some((id, catalogue.slot_of(id)?))) else {
            report.counters.unknown += 1;
            report.blind.push(format!("{}.{} cannot be judged", installed.name, installed.architecture));
            continue;
        };
        // A package database holds a package once; of a broken one the first counts.
        if !seen.insert(slot) {
            continue;
        }
        let code = judge.table.code(id).marked(outcomes.marks(installed));
        unpack(code.weight(), &mut report.counters);
        let Some(state) = code.state() else { continue };
        *report.states.entry(state).or_default() += 1;
        if state.is_non_compliant() {
            *report.levels.entry(code.level()).or_default() += 1;
        }
        let item = item(catalogue, installed, judge.table.reported(id), state, code);
        if matches!(state, State::Missing | State::Failed) {
            *report.severities.entry(item.severity.clone()).or_default() += 1;
            missing.push((installed, id, code));
        }
        report.items.push(item);
    }
    report.items.sort_by(|a, b| a.id.cmp(&b.id));
    missing.sort_by_key(|(installed, _, code)| {
        let grave = std::cmp::Reverse((code.level(), code.is_security()));
        (grave, installed.name.as_str(), installed.architecture.as_str())
    });
    let first = missing.into_iter().take(missing_max);
    report.missing =
        first.filter_map(|(installed, id, _)| explain(judge, catalogue, installed, id, outcomes)).collect();
    report
}

fn item(catalogue: &Catalogue, installed: &Installed, reported: VersionId, state: State, code: Code) -> Item {
    let version = catalogue.version(reported);
    let (architecture, text, priority) = version.map_or(
        (installed.architecture.as_str(), installed.version.as_str(), installed.priority.as_str()),
        |version| (version.architecture, version.version, version.priority),
    );
    let id = format!("{}.{architecture}", installed.name);
    let blank = state.is_blank();
    let not_installed = matches!(state, State::Missing | State::Failed);
    Item {
        title: format!("{id}:{text}"),
        id,
        classification: if code.is_security() && !blank { "Security" } else { "" },
        severity: if blank { String::new() } else { priority.to_owned() },
        state,
        level: code.level(),
        installed_at: if not_installed { None } else { installed.installed_at },
    }
}

fn explain(
    judge: Judge<'_>,
    catalogue: &Catalogue,
    installed: &Installed,
    id: VersionId,
    outcomes: &Outcomes,
) -> Option<MissingPackage> {
    let package = catalogue.package(catalogue.slot_of(id)?, Some(id));
    // The mark of a failed run says nothing of why the package is approved.
    let marks = super::view::Marks { failed: false, ..outcomes.marks(installed) };
    let decision = decide(judge.plan, &HostView { product: judge.product, now: judge.now }, &package.view(marks));
    let failed = outcomes.marks(installed).failed;
    Some(MissingPackage {
        id: format!("{}.{}", decision.name, decision.architecture),
        installed: installed.version.clone(),
        version: decision.version?,
        state: if failed { State::Failed } else { State::Missing },
        level: decision.level,
        security: decision.security,
        held: installed.held,
        because: decision.decided_by,
    })
}
