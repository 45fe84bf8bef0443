//! Random worlds: indices, hosts and baselines, small enough that every corner is met often.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_host::catalogue::Offers;
use bartizan_host::engine::{Dating, Family, Filter, FilterKey, Level, Outcomes, RejectedAction, Rule, Source};
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_wire::Timestamp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub(super) const DAY: i64 = 86_400_000;
pub(super) const NOW: Timestamp = Timestamp(20_000 * DAY + 5);
pub(super) const NAMES: [&str; 4] = ["a", "liba", "libb", "b+c"];
pub(super) const VERSIONS: [&str; 8] = ["1.0", "1.0-0", "1.0-1", "2.0~rc1", "2.0", "1:0.5", "10", "9"];
pub(super) const ARCHITECTURES: [&str; 3] = ["amd64", "all", "i386"];
pub(super) const PATTERNS: [&str; 14] = [
    "a",
    "LIB*",
    "lib?",
    "*",
    "1.0",
    "2.*",
    "amd64:*",
    "*.all",
    "[ab]*",
    "liba-1.0*",
    "b+c.amd64:10",
    "none",
    "*rc*",
    "[!l]*",
];

/// The indices of a fleet, and when each version was first seen.
#[derive(Debug, Clone)]
pub(super) struct Indices(pub(super) BTreeMap<String, Arc<Index>>);

impl Offers for Indices {
    fn index(&self, digest: &str) -> Option<Arc<Index>> {
        self.0.get(digest).cloned()
    }

    fn first_seen(&self, name: &str, _architecture: &str, version: &str) -> Option<Timestamp> {
        // Some versions from long ago, some from lately, of some nobody knows.
        let number = (name.len() * 7 + version.len() * 3 + version.bytes().map(usize::from).sum::<usize>()) % 12;
        (number > 1).then(|| Timestamp(NOW.0 - i64::try_from(number).unwrap() * DAY))
    }
}

#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) inventory: Inventory,
    pub(super) outcomes: Outcomes,
}

pub(super) fn available() -> impl Strategy<Value = Available> {
    let stanza = (select(&NAMES[..]), select(&ARCHITECTURES[..]), select(&VERSIONS[..]), attributes());
    stanza.prop_map(|(name, architecture, version, (priority, section))| Available {
        name: name.into(),
        architecture: architecture.into(),
        version: version.into(),
        priority,
        section,
        ..Available::default()
    })
}

pub(super) fn attributes() -> impl Strategy<Value = (String, String)> {
    (select(&["required", "Optional", ""][..]), select(&["libs", "NET", ""][..]))
        .prop_map(|(priority, section)| (priority.to_owned(), section.to_owned()))
}

pub(super) fn origin() -> impl Strategy<Value = Origin> {
    let suite = select(&["stable", "stable-Security", "updates"][..]);
    let site = select(&["deb.debian.org", "security.debian.org", "example.org"][..]);
    (suite, site, any::<bool>()).prop_map(|(archive, site, trusted)| Origin {
        archive: archive.into(),
        site: site.into(),
        trusted,
        ..Origin::default()
    })
}

pub(super) fn indices() -> impl Strategy<Value = (Indices, Vec<IndexReference>)> {
    prop::collection::vec((prop::collection::vec(available(), 0..12), origin()), 0..4).prop_map(|content| {
        let mut offers = BTreeMap::new();
        let mut references = Vec::new();
        for (number, (packages, origin)) in content.into_iter().enumerate() {
            let digest = format!("digest {number}");
            offers.insert(digest.clone(), Arc::new(Index { packages }));
            references.push(IndexReference { digest, origin });
        }
        (Indices(offers), references)
    })
}

/// What is installed of one package; `all` and `amd64` are one package on these hosts.
pub(super) fn installed() -> impl Strategy<Value = Vec<(Installed, u8)>> {
    let one = |name: &'static str, architectures: &'static [&'static str]| {
        let some = (select(architectures), select(&VERSIONS[..]), attributes(), any::<bool>(), 0_u8..8);
        prop::option::of(some).prop_map(move |some| {
            some.map(|(architecture, version, (priority, section), held, mark)| {
                let installed = Installed {
                    name: name.into(),
                    architecture: architecture.into(),
                    version: version.into(),
                    priority,
                    section,
                    provides: String::new(),
                    held,
                    installed_at: None,
                };
                (installed, mark)
            })
        })
    };
    let native: Vec<_> = NAMES.iter().map(|name| one(name, &["amd64", "all"])).collect();
    let foreign: Vec<_> = NAMES.iter().map(|name| one(name, &["i386"])).collect();
    (native, foreign).prop_map(|(native, foreign)| native.into_iter().chain(foreign).flatten().collect())
}

pub(super) fn fleet() -> impl Strategy<Value = (Indices, Vec<Host>)> {
    let hosts = prop::collection::vec((installed(), any::<prop::sample::Index>(), any::<bool>()), 1..7);
    (indices(), hosts).prop_map(|((offers, references), hosts)| {
        let mut made = Vec::new();
        for (number, (installed, held_back, other)) in hosts.into_iter().enumerate() {
            let mut outcomes = Outcomes::default();
            for (one, mark) in &installed {
                let id = format!("{}.{}", one.name, one.architecture);
                if *mark == 1 || *mark == 3 {
                    outcomes.failed.insert(id.clone());
                }
                if *mark == 2 || *mark == 3 {
                    outcomes.pending_reboot.insert(format!("{id}:{}", one.version));
                }
            }
            // Hosts hold all of the indices or all but one.
            let mut references = references.clone();
            if !references.is_empty() && other {
                references.remove(held_back.index(references.len()));
            }
            let inventory = Inventory {
                instance: format!("mi-{number:017x}"),
                captured_at: NOW,
                facts: Facts {
                    os_id: "debian".into(),
                    os_version: if other { "12" } else { "11" }.into(),
                    architecture: "amd64".into(),
                    ..Facts::default()
                },
                installed: installed.into_iter().map(|(one, _)| one).collect(),
                indices: references,
                refreshed_at: None,
                blind: Vec::new(),
            };
            made.push(Host { inventory, outcomes });
        }
        (offers, made)
    })
}

pub(super) fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        subsequence(vec!["Debian12", "debian11", "Ubuntu22.04", "*"], 1..=2).prop_map(|v| (FilterKey::Product, v)),
        subsequence(vec!["Required", "optional", "extra", "*"], 1..=3).prop_map(|v| (FilterKey::Priority, v)),
        subsequence(vec!["LIBS", "net", "*"], 1..=2).prop_map(|v| (FilterKey::Section, v)),
    ]
    .prop_map(|(key, values)| Filter { key, values: values.into_iter().map(str::to_owned).collect() })
}

pub(super) fn rule() -> impl Strategy<Value = Rule> {
    let date = prop_oneof![
        2 => Just((None, None)),
        1 => (0_u32..12).prop_map(|days| (Some(days), None)),
        1 => (20..31_u32).prop_map(|day| (None, Some(format!("2024-09-{day}")))),
    ];
    (prop::collection::vec(filter(), 0..3), level(), any::<bool>(), date).prop_map(
        |(filters, level, enable_non_security, (approve_after_days, approve_until_date))| Rule {
            filters,
            level,
            enable_non_security,
            approve_after_days,
            approve_until_date,
        },
    )
}

pub(super) fn level() -> impl Strategy<Value = Level> {
    select(&Level::ALL[..])
}

pub(super) fn list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(&PATTERNS[..]), 0..3).prop_map(|list| list.into_iter().map(str::to_owned).collect())
}

pub(super) fn baseline() -> impl Strategy<Value = Source> {
    let rules = (prop::collection::vec(filter(), 0..2), prop::collection::vec(rule(), 0..4));
    let lists = (list(), level(), any::<bool>(), list(), any::<bool>());
    (rules, lists, any::<bool>()).prop_map(|((global_filters, rules), lists, dated)| {
        let (approved, approved_level, approved_enable_non_security, rejected, block) = lists;
        Source {
            family: Family::Debian,
            global_filters,
            rules,
            approved,
            approved_level,
            approved_enable_non_security,
            rejected,
            rejected_action: if block { RejectedAction::Block } else { RejectedAction::AllowAsDependency },
            dating: if dated { Dating::FirstSeen } else { Dating::Ignored },
        }
    })
}
