//! The forms of a report. That they keep to their schemas is looked at by `conformance/images.py`, with the schemas.

use bartizan_image::digest::Digest;
use bartizan_image::report::{Form, Report};
use bartizan_image::scan::Scanned;
use bartizan_image::source::{Image, Platform};
use serde_json::{Value, json};

use crate::judged::judged;
use crate::made::{OS_RELEASE, TarFile, status};

fn reports() -> Vec<(Form, Value)> {
    let advisory = |id: &str, cve: &str, fixed: &str| {
        json!({ "id": id, "modified": "2026-01-01T00:00:00Z", "upstream": [cve], "summary": "A summary",
            "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
            "affected": [{ "package": { "ecosystem": "Debian:12", "name": "curl" },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }] }] })
        .to_string()
    };
    let feed = [advisory("DSA-1", "CVE-2026-1", "9"), advisory("DSA-2", "CVE-2026-2", "1")];
    let tar = TarFile::new()
        .file("etc/os-release", OS_RELEASE)
        .file("var/lib/dpkg/status", &status(&[("curl", "7.88"), ("bash", "5.2")]))
        .file("app/node_modules/x/package.json", r#"{"name":"x","version":"1.0.0","license":"MIT"}"#);
    let (inventory, judged) = judged(tar, &feed);
    let image = Image {
        names: vec!["debian:12".into()],
        digest: None,
        id: Digest::of(b"config"),
        platform: Platform { os: "linux".into(), architecture: "amd64".into(), variant: String::new() },
        created: String::new(),
        layers: Vec::new(),
    };
    let scanned = Scanned { image, inventory, layers_read: 1, layers_known: 0, bytes_read: 0, not_kept: None };
    let report = Report {
        scanned: &scanned,
        judged: Some(&judged),
        target: "image.tar",
        time: "2026-11-26T05:00:00Z",
        version: "0.1.0",
    };
    [Form::Json, Form::Sarif, Form::CycloneDx, Form::Spdx].map(|form| (form, report.render(form))).into()
}

#[test]
fn every_form_has_the_package_the_vulnerability_and_what_was_not_judged() {
    for (form, report) in reports() {
        let text = report.to_string();
        for part in [
            "pkg:deb/debian/curl@7.88?arch=amd64&distro=debian-12",
            "CVE-2026-1",
            "no feed has advisories of npm",
            "debian:12",
        ] {
            assert!(text.contains(part), "{form:?} lacks {part}: {text}");
        }
        assert!(!text.contains("CVE-2026-2"), "{form:?}");
    }
}

#[test]
fn the_same_scan_reports_the_same() {
    assert_eq!(reports(), reports());
}

#[test]
fn references_within_a_bill_of_materials_lead_somewhere() {
    let reports = reports();
    let bom = &reports[2].1;
    let mut known: Vec<&str> =
        bom["components"].as_array().unwrap().iter().map(|item| item["bom-ref"].as_str().unwrap()).collect();
    known.push(bom["metadata"]["component"]["bom-ref"].as_str().unwrap());
    let unique: std::collections::BTreeSet<_> = known.iter().collect();
    assert_eq!(unique.len(), known.len());
    for vulnerability in bom["vulnerabilities"].as_array().unwrap() {
        for affected in vulnerability["affects"].as_array().unwrap() {
            assert!(known.contains(&affected["ref"].as_str().unwrap()));
        }
    }
    assert_eq!(bom["vulnerabilities"][0]["ratings"][1]["score"], 9.8);
    assert_eq!(bom["compositions"][0]["aggregate"], "incomplete");
}
