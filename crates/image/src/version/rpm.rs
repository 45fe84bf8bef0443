//! rpm's order: epoch, version and release, each of runs of digits and letters; `~` before everything, `^` after the end.

use std::cmp::Ordering;

/// A version, split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version<'a> {
    epoch: u64,
    version: &'a str,
    /// `None`: whatever release.
    release: Option<&'a str>,
}

impl<'a> Version<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, text),
        };
        let (version, release) = match rest.rsplit_once('-') {
            Some((version, release)) => (version, Some(release)),
            None => (rest, None),
        };
        (!version.is_empty()).then_some(Self { epoch, version, release })
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch.cmp(&other.epoch).then_with(|| parts(self.version, other.version)).then_with(|| {
            match (self.release, other.release) {
                (Some(own), Some(other)) => parts(own, other),
                _ => Ordering::Equal,
            }
        })
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version<'_> {}

/// The run that `text` starts with, of characters of one kind.
fn run(text: &[u8], kind: fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !kind(byte)).unwrap_or(text.len()))
}

fn separator(byte: &u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^')
}

fn parts(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        left = run(left, separator).1;
        right = run(right, separator).1;
        match (left.first(), right.first()) {
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                left = left.get(1..).unwrap_or_default();
                right = right.get(1..).unwrap_or_default();
                continue;
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            // After the end comes what was added to it, before anything else that goes on.
            (Some(b'^'), None) => return Ordering::Greater,
            (None, Some(b'^')) => return Ordering::Less,
            (Some(b'^'), Some(_)) => return Ordering::Less,
            (Some(_), Some(b'^')) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(_), Some(_)) => {}
        }
        let digits = left.first().is_some_and(u8::is_ascii_digit);
        let kind: fn(&u8) -> bool = if digits { u8::is_ascii_digit } else { u8::is_ascii_alphabetic };
        let ((own, left_rest), (other, right_rest)) = (run(left, kind), run(right, kind));
        if other.is_empty() {
            // Of two kinds the number is greater.
            return if digits { Ordering::Greater } else { Ordering::Less };
        }
        let order = if digits { numbers(own, other) } else { own.cmp(other) };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
}

/// Numbers of any length.
fn numbers(left: &[u8], right: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    let left = left.get(significant(left)..).unwrap_or_default();
    let right = right.get(significant(right)..).unwrap_or_default();
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
