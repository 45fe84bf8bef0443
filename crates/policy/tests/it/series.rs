//! Samples in memory, against the contract.

use std::sync::Arc;

use bartizan_policy::{MemorySeries, Series};

/// A case that is written but not listed would never run.
const LISTS: &str = include_str!("../../src/series/contract.rs");
const CASES: [&str; 3] = [
    include_str!("../../src/series/contract/model.rs"),
    include_str!("../../src/series/contract/reading.rs"),
    include_str!("../../src/series/contract/writing.rs"),
];

fn make_series() -> (Arc<dyn Series>, ()) {
    (Arc::new(MemorySeries::new()), ())
}

mod contract {
    bartizan_policy::series_contract!(super::make_series);
}

#[test]
fn every_case_is_listed() {
    let listed: Vec<&str> = LISTS.split_whitespace().map(|word| word.trim_end_matches(';')).collect();
    let cases = CASES.into_iter().flat_map(str::lines).filter_map(|line| line.strip_prefix("pub async fn "));
    let names: Vec<&str> = cases.filter_map(|rest| rest.split_once('(')).map(|(name, _)| name).collect();
    assert!(names.len() >= 16, "only {names:?} were found: the files are read wrongly");
    for name in names {
        assert!(listed.contains(&name), "`{name}` is not in the list of contract.rs");
    }
}
