//! Search for many patterns at once.
//!
//! Texts are found by one pass of an Aho-Corasick automaton, whatever their number. A regular expression is tried only where a
//! text occurs that each of its matches must contain, and only when somebody asks; those that need no text are tried
//! whenever asked. All regular expressions in one automaton would be slower a hundred times on input made for it.

mod automaton;
mod build;
mod group;
mod places;
mod required;
mod seen;

use std::fmt;

use regex::bytes::Regex;

pub use build::{PatternError, PatternsBuilder};
pub use seen::Seen;

use automaton::Automaton;
use group::Group;
use places::Places;
use seen::Bits;

/// How large a compiled expression may become, in bytes.
pub const REGEX_SIZE_MAX: usize = 10 * 1024 * 1024;

/// Where a text has to stand (`PositionalConstraint` of the API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// It is all there is.
    Exactly,
    StartsWith,
    EndsWith,
    Contains,
    /// With neither a letter, a digit nor `_` on either side. Such a text has only these itself.
    ContainsWord,
}

/// A pattern of [`Patterns`]: patterns have numbers in the order in which they were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(pub(crate) u32);

impl PatternId {
    /// Its number, from 0.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// How a pattern is decided.
#[derive(Debug)]
enum Decision {
    /// By the scan.
    Scan,
    /// It matches anything.
    Always,
    /// By trying it; first the scan must have found a text that it needs, if `needs_text`. With a group, that is tried before.
    Regex { regex: Box<Regex>, needs_text: bool, group: Option<usize> },
}

/// Many patterns, compiled for search. Made by [`PatternsBuilder`].
pub struct Patterns {
    decisions: Vec<Decision>,
    /// Those that may match wherever nothing was found.
    always: Bits,
    /// Texts that may stand anywhere.
    anywhere: Option<Automaton>,
    /// Texts that regular expressions need, in whatever case.
    needed: Option<Automaton>,
    /// Texts with a place.
    places: Places,
    groups: Vec<Group>,
}

impl Patterns {
    /// Finds all texts in `input`, and which regular expressions may match. It takes time in proportion to the length of the
    /// input, and to the number of texts found. Allocates nothing once `seen` has been used with these patterns.
    pub fn scan(&self, input: &[u8], seen: &mut Seen) {
        seen.begin(self.decisions.len(), self.groups.len());
        if let Some(anywhere) = &self.anywhere {
            anywhere.scan(input, &mut seen.texts, &mut seen.matched);
        }
        if let Some(needed) = &self.needed {
            needed.scan(input, &mut seen.texts, &mut seen.possible);
        }
        self.places.scan(input, &mut seen.matched);
    }

    /// True if the pattern matches `input`, which must be what was scanned last with this `seen`. A regular expression is tried
    /// the first time that it is asked for; how much was read for that adds up in [`Seen::work`].
    pub fn is_match(&self, id: PatternId, input: &[u8], seen: &mut Seen) -> bool {
        match self.decisions.get(id.place()) {
            None => false,
            Some(Decision::Always) => true,
            Some(Decision::Scan) => seen.matched.has(id.place()),
            Some(Decision::Regex { needs_text: true, .. }) if !seen.possible.has(id.place()) => false,
            Some(Decision::Regex { regex, group, .. }) => {
                if let Some(number) = group.filter(|number| !seen.tried_groups.has(*number)) {
                    self.try_together(number, input, seen);
                }
                if !seen.tried.has(id.place()) {
                    seen.tried.set(id.place());
                    seen.work += input.len();
                    if regex.is_match(input) {
                        seen.matched.set(id.place());
                    }
                }
                seen.matched.has(id.place())
            }
        }
    }

    /// Tries a group, of which at least one is asked for: mostly none of it matches.
    fn try_together(&self, number: usize, input: &[u8], seen: &mut Seen) {
        seen.tried_groups.set(number);
        let Some(group) = self.groups.get(number) else { return };
        let members = || group.members.iter().filter_map(|member| usize::try_from(*member).ok());
        // for one alone the pass would be no shorter
        if members().filter(|member| seen.possible.has(*member) || self.always.has(*member)).nth(1).is_none() {
            return;
        }
        seen.work += input.len();
        if group.finds_nothing(input) {
            members().for_each(|member| seen.tried.set(member));
        }
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    /// The first pattern, from this number on, that may match what was scanned last with this `seen`: the others do not.
    #[must_use]
    pub fn next_possible(&self, from: u32, seen: &Seen) -> Option<PatternId> {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let sets = [&seen.matched, &seen.possible, &self.always].map(|set| set.words_from(from));
        let [matched, possible, always] = sets;
        // numbers of the first word that come before are not asked for
        let mut mask = u64::MAX << (from % 64);
        for (place, ((matched, possible), always)) in (from / 64..).zip(matched.iter().zip(possible).zip(always)) {
            let found = (matched | possible | always) & mask;
            if found != 0 {
                let number = place * 64 + found.trailing_zeros() as usize;
                return u32::try_from(number).ok().map(PatternId);
            }
            mask = u64::MAX;
        }
        None
    }

    /// How many regular expressions are tried whenever they are asked for, because they need no text.
    #[must_use]
    pub fn unfiltered(&self) -> usize {
        self.decisions.iter().filter(|one| matches!(one, Decision::Regex { needs_text: false, .. })).count()
    }
}

impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patterns").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
