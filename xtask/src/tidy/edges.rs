//! R1: the dependency edges of the house, and no others.

use super::Finding;
use crate::tree::Tree;

/// Who may depend on whom, without the common prefix. Everything may also depend on `wire`.
const EDGES: &[(&str, &[&str])] = &[
    ("wire-derive", &[]),
    ("wire", &["wire-derive"]),
    ("ledger", &[]),
    ("ledger-sqlite", &["ledger"]),
    ("ledger-postgres", &["ledger"]),
    ("policy", &["ledger"]),
    ("tape", &["ledger", "policy"]),
    ("mqtt", &[]),
    // one HTTP client for all: it knows nobody
    ("courier", &[]),
    // beside its outbox it brings the operations that show and retry what could not be delivered
    ("notify", &["ledger", "policy", "operation", "courier"]),
    ("operation", &["ledger", "policy"]),
    ("device", &["ledger", "policy", "operation"]),
    // bytes in, verdicts out: it knows nobody
    ("inspect", &[]),
    ("web", &["ledger", "policy", "operation", "inspect"]),
    ("container", &["ledger", "policy", "operation", "image"]),
    // the room that belongs to no vendor: history, differences, roll-back and stored previews of all kinds
    ("history", &["ledger", "policy", "operation"]),
    ("host", &["ledger", "policy", "operation"]),
    ("protocol", &["ledger", "policy", "operation"]),
    ("access", &["ledger", "policy", "operation"]),
    ("console", &["ledger", "policy", "operation"]),
    ("gateway", &["ledger", "policy", "web"]),
    // scans images on disk; no room: it knows no profile and no API
    ("image", &["host"]),
    ("agent", &["device", "container", "host", "courier"]),
    ("sensor", &["agent", "container", "courier", "image"]),
    (
        "server",
        &[
            "ledger",
            "ledger-sqlite",
            "ledger-postgres",
            "policy",
            "tape",
            "notify",
            "courier",
            "mqtt",
            "operation",
            "device",
            "web",
            "container",
            "history",
            "host",
            "protocol",
            "access",
            "console",
            "gateway",
            // compiles the feeds that the room of containers judges by
            "image",
            "agent",
        ],
    ),
    // the program: wiring comes from `server`, evaluation without a server from the rooms
    ("bartizan", &["server", "agent", "sensor", "gateway", "image", "device", "web", "container", "host"]),
];

/// The judges stand outside the house and may look at any of it.
const OUTSIDE: &[&str] = &["xtask", "bench", "conformance", "fuzz", "sim"];

/// What tests may use beyond the crate's own edges: real stores and a real tape.
const TEST_EDGES: &[&str] = &["ledger", "ledger-sqlite", "tape", "policy", "access"];

/// Rooms see no runtime, no HTTP and no SQL.
const ROOMS: &[&str] = &["device", "web", "container", "host", "history"];
const NOT_IN_ROOMS: &[&str] = &[
    "tokio",
    "async-std",
    "hyper",
    "hyper-util",
    "http",
    "http-body-util",
    "axum",
    "reqwest",
    "tonic",
    "rusqlite",
    "tokio-postgres",
    "sqlx",
    "rand",
    "getrandom",
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in tree.metadata.packages.iter().filter(|package| package.source.is_none()) {
        let name = short(&package.name);
        for dependency in &package.dependencies {
            if let Some(text) = refuse(name, &dependency.name, dependency.ours, dependency.test_only) {
                findings.push(Finding { rule: "edges", path: package.manifest.clone(), line: 0, text });
            }
        }
        if !OUTSIDE.contains(&name) && !EDGES.iter().any(|(known, _)| *known == name) {
            findings.push(Finding {
                rule: "edges",
                path: "xtask/src/tidy/edges.rs".to_string(),
                line: 0,
                text: format!("the crate `{name}` has no place in the house; add it to the table, as design has it"),
            });
        }
    }
    findings
}

fn short(package: &str) -> &str {
    package.strip_prefix("bartizan-").unwrap_or(package)
}

/// Why `from` may not depend on `to`, if it may not.
fn refuse(from: &str, to: &str, ours: bool, test_only: bool) -> Option<String> {
    if OUTSIDE.contains(&from) {
        return None;
    }
    if !ours {
        let banned = ROOMS.contains(&from) && NOT_IN_ROOMS.contains(&to) && !test_only;
        return banned.then(|| {
            format!("the room `{from}` may not use `{to}`; do it in `server` or `agent` and pass the result in")
        });
    }
    let to = short(to);
    let allowed = EDGES.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, allowed)| *allowed);
    let fine = allowed.contains(&to)
        || (to == "wire" && from != "wire-derive")
        || (test_only && (TEST_EDGES.contains(&to) || to == from));
    (!fine).then(|| format!("`{from}` may not depend on `{to}`; it may depend on {}", join(allowed)))
}

fn join(names: &[&str]) -> String {
    let mut all = vec!["wire"];
    all.extend(names);
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_edges_hold() {
        assert_eq!(refuse("policy", "bartizan-ledger", true, false), None);
        assert_eq!(refuse("host", "bartizan-operation", true, false), None);
        assert_eq!(refuse("ledger", "bartizan-wire", true, false), None);
        assert_eq!(refuse("host", "serde", false, false), None);
        assert_eq!(refuse("xtask", "bartizan-server", true, false), None);
    }

    #[test]
    fn all_others_are_refused() {
        for (from, to) in [
            ("ledger", "policy"),
            ("host", "web"),
            ("host", "access"),
            ("protocol", "host"),
            ("policy", "tape"),
            ("wire-derive", "wire"),
            ("agent", "server"),
            ("tape", "operation"),
            ("bartizan", "ledger-sqlite"),
        ] {
            assert!(refuse(from, &format!("bartizan-{to}"), true, false).is_some(), "{from} -> {to}");
        }
    }

    #[test]
    fn rooms_see_no_runtime_outside_tests() {
        assert!(refuse("host", "tokio", false, false).is_some());
        assert_eq!(refuse("host", "tokio", false, true), None);
        assert_eq!(refuse("server", "tokio", false, false), None);
    }

    #[test]
    fn tests_may_use_real_stores_but_no_other_room() {
        assert_eq!(refuse("policy", "bartizan-ledger-sqlite", true, true), None);
        assert!(refuse("host", "bartizan-web", true, true).is_some());
    }
}
