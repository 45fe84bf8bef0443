//! Hands over to the driver, which is in Python because most peers are.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::Failure;

/// Runs `bench/run.py` with `arguments`, by the interpreter that `BARTIZAN_BENCH_PYTHON` names.
///
/// # Errors
/// The driver cannot be started, or ended with an error that it has printed.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), Failure> {
    let python = std::env::var_os("BARTIZAN_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("run.py");
    let status = Command::new(&python)
        .arg(&script)
        .args(arguments)
        .status()
        .map_err(|error| format!("cannot run {}: {error}", python.display()))?;
    if status.success() { Ok(()) } else { Err(format!("the benchmarks ended with {status}").into()) }
}
