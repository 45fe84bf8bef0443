//! Crates of Rust: `Cargo.lock`, and the list that cargo-auditable puts into programs.

use std::io::BufRead;

use serde::Deserialize;

use super::text::{Outcome, whole};
use crate::layer::Found;
use crate::limits::{LOCK_BYTES_MAX, Limits};
use crate::package::{Manager, Package};

/// `[[package]]` tables with `name` and `version`; a lock file is written by cargo, one key a line.
pub(super) fn read_lock(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let bytes = whole(content, LOCK_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut name, mut version, mut fetched) = (String::new(), String::new(), false);
    let mut in_package = false;
    let mut tables = 0_u64;
    for line in text.lines().chain(["[[package]]"]) {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') {
            // Members of the workspace itself have no source.
            if in_package
                && fetched
                && !name.is_empty()
                && !version.is_empty()
                && found.packages.len() < limits.packages
            {
                let mut package = Package::new(Manager::Cargo, &name, &version);
                package.declared = true;
                found.packages.push(package);
            }
            in_package = line == "[[package]]";
            tables += u64::from(in_package);
            (name, version, fetched) = (String::new(), String::new(), false);
        } else if let Some((key, value)) = line.split_once('=').filter(|_| in_package) {
            let value = value.trim().trim_matches('"');
            match key.trim() {
                "name" => name = value.to_owned(),
                "version" => version = value.to_owned(),
                "source" => fetched = true,
                _ => {}
            }
        }
    }
    if tables <= 1 && !text.contains("version =") {
        return Err("no lock file of cargo".to_owned());
    }
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Audit {
    packages: Vec<Crate>,
}

#[derive(Debug, Deserialize)]
struct Crate {
    name: String,
    version: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    kind: Option<String>,
}

/// The list inside a program, uncompressed; `None` if it is no such list.
pub(super) fn read_audit(json: &[u8], limits: &Limits) -> Option<Vec<Package>> {
    let audit: Audit = serde_json::from_slice(json).ok()?;
    let shipped = |item: &&Crate| item.kind.as_deref() != Some("build") && item.source != "local";
    let packages = audit.packages.iter().filter(shipped).take(limits.packages);
    Some(packages.map(|item| Package::new(Manager::Cargo, &item.name, &item.version)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn a_lock_file_lists_what_was_fetched() {
        let text = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"time\",\n]\n\n\
            [[package]]\nname = \"time\"\nversion = \"0.1.45\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        let mut found = Found::new("Cargo.lock", Interest::CargoLock);
        read_lock(&mut text.as_bytes(), &mut found, &Limits::default()).unwrap();
        let names: Vec<_> = found.packages.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.declared)).collect();
        assert_eq!(names, [("time", "0.1.45", true)]);
        assert!(read_lock(&mut &b"hello"[..], &mut found, &Limits::default()).is_err());
    }

    #[test]
    fn what_only_builds_is_not_shipped() {
        let json = br#"{"packages":[{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
            {"name":"app","version":"0.1.0","source":"local","root":true},{"name":"time","version":"0.1.45","source":"crates.io"}]}"#;
        let packages = read_audit(json, &Limits::default()).unwrap();
        assert_eq!(packages, [Package::new(Manager::Cargo, "time", "0.1.45")]);
        assert_eq!(read_audit(b"{}", &Limits::default()), None);
    }
}
