//! The steps of `cargo xtask test`, each counting what it did.

use std::path::PathBuf;
use std::process::Command;

use super::tally::{NOT_RUN, Tally};
use super::{Options, corpora, tools};
use crate::metadata::Metadata;
use crate::tree::root;

/// cargo, at the root; under CI with the committed lock file as it is.
fn cargo(options: Options, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    if options.ci {
        command.arg("--locked");
    }
    command
}

fn one(tally: &mut Tally, outcome: Result<(), String>) -> Result<(), String> {
    outcome?;
    tally.pass(1);
    Ok(())
}

pub(crate) fn format(_: Options, tally: &mut Tally) -> Result<(), String> {
    one(tally, tools::run(Command::new("cargo").current_dir(root()).args(["fmt", "--all", "--check"])))
}

pub(crate) fn tidy(_: Options, tally: &mut Tally) -> Result<(), String> {
    let report = crate::tidy::run()?;
    tally.pass(report.rules - report.broken);
    if report.broken > 0 {
        tally.fail_many(report.broken, "tidy", &format!("{} rules are broken", report.broken));
    }
    Ok(())
}

pub(crate) fn tools(_: Options, _: &mut Tally) -> Result<(), String> {
    tools::apt()?;
    tools::nextest()?;
    corpora::fetch(&root())
}

pub(crate) fn clippy(options: Options, tally: &mut Tally) -> Result<(), String> {
    let mut command = cargo(options, &["clippy", "--workspace", "--all-targets", "--quiet"]);
    one(tally, tools::run(command.args(["--", "-D", "warnings"])))
}

pub(crate) fn nextest(options: Options, tally: &mut Tally) -> Result<(), String> {
    let target = target()?;
    let results = target.join("nextest/xtask/results.xml");
    if results.exists() {
        std::fs::remove_file(&results).map_err(|error| format!("cannot remove {}: {error}", results.display()))?;
    }
    let arguments = ["nextest", "run", "--workspace", "--config-file", "xtask/nextest.toml", "--profile", "xtask"];
    let ran = tools::run(&mut cargo(options, &arguments));
    let Ok(text) = std::fs::read_to_string(&results) else {
        return ran.and(Err("no results were written".to_string()));
    };
    let results = Results::parse(&text);
    for (test, why) in &results.not_run {
        tally.skip(test, why);
    }
    tally.pass(results.tests.saturating_sub(results.failed + results.not_run.len()));
    if results.failed > 0 {
        tally.fail_many(results.failed, "tests", &format!("{} of {} tests", results.failed, results.tests));
        return Ok(());
    }
    ran
}

/// What nextest wrote.
#[derive(Debug, Default, PartialEq, Eq)]
struct Results {
    tests: usize,
    failed: usize,
    /// Tests that passed after printing `did not run: <why>`.
    not_run: Vec<(String, String)>,
}

impl Results {
    /// Reads the few attributes that count; the file is written line by line by one program.
    fn parse(text: &str) -> Self {
        let mut results = Self::default();
        let mut test = String::new();
        for line in text.lines() {
            let number = |name: &str| attribute(line, name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
            if line.contains("<testsuites ") {
                results.tests = number("tests");
                results.failed = number("failures") + number("errors");
            }
            if line.contains("<testcase ") {
                test = attribute(line, "name").unwrap_or_default().to_string();
            }
            let said = line.to_ascii_lowercase().find(NOT_RUN);
            if let Some(why) = said.and_then(|at| line.get(at + NOT_RUN.len()..)) {
                let why = why.split("</").next().unwrap_or(why).to_string();
                if results.not_run.last().is_none_or(|(last, _)| *last != test) {
                    results.not_run.push((test.clone(), why));
                }
            }
        }
        results
    }
}

fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

pub(crate) fn doctests(options: Options, tally: &mut Tally) -> Result<(), String> {
    let (fine, output) = tools::run_and_read(&mut cargo(options, &["test", "--doc", "--workspace", "--quiet"]))?;
    let (passed, failed) = doctest_counts(&output);
    tally.pass(passed);
    if failed > 0 {
        tally.fail_many(failed, "doc tests", "see above");
        return Ok(());
    }
    if fine { Ok(()) } else { Err("the documentation's examples did not build".to_string()) }
}

/// Sums up lines such as `test result: ok. 3 passed; 0 failed; ...`.
fn doctest_counts(output: &str) -> (usize, usize) {
    let mut sums = (0, 0);
    for line in output.lines().filter(|line| line.starts_with("test result: ")) {
        let count = |what: &str| {
            let before = line.split(what).next().filter(|before| before.len() < line.len())?;
            before.split_whitespace().next_back()?.parse::<usize>().ok()
        };
        sums.0 += count(" passed").unwrap_or(0);
        sums.1 += count(" failed").unwrap_or(0);
    }
    sums
}

/// The program that conformance drives is the unoptimised one: its dependencies are built already for the tests, while an
/// optimised build of everything would double the time that CI takes. `bench` measures the optimised one.
pub(crate) fn program(options: Options, tally: &mut Tally) -> Result<(), String> {
    // All targets of the workspace, because the tests have built them with these features already; the program alone would
    // have other features, and most of its dependencies would be built once more.
    one(tally, tools::run(&mut cargo(options, &["build", "--workspace", "--all-targets", "--quiet"])))
}

/// The fuzz targets stand outside of the workspace; that they still build is looked at here.
pub(crate) fn fuzz(options: Options, tally: &mut Tally) -> Result<(), String> {
    let mut command = cargo(options, &["check", "--quiet", "--manifest-path", "fuzz/Cargo.toml"]);
    one(tally, tools::run(command.env("CARGO_TARGET_DIR", target()?)))
}

pub(crate) fn conformance(options: Options, tally: &mut Tally) -> Result<(), String> {
    let root = root();
    let program = target()?.join("debug/bartizan");
    if !program.exists() {
        return Err("there is no program to drive; the step before says why".to_string());
    }
    let bin = tools::venv(&root, "venv", &root.join("conformance/requirements.txt"))?;
    let results = root.join(".test/conformance.json");
    if results.exists() {
        std::fs::remove_file(&results).map_err(|error| format!("cannot remove {}: {error}", results.display()))?;
    }
    let temporary = root.join(".test/tmp");
    std::fs::create_dir_all(&temporary).map_err(|error| format!("cannot create {}: {error}", temporary.display()))?;
    let mut command = Command::new(bin.join("python"));
    // a folder of this checkout's own: pytest removes old ones, and must not remove those of a run elsewhere
    command.env("PYTEST_DEBUG_TEMPROOT", &temporary);
    command.current_dir(root.join("conformance")).args(["-m", "pytest", "--quiet"]);
    command.env("BARTIZAN_BIN", &program).env("BARTIZAN_RESULTS", &results);
    if options.quick {
        command.env("BARTIZAN_QUICK", "1");
    }
    let ran = tools::run(&mut command);
    let text = std::fs::read_to_string(&results).map_err(|error| format!("no results were written: {error}"))?;
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("cannot read {}: {error}", results.display()))?;
    let list = |name: &str| value.get(name).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let string = |value: &serde_json::Value, name: &str| {
        value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_string()
    };
    let passed = value.get("passed").and_then(serde_json::Value::as_u64).unwrap_or(0);
    tally.pass(usize::try_from(passed).unwrap_or(0));
    for skipped in list("skipped") {
        tally.skip(&string(&skipped, "test"), &string(&skipped, "why"));
    }
    let failed = list("failed");
    for one in &failed {
        tally.fail(&string(one, "test"), &string(one, "why"));
    }
    if failed.is_empty() { ran } else { Ok(()) }
}

/// `cargo deny` where it is installed. Its offline checks are done by tidy in any case.
pub(crate) fn deny(_: Options, tally: &mut Tally) -> Result<(), String> {
    if !tools::answers("cargo", &["deny", "--version"]) {
        println!(
            "cargo-deny is not installed: tidy checked licences, sources, versions and features; advisories were not looked up"
        );
        return Ok(());
    }
    let arguments = ["deny", "--offline", "check", "bans", "licenses", "sources"];
    one(tally, tools::run(Command::new("cargo").current_dir(root()).args(arguments)))
}

fn target() -> Result<PathBuf, String> {
    Metadata::read(&root()).map(|metadata| metadata.target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_nextest_are_read() {
        let text = "<testsuites name=\"nextest-run\" tests=\"4\" failures=\"1\" errors=\"0\">\n\
            <testcase name=\"a\" classname=\"x\" time=\"0\">\n<system-out>noise\nDID NOT RUN: no shared data</system-out>\n\
            </testcase>\n<testcase name=\"b\" classname=\"x\">\n</testcase>\n";
        let expected = Results { tests: 4, failed: 1, not_run: vec![("a".to_string(), "no shared data".to_string())] };
        assert_eq!(Results::parse(text), expected);
    }

    #[test]
    fn results_of_doc_tests_are_summed_up() {
        let output =
            "test result: ok. 3 passed; 0 failed; 0 ignored\nnoise\ntest result: FAILED. 1 passed; 2 failed; 0\n";
        assert_eq!(doctest_counts(output), (4, 2));
        assert_eq!(doctest_counts(""), (0, 0));
    }
}
