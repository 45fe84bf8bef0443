//! The table of words, phrases and fingerprints.
//!
//! They come from the crate `libinjectionrs`, which carries libinjection's own table (measured: the same 9,352 entries as in
//! Debian's source package). Nothing else of that crate is used: its tokenizer misses phrases of several words and takes
//! about five times as long as C. Here the table is arranged once for lookup without comparison of many strings.

use std::sync::LazyLock;

use libinjectionrs::sqli::sqli_data::{Keyword, SQL_KEYWORDS};

use super::kind::Kind;
use super::token::{TEXT_MAX, Token};

/// A word or phrase in capitals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) text: &'static [u8],
    /// `None` for what is only the beginning of phrases.
    pub(super) kind: Option<Kind>,
    pub(super) begins_phrase: bool,
}

/// How many tokens a fingerprint has at most.
pub(super) const FINGERPRINT_MAX: usize = 5;

struct Tables {
    words: Box<[Word]>,
    /// Places in `words` by the hash of their text; 0 is empty, others are one more than the place.
    slots: Box<[u16]>,
    /// Fingerprints as numbers by their hash; 0 is empty.
    fingerprints: Box<[u32]>,
}

/// Slots for words: a power of two, at most a third of them filled.
const WORD_SLOTS: usize = 4096;
/// Slots for fingerprints: a power of two, at most half of them filled.
const FINGERPRINT_SLOTS: usize = 32_768;

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::build(SQL_KEYWORDS));

/// The word or phrase of this text, in whatever case.
pub(super) fn find(text: &[u8]) -> Option<Word> {
    let tables = &*TABLES;
    let mut slot = hash(text);
    loop {
        let place = *tables.slots.get(slot & (WORD_SLOTS - 1))?;
        let word = tables.words.get(usize::from(place.checked_sub(1)?))?;
        if word.text.eq_ignore_ascii_case(text) {
            return Some(*word);
        }
        slot += 1;
    }
}

/// The kind of this word, if the table has it.
pub(super) fn kind(text: &[u8]) -> Option<Kind> {
    find(text).and_then(|word| word.kind)
}

/// The phrase that two words in a row make.
pub(super) fn phrase(first: &Token<'_>, second: &Token<'_>) -> Option<Word> {
    let mut buffer = [0; TEXT_MAX];
    let length = first.text.len() + 1 + second.text.len();
    let text = buffer.get_mut(..length)?;
    let (head, tail) = text.split_at_mut_checked(first.text.len())?;
    let (space, tail) = tail.split_first_mut()?;
    head.copy_from_slice(first.text);
    *space = b' ';
    tail.copy_from_slice(second.text);
    find(text).filter(|word| word.kind.is_some())
}

/// True if attacks have this fingerprint. Its case does not matter: the table does not tell some kinds apart.
pub(super) fn is_attack(fingerprint: &[u8]) -> bool {
    let Some(number) = fingerprint_number(fingerprint) else { return false };
    let mut slot = fingerprint_slot(number);
    while let Some(found) = TABLES.fingerprints.get(slot & (FINGERPRINT_SLOTS - 1)).filter(|found| **found != 0) {
        if *found == number {
            return true;
        }
        slot += 1;
    }
    false
}

/// Six bits a letter.
fn fingerprint_number(letters: &[u8]) -> Option<u32> {
    if letters.is_empty() || letters.len() > FINGERPRINT_MAX {
        return None;
    }
    Some(letters.iter().fold(0, |number, letter| number << 6 | u32::from(six_bits(letter.to_ascii_uppercase()))))
}

/// Capitals and signs differ in their low six bits, but for the braces.
const fn six_bits(letter: u8) -> u8 {
    match letter {
        b'{' => 0x3c,
        b'}' => 0x3d,
        other => other & 0x3f,
    }
}

fn fingerprint_slot(number: u32) -> usize {
    usize::try_from(number.wrapping_mul(0x9e37_79b1) >> 17).unwrap_or_default()
}

/// A hash that does not depend on case: eight bytes at a time, folded by the bit that letters differ in.
fn hash(text: &[u8]) -> usize {
    let mut state = text.len() as u64;
    let (blocks, rest) = text.as_chunks::<8>();
    for block in blocks {
        state = mix(state, u64::from_le_bytes(*block));
    }
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    state = mix(state, u64::from_le_bytes(last));
    usize::try_from(state >> 40).unwrap_or_default()
}

const fn mix(state: u64, block: u64) -> u64 {
    (state.rotate_left(23) ^ (block | 0x2020_2020_2020_2020)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Tables {
    fn build(entries: &'static [Keyword]) -> Self {
        let mut words: Vec<Word> = entries
            .iter()
            .filter_map(|entry| {
                let kind = Kind::of_word(entry.token_type)?;
                Some(Word { text: entry.word.as_bytes(), kind: Some(kind), begins_phrase: false })
            })
            .collect();
        let begins: Vec<&'static [u8]> = words.iter().filter_map(|word| before_last_space(word.text)).collect();
        for begin in begins {
            match words.iter_mut().find(|word| word.text == begin) {
                Some(word) => word.begins_phrase = true,
                None => words.push(Word { text: begin, kind: None, begins_phrase: true }),
            }
        }
        let mut slots = vec![0; WORD_SLOTS];
        for (place, word) in (1..).zip(&words) {
            insert(&mut slots, hash(word.text), place);
        }
        let mut fingerprints = vec![0; FINGERPRINT_SLOTS];
        for entry in entries.iter().filter(|entry| entry.token_type == b'F') {
            // the table marks them with a zero in front
            let letters = entry.word.as_bytes().get(1..).unwrap_or_default();
            if let Some(number) = fingerprint_number(letters) {
                insert(&mut fingerprints, fingerprint_slot(number), number);
            }
        }
        Self { words: words.into(), slots: slots.into(), fingerprints: fingerprints.into() }
    }
}

fn before_last_space(text: &'static [u8]) -> Option<&'static [u8]> {
    memchr::memrchr(b' ', text).and_then(|at| text.get(..at))
}

/// Puts `value` into the first empty slot from `slot` on.
fn insert<T: Copy + Default + PartialEq>(slots: &mut [T], slot: usize, value: T) {
    let count = slots.len();
    let places = (slot..).map(|slot| slot & (count - 1)).take(count);
    for place in places {
        if let Some(empty) = slots.get_mut(place).filter(|found| **found == T::default()) {
            *empty = value;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        let fingerprints = SQL_KEYWORDS.iter().filter(|entry| entry.token_type == b'F');
        assert_eq!(fingerprints.clone().count(), 8367);
        assert!(fingerprints.clone().all(|entry| is_attack(&entry.word.as_bytes()[1..])));
        assert_eq!(TABLES.fingerprints.iter().filter(|number| **number != 0).count(), 8367);
        assert!(SQL_KEYWORDS.iter().filter(|entry| entry.token_type != b'F').all(|entry| {
            kind(entry.word.to_ascii_lowercase().as_bytes()).map(Kind::letter) == Some(entry.token_type)
        }));
    }

    #[test]
    fn what_is_not_in_it_is_not_found() {
        assert!(find(b"").is_none());
        assert!(find(b"selec").is_none());
        assert!(find(b"select ").is_none());
        assert!(!is_attack(b"n"));
        assert!(!is_attack(b""));
        assert!(!is_attack(b"1o1o1o"));
        assert!(find(b"lock in").is_some_and(|word| word.begins_phrase));
    }
}
