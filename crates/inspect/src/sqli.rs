//! Detection of SQL injection.
//!
//! Text is read as SQL would be, in the places where an application may have put it: bare, after `'`, after `"`. What comes out
//! is folded to at most five kinds of tokens, a fingerprint, and looked up among those that attacks have. The method and the
//! table of fingerprints are libinjection's (Nick Galbreath, BSD licence), the code is ours. [`Sensitivity::Low`] finds what
//! libinjection finds; [`Sensitivity::High`] looks again after undoing encodings and comments, and for statements that no
//! fingerprint covers.

#[cfg(test)]
mod cases;
mod fold;
mod high;
mod kind;
mod token;
mod tokenizer;
mod verdict;
mod words;

use memchr::memchr;

use fold::Folded;
use tokenizer::{Dialect, Tokenizer};

/// How much is taken for an injection (`SensitivityLevel` of the API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Sensitivity {
    /// What libinjection finds.
    #[default]
    Low,
    /// More than that, at the price of false alarms.
    High,
}

/// An injection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlInjection {
    /// The kinds of its tokens, a letter each, as libinjection names them; empty if it has no fingerprint.
    pub fingerprint: String,
    /// The tokens that gave it away, as they stand in the text: `["10", "AND", "1"]`. After [`Sensitivity::High`] they may
    /// stand in the decoded text only.
    pub tokens: Vec<Vec<u8>>,
}

/// Looks for SQL injection in `input`. Takes time in proportion to its length, and allocates only for what it finds; with
/// [`Sensitivity::High`] also for what it decodes.
#[must_use]
pub fn detect_sqli(input: &[u8], sensitivity: Sensitivity) -> Option<SqlInjection> {
    let found = low(input);
    match sensitivity {
        Sensitivity::Low => found,
        Sensitivity::High => found.or_else(|| high::detect(input)),
    }
}

/// Reads the text in each place where it may stand, until one of them makes it an injection.
fn low(input: &[u8]) -> Option<SqlInjection> {
    if is_plain(input) {
        return None;
    }
    for quote in [None, Some(b'\''), Some(b'"')] {
        if quote.is_some_and(|quote| memchr(quote, input).is_none()) {
            continue;
        }
        // after `"` only MySQL has text
        let first = if quote == Some(b'"') { Dialect::MySql } else { Dialect::Ansi };
        let read = Folded::read(Tokenizer::new(input, quote, first));
        if let Some(found) = read.verdict(input) {
            return Some(found);
        }
        if first == Dialect::Ansi && read.depends_on_dialect() {
            let read = Folded::read(Tokenizer::new(input, quote, Dialect::MySql));
            if let Some(found) = read.verdict(input) {
                return Some(found);
            }
        }
    }
    None
}

/// Letters and digits alone are at most a number and a word, which no fingerprint of an attack is.
fn is_plain(input: &[u8]) -> bool {
    crate::bytes::find(input, |byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).is_none()
}
