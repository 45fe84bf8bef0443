//! The `bartizan` program.

mod cli;
mod connection;
mod exit;
mod output;
mod request;
mod stop;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BARTIZAN_LOG");
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    let arguments = cli::Arguments::parse();
    exit::code(cli::run(arguments))
}
