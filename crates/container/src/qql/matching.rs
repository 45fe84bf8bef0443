//! What is asked of one text, number or flag.

use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// Nothing is there.
    Null,
    /// The very text, in this case.
    Exactly(String),
    /// See [`Term`].
    Like(Term),
    /// A number, also one that is written as a text.
    Between { low: f64, high: f64, inclusive: bool },
    /// One of several.
    Any(Vec<Condition>),
}

/// A text that is looked for without regard to case: all of it, with `*` for anything; or words that stand side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    whole: String,
    words: Vec<String>,
    number: Option<f64>,
}

impl Term {
    /// A word without quotes.
    pub(super) fn bare(text: &str) -> Self {
        Self { whole: text.to_lowercase(), words: words(text), number: finite(text) }
    }

    /// A text in quotes: a star in it is a star.
    pub(super) fn words(text: &str) -> Self {
        Self { whole: text.to_lowercase(), words: words(text), number: None }
    }

    fn matches(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        if lower == self.whole {
            return true;
        }
        if self.whole.contains('*') && glob(&self.whole, &lower) {
            return true;
        }
        // A number is not one of the digits of a text.
        if self.words.is_empty() || self.number.is_some() {
            return false;
        }
        words(&lower).windows(self.words.len()).any(|found| found == self.words)
    }
}

impl Condition {
    pub(super) fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Any(any) => any.iter().any(Self::is_null),
            _ => false,
        }
    }

    pub(super) fn holds(&self, leaf: &Value) -> bool {
        match (self, leaf) {
            (Self::Any(any), leaf) => any.iter().any(|one| one.holds(leaf)),
            (Self::Exactly(text), Value::String(found)) => text == found,
            (Self::Exactly(text), Value::Bool(found)) => text == if *found { "true" } else { "false" },
            (Self::Exactly(text), Value::Number(found)) => text.parse().ok() == found.as_f64(),
            (Self::Like(term), Value::String(found)) => {
                term.matches(found) || term.number.is_some_and(|number| found.parse() == Ok(number))
            }
            (Self::Like(term), Value::Bool(found)) => term.whole == if *found { "true" } else { "false" },
            (Self::Like(term), Value::Number(found)) => term.number.is_some() && term.number == found.as_f64(),
            (Self::Between { low, high, inclusive }, leaf) => number(leaf).is_some_and(|found| {
                if *inclusive { *low <= found && found <= *high } else { *low < found && found < *high }
            }),
            (Self::Null | Self::Exactly(_) | Self::Like(_), _) => false,
        }
    }
}

/// A number that is one: `nan` and `inf` are words.
fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn number(leaf: &Value) -> Option<f64> {
    match leaf {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Letters and digits that stand together, in lower case.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|character: char| !character.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Whether a pattern with `*` for anything is all of a text. Takes time that is linear in the text for each part.
fn glob(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}
