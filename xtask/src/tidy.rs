//! `cargo xtask tidy`: the rules of the house, each with a name, checked on the tree.
//!
//! A finding names the file and the line, and says what to do. `xtask/tidy.allow` holds exceptions with their reasons; an
//! exception that nothing needs any more is itself a finding, so the list only shrinks.

mod allow;
mod banned;
mod dependencies;
mod edges;
mod files;
mod proofs;

use crate::tree::{Tree, root};

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: &'static str,
    pub(crate) path: String,
    /// Counted from 1; 0 where the file as a whole is meant.
    pub(crate) line: usize,
    /// What is wrong and what to do.
    pub(crate) text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}: {}", self.rule, self.path, self.text),
            line => write!(f, "{}: {}:{line}: {}", self.rule, self.path, self.text),
        }
    }
}

/// One rule: its name, what it is for, and the check.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) check: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "edges", about: "R1 who may depend on whom", check: edges::check },
    Rule {
        name: "purity",
        about: "R2 engines do no I/O and know no clock, chance or hash order",
        check: banned::purity,
    },
    Rule { name: "sql", about: "R3 SQL stands in .sql files under ledger-*", check: banned::sql },
    Rule { name: "http", about: "R3 HTTP types stay in protocol, gateway, agent, console", check: banned::http },
    Rule { name: "clock", about: "R4 the wall clock is read in server and agent", check: banned::clock },
    Rule { name: "commits", about: "R5 only the life cycle commits", check: banned::commits },
    Rule {
        name: "proofs",
        about: "R6 permits and checked values come from deciding and checking",
        check: proofs::check,
    },
    Rule { name: "rooms", about: "R7 protocol names no room", check: banned::rooms },
    Rule { name: "unfinished", about: "nothing is left to do, and no test is switched off", check: banned::unfinished },
    Rule { name: "machines", about: "no path or host of one machine", check: files::machines },
    Rule { name: "sizes", about: "files stay readable in one sitting", check: files::sizes },
    Rule { name: "layout", about: "foo.rs and foo/, no mod.rs, no catch-all names", check: files::layout },
    Rule { name: "readmes", about: "every crate says what it is", check: files::readmes },
    Rule { name: "corpus", about: "every corpus folder is used by a test", check: files::corpus },
    Rule {
        name: "dependencies",
        about: "licences, sources, versions and features as deny.toml has them",
        check: dependencies::check,
    },
];

/// What `tidy` found, for `cargo xtask test` to count.
pub(crate) struct Report {
    pub(crate) rules: usize,
    pub(crate) broken: usize,
}

/// Runs every rule and prints what it found.
pub(crate) fn run() -> Result<Report, String> {
    let root = root();
    let tree = Tree::read(&root)?;
    let mut allowed = allow::List::read(&root.join("xtask/tidy.allow"))?;
    let mut broken = 0;
    for rule in RULES {
        let findings: Vec<Finding> =
            (rule.check)(&tree).into_iter().filter(|finding| !allowed.covers(finding)).collect();
        if !findings.is_empty() {
            broken += 1;
            eprintln!("tidy: {} ({})", rule.name, rule.about);
        }
        for finding in findings {
            eprintln!("  {finding}");
        }
    }
    let unused = allowed.unused();
    if !unused.is_empty() {
        broken += 1;
    }
    for line in unused {
        eprintln!("tidy: xtask/tidy.allow:{}: nothing needs this exception any more; remove the line", line.number);
    }
    let long = files::long(&tree);
    if !long.is_empty() {
        println!("tidy: over {} lines, is each still one concept?", files::LINES_SOFT);
        for (lines, path) in long {
            println!("  {lines:>4} {path}");
        }
    }
    // the exceptions themselves count as one more rule
    Ok(Report { rules: RULES.len() + 1, broken })
}

/// The command: prints, and fails if anything is broken.
pub(crate) fn command() -> Result<(), String> {
    let report = run()?;
    if report.broken > 0 {
        return Err(format!("tidy: {} of {} rules are broken", report.broken, report.rules));
    }
    println!("tidy: {} rules hold", report.rules);
    Ok(())
}
