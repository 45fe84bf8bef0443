//! Packages against advisories: rules one by one, and recorded feeds against the plain rule.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use bartizan_host::deb::version;
use bartizan_image::feed::{Book, Compiler, Decision, Severity};
use bartizan_image::inventory::{Inventory, assemble};
use bartizan_image::judge::{Judged, judge};
use bartizan_image::layer::{Expected, read};
use bartizan_image::limits::Limits;
use serde_json::{Value, json};

use crate::made::{OS_RELEASE, TarFile};
use crate::shared::shared;

fn inventory(tar: &[u8]) -> Inventory {
    let facts = read(tar, Expected { stored: None, plain: None }, &Limits::default()).unwrap();
    assemble(&[(0, &facts)], false)
}

fn book(folder: &Path, documents: &[String]) -> Book {
    let mut compiler = Compiler::default();
    for document in documents {
        compiler.document(document.as_bytes()).unwrap();
    }
    let path = folder.join("feeds/x.book");
    compiler.write(&path).unwrap();
    Book::open(&path).unwrap()
}

pub(crate) fn judged(tar: TarFile, documents: &[String]) -> (Inventory, Judged) {
    let temporary = tempfile::tempdir().unwrap();
    let inventory = inventory(&tar.done());
    let judged = judge(&inventory, &mut book(temporary.path(), documents)).unwrap();
    (inventory, judged)
}

fn osv(id: &str, ecosystem: &str, package: &str, events: &Value, more: &Value) -> String {
    let mut record = json!({
        "id": id, "modified": "2026-01-01T00:00:00Z",
        "affected": [{ "package": { "ecosystem": ecosystem, "name": package }, "ranges": [{ "type": "ECOSYSTEM", "events": events }] }],
    });
    for (member, value) in more.as_object().into_iter().flatten() {
        record[member] = value.clone();
    }
    record.to_string()
}

fn debian(status: &str) -> TarFile {
    TarFile::new().file("etc/os-release", OS_RELEASE).file("var/lib/dpkg/status", status)
}

const BASH: &str = "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b13\nSource: bash (5.2.15-2)\n\n";
const UTIL: &str = "Package: bsdutils\nStatus: install ok installed\nVersion: 1:2.38.1-5+deb12u3\nSource: util-linux (2.38.1-5+deb12u3)\n\n";

fn found(judged: &Judged) -> Vec<(&str, Option<&str>)> {
    judged.findings.iter().map(|finding| (finding.id.as_str(), finding.fixed.as_deref())).collect()
}

#[test]
fn the_version_of_the_source_is_compared() {
    let fixed = |version: &str| json!([{ "introduced": "0" }, { "fixed": version }]);
    let feed = [
        osv(
            "DEBIAN-CVE-2026-1",
            "Debian:12",
            "util-linux",
            &fixed("2.38.1-5+deb12u4"),
            &json!({ "upstream": ["CVE-2026-1"] }),
        ),
        osv("DSA-2", "Debian:12", "bash", &fixed("5.2.15-2"), &json!({ "upstream": ["CVE-2026-2"] })),
        osv("DSA-3", "Debian:11", "bash", &fixed("9"), &json!({ "upstream": ["CVE-2026-3"] })),
        osv("DSA-4", "Debian:12", "bash", &fixed("9"), &json!({ "upstream": ["CVE-2026-4", "CVE-2026-5"] })),
        osv("DSA-6", "Debian:12", "bash", &fixed("9"), &json!({ "withdrawn": "2026-01-02T00:00:00Z" })),
    ];
    let (_, judged) = judged(debian(&[BASH, UTIL].concat()), &feed);
    let expected = [("CVE-2026-4", Some("9")), ("CVE-2026-5", Some("9")), ("CVE-2026-1", Some("2.38.1-5+deb12u4"))];
    assert_eq!(found(&judged), expected);
    assert_eq!(judged.unjudged, []);
    assert_eq!(judged.about.newest, "2026-01-01T00:00:00Z");
}

#[test]
fn debians_tracker_decides() {
    let issue = |release: Value| json!({ "description": "d", "releases": { "bookworm": release } });
    let tracker = json!({ "bash": {
        "CVE-1-1": issue(json!({ "status": "resolved", "fixed_version": "0", "urgency": "high" })),
        "CVE-1-2": issue(json!({ "status": "resolved", "fixed_version": "5.3-1", "urgency": "medium**" })),
        "CVE-1-3": issue(json!({ "status": "open", "urgency": "unimportant" })),
        "CVE-1-4": issue(json!({ "status": "open", "urgency": "low", "nodsa": "minor", "nodsa_reason": "postponed" })),
        "CVE-1-5": issue(json!({ "status": "open", "urgency": "end-of-life" })),
        "CVE-1-6": issue(json!({ "status": "undetermined", "urgency": "not yet assigned" })),
        "CVE-1-7": issue(json!({ "status": "open", "urgency": "not yet assigned" })),
    } });
    let (_, judged) = judged(debian(BASH), &[tracker.to_string()]);
    let found: Vec<_> =
        judged.findings.iter().map(|finding| (finding.id.as_str(), finding.severity, finding.decision)).collect();
    let expected = [
        ("CVE-1-2", Some(Severity::Medium), Decision::None),
        ("CVE-1-4", Some(Severity::Low), Decision::Postponed),
        ("CVE-1-3", Some(Severity::Minimal), Decision::Unimportant),
        ("CVE-1-5", None, Decision::WillNotFix),
        ("CVE-1-7", None, Decision::None),
    ];
    assert_eq!(found, expected);
    assert_eq!(judged.not_affected[0].id, "CVE-1-1");
    assert_eq!(judged.unjudged[0].advisory.as_deref(), Some("CVE-1-6"));
}

#[test]
fn what_alpine_fixed_in_0_was_never_there() {
    let secdb = json!({ "distroversion": "v3.11", "reponame": "main", "packages": [
        { "pkg": { "name": "openssl", "secfixes": { "0": ["CVE-2019-0190"], "1.1.1l-r0": ["CVE-2021-3711", "CVE-2021-3712 XSA-1"] } } },
        { "pkg": { "name": "other", "secfixes": null } },
    ] });
    let tar = TarFile::new().file("etc/os-release", "ID=alpine\nVERSION_ID=3.11.5\n").file(
        "lib/apk/db/installed",
        "P:libcrypto1.1\nV:1.1.1d-r3\no:openssl\n\nP:libssl1.1\nV:1.1.1l-r0\no:openssl\n\n",
    );
    let (inventory, judged) = judged(tar, &[secdb.to_string()]);
    assert_eq!(inventory.packages.len(), 2);
    assert_eq!(found(&judged), [("CVE-2021-3711", Some("1.1.1l-r0")), ("CVE-2021-3712", Some("1.1.1l-r0"))]);
    assert!(judged.findings.iter().all(|finding| finding.package == 0));
}

#[test]
fn languages_are_judged_but_not_what_the_system_owns() {
    let fixed = json!([{ "introduced": "0" }, { "fixed": "2.0.0" }]);
    let feed = [
        osv(
            "GHSA-1",
            "npm",
            "left-pad",
            &fixed,
            &json!({ "aliases": ["CVE-2026-1"], "database_specific": { "severity": "MODERATE" } }),
        ),
        osv("PYSEC-1", "PyPI", "Foo_Bar", &fixed, &json!({ "aliases": ["GHSA-2"] })),
        osv("GHSA-2", "PyPI", "foo-bar", &fixed, &json!({})),
        osv("GHSA-3", "Hackage", "x", &fixed, &json!({})),
    ];
    let manifest = |version: &str| format!(r#"{{"name":"left-pad","version":"{version}"}}"#);
    let tar = debian(BASH)
        .file("app/node_modules/left-pad/package.json", &manifest("1.0.0"))
        .file("usr/share/node_modules/left-pad/package.json", &manifest("1.0.0"))
        .file("var/lib/dpkg/info/node-left-pad.list", "/.\n/usr/share/node_modules/left-pad/package.json\n")
        .file("opt/foo_bar-1.0.dist-info/METADATA", "Name: foo.bar\nVersion: 1.0\n");
    let (inventory, judged) = judged(tar, &feed);
    assert_eq!(inventory.packages.iter().filter(|located| located.owned).count(), 1);
    let mut ids: Vec<_> = found(&judged);
    ids.sort_unstable();
    assert_eq!(ids, [("CVE-2026-1", Some("2.0.0")), ("GHSA-2", Some("2.0.0")), ("PYSEC-1", Some("2.0.0"))]);
    assert_eq!(judged.findings[0].severity, Some(Severity::Medium));
    // The feeds say nothing of Debian.
    assert_eq!(judged.unjudged.len(), 1, "{:?}", judged.unjudged);
    assert!(judged.unjudged[0].why.contains("Debian:12"));
    assert_eq!(judged.about.foreign, 1);
}

#[test]
fn scores_and_exploitation_come_from_other_feeds() {
    let fixed = json!([{ "introduced": "0" }, { "fixed": "9" }]);
    let advisory = |cve: &str| osv(&format!("DSA-{cve}"), "Debian:12", "bash", &fixed, &json!({ "upstream": [cve] }));
    let cve = json!({
        "cveMetadata": { "cveId": "CVE-2026-1", "state": "PUBLISHED" },
        "containers": { "cna": { "metrics": [{ "cvssV3_1": { "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N" } }] },
            "adp": [{ "metrics": [{ "other": { "type": "ssvc", "content": { "options": [{ "Exploitation": "poc" }] } } }] }] },
    });
    let kev = "cveID,dateAdded,dueDate,knownRansomwareCampaignUse\nCVE-2026-2,2026-01-01,2026-01-22,Known\n";
    let epss = "#model_version:v1\ncve,epss,percentile\nCVE-2026-1,0.25,0.9\n";
    let feed = [
        advisory("CVE-2026-1"),
        advisory("CVE-2026-2"),
        advisory("CVE-2026-3"),
        cve.to_string(),
        kev.into(),
        epss.into(),
    ];
    let (_, judged) = judged(debian(BASH), &feed);
    let [exploited, scored, bare] = &judged.findings[..] else { panic!("{judged:?}") };
    assert_eq!((exploited.id.as_str(), exploited.severity), ("CVE-2026-2", Some(Severity::Critical)));
    assert!(exploited.exploited.as_ref().unwrap().ransomware);
    assert_eq!((scored.score.as_ref().unwrap().score, scored.severity), (9.1, Some(Severity::Critical)));
    assert_eq!((scored.exploitation.as_str(), scored.epss), ("poc", Some(0.25)));
    assert_eq!((bare.severity, bare.score.is_none()), (None, true));
}

#[test]
fn what_cannot_be_judged_is_said() {
    let fixed = json!([{ "introduced": "0" }, { "fixed": "2.0.0" }]);
    let commits = json!({ "id": "GHSA-9", "affected": [{ "package": { "ecosystem": "npm", "name": "odd" },
        "ranges": [{ "type": "GIT", "events": [{ "introduced": "0" }] }] }] });
    let feed = [osv("GHSA-8", "npm", "odd", &fixed, &json!({})), commits.to_string()];
    let tar = TarFile::new().file("app/node_modules/odd/package.json", r#"{"name":"odd","version":"latest"}"#);
    let (_, judged) = judged(tar, &feed);
    assert_eq!(judged.findings, []);
    let whys: Vec<_> = judged.unjudged.iter().map(|unjudged| unjudged.advisory.as_deref()).collect();
    assert_eq!(whys, [None, Some("GHSA-9")]);
}

#[test]
fn a_kernel_in_an_image_does_not_run() {
    let fixed = json!([{ "introduced": "0" }, { "fixed": "9" }]);
    let feed = [osv("DSA-1", "Debian:12", "linux", &fixed, &json!({ "upstream": ["CVE-2026-1"] }))];
    let status = "Package: linux-libc-dev\nStatus: install ok installed\nVersion: 6.1.1-1\nSource: linux\n\n";
    let (_, judged) = judged(debian(status), &feed);
    assert_eq!(judged.findings, []);
    assert_eq!(judged.not_affected.len(), 1);
}

#[test]
fn a_damaged_book_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    drop(book(temporary.path(), &[osv("DSA-1", "Debian:12", "x", &json!([{ "introduced": "0" }]), &json!({}))]));
    let path = temporary.path().join("feeds/x.book");
    let whole = std::fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() - 1], &whole[..10], b"", &[&whole[..], b"x"].concat()] {
        std::fs::write(&path, bytes).unwrap();
        assert!(Book::open(&path).is_err());
    }
}

/// System, source package, CVE and fixing version.
type Row = (String, String, String, String);

/// Rows as they are recorded, and as records of OSV.
fn recorded(path: &Path) -> (Vec<Row>, Vec<String>) {
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    let rows: Vec<_> =
        rows.iter().map(|row| (text(row, "Src"), text(row, "Pkg"), text(row, "ID"), text(row, "Fixed"))).collect();
    let records = rows.iter().enumerate().map(|(at, (system, package, id, fixed))| {
        let ecosystem = match system.split_once(' ') {
            Some(("debian", version)) => format!("Debian:{version}"),
            Some(("ubuntu", version)) => format!("Ubuntu:{version}:LTS"),
            Some(("alpine", version)) => format!("Alpine:v{version}"),
            _ => panic!("{system}"),
        };
        osv(
            &format!("ROW-{at}"),
            &ecosystem,
            package,
            &json!([{ "introduced": "0" }, { "fixed": fixed }]),
            &json!({ "aliases": [id] }),
        )
    });
    let records = records.collect();
    (rows, records)
}

#[test]
fn a_recorded_host_and_feed_agree_with_the_plain_rule() {
    let (Some(feed), Some(status)) =
        (shared("data/container/feed-debian12-ubuntu2204.json"), shared("data/host/dpkg-status.gz"))
    else {
        return;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(status).unwrap()).read_to_string(&mut text).unwrap();
    let (rows, records) = recorded(&feed);
    let (inventory, judged) = judged(debian(&text), &records);
    assert!(inventory.packages.len() > 300, "{}", inventory.packages.len());
    let mut expected = BTreeSet::new();
    for located in &inventory.packages {
        for (system, package, id, fixed) in &rows {
            let own = located.package.version_of_source();
            if system == "debian 12"
                && located.package.source_name() == package
                && version::compare(own, fixed).unwrap() == Ordering::Less
            {
                expected.insert((located.package.name.clone(), id.clone()));
            }
        }
    }
    let found: BTreeSet<_> = judged
        .findings
        .iter()
        .map(|finding| (inventory.packages[finding.package].package.name.clone(), finding.id.clone()))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(judged.unjudged, []);
}

#[test]
fn the_recorded_catalogue_of_exploited_vulnerabilities_is_read() {
    let Some(kev) = shared("data/container/kev.csv") else { return };
    let temporary = tempfile::tempdir().unwrap();
    let mut compiler = Compiler::default();
    compiler.add(&kev).unwrap();
    let path = temporary.path().join("kev.book");
    compiler.write(&path).unwrap();
    let mut book = Book::open(&path).unwrap();
    let exploited = book.enrichment("CVE-2025-48384").unwrap().unwrap().exploited.unwrap();
    assert_eq!((exploited.added.as_str(), exploited.ransomware), ("2025-08-25", false));
    assert_eq!(book.about().unwrap().enriched, 1404);
    assert_eq!(book.enrichment("CVE-1999-1").unwrap(), None);
}

#[test]
fn recorded_fixes_of_alpine_are_matched_by_origin() {
    let Some(feed) = shared("data/container/apkfeed.json") else { return };
    let (rows, records) = recorded(&feed);
    let tar = TarFile::new().file("etc/alpine-release", "3.11.5\n").file(
        "lib/apk/db/installed",
        "P:libcrypto1.1\nV:1.1.1d-r3\no:openssl\n\nP:libssl1.1\nV:1.1.1d-r3\no:openssl\n\nP:musl\nV:1.1.24-r2\no:musl\n\n",
    );
    let (_, judged) = judged(tar, &records);
    let of_system: BTreeSet<_> = rows
        .iter()
        .filter(|(system, package, _, fixed)| {
            system == "alpine 3.11"
                && package == "openssl"
                && bartizan_image::version::compare(bartizan_image::package::Manager::Apk, "1.1.1d-r3", fixed)
                    == Ok(Ordering::Less)
        })
        .map(|(_, _, id, _)| id)
        .collect();
    // The reference has 9 for each of the two, checked with the real apk and Trivy.
    assert_eq!(of_system.len(), 9);
    assert_eq!(judged.findings.len(), 18);
}
