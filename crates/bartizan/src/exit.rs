//! Exit codes that scripts can rely on.

use std::process::ExitCode;

/// Why the program ends without having done what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The request was refused, or something went wrong here. Exit code 1.
    #[error("{0}")]
    Refused(String),
    /// The server does not answer. Exit code 3.
    #[error("{0}")]
    Unreachable(String),
}

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Exit code 0.
    Well,
    /// `--exit-code` was given and there is something to see: changes in a preview, a host that is not compliant.
    /// Exit code 4.
    Differs,
}

/// What every command returns.
pub(crate) type Outcome = Result<Done, Failure>;

/// 0 done, 1 refused, 3 unreachable, 4 differs; 2 is clap's for a wrong command line.
pub(crate) fn code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Differs) => ExitCode::from(4),
        Err(failure) => {
            eprintln!("bartizan: {failure}");
            match failure {
                Failure::Refused(_) => ExitCode::from(1),
                Failure::Unreachable(_) => ExitCode::from(3),
            }
        }
    }
}
