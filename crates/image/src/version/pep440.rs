//! Python's order (PEP 440).

/// A version as its parts, which compare one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    epoch: u64,
    /// Without zeros at the end.
    release: Vec<u64>,
    before: Before,
    /// `None` sorts first: without one is earlier than after.
    post: Option<u64>,
    dev: Dev,
    local: Vec<Local>,
}

/// Whether it comes before the release itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    /// Only for development: before every other.
    Development,
    Alpha(u64),
    Beta(u64),
    Candidate(u64),
    /// The release or later.
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dev {
    Is(u64),
    Not,
}

/// Texts are earlier than numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Local {
    Text(String),
    Number(u64),
}

/// The words for a kind of earlier version, and what it is with its number.
type Kind = (&'static [&'static str], fn(u64) -> Before);

/// Takes a number from the start; none is 0 where one may be left out.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((if digits.is_empty() { 0 } else { digits.parse().ok()? }, rest))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Takes one of the words, between separators, and the number after it.
fn word<'a>(text: &'a str, words: &[&str]) -> Option<(u64, &'a str)> {
    let rest = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let rest = words.iter().find_map(|word| rest.strip_prefix(word))?;
    if rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.starts_with("post") && !rest.starts_with("dev") {
        return None;
    }
    let numbered = rest.strip_prefix(['.', '-', '_']).filter(|rest| starts_with_digit(rest)).unwrap_or(rest);
    number(numbered)
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let text = lower.strip_prefix('v').unwrap_or(&lower);
        let (public, local) = text.split_once('+').unwrap_or((text, ""));
        let (epoch, mut rest) = match public.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, public),
        };
        let mut release = Vec::new();
        loop {
            if !starts_with_digit(rest) {
                return None;
            }
            let (value, after) = number(rest)?;
            release.push(value);
            match after.strip_prefix('.').filter(|after| starts_with_digit(after)) {
                Some(after) => rest = after,
                None => {
                    rest = after;
                    break;
                }
            }
        }
        while release.last() == Some(&0) {
            release.pop();
        }
        let kinds: [Kind; 3] = [
            (&["alpha", "a"], Before::Alpha),
            (&["beta", "b"], Before::Beta),
            (&["candidate", "preview", "pre", "rc", "c"], Before::Candidate),
        ];
        let mut before = None;
        for (words, kind) in kinds {
            if let Some((value, after)) = word(rest, words) {
                (before, rest) = (Some(kind(value)), after);
                break;
            }
        }
        let mut post = None;
        if let Some((value, after)) = word(rest, &["post", "rev", "r"]) {
            (post, rest) = (Some(value), after);
        } else if let Some(after) = rest.strip_prefix('-').filter(|after| starts_with_digit(after)) {
            let (value, after) = number(after)?;
            (post, rest) = (Some(value), after);
        }
        let mut dev = Dev::Not;
        if let Some((value, after)) = word(rest, &["dev"]) {
            (dev, rest) = (Dev::Is(value), after);
        }
        if !rest.is_empty() {
            return None;
        }
        let before = match (before, post, dev) {
            (Some(before), _, _) => before,
            (None, None, Dev::Is(_)) => Before::Development,
            _ => Before::Not,
        };
        let local = local.split(['.', '-', '_']).filter(|part| !part.is_empty());
        let local =
            local.map(|part| part.parse().map_or_else(|_| Local::Text(part.to_owned()), Local::Number)).collect();
        Some(Self { epoch, release, before, post, dev, local })
    }
}
