//! One pass over a body.

use std::fmt;
use std::ops::{ControlFlow, Range};

use super::{JsonScratch, text};

/// How deep containers may nest.
pub const DEPTH_MAX: usize = 64;

/// Why a body is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// The byte that shows it.
    pub at: usize,
    pub(super) problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Character,
    DuplicateKey,
    Truncated,
    Root,
    Depth,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.problem {
            Problem::Character => "a character that cannot be there",
            Problem::DuplicateKey => "an object that has a key twice",
            Problem::Truncated => "the end of the body, too early",
            Problem::Root => "a root that is neither object nor array",
            Problem::Depth => "containers nested too deep",
        };
        write!(f, "{what}, at byte {}", self.at)
    }
}

impl std::error::Error for Malformed {}

/// What is met on the way.
pub(super) enum Event<'a> {
    /// A key, with its escapes decoded. Its value follows.
    Key(&'a [u8]),
    /// A string with its escapes decoded, or another value as it is written.
    Value(&'a [u8]),
    /// A container begins; true for an array.
    Open(bool),
    Close,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Container {
    Array,
    /// An object, whether a key comes next, and where its keys begin.
    Object {
        key: bool,
        keys: usize,
        texts: usize,
    },
}

/// The keys of all open objects, to find those that occur twice.
#[derive(Debug, Default, Clone)]
pub(super) struct Keys {
    /// Where the text of each is, in `texts`.
    ranges: Vec<Range<usize>>,
    texts: Vec<u8>,
}

impl Keys {
    fn push(&mut self, key: &[u8]) {
        let from = self.texts.len();
        self.texts.extend_from_slice(key);
        self.ranges.push(from..self.texts.len());
    }

    /// Forgets the keys of the object that ends; false if one occurred twice.
    fn close(&mut self, keys: usize, texts: usize) -> bool {
        let all = &self.texts;
        let text = |range: &Range<usize>| all.get(range.clone()).unwrap_or_default();
        let ranges = self.ranges.get_mut(keys..).unwrap_or_default();
        ranges.sort_unstable_by(|a, b| text(a).cmp(text(b)));
        let unique = ranges.is_sorted_by(|a, b| text(a) != text(b));
        self.ranges.truncate(keys);
        self.texts.truncate(texts);
        unique
    }
}

/// Reads a body and tells what it meets, until it is told to stop or finds out that this is not JSON.
pub(super) fn scan(
    body: &[u8],
    scratch: &mut JsonScratch,
    tell: &mut impl FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Malformed> {
    let JsonScratch { text, containers, keys } = scratch;
    containers.clear();
    keys.ranges.clear();
    keys.texts.clear();
    let mut at = 0;
    let mut begun = false;
    loop {
        // between values commas and colons count for nothing, so that it does not matter if they are missing
        let rest = body.get(at..).unwrap_or_default();
        let is_between = |byte: &&u8| {
            matches!(byte, b' ' | b'\t' | b'\n' | b'\r') || (!containers.is_empty() && matches!(byte, b',' | b':'))
        };
        at += rest.iter().take_while(is_between).count();
        let malformed = |problem| Err(Malformed { at, problem });
        let Some(byte) = body.get(at) else {
            return match (begun, containers.is_empty()) {
                (true, true) => Ok(ControlFlow::Continue(())),
                _ => malformed(Problem::Truncated),
            };
        };
        let event = match (byte, containers.last_mut()) {
            (b'{' | b'[', None) if begun => return malformed(Problem::Character),
            (_, None) if begun => return malformed(Problem::Character),
            (b'{' | b'[', container) => {
                match container {
                    Some(Container::Object { key: true, .. }) => return malformed(Problem::Character),
                    Some(Container::Object { key, .. }) => *key = true,
                    Some(Container::Array) | None => {}
                }
                if containers.len() == DEPTH_MAX {
                    return malformed(Problem::Depth);
                }
                begun = true;
                at += 1;
                let array = *byte == b'[';
                containers.push(if array {
                    Container::Array
                } else {
                    Container::Object { key: true, keys: keys.ranges.len(), texts: keys.texts.len() }
                });
                Event::Open(array)
            }
            (_, None) => return malformed(Problem::Root),
            (b']', Some(Container::Array)) => {
                containers.pop();
                at += 1;
                Event::Close
            }
            // a key without a value is let pass
            (b'}', Some(Container::Object { keys: first, texts, .. })) => {
                let (first, texts) = (*first, *texts);
                if !keys.close(first, texts) {
                    return malformed(Problem::DuplicateKey);
                }
                containers.pop();
                at += 1;
                Event::Close
            }
            (b'"', Some(container)) => {
                let (text, end) = text::read(body, at + 1, text)?;
                at = end;
                match container {
                    Container::Object { key: key @ true, .. } => {
                        *key = false;
                        keys.push(text);
                        Event::Key(text)
                    }
                    Container::Object { key, .. } => {
                        *key = true;
                        Event::Value(text)
                    }
                    Container::Array => Event::Value(text),
                }
            }
            (_, Some(container)) => {
                match container {
                    Container::Object { key: true, .. } => return malformed(Problem::Character),
                    Container::Object { key, .. } => *key = true,
                    Container::Array => {}
                }
                let word = word(body, at)?;
                at += word.len();
                Event::Value(word)
            }
        };
        if tell(event).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// A number, `true`, `false` or `null`.
fn word(body: &[u8], at: usize) -> Result<&[u8], Malformed> {
    let rest = body.get(at..).unwrap_or_default();
    let length =
        rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
    let word = rest.get(..length).unwrap_or_default();
    if matches!(word, b"true" | b"false" | b"null") || is_number(word) {
        return Ok(word);
    }
    let ends = length == rest.len();
    let begins = |whole: &[u8]| !word.is_empty() && whole.starts_with(word);
    let short = ends
        && (begins(b"true")
            || begins(b"false")
            || begins(b"null")
            || matches!(word, [.., b'-' | b'.' | b'e' | b'E' | b'+']));
    let problem = if short { Problem::Truncated } else { Problem::Character };
    Err(Malformed { at: if short { body.len() } else { at }, problem })
}

fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let word = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(word);
    if whole == 0 || (whole > 1 && word.starts_with(b"0")) {
        return false;
    }
    let mut rest = word.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = fraction.get(count..).unwrap_or_default();
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}
