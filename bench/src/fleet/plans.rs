//! Two changes of baseline: of a baseline with one rule, and of one with all that a baseline may hold.

use bartizan_host::engine::{Filter, FilterKey, Level, Plan, RejectedAction, Rule, Source};

use bartizan_host::observe::Installed;

use super::generate::Site;
use crate::Failure;

/// Rules of the full baseline.
const RULES: usize = 10;
/// Entries of each of its two lists.
const ENTRIES: usize = 50;

/// A package that about one host in ten has.
const FEW_HAVE: usize = 2_000;

/// A baseline before and after a change.
pub(super) struct Pair {
    pub(super) before: Plan,
    pub(super) after: Plan,
    /// Both block what they reject.
    pub(super) blocks: bool,
}

/// One rule, as the vendor's own baseline for Debian has: all priorities, security updates. The change lets it approve
/// other updates too.
pub(super) fn plain() -> Result<Pair, Failure> {
    let rule = Rule {
        filters: vec![filter(FilterKey::Priority, &["required", "important", "standard", "optional", "extra"])],
        ..Rule::default()
    };
    let before = Source { rules: vec![rule.clone()], ..Source::default() };
    let after = Source { rules: vec![Rule { enable_non_security: true, ..rule }], ..Source::default() };
    pair(&before, &after)
}

/// Ten rules and two lists of fifty. The change rejects one more package, which few hosts have, and approves one less.
pub(super) fn full(site: &Site) -> Result<Pair, Failure> {
    let sections = ["libs", "admin", "net", "utils", "python", "devel", "web", "text", "libs", "net"];
    let rules = sections.iter().zip(Level::ALL.iter().cycle()).take(RULES).map(|(section, level)| Rule {
        filters: vec![
            filter(FilterKey::Product, &["Debian11", "Debian12"]),
            filter(FilterKey::Section, &[section]),
            filter(FilterKey::Priority, &["required", "important", "standard", "optional"]),
        ],
        level: *level,
        ..Rule::default()
    });
    let packages: Vec<&Installed> = site.released().collect();
    let every = |step: usize, from: usize| packages.iter().skip(from).step_by(step);
    let before = Source {
        rules: rules.collect(),
        // In the renderings that the vendor allows: a name, a pattern, a name with its architecture or its version.
        approved: every(40, 7)
            .take(ENTRIES)
            .enumerate()
            .map(|(number, package)| match number % 5 {
                0 => format!("{}*", package.name),
                1 => format!("{}.{}", package.name, package.architecture),
                _ => package.name.clone(),
            })
            .collect(),
        approved_level: Level::High,
        approved_enable_non_security: true,
        rejected: every(45, 11).take(ENTRIES).map(|package| format!("{}-{}", package.name, package.version)).collect(),
        rejected_action: RejectedAction::Block,
        ..Source::default()
    };
    let mut after = before.clone();
    after.approved.pop();
    after.rejected.pop();
    after.rejected.extend(every(1, FEW_HAVE).take(1).map(|package| package.name.clone()));
    pair(&before, &after)
}

fn filter(key: FilterKey, values: &[&str]) -> Filter {
    Filter { key, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn pair(before: &Source, after: &Source) -> Result<Pair, Failure> {
    let compile = |source: &Source| {
        Plan::compile(source).map_err(|errors| format!("a baseline of the benchmark does not compile: {errors:?}"))
    };
    Ok(Pair {
        before: compile(before)?,
        after: compile(after)?,
        blocks: before.rejected_action == RejectedAction::Block && after.rejected_action == RejectedAction::Block,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_baseline_is_full() {
        let site = Site::new();
        assert!(full(&site).unwrap().blocks);
        assert!(!plain().unwrap().blocks);
    }
}
