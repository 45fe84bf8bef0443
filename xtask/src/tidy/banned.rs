//! Words that may not stand in some places: R2, R3, R4, R5, R7, and unfinished work.

use super::Finding;
use crate::source::{Line, Source, has_word, is_test_path};
use crate::tree::Tree;

/// Words banned in `engine` modules, and what to do instead.
const IMPURE: &[(&str, &str)] = &[
    ("async", "an engine is a plain function; do the waiting in `server`"),
    ("await", "an engine is a plain function; do the waiting in `server`"),
    ("tokio", "an engine is a plain function; do the waiting in `server`"),
    ("std::fs", "read the file outside and pass its contents in"),
    ("std::net", "fetch outside and pass the result in"),
    ("std::process", "run it outside and pass the result in"),
    ("std::env", "read it outside and pass the value in"),
    ("SystemTime", "time comes from the observation"),
    ("Instant", "time comes from the observation"),
    ("rand", "an engine decides; pass chosen values in"),
    ("getrandom", "an engine decides; pass chosen values in"),
    ("HashMap", "its order differs from run to run; use BTreeMap"),
    ("HashSet", "its order differs from run to run; use BTreeSet"),
    ("println!", "report through the sink"),
    ("eprintln!", "report through the sink"),
];

pub(crate) fn purity(tree: &Tree) -> Vec<Finding> {
    tree.rust.iter().filter(|source| is_engine(&source.path)).flat_map(impure).collect()
}

fn is_engine(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && (path.contains("/engine/") || path.ends_with("/engine.rs"))
}

fn impure(source: &Source) -> Vec<Finding> {
    words(source, "purity", IMPURE)
}

fn words(source: &Source, rule: &'static str, banned: &[(&str, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.shipped() {
        for (word, instead) in banned.iter().filter(|(word, _)| has_word(&line.code, word)) {
            findings.push(finding(rule, source, number, format!("`{word}`: {instead}")));
        }
    }
    findings
}

fn finding(rule: &'static str, source: &Source, line: usize, text: String) -> Finding {
    Finding { rule, path: source.path.clone(), line, text }
}

pub(crate) fn sql(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        tree.rust.iter().filter(|source| !source.path.starts_with("xtask/")).flat_map(sql_in).collect();
    for path in tree.paths.iter().filter(|path| path.ends_with(".sql") && !path.starts_with("crates/ledger-")) {
        let text = "SQL stands under crates/ledger-*/sql; move the file there".to_string();
        findings.push(Finding { rule: "sql", path: path.clone(), line: 0, text });
    }
    findings
}

fn sql_in(source: &Source) -> Vec<Finding> {
    let in_store = source.path.starts_with("crates/ledger-");
    let statement = |line: &&(usize, &Line)| line.1.strings.iter().any(|text| is_sql(text));
    let lines: Vec<(usize, &Line)> = source.numbered().collect();
    lines
        .iter()
        .filter(statement)
        // a store's own tests may break its tables on purpose
        .filter(|(_, line)| !(in_store && line.test))
        .map(|(number, _)| {
            finding("sql", source, *number, "SQL in a string; put it into a .sql file under ledger-*/sql".to_string())
        })
        .collect()
}

fn is_sql(text: &str) -> bool {
    let starts = |words: &str| text.trim_start().starts_with(words);
    (starts("SELECT ") && (text.contains(" FROM ") || text.contains('(')))
        || starts("INSERT INTO ")
        || starts("INSERT OR ")
        || starts("DELETE FROM ")
        || (starts("UPDATE ") && text.contains(" SET "))
        || starts("CREATE TABLE ")
        || starts("CREATE INDEX ")
        || starts("CREATE UNIQUE INDEX ")
        || starts("ALTER TABLE ")
        || starts("DROP TABLE ")
        || starts("PRAGMA ")
        || starts("BEGIN IMMEDIATE")
}

const HTTP: &[(&str, &str)] = &[
    ("http::", "HTTP types stay in protocol, gateway, agent, courier and console; pass plain values"),
    ("hyper::", "HTTP types stay in protocol, gateway, agent, courier and console; pass plain values"),
    ("hyper_util::", "HTTP types stay in protocol, gateway, agent, courier and console; pass plain values"),
    ("http_body_util::", "HTTP types stay in protocol, gateway, agent, courier and console; pass plain values"),
    ("axum::", "HTTP types stay in protocol, gateway, agent, courier and console; pass plain values"),
];
const HTTP_IN: &[&str] =
    &["crates/protocol/", "crates/gateway/", "crates/agent/", "crates/courier/", "crates/console/", "bench/", "xtask/"];

/// Signatures are computed over a request by the vendor's own code, which takes `http` types.
const HTTP_FOR_SIGNATURES: &str = "crates/access/src/sigv4";

pub(crate) fn http(tree: &Tree) -> Vec<Finding> {
    let outside = |source: &&Source| !HTTP_IN.iter().any(|place| source.path.starts_with(place));
    let signs = |source: &&Source| source.path.starts_with(HTTP_FOR_SIGNATURES);
    tree.rust.iter().filter(outside).filter(|source| !signs(source)).flat_map(http_in).collect()
}

fn http_in(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.shipped() {
        // `crate::http::` and `self::http::` are our own modules
        let code = line.code.replace("crate::http::", "").replace("self::http::", "").replace("super::http::", "");
        let found = HTTP.iter().find(|(word, _)| {
            code.match_indices(word).any(|(at, _)| {
                let before = code.get(..at).and_then(|text| text.chars().next_back());
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            })
        });
        if let Some((word, instead)) = found {
            findings.push(finding("http", source, number, format!("`{word}`: {instead}")));
        }
    }
    findings
}

const CLOCKS: &[(&str, &str)] = &[
    ("SystemTime::now", "take the time as an argument; only server and agent read the clock"),
    ("Instant::now", "take the time as an argument; only server and agent read the clock"),
    ("Timestamp::now", "take the time as an argument; only server and agent read the clock"),
    ("Zoned::now", "take the time as an argument; only server and agent read the clock"),
];
const CLOCK_IN: &[&str] = &["crates/server/", "crates/agent/", "bench/", "xtask/", "conformance/", "sim/"];

pub(crate) fn clock(tree: &Tree) -> Vec<Finding> {
    let outside = |source: &&Source| !CLOCK_IN.iter().any(|place| source.path.starts_with(place));
    tree.rust.iter().filter(outside).flat_map(clock_in).collect()
}

/// Waiting for a slow client needs a clock that only ever goes on: it decides nothing that is stored or answered.
const MONOTONIC_IN: &[&str] = &["crates/protocol/", "crates/mqtt/", "crates/gateway/src/upstream"];

fn clock_in(source: &Source) -> Vec<Finding> {
    let waits = MONOTONIC_IN.iter().any(|place| source.path.starts_with(place));
    let monotonic = |finding: &Finding| finding.text.starts_with("`Instant::now`");
    words(source, "clock", CLOCKS).into_iter().filter(|finding| !(waits && monotonic(finding))).collect()
}

const COMMIT_IN: &[&str] = &["crates/policy/src/lifecycle", "crates/ledger/", "crates/ledger-", "bench/", "xtask/"];

pub(crate) fn commits(tree: &Tree) -> Vec<Finding> {
    let outside = |source: &&Source| !COMMIT_IN.iter().any(|place| source.path.starts_with(place));
    tree.rust.iter().filter(outside).flat_map(commits_in).collect()
}

fn commits_in(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = String::new();
    for (number, line) in source.shipped() {
        let mut code = line.code.trim().to_string();
        // a call may stand on the line after its receiver
        if code.starts_with('.') {
            code = format!("{before}{code}");
        }
        if code.contains("ledger.commit(") || code.contains("ledger().commit(") || code.contains("Ledger::commit") {
            let text = "only policy::lifecycle commits; call `lifecycle::update`".to_string();
            findings.push(finding("commits", source, number, text));
        }
        before = code;
    }
    findings
}

const ROOM_CRATES: &[&str] = &["bartizan_device", "bartizan_web", "bartizan_container", "bartizan_host"];
const ROOM_WORDS: &[&str] = &["AmazonSSM", "AWSWAF", "PatchBaseline", "SecurityProfile", "WebACL", "csapi", "wafv2"];

pub(crate) fn rooms(tree: &Tree) -> Vec<Finding> {
    let protocol = tree.rust.iter().filter(|source| source.path.starts_with("crates/protocol/src/"));
    protocol.flat_map(rooms_in).collect()
}

fn rooms_in(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.shipped() {
        let crates = ROOM_CRATES.iter().filter(|word| has_word(&line.code, word));
        let names = |word: &&&str| line.code.contains(**word) || line.strings.iter().any(|text| text.contains(**word));
        for word in crates.chain(ROOM_WORDS.iter().filter(names)) {
            let text = format!("`{word}`: protocol receives the operation table and names no room; make it data there");
            findings.push(finding("rooms", source, number, text));
        }
    }
    findings
}

const UNFINISHED: &[(&str, &str)] = &[
    ("todo!", "do it now, or leave it out and say so in an issue"),
    ("unimplemented!", "do it now, or leave it out and say so in an issue"),
    ("dbg!", "remove it"),
];

pub(crate) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<Finding> = tree.rust.iter().flat_map(unfinished_in).collect();
    let marks = [concat!("FIX", "ME"), concat!("XX", "X:"), concat!("(being ", "written)")];
    for file in tree.files.iter().filter(|file| !file.path.ends_with(".lock") && !file.path.contains("/corpus/")) {
        for (index, line) in file.text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                let text = format!("`{mark}`: do it now, or leave it out and say so in an issue");
                findings.push(Finding { rule: "unfinished", path: file.path.clone(), line: index + 1, text });
            }
        }
    }
    findings
}

fn unfinished_in(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in source.numbered() {
        for (mark, instead) in UNFINISHED.iter().filter(|(mark, _)| line.code.contains(mark)) {
            findings.push(finding("unfinished", source, number, format!("`{mark}`: {instead}")));
        }
        // a test that another test starts in a process of its own does run
        let started = line.strings.iter().any(|reason| reason.starts_with("started by "));
        if line.code.contains("#[ignore") && !started {
            let text = "a test that is switched off tests nothing; run it, or remove it".to_string();
            findings.push(finding("unfinished", source, number, text));
        }
        if (line.test || is_test_path(&source.path)) && line.code.contains("assert!(true") {
            findings.push(finding("unfinished", source, number, "a test that cannot fail; test something".to_string()));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
