//! Texts that must stand in one place.

use std::collections::HashMap;

use super::Position;
use super::seen::Bits;

/// Texts and their patterns. Nobody goes through them in their order, so it does not matter that there is none.
type Texts = HashMap<Box<[u8]>, Vec<u32>>;

/// Texts of one length behind another.
#[derive(Debug, Default)]
struct Lengths {
    /// The lengths that there are, in ascending order.
    lengths: Vec<usize>,
    texts: Texts,
}

#[derive(Debug, Default)]
pub(super) struct Places {
    exactly: Texts,
    words: Texts,
    starts: Lengths,
    ends: Lengths,
    /// The length of the longest word.
    word_max: usize,
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Places {
    /// Adds a text that does not merely occur. False if a word has other bytes than words have.
    pub(super) fn add(&mut self, text: &[u8], position: Position, pattern: u32) -> bool {
        let texts = match position {
            Position::Exactly => &mut self.exactly,
            Position::StartsWith => self.starts.with(text.len()),
            Position::EndsWith => self.ends.with(text.len()),
            Position::Contains | Position::ContainsWord => {
                if !text.iter().all(|byte| is_word(*byte)) {
                    return false;
                }
                self.word_max = self.word_max.max(text.len());
                &mut self.words
            }
        };
        texts.entry(text.into()).or_default().push(pattern);
        true
    }

    pub(super) fn scan(&self, input: &[u8], matched: &mut Bits) {
        mark(&self.exactly, input, matched);
        for length in self.starts.lengths.iter().take_while(|length| **length <= input.len()) {
            mark(&self.starts.texts, input.get(..*length).unwrap_or_default(), matched);
        }
        for length in self.ends.lengths.iter().take_while(|length| **length <= input.len()) {
            mark(&self.ends.texts, input.get(input.len() - length..).unwrap_or_default(), matched);
        }
        if !self.words.is_empty() {
            // a word with no letter on either side is all letters between two others
            let runs = input.split(|byte| !is_word(*byte));
            runs.filter(|run| !run.is_empty() && run.len() <= self.word_max)
                .for_each(|run| mark(&self.words, run, matched));
        }
    }
}

impl Lengths {
    fn with(&mut self, length: usize) -> &mut Texts {
        if let Err(place) = self.lengths.binary_search(&length) {
            self.lengths.insert(place, length);
        }
        &mut self.texts
    }
}

fn mark(texts: &Texts, text: &[u8], matched: &mut Bits) {
    if texts.is_empty() {
        return;
    }
    for pattern in texts.get(text).into_iter().flatten() {
        matched.set(usize::try_from(*pattern).unwrap_or(usize::MAX));
    }
}
