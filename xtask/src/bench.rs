//! `cargo xtask bench`: the optimised program beside its peers.

use std::process::Command;

use crate::test::tools;
use crate::tree::root;

/// Builds the optimised program and the benchmark, prepares the peers' environment if the benchmark has one, and runs it.
pub(crate) fn command(arguments: &[String]) -> Result<(), String> {
    let root = root();
    tools::run(Command::new("cargo").current_dir(&root).args(["build", "--release", "--package", "bartizan"]))?;
    let requirements = root.join("bench/requirements.txt");
    let mut command = Command::new("cargo");
    command
        .current_dir(&root)
        .args(["run", "--release", "--quiet", "--package", "bartizan-bench", "--"])
        .args(arguments);
    if requirements.exists() {
        let bin = tools::venv(&root, "bench-venv", &requirements)?;
        command.env("BARTIZAN_BENCH_PYTHON", bin.join("python"));
    }
    tools::run(&mut command)
}
