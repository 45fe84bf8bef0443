//! [`Plan`]: profiles, compiled.

mod compile;
mod measured;
mod rule;

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_wire::Violations;

use crate::behavior::Behavior;
use crate::metric::Measure;
use crate::observe::Measured;

pub(crate) use rule::{Judge, Rule, Statistic};

/// A profile, as far as the engine needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedProfile {
    /// The profile's name.
    pub name: Arc<str>,
    /// What it says is normal.
    pub behaviors: Arc<[Behavior]>,
}

/// The profiles of a realm, compiled for evaluation. Judges nothing by itself; see [`Engine`](super::Engine).
#[derive(Debug, Clone)]
pub struct Plan {
    profiles: Vec<NamedProfile>,
    customs: BTreeMap<Arc<str>, Measure>,
    pub(crate) rules: Vec<Rule>,
    /// Where each profile's rules begin; one more for the end.
    starts: Vec<u32>,
    /// What is judged: without repetition, in the order in which it is first named.
    pub(crate) measures: Vec<Measured>,
    index: measured::Index,
}

impl Plan {
    /// Profiles in one plan at most: their indices are 16 bits wide.
    pub const PROFILES_MAX: usize = u16::MAX as usize;

    /// Compiles. `customs` are the registered custom metrics with what their values are.
    ///
    /// # Errors
    /// Everything that keeps a behavior from being evaluated, in the vendor's form: `Behavior <name> is malformed. ..`.
    pub fn compile(profiles: Vec<NamedProfile>, customs: BTreeMap<Arc<str>, Measure>) -> Result<Self, Violations> {
        compile::compile(profiles, customs)
    }

    /// No profiles.
    #[must_use]
    pub fn empty() -> Self {
        let index = measured::Index::of(&[]);
        let (profiles, customs, rules, measures) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
        Self { profiles, customs, rules, starts: vec![0], measures, index }
    }

    /// What it was compiled from.
    #[must_use]
    pub fn profiles(&self) -> &[NamedProfile] {
        &self.profiles
    }

    /// The custom metrics that it was compiled with.
    #[must_use]
    pub const fn customs(&self) -> &BTreeMap<Arc<str>, Measure> {
        &self.customs
    }

    /// A behavior as it is written in a profile.
    #[must_use]
    pub fn behavior(&self, profile: &str, behavior: &str) -> Option<&Behavior> {
        let profile = self.profiles.iter().find(|named| &*named.name == profile)?;
        profile.behaviors.iter().find(|found| found.name == behavior)
    }

    /// Everything that is judged: whoever counts or replays need not look at anything else.
    ///
    /// Static criteria on `aws:message-byte-size` judge its [extremes](crate::metric::MESSAGE_BYTE_SIZE_MAX), which stand
    /// here under names of their own.
    #[must_use]
    pub fn measured(&self) -> &[Measured] {
        &self.measures
    }

    /// The number of what is measured, if something judges it.
    pub(crate) fn number_of(&self, measured: &Measured) -> Option<u32> {
        self.index.find(&self.measures, measured)
    }

    /// The rules of a profile with their numbers.
    pub(crate) fn rules_of(&self, profile: u16) -> impl Iterator<Item = (u32, &Rule)> {
        let place = usize::from(profile);
        let range = self.starts.get(place).copied().zip(self.starts.get(place + 1).copied());
        let (start, end) = range.unwrap_or_default();
        let rules = self.rules.get(start as usize..end as usize).unwrap_or_default();
        (start..).zip(rules)
    }

    pub(crate) fn rule(&self, rule: u32) -> Option<&Rule> {
        self.rules.get(rule as usize)
    }

    /// The same profiles, word for word.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.profiles == other.profiles && self.customs == other.customs
    }
}
