//! `bartizan completions`

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Arguments;
use crate::exit::Done;

/// Prints a completion script.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Done {
        clap_complete::generate(self.shell, &mut Arguments::command(), "bartizan", &mut std::io::stdout());
        Done::Well
    }
}
