use super::*;

fn host(images: &[&str]) -> HostReport {
    let image = |sha: &&str| FoundImage { sha: (*sha).to_owned(), ..FoundImage::default() };
    HostReport { images: images.iter().map(image).collect(), ..HostReport::default() }
}

fn scan(sha: &str, at: i64) -> KeptScan {
    let report = ScanReport { sha: sha.to_owned(), at: Timestamp(at), ..ScanReport::default() };
    let vulnerabilities = Some(vec![
        Vuln { id: "CVE-2026-1".to_owned(), severity: 3, package: "a".to_owned(), ..Vuln::default() },
        Vuln { id: "CVE-2026-1".to_owned(), severity: 5, package: "b".to_owned(), ..Vuln::default() },
    ]);
    KeptScan { sensor: "one".to_owned(), report, vulnerabilities, unjudged: Vec::new(), judged_by: None }
}

#[test]
fn a_report_replaces_the_one_before_and_scans_stay() {
    let mut known = Known::default();
    known.take_in("one", host(&["a", "b"]));
    known.take_in("two", host(&["b"]));
    known.scanned(&scan("a", 10));
    known.take_in("one", host(&["b"]));
    assert_eq!(known.images().map(|(sha, _)| sha).collect::<Vec<_>>(), ["b"]);
    assert_eq!((known.counts("one"), known.counts("two"), known.counts("three")), ((1, 0), (1, 0), (0, 0)));
    assert!(known.image("a").is_none() && known.scan("a").is_some());
    known.take_in("two", host(&["a", "b"]));
    let world = known.world(&["two".to_owned()], &BTreeSet::new(), Timestamp(20));
    assert_eq!(world.images.len(), 2);
    assert_eq!(world.images[0].vulnerabilities.len(), 1, "once, however many packages have it");
    assert_eq!(world.images[0].vulnerabilities[0].severity, 5);
    known.forget("two");
    assert_eq!(known.gone_since(Timestamp(10)), Vec::<String>::new());
    assert_eq!(known.gone_since(Timestamp(11)), ["a"]);
    known.forget_images(&["a".to_owned(), "b".to_owned()]);
    assert!(known.scan("a").is_none() && known.image("b").is_some());
}

#[test]
fn a_world_has_what_some_sensors_and_registries_have() {
    let mut known = Known::default();
    let mut of_registry = host(&["a"]);
    of_registry.images[0].registries = vec!["registry".to_owned()];
    known.take_in("one", of_registry);
    known.take_in("two", host(&["b"]));
    let world = |sensors: &[&str], registries: &[&str]| {
        let sensors: Vec<String> = sensors.iter().map(|id| (*id).to_owned()).collect();
        let world = known.world(&sensors, &registries.iter().copied().collect(), Timestamp(0));
        world.images.iter().map(|image| image.sha.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(world(&["one"], &[]), ["a"]);
    assert_eq!(world(&["two"], &["registry"]), ["a", "b"]);
    assert_eq!(world(&[], &["other"]), Vec::<String>::new());
}
