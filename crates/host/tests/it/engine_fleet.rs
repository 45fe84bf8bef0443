//! Many hosts: what one costs, and that the answer does not depend on how the work is divided.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bartizan_host::catalogue::Offers;
use bartizan_host::engine::{
    Counters, Family, Filter, FilterKey, Fleet, FleetError, Level, Outcomes, Plan, RejectedAction, Rule, SampleLimits,
    Scope, Source, compare, judge,
};
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_wire::Timestamp;

const NOW: Timestamp = Timestamp(0);

/// An index of `packages` packages with two versions each, the second of them a security update.
fn offers(packages: usize) -> (BTreeMap<String, Arc<Index>>, Vec<IndexReference>) {
    let stanza = |number: usize, version: &str| Available {
        name: format!("package-{number:06}"),
        architecture: "amd64".into(),
        version: version.into(),
        priority: "optional".into(),
        section: "libs".into(),
        ..Available::default()
    };
    let index = |version| Index { packages: (0..packages).map(|number| stanza(number, version)).collect() };
    let mut offers = BTreeMap::new();
    let mut references = Vec::new();
    for (archive, version) in [("stable", "1"), ("stable-security", "2")] {
        offers.insert(archive.to_owned(), Arc::new(index(version)));
        let origin = Origin { archive: archive.into(), trusted: true, ..Origin::default() };
        references.push(IndexReference { digest: archive.into(), origin });
    }
    (offers, references)
}

fn installed(number: usize, version: &str) -> Installed {
    Installed {
        name: format!("package-{number:06}"),
        architecture: "amd64".into(),
        version: version.into(),
        priority: "optional".into(),
        section: "libs".into(),
        provides: String::new(),
        held: false,
        installed_at: None,
    }
}

fn host(number: usize, installed: Vec<Installed>, indices: &[IndexReference]) -> Inventory {
    Inventory {
        instance: format!("mi-{number:017x}"),
        captured_at: NOW,
        facts: Facts {
            os_id: "debian".into(),
            os_version: "12".into(),
            architecture: "amd64".into(),
            ..Facts::default()
        },
        installed,
        indices: indices.to_vec(),
        refreshed_at: None,
        blind: Vec::new(),
    }
}

fn security_updates() -> Source {
    Source { rules: vec![Rule { level: Level::High, ..Rule::default() }], ..Source::default() }
}

#[test]
fn a_host_takes_less_than_two_kibibytes_beyond_the_catalogue() {
    // As many versions as Debian has, so that the numbers spread over pages.
    let (offers, references) = offers(35_000);
    let mut fleet = Fleet::default();
    let packages =
        (0..600).map(|number| installed(number * 58, if number.is_multiple_of(3) { "1" } else { "2" })).collect();
    let inventory = host(0, packages, &references);
    fleet.upsert(&inventory, &offers, &Outcomes::default()).unwrap();
    let group = fleet.group_of(&inventory.instance).unwrap();
    let row = group.host(&inventory.instance).unwrap();
    assert_eq!((group.catalogue().offered(), row.packages()), (70_000, 600));
    // The instance twice in reference-counted texts, and a place for each in a tree.
    let texts = inventory.instance.len() + 16;
    let places = 2 * (size_of::<Arc<str>>() + size_of::<Arc<str>>());
    let bytes = row.bytes() + texts + places;
    eprintln!("{bytes} bytes a host of 600 packages");
    assert!(bytes < 1_536, "{bytes} bytes");
}

#[test]
fn counters_hold_more_packages_than_a_lane_does() {
    let (offers, references) = offers(70_000);
    let mut fleet = Fleet::default();
    let packages = (0..70_000).map(|number| installed(number, "1")).collect();
    let inventory = host(0, packages, &references);
    fleet.upsert(&inventory, &offers, &Outcomes::default()).unwrap();
    let group = fleet.group_of(&inventory.instance).unwrap();
    let plan = Plan::compile(&security_updates()).unwrap();
    let counters = judge(&group.table(&plan, NOW), group.host(&inventory.instance).unwrap());
    let expected = Counters {
        missing: 70_000,
        security_non_compliant: 70_000,
        severity: Some(Level::High),
        ..Counters::default()
    };
    assert_eq!(counters, expected);
    // And the same with a mark, which takes the other way.
    let outcomes = Outcomes { failed: BTreeSet::from(["package-000001.amd64".into()]), ..Outcomes::default() };
    fleet.upsert(&inventory, &offers, &outcomes).unwrap();
    let group = fleet.group_of(&inventory.instance).unwrap();
    let table = group.table(&plan, NOW);
    let counters = judge(&table, group.host(&inventory.instance).unwrap());
    assert_eq!(counters, Counters { missing: 69_999, failed: 1, ..expected });
    let nothing = Plan::compile(&Source::default()).unwrap();
    let compared = compare(&fleet, Scope::All, (&plan, &nothing), NOW, SampleLimits::default(), 1);
    assert_eq!(compared.host_changes[0].before, counters);
    assert_eq!(compared.host_changes[0].after.installed_other, 70_000);
    assert_eq!(compared.transitions.iter().map(|one| one.installs).sum::<u64>(), 70_000);
}

#[test]
fn a_comparison_does_not_depend_on_threads() {
    let (offers, references) = offers(40);
    let mut fleet = Fleet::default();
    for number in 0..20_000_usize {
        let packages = (0..40).filter(|package| (number + 3 * package).is_multiple_of(11));
        let version = |package: usize| if (number / (7 * package + 3)).is_multiple_of(4) { "1" } else { "2" };
        let packages = packages.map(|package| installed(package, version(package))).collect();
        let mut outcomes = Outcomes::default();
        if number.is_multiple_of(1_000) {
            outcomes.pending_reboot.insert("package-000003.amd64:2".into());
            outcomes.failed.insert("package-000001.amd64".into());
        }
        fleet.upsert(&host(number, packages, &references), &offers, &outcomes).unwrap();
    }
    let old = Plan::compile(&security_updates()).unwrap();
    let new = Source {
        rules: vec![Rule::default(); 2],
        global_filters: vec![Filter { key: FilterKey::Section, values: vec!["net".into()] }],
        approved: vec!["package-00003*".into()],
        rejected: vec!["package-00000?".into()],
        rejected_action: RejectedAction::Block,
        ..Source::default()
    };
    let new = Plan::compile(&new).unwrap();
    let look = |threads| compare(&fleet, Scope::All, (&old, &new), NOW, SampleLimits::default(), threads);
    let one = look(1);
    assert!(one.hosts_become_non_compliant > 0 && one.hosts_become_compliant > 0 && one.changes_total > 20, "{one:#?}");
    assert!(one.hosts_changed > 4_096, "worth more than one thread");
    for threads in [2, 3, 16] {
        assert_eq!(one, look(threads));
    }
    // A scope counts its own hosts only.
    let some: BTreeSet<String> = (0..10).map(|number| format!("mi-{number:017x}")).collect();
    assert_eq!(compare(&fleet, Scope::Only(&some), (&old, &new), NOW, SampleLimits::default(), 2).hosts, 10);
}

#[test]
fn hosts_share_a_catalogue_and_take_it_with_them() {
    let (offers, references) = offers(10);
    let mut fleet = Fleet::default();
    for number in 0..5 {
        fleet.upsert(&host(number, vec![installed(1, "1.5")], &references), &offers, &Outcomes::default()).unwrap();
    }
    assert_eq!((fleet.groups().count(), fleet.hosts()), (1, 5));
    // One with fewer indices is in a group of its own.
    fleet.upsert(&host(1, vec![installed(1, "1.5")], &references[..1]), &offers, &Outcomes::default()).unwrap();
    assert_eq!((fleet.groups().count(), fleet.hosts()), (2, 5));
    assert!(fleet.remove("mi-00000000000000001"));
    assert_eq!((fleet.groups().count(), fleet.hosts()), (1, 4));
}

#[test]
fn what_cannot_be_judged_is_said() {
    let (offers, mut references) = offers(2);
    references.push(IndexReference {
        digest: "not received".into(),
        origin: Origin { archive: "updates".into(), component: "main".into(), ..Origin::default() },
    });
    let broken = Installed { version: "x:1".into(), ..installed(1, "1") };
    let twice = vec![installed(0, "1"), installed(0, "2"), broken];
    let mut fleet = Fleet::default();
    let blind = fleet.upsert(&host(0, twice, &references), &offers, &Outcomes::default()).unwrap();
    let words = blind.join("\n");
    for expected in ["updates/main has not been received", "`x:1`", "listed more than once"] {
        assert!(words.contains(expected), "{words}");
    }
    let group = fleet.groups().next().unwrap();
    let plan = Plan::compile(&security_updates()).unwrap();
    let counters = judge(&group.table(&plan, NOW), group.host("mi-00000000000000000").unwrap());
    assert_eq!((counters.unknown, counters.missing), (1, 1));
    assert!(!offers.index("stable").unwrap().packages.is_empty());

    let mut other = host(1, vec![], &[]);
    other.facts.os_id = "fedora".into();
    let refused = fleet.upsert(&other, &offers, &Outcomes::default());
    assert_eq!(refused, Err(FleetError::Family { os_id: "fedora".into() }));
    // An Ubuntu host is not looked at by a Debian baseline.
    other.facts = Facts { os_id: "ubuntu".into(), os_version: "24.04".into(), ..Facts::default() };
    fleet.upsert(&other, &offers, &Outcomes::default()).unwrap();
    let ubuntu = Plan::compile(&Source { family: Family::Ubuntu, ..security_updates() }).unwrap();
    let looked = |plan| compare(&fleet, Scope::All, (plan, plan), NOW, SampleLimits::default(), 1).hosts;
    assert_eq!((looked(&plan), looked(&ubuntu)), (1, 1));
}
