//! apk's order: numbers between dots, a letter, suffixes with numbers, a revision.

use std::cmp::Ordering;

/// What a part of a version is, in the order in which one without it is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Revision,
    End,
}

/// Parts, closed by an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    parts: Vec<(Kind, i64)>,
}

/// Before the version itself, from the earliest on.
const EARLIER: [&str; 4] = ["alpha", "beta", "pre", "rc"];
/// After it.
const LATER: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

fn digits(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, rest))
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let (first, mut rest) = digits(text)?;
        parts.push((Kind::Number, first));
        while let Some(after) = rest.strip_prefix('.') {
            // Zeros at the start make a number smaller than any without, the more the smaller.
            let zeros = after.len() - after.trim_start_matches('0').len();
            if zeros > 0 {
                parts.push((Kind::Number, -i64::try_from(zeros).ok()?));
                let after = after.get(zeros..)?;
                rest = after;
                if after.starts_with(|c: char| c.is_ascii_digit()) {
                    let (number, after) = digits(after)?;
                    parts.push((Kind::Number, number));
                    rest = after;
                }
                continue;
            }
            let (number, after) = digits(after)?;
            parts.push((Kind::Number, number));
            rest = after;
        }
        if let Some(letter) = rest.chars().next().filter(char::is_ascii_lowercase) {
            parts.push((Kind::Letter, i64::from(u32::from(letter))));
            rest = rest.get(1..)?;
        }
        while let Some(after) = rest.strip_prefix('_') {
            let end = after.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(after.len());
            let (name, after) = after.split_at_checked(end)?;
            let place =
                |names: &[&str]| names.iter().position(|known| *known == name).and_then(|at| i64::try_from(at).ok());
            let value = place(&EARLIER).map(|at| at - 4).or_else(|| place(&LATER))?;
            parts.push((Kind::Suffix, value));
            rest = after;
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                let (number, after) = digits(rest)?;
                parts.push((Kind::SuffixNumber, number));
                rest = after;
            }
        }
        // A commit says nothing about the order.
        if let Some(after) = rest.strip_prefix('~') {
            rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        }
        if let Some(after) = rest.strip_prefix("-r") {
            let (number, after) = digits(after)?;
            parts.push((Kind::Revision, number));
            rest = after;
        }
        parts.push((Kind::End, 0));
        rest.is_empty().then_some(Self { parts })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        for ((kind, value), (other_kind, other_value)) in self.parts.iter().zip(&other.parts) {
            if kind == other_kind {
                match value.cmp(other_value) {
                    Ordering::Equal => continue,
                    unequal => return unequal,
                }
            }
            // One goes on where the other does not: that one is greater, unless it goes on to an earlier version.
            if *kind == Kind::Suffix && *value < 0 {
                return Ordering::Less;
            }
            if *other_kind == Kind::Suffix && *other_value < 0 {
                return Ordering::Greater;
            }
            return other_kind.cmp(kind);
        }
        Ordering::Equal
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
