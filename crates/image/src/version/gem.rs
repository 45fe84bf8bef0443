//! RubyGems' order: segments between dots; a text is earlier than a number, and makes a version an earlier one.

use std::cmp::Ordering;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Text(String),
    Number(u64),
}

/// Segments without zeros at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version(Vec<Segment>);

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        // A hyphen is `.pre.`
        let text = text.trim().replace('-', ".pre.");
        let mut segments = Vec::new();
        for part in text.split('.') {
            if part.is_empty() || !part.chars().all(|c| c.is_ascii_alphanumeric()) {
                return None;
            }
            let mut rest = part;
            while let Some(first) = rest.chars().next() {
                let digits = first.is_ascii_digit();
                let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(end)?;
                segments.push(if digits { Segment::Number(run.parse().ok()?) } else { Segment::Text(run.to_owned()) });
                rest = after;
            }
        }
        // Zeros before a text, and at the end, say nothing.
        let text_at = segments.iter().position(|segment| matches!(segment, Segment::Text(_))).unwrap_or(segments.len());
        let later = segments.split_off(text_at);
        for mut part in [std::mem::take(&mut segments), later] {
            while part.last() == Some(&Segment::Number(0)) {
                part.pop();
            }
            segments.extend(part);
        }
        Some(Self(segments))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let zero = Segment::Number(0);
        for at in 0..self.0.len().max(other.0.len()) {
            let order = match (self.0.get(at).unwrap_or(&zero), other.0.get(at).unwrap_or(&zero)) {
                (Segment::Number(own), Segment::Number(other)) => own.cmp(other),
                (Segment::Text(own), Segment::Text(other)) => own.cmp(other),
                (Segment::Text(_), Segment::Number(_)) => Ordering::Less,
                (Segment::Number(_), Segment::Text(_)) => Ordering::Greater,
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
