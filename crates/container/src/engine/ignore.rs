//! Processes whose events a runtime sensor drops (`ignoreProcesses`).
//!
//! A rule with a directory names one program by its path; any other names every program that is called so, wherever it lies.
//! `/cat`, which the vendor's page gives as an example, has no directory and is such a name. Rules by name are weak: who
//! attacks can call his tool `cat`. So an event is never dropped if the program's file is gone or never was one.

use std::collections::BTreeMap;

/// Rules of a profile.
pub const RULES_MAX: usize = 1_000;

/// A program that ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program<'a> {
    /// Its path after links were followed.
    pub path: &'a str,
    /// Whether its file has been deleted, or is memory only.
    pub gone: bool,
}

impl<'a> Program<'a> {
    /// Reads what the kernel says of `/proc/<pid>/exe`.
    #[must_use]
    pub fn from_link(link: &'a str) -> Self {
        let path = link.strip_suffix(" (deleted)");
        Self { path: path.unwrap_or(link), gone: path.is_some() || link.starts_with("/memfd:") }
    }
}

/// The rules of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IgnoreList {
    rules: Vec<Box<str>>,
    paths: BTreeMap<Box<str>, usize>,
    names: BTreeMap<Box<str>, usize>,
}

impl IgnoreList {
    /// Takes rules; empty ones match nothing, and of equal ones the first counts.
    #[must_use]
    pub fn new<T: AsRef<str>>(rules: &[T]) -> Self {
        let mut list = Self::default();
        for (index, rule) in rules.iter().map(AsRef::as_ref).enumerate() {
            list.rules.push(rule.into());
            let name = rule.strip_prefix('/').unwrap_or(rule);
            match name {
                "" => None,
                _ if !name.contains('/') => Some(list.names.entry(name.into()).or_insert(index)),
                _ => Some(list.paths.entry(rule.into()).or_insert(index)),
            };
        }
        list
    }

    /// The rule that drops the events of a program: by its path before by its name.
    #[must_use]
    pub fn drops(&self, program: Program<'_>) -> Option<usize> {
        if program.gone {
            return None;
        }
        let name = program.path.rsplit('/').next().unwrap_or_default();
        self.paths.get(program.path).or_else(|| self.names.get(name)).copied()
    }

    /// A rule as it was written.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&str> {
        self.rules.get(index).map(|rule| &**rule)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Rules by name alone, which any program can take on.
    pub fn weak(&self) -> impl Iterator<Item = &str> {
        self.names.values().filter_map(|index| self.text(*index))
    }
}
