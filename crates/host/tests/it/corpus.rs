//! Small cases that can be read: a baseline, a host, and what must come of it. One folder each under `corpus/`:
//! `baseline.json` as `GetPatchBaseline` answers, `host.json` with indices and installed packages, `expected.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use bartizan_host::catalogue::Offers;
use bartizan_host::engine::{
    Dating, Day, Decision, Fleet, HostView, Judge, Level, Outcomes, Plan, State, explain, judge, report,
};
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_wire::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::vendor::source;

/// Fewer cases than this, and some were not found.
const CASES_MIN: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostFile {
    /// `debian 12`.
    system: String,
    #[serde(default)]
    indices: Vec<IndexFile>,
    installed: Vec<Package>,
    /// `name.arch:version`.
    #[serde(default)]
    pending_reboot: BTreeSet<String>,
    /// `name.arch`.
    #[serde(default)]
    failed: BTreeSet<String>,
    /// The day of the evaluation.
    #[serde(default)]
    today: Option<String>,
    /// By `name version`, the day. With it, the dates of rules count.
    #[serde(default)]
    first_seen: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexFile {
    suite: String,
    #[serde(default)]
    site: String,
    #[serde(default = "yes")]
    trusted: bool,
    #[serde(default)]
    not_automatic: bool,
    #[serde(default)]
    but_automatic_upgrades: bool,
    packages: Vec<Package>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    /// `name version`, and an architecture if it is not amd64.
    package: String,
    #[serde(default = "optional")]
    priority: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    depends: String,
    #[serde(default)]
    provides: String,
    #[serde(default)]
    held: bool,
}

fn optional() -> String {
    "optional".into()
}

impl Package {
    fn parts(&self) -> (String, String, String) {
        let mut words = self.package.split(' ').map(str::to_owned);
        let (name, version) = (words.next().unwrap(), words.next().expect("`name version`"));
        (name, version, words.next().unwrap_or_else(|| "amd64".into()))
    }
}

struct Received {
    indices: BTreeMap<String, Arc<Index>>,
    first_seen: BTreeMap<String, String>,
}

impl Offers for Received {
    fn index(&self, digest: &str) -> Option<Arc<Index>> {
        self.indices.get(digest).cloned()
    }

    fn first_seen(&self, name: &str, _architecture: &str, version: &str) -> Option<Timestamp> {
        self.first_seen.get(&format!("{name} {version}")).map(|day| instant(day))
    }
}

fn instant(day: &str) -> Timestamp {
    Timestamp(Day::parse(day).expect("YYYY-MM-DD").0 * 86_400_000)
}

fn received(file: &HostFile) -> (Received, Vec<IndexReference>) {
    let mut indices = BTreeMap::new();
    let mut references = Vec::new();
    for (number, index) in file.indices.iter().enumerate() {
        let packages = index.packages.iter().map(|package| {
            let (name, version, architecture) = package.parts();
            Available {
                name,
                architecture,
                version,
                priority: package.priority.clone(),
                section: package.section.clone(),
                source: String::new(),
                depends: package.depends.clone(),
                provides: package.provides.clone(),
            }
        });
        let digest = format!("index {number}");
        indices.insert(digest.clone(), Arc::new(Index { packages: packages.collect() }));
        let (archive, site) = (index.suite.clone(), index.site.clone());
        let origin = Origin {
            archive,
            site,
            component: "main".into(),
            trusted: index.trusted,
            not_automatic: index.not_automatic,
            but_automatic_upgrades: index.but_automatic_upgrades,
            ..Origin::default()
        };
        references.push(IndexReference { digest, origin });
    }
    (Received { indices, first_seen: file.first_seen.clone().unwrap_or_default() }, references)
}

fn inventory(file: &HostFile, indices: Vec<IndexReference>) -> Inventory {
    let installed = file.installed.iter().map(|package| {
        let (name, version, architecture) = package.parts();
        Installed {
            name,
            architecture,
            version,
            priority: package.priority.clone(),
            section: package.section.clone(),
            provides: package.provides.clone(),
            held: package.held,
            installed_at: None,
        }
    });
    let (os_id, os_version) = file.system.split_once(' ').expect("`debian 12`");
    let facts = Facts { os_id: os_id.into(), os_version: os_version.into(), ..Facts::default() };
    Inventory {
        instance: "mi-0123456789abcdef0".into(),
        captured_at: Timestamp(0),
        facts: Facts { architecture: "amd64".into(), ..facts },
        installed: installed.collect(),
        indices,
        refreshed_at: None,
        blind: Vec::new(),
    }
}

/// What is said of one package, without what goes without saying.
fn said(decision: &Decision, with_steps: bool) -> Value {
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| said.insert(name.to_owned(), value);
    say("state", json!(decision.state));
    if decision.version != decision.installed {
        say("version", json!(decision.version));
    }
    if decision.level != Level::Unspecified {
        say("level", json!(decision.level));
    }
    if decision.security {
        say("classification", json!("Security"));
    }
    say("because", json!(decision.decided_by.to_string()));
    if decision.candidate_reading.differs {
        let other = &decision.candidate_reading;
        let state = other.state.map_or("nothing", State::as_str);
        // The version, where the state alone makes no difference.
        match &other.version {
            Some(version) if other.state == decision.state => say("documents_say", json!(format!("{state} {version}"))),
            _ => say("documents_say", json!(state)),
        };
    }
    if with_steps {
        let steps = decision.steps.iter().map(|step| match &step.version {
            Some(version) => format!("{version}: {}", step.text),
            None => step.text.clone(),
        });
        say("steps", steps.collect());
    }
    Value::Object(said)
}

fn run(folder: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let parse = |name: &str| serde_json::from_str::<Value>(&read(name)?).map_err(|error| format!("{name}: {error}"));
    let file: HostFile = serde_json::from_str(&read("host.json")?).map_err(|error| format!("host.json: {error}"))?;
    let expected = parse("expected.json")?;
    let mut source = source(&parse("baseline.json")?);
    if file.first_seen.is_some() {
        source.dating = Dating::FirstSeen;
    }
    let plan = Plan::compile(&source).map_err(|errors| format!("{errors:?}"))?;
    let now = file.today.as_deref().map_or(Timestamp(0), instant);
    let (received, references) = received(&file);
    let inventory = inventory(&file, references);
    let outcomes = Outcomes { pending_reboot: file.pending_reboot, failed: file.failed };
    let mut fleet = Fleet::default();
    let blind = fleet.upsert(&inventory, &received, &outcomes).map_err(|error| error.to_string())?;
    let group = fleet.groups().next().unwrap();
    let table = group.table(&plan, now);
    let asked = Judge { plan: &plan, table: &table, product: group.product(), now };
    let result = report(asked, group.catalogue(), &inventory, &outcomes, 10);
    let counters = judge(&table, group.host(&inventory.instance).unwrap());
    assert_eq!(result.counters.missing, counters.missing, "report and fleet count alike");
    let counted = State::ALL.iter().filter(|state| counters.of(**state) > 0);
    let counted: Map<String, Value> =
        counted.map(|state| (state.as_str().to_owned(), json!(counters.of(*state)))).collect();
    let mut packages = Map::new();
    let offered = received.indices.values().flat_map(|index| index.packages.iter().map(|package| &package.name));
    let names: BTreeSet<&String> = offered.chain(inventory.installed.iter().map(|package| &package.name)).collect();
    let view = HostView { product: group.product(), now };
    for name in names {
        for decision in explain(&plan, view, group.catalogue(), &inventory, &outcomes, name) {
            let label = format!("{}.{}", decision.name, decision.architecture);
            let with_steps = expected["packages"][&label].get("steps").is_some();
            if decision.state.is_some() {
                packages.insert(label, said(&decision, with_steps));
            }
        }
    }
    let mut found = json!({
        "counters": counted,
        "non_compliant": {
            "critical": counters.critical_non_compliant,
            "security": counters.security_non_compliant,
            "other": counters.other_non_compliant,
        },
        "severity": counters.severity,
        "packages": packages,
    });
    if counters.is_compliant() {
        found.as_object_mut().unwrap().remove("non_compliant");
        found.as_object_mut().unwrap().remove("severity");
    }
    if !blind.is_empty() {
        found["blind"] = json!(blind);
    }
    if found == expected {
        return Ok(());
    }
    Err(format!("found\n{}", serde_json::to_string_pretty(&found).unwrap()))
}

#[test]
fn every_case_comes_out_as_expected() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut cases = 0;
    let mut failures = Vec::new();
    let mut folders: Vec<_> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let mut files: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(files, ["baseline.json", "expected.json", "host.json"], "unused or absent files in `{name}`");
        if let Err(failure) = run(&folder) {
            failures.push(format!("`{name}`: {failure}"));
        }
        cases += 1;
    }
    assert!(failures.is_empty(), "{} of {cases} cases:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= CASES_MIN, "only {cases} cases were found");
    eprintln!("{cases} cases");
}
