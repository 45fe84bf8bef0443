use std::collections::BTreeMap;

use regex::bytes::RegexBuilder;

use super::automaton::Automaton;
use super::group::{Group, MEMBERS_MAX};
use super::places::Places;
use super::seen::Bits;
use super::{Decision, PatternId, Patterns, Position, REGEX_SIZE_MAX, required};
use crate::dialect::{Refused, translate};

/// Why a pattern or a set of them cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The vendor's dialect does not have it.
    #[error("the pattern has {0}")]
    Refused(#[from] Refused),
    /// It is no regular expression, or one that would become too large.
    #[error("the pattern cannot be compiled: {0}")]
    Regex(String),
    /// A word with other bytes than letters, digits and `_`.
    #[error("a word to search for has letters, digits and `_` only; search for it with another position")]
    NotAWord,
    /// All of them together.
    #[error("the patterns are too many or too long: {0}")]
    TooLarge(String),
}

/// An expression is tried together with others if a text that it needs is expected once in so many bytes or fewer: it is tried
/// at most bodies then.
const OFTEN_BYTES: f64 = 1_000.0;

/// Collects patterns for [`Patterns`].
#[derive(Debug, Default)]
pub struct PatternsBuilder {
    decisions: Vec<Decision>,
    anywhere: BTreeMap<Vec<u8>, Vec<u32>>,
    needed: BTreeMap<Vec<u8>, Vec<u32>>,
    places: Places,
    /// Expressions that are tried together.
    often: Vec<(u32, String)>,
}

impl PatternsBuilder {
    /// With no patterns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text. Case matters. An empty text matches everything, but for [`Position::Exactly`].
    ///
    /// # Errors
    /// A word has other bytes than words have, or there are too many patterns.
    pub fn text(&mut self, text: &[u8], position: Position) -> Result<PatternId, PatternError> {
        let id = self.next_id()?;
        let decision = match position {
            Position::StartsWith | Position::EndsWith | Position::Contains if text.is_empty() => Decision::Always,
            Position::Contains => {
                self.anywhere.entry(text.to_vec()).or_default().push(id.0);
                Decision::Scan
            }
            placed => {
                let empty_word = placed == Position::ContainsWord && text.is_empty();
                if empty_word || !self.places.add(text, placed, id.0) {
                    return Err(PatternError::NotAWord);
                }
                Decision::Scan
            }
        };
        self.decisions.push(decision);
        Ok(id)
    }

    /// Adds a regular expression of the vendor's dialect, which is searched for anywhere.
    ///
    /// # Errors
    /// The dialect does not have it, or it cannot be compiled within [`REGEX_SIZE_MAX`].
    pub fn regex(&mut self, pattern: &str) -> Result<PatternId, PatternError> {
        let id = self.next_id()?;
        let translated = translate(pattern)?;
        let broken = |why: &dyn std::fmt::Display| PatternError::Regex(last_line(&why.to_string()));
        let regex = RegexBuilder::new(&translated)
            .unicode(false)
            .size_limit(REGEX_SIZE_MAX)
            .build()
            .map_err(|why| broken(&why))?;
        let parsed = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(&translated)
            .map_err(|why| broken(&why))?;
        let texts = required::texts(&parsed);
        if texts.as_ref().is_none_or(|texts| required::chance(texts) * OFTEN_BYTES >= 1.0) {
            self.often.push((id.0, translated));
        }
        self.decisions.push(Decision::Regex { regex: Box::new(regex), needs_text: texts.is_some(), group: None });
        for text in texts.into_iter().flatten() {
            self.needed.entry(text).or_default().push(id.0);
        }
        Ok(id)
    }

    /// Compiles all of them.
    ///
    /// # Errors
    /// They are too many or too long for an automaton, which has room for some million bytes.
    pub fn build(mut self) -> Result<Patterns, PatternError> {
        let mut groups = Vec::new();
        for some in self.often.chunks(MEMBERS_MAX).filter(|some| some.len() > 1) {
            let Some(made) = Group::build(some) else { continue };
            for (number, _) in some {
                if let Some(Decision::Regex { group, .. }) = self.decisions.get_mut(*number as usize) {
                    *group = Some(groups.len());
                }
            }
            groups.push(made);
        }
        let mut always = Bits::default();
        always.clear(self.decisions.len());
        for (number, decision) in self.decisions.iter().enumerate() {
            if matches!(decision, Decision::Always | Decision::Regex { needs_text: false, .. }) {
                always.set(number);
            }
        }
        Ok(Patterns {
            always,
            anywhere: Automaton::build(&self.anywhere, false)?,
            needed: Automaton::build(&self.needed, true)?,
            groups,
            places: self.places,
            decisions: self.decisions,
        })
    }

    fn next_id(&self) -> Result<PatternId, PatternError> {
        let number = u32::try_from(self.decisions.len());
        number.map(PatternId).map_err(|_| PatternError::TooLarge("more than a number can count".to_string()))
    }
}

/// The compiler's errors show the translated pattern first, which their reader did not write.
fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or(text).trim_start_matches("error: ").to_string()
}
