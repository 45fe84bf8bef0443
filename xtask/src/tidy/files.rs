//! What every file must keep to: sizes, places, names, and nothing of one machine.

use std::collections::BTreeSet;

use super::Finding;
use crate::tree::{File, Tree};

/// Above this a file is listed, so that somebody asks whether it is still one concept.
pub(crate) const LINES_SOFT: usize = 300;
/// Above this a file needs a reason in `xtask/tidy.allow`.
const LINES_HARD: usize = 500;

fn is_code(path: &str) -> bool {
    path.ends_with(".rs") || path.ends_with(".py")
}

pub(crate) fn sizes(tree: &Tree) -> Vec<Finding> {
    let over = |file: &&File| is_code(&file.path) && file.text.lines().count() > LINES_HARD;
    let tell = |file: &File| Finding {
        rule: "sizes",
        path: file.path.clone(),
        line: 0,
        text: format!("{} lines, more than {LINES_HARD}; split it by concept", file.text.lines().count()),
    };
    tree.files.iter().filter(over).map(tell).collect()
}

/// Files over the soft limit, longest first.
pub(crate) fn long(tree: &Tree) -> Vec<(usize, &str)> {
    let mut long: Vec<(usize, &str)> = tree
        .files
        .iter()
        .filter(|file| is_code(&file.path))
        .map(|file| (file.text.lines().count(), file.path.as_str()))
        .filter(|(lines, _)| *lines > LINES_SOFT)
        .collect();
    long.sort_by(|a, b| b.cmp(a));
    long
}

/// Paths of one machine, and hosts that only its registries have. Written in pieces, or this file would break its own rule.
const MACHINES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/tmp/bash", "_jobs"),
    concat!(".lib", "rary/"),
    concat!("/ro", "ot/."),
    concat!("/ho", "me/"),
    concat!("files.python", "hosted.org"),
    concat!("pypi", ".org"),
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("registry.npm", "js.org"),
];

/// Vendors' data and captured inventories keep what they hold.
fn is_data(path: &str) -> bool {
    path.ends_with(".lock") || path.contains("/corpus/") || path.contains("/testdata/") || path.contains("/fixtures/")
}

pub(crate) fn machines(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| !is_data(&file.path)).flat_map(machines_in).collect()
}

fn machines_in(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for mark in MACHINES.iter().filter(|mark| line.contains(**mark)) {
            let text = format!("`{mark}` is of one machine; take it from the environment or leave it out");
            findings.push(Finding { rule: "machines", path: file.path.clone(), line: index + 1, text });
        }
    }
    findings
}

const CATCH_ALL: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "core", "misc"];

pub(crate) fn layout(tree: &Tree) -> Vec<Finding> {
    tree.paths.iter().filter_map(|path| misplaced(path)).collect()
}

fn misplaced(path: &str) -> Option<Finding> {
    let tell = |text: String| Some(Finding { rule: "layout", path: path.to_string(), line: 0, text });
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    if file == "mod.rs" {
        return tell(format!("name it `{folder}.rs`"));
    }
    let stem = file.strip_suffix(".rs")?;
    let parts = folder.split('/').chain([stem]);
    for part in parts {
        if CATCH_ALL.contains(&part) {
            return tell(format!("`{part}` says nothing; name it after what it holds"));
        }
    }
    None
}

pub(crate) fn readmes(tree: &Tree) -> Vec<Finding> {
    let known: BTreeSet<&str> = tree.paths.iter().map(String::as_str).collect();
    let manifests = tree.paths.iter().filter(|path| path.starts_with("crates/") && path.ends_with("/Cargo.toml"));
    manifests
        .filter_map(|path| path.strip_suffix("/Cargo.toml"))
        .filter(|folder| folder.matches('/').count() == 1 && !known.contains(format!("{folder}/README.md").as_str()))
        .map(|folder| Finding {
            rule: "readmes",
            path: format!("{folder}/Cargo.toml"),
            line: 0,
            text: format!("write {folder}/README.md: one screen, what it is, what it is not, how to use it"),
        })
        .collect()
}

pub(crate) fn corpus(tree: &Tree) -> Vec<Finding> {
    let mut folders = BTreeSet::new();
    for path in tree.paths.iter().filter(|path| path.starts_with("crates/")) {
        if let Some((krate, rest)) = path.split_once("/corpus/") {
            // `corpus/<group>/..`: a group is what a test names; files directly in it belong to the whole
            folders.insert((krate.to_string(), rest.split_once('/').map(|(group, _)| group.to_string())));
        }
    }
    let mut findings = Vec::new();
    for (krate, group) in folders {
        let prefix = format!("{krate}/");
        let tests = tree.rust.iter().filter(|source| source.path.starts_with(&prefix));
        let texts: Vec<&String> = tests
            .flat_map(|source| source.lines.iter())
            .filter(|line| line.test)
            .flat_map(|line| &line.strings)
            .collect();
        let reader = tree
            .rust
            .iter()
            .filter(|source| source.path.starts_with(&prefix))
            .any(|source| source.lines.iter().any(|line| line.test && line.code.contains("read_dir")));
        if !is_used(&texts, group.as_deref(), reader) {
            let folder = group.map_or_else(|| format!("{krate}/corpus"), |group| format!("{krate}/corpus/{group}"));
            let text = "no test reads this folder; use it or remove it".to_string();
            findings.push(Finding { rule: "corpus", path: folder, line: 0, text });
        }
    }
    findings
}

/// A group is used if a test names it, or lists the folder that it is in.
fn is_used(texts: &[&String], group: Option<&str>, lists_folders: bool) -> bool {
    let whole = texts.iter().any(|text| text.split('/').any(|part| part == "corpus"));
    let named = |group: &str| texts.iter().any(|text| text.split('/').any(|part| part == group));
    whole && group.is_none_or(|group| lists_folders || named(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_stay_out() {
        let file = |text: &str| File { path: "docs/a.md".to_string(), text: text.to_string() };
        assert_eq!(machines_in(&file("see /usr/share and the work/ folder\n")), []);
        let text = format!("one\ncd {}x\n", concat!("/wo", "rk/"));
        assert_eq!(machines_in(&file(&text)).iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn modules_are_named_after_what_they_hold() {
        assert_eq!(misplaced("crates/host/src/engine/apt.rs"), None);
        assert_eq!(misplaced("crates/host/src/score.rs"), None);
        assert!(misplaced("crates/host/src/engine/mod.rs").is_some());
        assert!(misplaced("crates/host/src/utils.rs").is_some());
        assert!(misplaced("crates/core/src/lib.rs").is_some());
    }

    #[test]
    fn a_corpus_folder_is_used_when_a_test_reads_it() {
        let texts = ["corpus/vercmp".to_string(), "tests".to_string()];
        let texts: Vec<&String> = texts.iter().collect();
        assert!(is_used(&texts, Some("vercmp"), false));
        assert!(!is_used(&texts, Some("apt"), false));
        assert!(is_used(&texts, Some("apt"), true));
        assert!(!is_used(&[], Some("apt"), true));
    }
}
