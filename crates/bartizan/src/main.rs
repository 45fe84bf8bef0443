//! The `bartizan` program.

mod cli;
mod connection;
mod exit;
mod output;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let arguments = cli::Arguments::parse();
    exit::code(cli::run(arguments))
}
