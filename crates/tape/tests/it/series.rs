//! Samples on disk.

use std::sync::Arc;

use bartizan_policy::series::Series;
use bartizan_tape::FileSeries;

fn make_series() -> (Arc<dyn Series>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Arc::new(FileSeries::open(folder.path()).unwrap()), folder)
}

mod contract {
    bartizan_policy::series_contract!(super::make_series);
}
