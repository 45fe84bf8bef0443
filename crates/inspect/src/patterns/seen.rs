/// What a scan saw. Keep one a thread: what it has grown to it keeps.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Texts of an automaton that were found.
    pub(super) texts: Bits,
    /// Patterns that match.
    pub(super) matched: Bits,
    /// Patterns of which a text was found that they need.
    pub(super) possible: Bits,
    /// Regular expressions that were tried.
    pub(super) tried: Bits,
    /// Groups of them that were tried.
    pub(super) tried_groups: Bits,
    pub(super) work: usize,
}

impl Seen {
    /// How many bytes regular expressions have read, in all scans since the last [`Seen::reset_work`]. What one request may cost
    /// is bounded with it.
    #[must_use]
    pub const fn work(&self) -> usize {
        self.work
    }

    /// Begins to count anew.
    pub const fn reset_work(&mut self) {
        self.work = 0;
    }

    pub(super) fn begin(&mut self, patterns: usize, groups: usize) {
        self.matched.clear(patterns);
        self.possible.clear(patterns);
        self.tried.clear(patterns);
        self.tried_groups.clear(groups);
    }
}

/// A set of small numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Empties the set, and makes room for numbers below `count`.
    pub(super) fn clear(&mut self, count: usize) {
        self.0.clear();
        self.0.resize(count.div_ceil(64), 0);
    }

    /// The words of the set from the one on that a number is in.
    pub(super) fn words_from(&self, number: usize) -> &[u64] {
        self.0.get(number / 64..).unwrap_or_default()
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }
}
