//! `cargo xtask test`: everything that must hold, as one command.
//!
//! Nothing is skipped in silence: what did not run is listed with its reason, and under CI it is a failure.

mod corpora;
mod steps;
mod tally;
pub(crate) mod tools;

use std::time::Instant;

use tally::Tally;

/// What the caller asked for, and where we are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Leave out what takes minutes: Terraform, fault injection, the commands in the documentation.
    quick: bool,
    /// True under CI, where a test that did not run counts as failed.
    ci: bool,
}

type Step = (&'static str, fn(Options, &mut Tally) -> Result<(), String>);

const STEPS: &[Step] = &[
    ("format", steps::format),
    ("tidy", steps::tidy),
    ("tools", steps::tools),
    ("clippy", steps::clippy),
    ("tests", steps::nextest),
    ("doc tests", steps::doctests),
    ("fuzz targets", steps::fuzz),
    ("program", steps::program),
    ("conformance", steps::conformance),
    ("dependencies", steps::deny),
];

/// Runs the steps in order; a failed one does not keep the others from running.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let mut options = Options { quick: false, ci: std::env::var_os("CI").is_some_and(|value| !value.is_empty()) };
    for argument in arguments {
        match argument.as_str() {
            "--quick" => options.quick = true,
            other => return Err(format!("`{other}` is not an option of `cargo xtask test`; there is only --quick")),
        }
    }
    let began = Instant::now();
    let mut tally = Tally::default();
    for (name, step) in STEPS {
        let step_began = Instant::now();
        println!("== {name}");
        if let Err(why) = step(options, &mut tally) {
            tally.fail(name, &why);
        }
        println!("== {name}: {} s", step_began.elapsed().as_secs());
    }
    println!("== all: {} s", began.elapsed().as_secs());
    let (lines, fine) = tally.close(options.ci);
    for line in lines {
        println!("{line}");
    }
    if fine { Ok(()) } else { Err("not everything holds; see the lines above".to_string()) }
}
