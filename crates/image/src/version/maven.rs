//! Maven's order, as its POM reference states it: tokens between dots, hyphens and changes from digits to letters.

use std::cmp::Ordering;

/// Bytes in a version that is looked at.
const BYTES_MAX: usize = 256;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    /// It follows a hyphen, or a change from digits to letters or back.
    hyphen: bool,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// Digits without zeros at the start.
    Number(String),
    /// In lower case.
    Word(String),
}

/// Tokens without those that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(Vec<Token>);

impl Value {
    fn of(text: &str, before_digit: bool) -> Self {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return Self::Number(text.trim_start_matches('0').to_owned());
        }
        let word = match text {
            "a" if before_digit => "alpha",
            "b" if before_digit => "beta",
            "m" if before_digit => "milestone",
            "cr" => "rc",
            "ga" | "final" | "release" => "",
            other => other,
        };
        Self::Word(word.to_owned())
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Number(text) | Self::Word(text) if text.is_empty())
    }

    /// The place of a word: known ones in their order around the release, others after it.
    fn rank(word: &str) -> usize {
        const ORDER: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
        ORDER.iter().position(|known| *known == word).unwrap_or(ORDER.len())
    }
}

impl Token {
    /// What stands for a token that one of two versions does not have.
    fn padding(&self) -> Self {
        let value = match &self.value {
            Value::Number(_) if !self.hyphen => Value::Number(String::new()),
            _ => Value::Word(String::new()),
        };
        Self { hyphen: self.hyphen, value }
    }

    /// Among tokens of different kinds: `.word` < `-word` < `-number` < `.number`.
    fn kind(&self) -> u8 {
        match (&self.value, self.hyphen) {
            (Value::Word(_), false) => 0,
            (Value::Word(_), true) => 1,
            (Value::Number(_), true) => 2,
            (Value::Number(_), false) => 3,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (&self.value, &other.value) {
            (Value::Number(own), Value::Number(other_number)) if self.hyphen == other.hyphen => {
                own.len().cmp(&other_number.len()).then_with(|| own.cmp(other_number))
            }
            // A word that says nothing is the same after either separator.
            (Value::Word(own), Value::Word(word)) => {
                let order = Value::rank(own).cmp(&Value::rank(word)).then_with(|| own.cmp(word));
                if own == word && own.is_empty() { Ordering::Equal } else { order.then(self.kind().cmp(&other.kind())) }
            }
            _ => self.kind().cmp(&other.kind()),
        }
    }
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() || text.len() > BYTES_MAX || !text.is_ascii() || text.contains(char::is_whitespace) {
            return None;
        }
        let mut tokens: Vec<Token> = Vec::new();
        let mut hyphen = false;
        let mut word = String::new();
        let mut push = |word: &mut String, hyphen: bool, before_digit: bool| {
            // An empty token is a zero.
            let text = if word.is_empty() { "0" } else { word.as_str() };
            tokens.push(Token { hyphen, value: Value::of(text, before_digit) });
            word.clear();
        };
        for c in text.chars() {
            if matches!(c, '.' | '-' | '_') {
                push(&mut word, hyphen, false);
                hyphen = c != '.';
                continue;
            }
            let changes = word.chars().last().is_some_and(|last| last.is_ascii_digit() != c.is_ascii_digit());
            if changes {
                push(&mut word, hyphen, c.is_ascii_digit());
                hyphen = true;
            }
            word.push(c);
        }
        push(&mut word, hyphen, false);
        // Nothing-saying tokens at the end, and before every hyphen, are left out.
        let mut kept: Vec<Token> = Vec::new();
        for token in tokens {
            if token.hyphen {
                while kept.last().is_some_and(|last| last.value.is_null()) {
                    kept.pop();
                }
            }
            kept.push(token);
        }
        while kept.last().is_some_and(|last| last.value.is_null()) {
            kept.pop();
        }
        Some(Self(kept))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        for at in 0..self.0.len().max(other.0.len()) {
            let order = match (self.0.get(at), other.0.get(at)) {
                (Some(own), Some(other)) => own.compare(other),
                (Some(own), None) => own.compare(&own.padding()),
                (None, Some(other)) => other.padding().compare(other),
                (None, None) => Ordering::Equal,
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
