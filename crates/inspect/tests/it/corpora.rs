//! Finds other projects' test data, which is never part of this one.

use std::path::PathBuf;

/// `path` in the folder that `cargo xtask test` fills from Debian's source packages: `BARTIZAN_CORPORA`, or `.test/corpora`
/// in the checkout. Where it is absent, says that the test did not run; under CI that is a failure.
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BARTIZAN_CORPORA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.test/corpora")), PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    did_not_run(&format!("no {} (`cargo xtask test` gets it)", found.display()));
    None
}

/// Says that a test did not run; under CI that is a failure.
pub(crate) fn did_not_run(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "this test must run under CI: {why}");
    eprintln!("DID NOT RUN: {why}");
}
