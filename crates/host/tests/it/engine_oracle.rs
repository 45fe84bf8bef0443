//! The engine against libapt: the state of every package of real hosts under many baselines, as an independent program
//! written on libapt sees it (`tests/oracle/apt_states.py`). No difference is allowed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use bartizan_host::catalogue::{SlotId, VersionId};
use bartizan_host::engine::{Fleet, HostView, Judge, Marks, Outcomes, Plan, Standing, State, decide, judge, report};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::machine::{Machine, frozen, live};
use crate::made::made;
use crate::shared::did_not_run;
use crate::vendor::source;

const PYTHON: &str = "/usr/bin/python3";
const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// What is said of one package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Row {
    installed: Option<String>,
    state: Option<String>,
    version: Option<String>,
    level: String,
    security: bool,
    priority: String,
    candidate_only: Option<String>,
}

type Rows = BTreeMap<(String, String), Row>;

/// Baselines that between them use everything that can decide.
fn baselines() -> BTreeMap<&'static str, Value> {
    let filter = |key: &str, values: &[&str]| json!({"Key": key, "Values": values});
    let rule = |filters: Vec<Value>, level: &str, non_security: bool| {
        json!({
            "PatchFilterGroup": {"PatchFilters": filters},
            "ComplianceLevel": level,
            "EnableNonSecurity": non_security,
            "ApproveAfterDays": 7,
        })
    };
    let baseline = |global: Vec<Value>, rules: Vec<Value>| {
        json!({
            "OperatingSystem": "DEBIAN",
            "GlobalFilters": {"PatchFilters": global},
            "ApprovalRules": {"PatchRules": rules},
            "ApprovedPatches": [],
            "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
            "ApprovedPatchesEnableNonSecurity": false,
            "RejectedPatches": [],
            "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
        })
    };
    let with = |mut baseline: Value, members: Value| {
        for (name, value) in members.as_object().unwrap() {
            baseline[name] = value.clone();
        }
        baseline
    };
    let every_priority = || filter("PRIORITY", &["Required", "Important", "Standard", "Optional", "Extra"]);
    let default = || {
        baseline(
            vec![filter("PRODUCT", &["*"])],
            vec![rule(vec![filter("PRODUCT", &["*"]), every_priority()], "UNSPECIFIED", false)],
        )
    };
    let everything = || baseline(vec![], vec![rule(vec![], "LOW", true)]);
    let mut all = BTreeMap::new();
    all.insert("default", default());
    all.insert("nothing", baseline(vec![], vec![]));
    all.insert("everything", everything());
    all.insert(
        "by section",
        baseline(
            vec![filter("SECTION", &["libs", "ADMIN", "net", "python"])],
            vec![rule(vec![filter("SECTION", &["Libs"])], "HIGH", true), rule(vec![], "MEDIUM", false)],
        ),
    );
    all.insert(
        "by priority",
        baseline(
            vec![],
            vec![
                rule(vec![filter("PRIORITY", &["required", "Important"])], "CRITICAL", true),
                rule(vec![filter("PRIORITY", &["*"])], "LOW", false),
                rule(vec![filter("PRIORITY", &["Standard"]), filter("SECTION", &["net"])], "HIGH", true),
            ],
        ),
    );
    all.insert(
        "of another product",
        baseline(vec![filter("PRODUCT", &["Debian11", "Ubuntu22.04"])], vec![rule(vec![], "LOW", true)]),
    );
    all.insert("of this product", baseline(vec![filter("PRODUCT", &["debian12"])], vec![rule(vec![], "LOW", true)]));
    all.insert(
        "approved security",
        with(
            baseline(vec![filter("SECTION", &["no such section"])], vec![rule(vec![], "LOW", true)]),
            json!({
                "ApprovedPatches": ["openssl", "LIBSSL3", "lib[a-f]*", "*.all", "systemd*"],
                "ApprovedPatchesComplianceLevel": "HIGH",
            }),
        ),
    );
    all.insert(
        "approved anything",
        with(
            default(),
            json!({
                "ApprovedPatches": ["lib*", "tzdata", "amd64:1:*", "*+deb12u?", "perl-base.amd64", "base-files-12*"],
                "ApprovedPatchesComplianceLevel": "CRITICAL",
                "ApprovedPatchesEnableNonSecurity": true,
            }),
        ),
    );
    let rejected =
        json!(["libssl3", "linux-*", "openssl.amd64", "python3*-1:*", "*-dev", "252.38-1~deb12u1", "lib[!a-s]*"]);
    for (name, action) in [("rejected and blocked", "BLOCK"), ("rejected and allowed", "ALLOW_AS_DEPENDENCY")] {
        let members = json!({"RejectedPatches": rejected, "RejectedPatchesAction": action});
        all.insert(name, with(everything(), members));
    }
    all.insert(
        "approved and rejected",
        with(
            default(),
            json!({
                "ApprovedPatches": ["lib*", "openssh-client"],
                "ApprovedPatchesEnableNonSecurity": true,
                "ApprovedPatchesComplianceLevel": "LOW",
                "RejectedPatches": ["lib*c*", "openssh-client-1:9.2p1-2+deb12u9", "amd64:*u7", "openssh-client.amd64:1:9.2p1-2+deb12u10"],
                "RejectedPatchesAction": "BLOCK",
            }),
        ),
    );
    all
}

#[test]
fn every_package_of_the_frozen_host_is_as_libapt_says() {
    let Some(machine) = frozen() else { return };
    let counts = compare(&machine, &baselines());
    if counts.is_empty() {
        return;
    }
    assert_eq!(machine.inventory.installed.len(), 834, "the recorded host");
    // The known facts of this host: 76 missing under the default baseline.
    assert_eq!(counts["default"].get("Missing"), Some(&76));
    for state in ["Installed", "InstalledOther", "InstalledRejected", "Missing"] {
        let seen: u32 = counts.values().filter_map(|states| states.get(state)).sum();
        assert!(seen > 0, "no baseline makes any package {state}");
    }
}

#[test]
fn every_package_of_made_up_hosts_is_as_libapt_says() {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 1..=4 {
        let counts = compare(&made(seed), &baselines());
        for (state, count) in counts.values().flatten() {
            *seen.entry(state.clone()).or_default() += count;
        }
    }
    for state in ["Installed", "InstalledOther", "InstalledRejected", "Missing", "NotApplicable"] {
        assert!(seen.is_empty() || seen.get(state) > Some(&100), "{seen:?}");
    }
}

#[test]
fn every_package_of_this_machine_is_as_libapt_says() {
    let Some(machine) = live() else { return };
    let some = ["default", "approved and rejected"];
    let some = baselines().into_iter().filter(|(name, _)| some.contains(name)).collect();
    let counts = compare(&machine, &some);
    if counts.is_empty() {
        return;
    }
    for state in ["InstalledOther", "NotApplicable"] {
        assert!(counts["default"].get(state) > Some(&0), "no package is {state}");
    }
}

/// Compares all packages under all baselines; returns how many are in which state.
fn compare(machine: &Machine, baselines: &BTreeMap<&str, Value>) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut fleet = Fleet::default();
    let blind = fleet.upsert(&machine.inventory, &machine.offers, &Outcomes::default()).unwrap();
    assert_eq!(blind, Vec::<String>::new());
    let product = fleet.groups().next().unwrap().product().to_owned();
    let Some(expected) = ask(machine, &product, baselines) else { return BTreeMap::new() };
    let mut counts = BTreeMap::new();
    for (name, baseline) in baselines {
        let plan = Plan::compile(&source(baseline)).unwrap();
        let found = rows(&fleet, machine, &plan);
        let expected = &expected[*name];
        let mut differences = Vec::new();
        for key in expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key))) {
            let (theirs, ours) = (expected.get(key), found.get(key));
            if theirs != ours {
                differences.push(format!("{key:?}\n  libapt: {theirs:?}\n  engine: {ours:?}"));
            }
        }
        let first: Vec<_> = differences.iter().take(10).collect();
        assert!(differences.is_empty(), "`{name}`: {} of {}: {first:#?}", differences.len(), expected.len());
        assert!(expected.len() >= machine.inventory.installed.len());
        let mut states: BTreeMap<String, u32> = BTreeMap::new();
        for row in found.values() {
            *states.entry(row.state.clone().unwrap_or_default()).or_default() += 1;
        }
        eprintln!("`{name}`: {} packages alike, {states:?}", expected.len());
        counts.insert((*name).to_owned(), states);
    }
    counts
}

/// What the engine says, by way of the table that judges fleets, and of single decisions.
fn rows(fleet: &Fleet, machine: &Machine, plan: &Plan) -> Rows {
    let group = fleet.groups().next().unwrap();
    let catalogue = group.catalogue();
    let table = group.table(plan, NOW);
    let view = HostView { product: group.product(), now: NOW };
    let asked = Judge { plan, table: &table, product: group.product(), now: NOW };
    let result = report(asked, catalogue, &machine.inventory, &Outcomes::default(), 1_000);
    assert_eq!(result.counters, judge(&table, group.host(&machine.inventory.instance).unwrap()));
    assert_eq!(result.missing.len(), result.counters.missing as usize);
    let items: BTreeMap<&str, _> = result.items.iter().map(|item| (item.title.as_str(), item)).collect();
    let mut rows = Rows::new();
    let mut installed_slots: BTreeMap<SlotId, VersionId> = BTreeMap::new();
    for installed in &machine.inventory.installed {
        let id = catalogue.recognise(installed).unwrap();
        installed_slots.insert(catalogue.slot_of(id).unwrap(), id);
    }
    let mut not_applicable = 0;
    for slot in (0..catalogue.slots()).map(SlotId) {
        let own = installed_slots.get(&slot).copied();
        let (name, architecture) = catalogue.label(slot);
        let approved = catalogue.offers(slot).rev().find(|id| table.standing(*id) == Some(Standing::Approved));
        if own.is_none() && approved.is_none() {
            continue;
        }
        let package = catalogue.package(slot, own);
        let decision = decide(plan, &view, &package.view(Marks::default()));
        let row = Row {
            installed: decision.installed.clone(),
            state: decision.state.map(|state| state.as_str().to_owned()),
            version: decision.version.clone(),
            level: decision.level.as_str().to_owned(),
            security: decision.security,
            priority: decision.severity.to_ascii_lowercase(),
            candidate_only: decision.candidate_reading.state.map(|state| state.as_str().to_owned()),
        };
        match own {
            // The report, made from the table, says the same as the decision.
            Some(_) => {
                let title = format!("{name}.{}:{}", decision.architecture, decision.version.as_deref().unwrap());
                let item = items[title.as_str()];
                assert_eq!(Some(item.state), decision.state, "{title}");
                assert_eq!(item.level, decision.level, "{title}");
                assert_eq!(item.classification == "Security", decision.security, "{title}");
                assert_eq!(item.severity, decision.severity, "{title}");
            }
            None => {
                assert_eq!(decision.state, Some(State::NotApplicable));
                not_applicable += 1;
            }
        }
        rows.insert((name.to_owned(), architecture.to_owned()), row);
    }
    assert_eq!(result.counters.not_applicable, not_applicable);
    assert_eq!(result.items.len(), machine.inventory.installed.len());
    rows
}

/// What libapt says.
fn ask(machine: &Machine, product: &str, baselines: &BTreeMap<&str, Value>) -> Option<BTreeMap<String, Rows>> {
    let usable = Path::new(PYTHON).exists()
        && Command::new(PYTHON).args(["-c", "import apt_pkg"]).stderr(Stdio::null()).status().unwrap().success();
    if !usable {
        did_not_run("no python3-apt");
        return None;
    }
    let mut child = Command::new(PYTHON)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/apt_states.py"))
        .arg(machine.root.path())
        .arg(&machine.inventory.facts.architecture)
        .args(&machine.foreign)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let request = json!({"product": product, "baselines": baselines});
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let answer: BTreeMap<String, Vec<Vec<Value>>> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let row = |row: Vec<Value>| {
        let [name, architecture, installed, state, version, level, security, priority, candidate_only] = row.as_slice()
        else {
            panic!("a row of another length: {row:?}")
        };
        let said = Row {
            installed: text(installed),
            state: text(state),
            version: text(version),
            level: text(level).unwrap(),
            security: security.as_bool().unwrap(),
            priority: text(priority).unwrap(),
            candidate_only: text(candidate_only),
        };
        ((text(name).unwrap(), text(architecture).unwrap()), said)
    };
    let rows = answer.into_iter().map(|(name, rows)| (name, rows.into_iter().map(row).collect()));
    Some(rows.collect())
}
