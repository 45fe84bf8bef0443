//! Finds the recorded data that is not part of the project.

use std::path::PathBuf;

/// `path` in the folder of recorded data: `BARTIZAN_SHARED`, or `shared` beside the checkout. Where it is absent, says
/// that the test did not run; under CI that is a failure.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BARTIZAN_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    did_not_run(&format!("no {}", found.display()));
    None
}

/// Says that a test did not run; under CI that is a failure.
pub(crate) fn did_not_run(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "this test must run under CI: {why}");
    eprintln!("DID NOT RUN: {why}");
}
