//! Packages of npm: installed ones by their `package.json`, asked-for ones by `package-lock.json`.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::text::{Outcome, whole};
use crate::layer::Found;
use crate::limits::{LOCK_BYTES_MAX, Limits, TEXT_BYTES_MAX};
use crate::package::{Manager, Package, shortened};

/// The folder is that of a package: directly below `node_modules`, there with or without a scope, or outside of any.
/// Elsewhere below `node_modules` lie examples and parts of packages.
pub(super) fn is_package(folder: &str) -> bool {
    let mut parts = folder.rsplit('/');
    let (name, above, higher) = (parts.next(), parts.next(), parts.next());
    match (name, above, higher) {
        (_, Some("node_modules"), _) => true,
        (_, Some(scope), Some("node_modules")) => scope.starts_with('@'),
        _ => !folder.split('/').any(|part| part == "node_modules"),
    }
}

#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    version: Value,
    #[serde(default)]
    license: Value,
}

pub(super) fn read_package(content: &mut impl BufRead, found: &mut Found) -> Outcome {
    let bytes = whole(content, TEXT_BYTES_MAX)?;
    // A byte order mark is tolerated by node.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| format!("no manifest of npm: {error}"))?;
    let (Some(name), Some(version)) = (manifest.name.as_str(), manifest.version.as_str()) else { return Ok(()) };
    if name.is_empty() || version.is_empty() {
        return Ok(());
    }
    let mut package = Package::new(Manager::Npm, name, version);
    let licence = manifest.license.as_str().or_else(|| manifest.license.get("type").and_then(Value::as_str));
    package.licence = shortened(licence.unwrap_or_default(), 256);
    found.packages.push(package);
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Lock {
    /// Versions 2 and 3, by path.
    #[serde(default)]
    packages: BTreeMap<String, Locked>,
    /// Versions 1 and 2, by name.
    #[serde(default)]
    dependencies: BTreeMap<String, Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    link: bool,
    #[serde(default)]
    dependencies: Value,
}

pub(super) fn read_lock(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let bytes = whole(content, LOCK_BYTES_MAX)?;
    let lock: Lock = serde_json::from_slice(&bytes).map_err(|error| format!("no lock file of npm: {error}"))?;
    let mut add = |name: &str, version: &str| {
        if name.is_empty() || version.is_empty() || found.packages.len() >= limits.packages {
            return;
        }
        let mut package = Package::new(Manager::Npm, name, version);
        package.declared = true;
        found.packages.push(package);
    };
    if lock.packages.is_empty() {
        nested(&lock.dependencies, &mut add);
    }
    for (path, locked) in &lock.packages {
        let by_path = path.rsplit_once("node_modules/").map(|(_, name)| name);
        // What lies elsewhere is the project itself.
        let Some(by_path) = by_path.filter(|_| !locked.link) else { continue };
        add(locked.name.as_deref().unwrap_or(by_path), locked.version.as_deref().unwrap_or_default());
    }
    found.packages.sort();
    found.packages.dedup();
    Ok(())
}

/// Version 1 nests. The depth is that of the JSON, which the reader of it limits.
fn nested(dependencies: &BTreeMap<String, Locked>, add: &mut impl FnMut(&str, &str)) {
    for (name, locked) in dependencies {
        add(name, locked.version.as_deref().unwrap_or_default());
        if let Ok(inner) = BTreeMap::<String, Locked>::deserialize(&locked.dependencies) {
            nested(&inner, add);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Interest;

    #[test]
    fn a_package_names_itself() {
        let mut found = Found::new("node_modules/a/package.json", Interest::Npm);
        read_package(&mut &br#"{"name":"a","version":"1.2.3","license":{"type":"MIT"},"x":[1]}"#[..], &mut found)
            .unwrap();
        assert_eq!(found.packages.len(), 1);
        assert_eq!(found.packages[0].licence, "MIT");
        // A folder that only says which kind of modules it has.
        let mut found = Found::new("node_modules/a/package.json", Interest::Npm);
        read_package(&mut &br#"{"type":"module"}"#[..], &mut found).unwrap();
        assert!(found.packages.is_empty());
        assert!(read_package(&mut &b"{"[..], &mut found).is_err());
    }

    #[test]
    fn lock_files_of_all_versions_are_read() {
        let old = r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}}}}"#;
        let new = r#"{"lockfileVersion":3,"packages":{"":{"name":"root","version":"9.9.9"},
            "node_modules/a":{"version":"1.0.0"},"node_modules/a/node_modules/b":{"version":"2.0.0"},
            "node_modules/c":{"link":true,"resolved":"c"}}}"#;
        for text in [old, new] {
            let mut found = Found::new("package-lock.json", Interest::NpmLock);
            read_lock(&mut text.as_bytes(), &mut found, &Limits::default()).unwrap();
            let names: Vec<_> =
                found.packages.iter().map(|p| (p.name.as_str(), p.version.as_str(), p.declared)).collect();
            assert_eq!(names, [("a", "1.0.0", true), ("b", "2.0.0", true)]);
        }
    }
}
