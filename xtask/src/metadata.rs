//! What cargo says about the workspace, read from `cargo metadata`.
//!
//! The crate that does this turns on `serde_json/unbounded_depth`, which would make the tested program another than the
//! shipped one; these few members are read by hand instead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A package, ours or somebody else's.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
    /// Where it comes from; `None` for our own.
    pub(crate) source: Option<String>,
    /// From the root of the workspace.
    pub(crate) manifest: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Features that are on, after all of the workspace's wishes are united.
    pub(crate) features: BTreeSet<String>,
}

/// What a package asks for.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Stands in this workspace.
    pub(crate) ours: bool,
    /// For tests only.
    pub(crate) test_only: bool,
}

#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target: PathBuf,
}

impl Metadata {
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let asked = Command::new(program).args(["metadata", "--format-version", "1"]).current_dir(root).output();
        let output = asked.map_err(|error| format!("cannot run cargo metadata: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let value: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cannot read what cargo metadata wrote: {error}"))?;
        Ok(Self::parse(&value))
    }

    fn parse(value: &Value) -> Self {
        let root = text(value, "workspace_root");
        let nodes = value.get("resolve").map(|resolve| list(resolve, "nodes")).unwrap_or_default();
        let features: BTreeMap<&str, BTreeSet<String>> = nodes
            .iter()
            .map(|node| {
                (text(node, "id"), list(node, "features").iter().filter_map(Value::as_str).map(String::from).collect())
            })
            .collect();
        let packages = list(value, "packages").iter().map(|package| {
            let manifest = text(package, "manifest_path");
            Package {
                name: text(package, "name").to_string(),
                version: text(package, "version").to_string(),
                licence: text(package, "license").to_string(),
                source: package.get("source").and_then(Value::as_str).map(String::from),
                manifest: manifest.strip_prefix(root).unwrap_or(manifest).trim_start_matches('/').to_string(),
                dependencies: list(package, "dependencies").iter().map(dependency).collect(),
                features: features.get(text(package, "id")).cloned().unwrap_or_default(),
            }
        });
        Self { packages: packages.collect(), target: PathBuf::from(text(value, "target_directory")) }
    }
}

fn dependency(value: &Value) -> Dependency {
    Dependency {
        name: text(value, "name").to_string(),
        ours: value.get("path").is_some_and(Value::is_string),
        test_only: text(value, "kind") == "dev",
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_what_they_ask_for() {
        let metadata = Metadata::parse(&serde_json::json!({
            "workspace_root": "/here", "target_directory": "/here/target",
            "resolve": { "nodes": [{ "id": "a 1", "features": ["std"] }] },
            "packages": [{
                "id": "a 1", "name": "a", "version": "1.0.0", "license": null, "source": null,
                "manifest_path": "/here/crates/a/Cargo.toml",
                "dependencies": [{ "name": "b", "kind": "dev", "path": "/here/crates/b" }, { "name": "c", "kind": null }],
            }],
        }));
        let package = &metadata.packages[0];
        assert_eq!((package.manifest.as_str(), package.licence.as_str()), ("crates/a/Cargo.toml", ""));
        assert!(package.features.contains("std"));
        assert!(package.dependencies[0].ours && package.dependencies[0].test_only);
        assert!(!package.dependencies[1].ours && !package.dependencies[1].test_only);
    }
}
