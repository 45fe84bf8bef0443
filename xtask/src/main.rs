//! The project's own commands: `cargo xtask tidy`, `cargo xtask test [--quick]`, `cargo xtask bench`.
//!
//! `cargo xtask test` is the one command that says whether the project holds; CI calls it and nothing else.

mod bench;
mod metadata;
mod source;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  tidy            checks the rules of the house on the tree: who depends on whom, sizes, banned calls
  test [--quick]  runs every check and test there is, and says which did not run and why
                  --quick leaves out Terraform, fault injection and the commands in the documentation
  bench [ARGS]    runs the benchmarks beside the peers; arguments are passed on
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "tidy" => tidy::command(),
        "test" => test::command(&rest),
        "bench" => bench::command(&rest),
        _ => Err(USAGE.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
