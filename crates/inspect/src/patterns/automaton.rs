//! Many texts in one pass.

use std::collections::BTreeMap;

use aho_corasick::automaton::{self, StateID};
use aho_corasick::nfa::{contiguous, noncontiguous};
use aho_corasick::{Anchored, MatchKind, dfa};

use super::build::PatternError;
use super::seen::Bits;

/// Up to this many bytes of text the automaton is a table of all transitions: one step a byte. It takes some megabytes, of
/// which a text visits few.
const TABLE_BYTES_MAX: usize = 1 << 15;

enum Machine {
    Table(dfa::DFA),
    Compact(contiguous::NFA),
}

/// Texts, and the patterns that each belongs to.
pub(super) struct Automaton {
    machine: Machine,
    /// Patterns by text: those of one are `owners[ends[text - 1]..ends[text]]`.
    owners: Vec<u32>,
    ends: Vec<usize>,
}

impl Automaton {
    /// An automaton for these texts; `None` if there are none.
    pub(super) fn build(texts: &BTreeMap<Vec<u8>, Vec<u32>>, any_case: bool) -> Result<Option<Self>, PatternError> {
        if texts.is_empty() {
            return Ok(None);
        }
        let too_large = |why: &dyn std::fmt::Display| PatternError::TooLarge(why.to_string());
        let basis = noncontiguous::Builder::new()
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(any_case)
            .prefilter(false)
            .build(texts.keys())
            .map_err(|why| too_large(&why))?;
        let bytes: usize = texts.keys().map(Vec::len).sum();
        let machine = if bytes <= TABLE_BYTES_MAX {
            Machine::Table(
                dfa::Builder::new()
                    .start_kind(aho_corasick::StartKind::Unanchored)
                    .build_from_noncontiguous(&basis)
                    .map_err(|why| too_large(&why))?,
            )
        } else {
            Machine::Compact(
                contiguous::Builder::new().build_from_noncontiguous(&basis).map_err(|why| too_large(&why))?,
            )
        };
        let owners: Vec<u32> = texts.values().flatten().copied().collect();
        let ends = texts.values().scan(0, |end, owners| {
            *end += owners.len();
            Some(*end)
        });
        Ok(Some(Self { machine, owners, ends: ends.collect() }))
    }

    /// Marks the patterns of all texts that occur.
    pub(super) fn scan(&self, input: &[u8], texts: &mut Bits, patterns: &mut Bits) {
        texts.clear(self.ends.len());
        match &self.machine {
            Machine::Table(machine) => self.walk(machine, input, texts, patterns),
            Machine::Compact(machine) => self.walk(machine, input, texts, patterns),
        }
    }

    fn walk(&self, machine: &impl automaton::Automaton, input: &[u8], texts: &mut Bits, patterns: &mut Bits) {
        let Ok(mut state) = machine.start_state(Anchored::No) else { return };
        for byte in input {
            state = machine.next_state(Anchored::No, state, *byte);
            if machine.is_special(state) && machine.is_match(state) {
                self.mark(machine, state, texts, patterns);
            }
        }
    }

    /// Marks what ends here. A state lists its texts from the longest to the shortest, and each is an end of the one before: a
    /// text that was seen before was seen with all that follow it. So each text costs once, however often it occurs.
    fn mark(&self, machine: &impl automaton::Automaton, state: StateID, texts: &mut Bits, patterns: &mut Bits) {
        for number in 0..machine.match_len(state) {
            let text = machine.match_pattern(state, number).as_usize();
            if texts.has(text) {
                return;
            }
            texts.set(text);
            let from = text.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
            let to = self.ends.get(text).copied().unwrap_or(from);
            for owner in self.owners.get(from..to).unwrap_or_default() {
                patterns.set(usize::try_from(*owner).unwrap_or(usize::MAX));
            }
        }
    }
}
