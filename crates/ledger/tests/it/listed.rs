//! A case that is written but not listed would never run.

const LISTS: &str = include_str!("../../src/contract.rs");
const CASES: [&str; 7] = [
    include_str!("../../src/contract/audit.rs"),
    include_str!("../../src/contract/board.rs"),
    include_str!("../../src/contract/conditions.rs"),
    include_str!("../../src/contract/model.rs"),
    include_str!("../../src/contract/order.rs"),
    include_str!("../../src/contract/races.rs"),
    include_str!("../../src/contract/reading.rs"),
];

#[test]
fn every_case_is_listed() {
    let listed: Vec<&str> = LISTS.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let mut found = 0;
    for line in CASES.into_iter().flat_map(str::lines) {
        let Some(rest) = line.strip_prefix("pub async fn ") else { continue };
        let name = rest.split('(').next().unwrap();
        assert!(listed.contains(&name), "`{name}` is not in a list of contract.rs");
        found += 1;
    }
    assert!(found > 60, "only {found} cases were found: the files are read wrongly");
}
