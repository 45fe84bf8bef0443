//! What holds for any bytes and for any layers.

use std::collections::BTreeMap;

use bartizan_image::inventory::assemble;
use bartizan_image::layer::{Expected, Facts, read};
use bartizan_image::limits::Limits;
use proptest::prelude::*;

use crate::made::{TarFile, gzip};

const ANY: Expected = Expected { stored: None, plain: None };

/// One step of a layer.
#[derive(Debug, Clone)]
enum Step {
    Put(String, u8),
    Delete(String),
    Empty(String),
}

fn folder() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "a/b", "a/b/c", "ab", "d", "d/a"]).prop_map(str::to_owned)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (folder(), 0..5_u8).prop_map(|(folder, version)| Step::Put(folder, version)),
        1 => folder().prop_map(Step::Delete),
        1 => folder().prop_map(Step::Empty),
    ]
}

fn tar(steps: &[Step]) -> Vec<u8> {
    let mut tar = TarFile::new();
    for step in steps {
        tar = match step {
            Step::Put(folder, version) => {
                let manifest = format!(r#"{{"name":"p","version":"{version}.0.0"}}"#);
                tar.file(&format!("{folder}/node_modules/p/package.json"), &manifest)
            }
            Step::Delete(path) => {
                let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
                tar.file(format!("{above}/.wh.{name}").trim_start_matches('/'), "")
            }
            Step::Empty(path) => tar.file(&format!("{path}/.wh..wh..opq"), ""),
        };
    }
    tar.done()
}

/// The same, on a plain map of paths.
fn model(layers: &[Vec<Step>]) -> BTreeMap<String, u8> {
    let mut files: BTreeMap<String, u8> = BTreeMap::new();
    for steps in layers {
        for step in steps {
            match step {
                Step::Put(..) => {}
                Step::Delete(path) | Step::Empty(path) => {
                    files.retain(|file, _| !file.starts_with(&format!("{path}/")))
                }
            }
        }
        for step in steps {
            if let Step::Put(folder, version) = step {
                files.insert(format!("{folder}/node_modules/p/package.json"), *version);
            }
        }
    }
    files
}

proptest! {
    #[test]
    fn layers_are_laid_over_each_other(layers in prop::collection::vec(prop::collection::vec(step(), 0..6), 0..5)) {
        let facts: Vec<Facts> =
            layers.iter().map(|steps| read(&tar(steps)[..], ANY, &Limits::default()).unwrap()).collect();
        let numbered: Vec<_> = facts.iter().enumerate().collect();
        let found: BTreeMap<String, String> = assemble(&numbered, false)
            .packages
            .into_iter()
            .map(|located| (located.path, located.package.version))
            .collect();
        let expected: BTreeMap<String, String> =
            model(&layers).into_iter().map(|(path, version)| (path, format!("{version}.0.0"))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let _ = read(&bytes[..], ANY, &Limits::default());
        let _ = read(&gzip(&bytes)[..], ANY, &Limits::default());
    }

    #[test]
    fn a_damaged_database_is_survived(
        path in prop::sample::select(vec![
            "var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite",
            "var/lib/rpm/Packages.db", "etc/os-release", "node_modules/a/package.json", "package-lock.json", "Cargo.lock",
            "a.dist-info/METADATA", "gems/specifications/a.gemspec", "a.jar", "usr/bin/program",
        ]),
        start in prop::sample::select(vec![
            &b""[..], b"SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20", b"RpmP\0\0\0\0\0\0\0\0\x01\0\0\0",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\x61\x15\x06\0\x09\0\0\0\0\x10\0\0\0\x08", b"PK\x03\x04", b"\x7fELF", b"{",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..9000),
    ) {
        let tar = TarFile::new().entry(b'0', path.as_bytes(), b"", &[start, &bytes].concat()).file("etc/x", "").done();
        let facts = read(&tar[..], ANY, &Limits::default()).unwrap();
        prop_assert_eq!(facts.entries, 2);
    }

    #[test]
    fn what_is_kept_reads_back(steps in prop::collection::vec(step(), 0..10)) {
        let facts = read(&tar(&steps)[..], ANY, &Limits::default()).unwrap();
        let text = serde_json::to_vec(&facts).unwrap();
        let back: Facts = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(serde_json::to_vec(&back).unwrap(), serde_json::to_vec(&facts).unwrap());
    }
}
