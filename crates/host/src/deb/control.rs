//! Reads deb822 text: the paragraphs of `Packages`, `Release` and `/var/lib/dpkg/status` (deb822(5)).
//!
//! The scanner looks for wanted fields only and lends their bytes, so that its speed is that of finding line ends.
//! It accepts what apt accepts (field names in any case, lines that end with CR LF, continuation lines) and reports
//! what is malformed with its line, going on with the rest.

use std::borrow::Cow;

use memchr::memchr;

/// Fields in one [`Wanted`].
pub const WANTED_MAX: usize = 32;

/// The fields to look for, prepared once.
#[derive(Debug)]
pub struct Wanted<const N: usize> {
    names: [&'static str; N],
    /// For each first byte of a field name, the wanted fields that start so, as bits.
    first: [u32; 256],
}

impl<const N: usize> Wanted<N> {
    /// Looks for `names`, in any case; values come back in this order. At most [`WANTED_MAX`], which is checked when the
    /// program is compiled if this stands in a `static`.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "for statics: loops below the bounds"
    )]
    pub const fn new(names: [&'static str; N]) -> Self {
        assert!(N <= WANTED_MAX, "more fields than bits");
        let mut first = [0; 256];
        let mut field = 0;
        while field < N {
            let byte = names[field].as_bytes()[0];
            first[byte.to_ascii_lowercase() as usize] |= 1 << field as u32;
            first[byte.to_ascii_uppercase() as usize] |= 1 << field as u32;
            field += 1;
        }
        Self { names, first }
    }

    fn find(&self, name: &[u8]) -> Option<usize> {
        let mut candidates = self.first.get(usize::from(*name.first()?)).copied()?;
        while candidates != 0 {
            let field = candidates.trailing_zeros() as usize;
            let wanted = self.names.get(field)?.as_bytes();
            if wanted == name || wanted.eq_ignore_ascii_case(name) {
                return Some(field);
            }
            candidates &= candidates - 1;
        }
        None
    }
}

/// One paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza<'a, const N: usize> {
    /// The wanted values, without space around them; the lines of a folded one as they are. `None`: not there.
    pub values: [Option<&'a [u8]>; N],
    /// Where it starts, counted from 1.
    pub line: u64,
    /// The first thing wrong with it; the rest was read all the same.
    pub fault: Option<Fault>,
}

impl<'a, const N: usize> Stanza<'a, N> {
    /// The values, empty where there is none.
    #[must_use]
    pub fn or_empty(&self) -> [&'a [u8]; N] {
        self.values.map(Option::unwrap_or_default)
    }
}

/// What is malformed, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct Fault {
    /// Counted from 1.
    pub line: u64,
    /// What.
    pub kind: FaultKind,
}

/// What can be malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Neither a field nor a continuation line.
    #[error("a line without a colon")]
    NoColon,
    /// A continuation line where no field has begun.
    #[error("a continuation line before any field")]
    Continuation,
    /// A wanted field for the second time; the first one counts.
    #[error("a field for the second time")]
    Twice,
    /// A wanted value with bytes that are not UTF-8; they were replaced.
    #[error("a value that is not UTF-8")]
    Text,
    /// A paragraph without a field that it must have; it could not be used.
    #[error("a paragraph without `{0}`")]
    Absent(&'static str),
    /// A value that this reader does not know; the paragraph could not be used.
    #[error("a value of `{0}` that is not known")]
    Unknown(&'static str),
    /// A paragraph, or a value, above the limit; it could not be used.
    #[error("a paragraph that is too long")]
    Long,
}

/// What was malformed in one text: all counted, the first few kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// How many.
    pub total: u64,
    /// The first [`Faults::KEPT_MAX`] of them.
    pub kept: Vec<Fault>,
}

impl Faults {
    /// How many are kept; the rest are counted, so that a hostile text cannot grow a report without bound.
    pub const KEPT_MAX: usize = 20;

    /// Adds one.
    pub fn push(&mut self, fault: Fault) {
        self.total += 1;
        if self.kept.len() < Self::KEPT_MAX {
            self.kept.push(fault);
        }
    }
}

/// A value as text; bytes that are not UTF-8 are replaced, and reported as a fault of `line`.
pub fn text<'a>(bytes: &'a [u8], line: u64, faults: &mut Faults) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(bytes);
    if let Cow::Owned(_) = text {
        faults.push(Fault { line, kind: FaultKind::Text });
    }
    text
}

/// Walks over the paragraphs of a text, or of a piece of one.
#[derive(Debug)]
pub struct Scanner<'a, 'w, const N: usize> {
    wanted: &'w Wanted<N>,
    text: &'a [u8],
    /// Bytes before the next paragraph.
    consumed: usize,
    /// Line of the next paragraph, counted from 1.
    line: u64,
    /// More text follows: a paragraph at the end that no blank line closes is left for later.
    more: bool,
}

impl<'a, 'w, const N: usize> Scanner<'a, 'w, N> {
    /// Over a whole text.
    #[must_use]
    pub fn new(wanted: &'w Wanted<N>, text: &'a [u8]) -> Self {
        Self { wanted, text, consumed: 0, line: 1, more: false }
    }

    /// Over a piece that starts where a paragraph starts, at `line`. With `more`, a paragraph at its end that no blank
    /// line closes is not returned: put the bytes after [`Scanner::consumed`] before the next piece.
    #[must_use]
    pub fn piece(wanted: &'w Wanted<N>, text: &'a [u8], line: u64, more: bool) -> Self {
        Self { wanted, text, consumed: 0, line, more }
    }

    /// Bytes that need not be seen again.
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.consumed
    }

    /// Line of the next paragraph, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The line that starts at `at`, without its end, and where the next one starts; `None` if more text may belong to it.
    fn line_at(&self, at: usize) -> Option<(&'a [u8], usize)> {
        let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
        match memchr(b'\n', rest) {
            Some(length) => Some((rest.get(..length).unwrap_or_default(), at + length + 1)),
            None if self.more => None,
            None => Some((rest, self.text.len())),
        }
    }
}

impl<'a, const N: usize> Iterator for Scanner<'a, '_, N> {
    type Item = Stanza<'a, N>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((b"" | b"\r", next)) = self.line_at(self.consumed) {
            self.consumed = next;
            self.line += 1;
        }
        let start = self.consumed;
        let mut at = start;
        let mut line = self.line;
        let mut stanza = Stanza { values: [None; N], line, fault: None };
        // The wanted field that a continuation line belongs to, and where its value starts.
        let mut open: Option<(usize, usize)> = None;
        let mut any_field = false;
        loop {
            let Some((text, next)) = self.line_at(at) else {
                if self.more || at == start {
                    return None;
                }
                break;
            };
            match text.first() {
                None => {
                    (at, line) = (next, line + 1);
                    break;
                }
                Some(b'\r') if text.len() == 1 => {
                    (at, line) = (next, line + 1);
                    break;
                }
                Some(b' ' | b'\t') => {
                    if let Some((field, value)) = open {
                        let folded = self.text.get(value..at + text.len()).unwrap_or_default();
                        set(&mut stanza.values, field, folded.trim_ascii());
                    } else if !any_field {
                        stanza.fault.get_or_insert(Fault { line, kind: FaultKind::Continuation });
                    }
                }
                Some(_) => {
                    open = None;
                    match colon(text) {
                        Some(length) => {
                            any_field = true;
                            let name = text.get(..length).unwrap_or_default();
                            if let Some(field) = self.wanted.find(name) {
                                if stanza.values.get(field).copied().flatten().is_some() {
                                    stanza.fault.get_or_insert(Fault { line, kind: FaultKind::Twice });
                                } else {
                                    let value = text.get(length + 1..).unwrap_or_default();
                                    set(&mut stanza.values, field, value.trim_ascii());
                                    open = Some((field, at + length + 1));
                                }
                            }
                        }
                        None => {
                            stanza.fault.get_or_insert(Fault { line, kind: FaultKind::NoColon });
                        }
                    }
                }
            }
            (at, line) = (next, line + 1);
        }
        (self.consumed, self.line) = (at, line);
        Some(stanza)
    }
}

fn set<'a, const N: usize>(values: &mut [Option<&'a [u8]>; N], field: usize, value: &'a [u8]) {
    if let Some(slot) = values.get_mut(field) {
        *slot = Some(value);
    }
}

/// Length of the field name that the line starts with: printable characters up to a colon. Eight bytes at a time; names
/// are too short for a vector search to pay.
fn colon(line: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let (eights, rest) = line.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // The top bit of each byte that is zero after the colon was taken out, or that is a space or a control character.
        // Above the first such byte others may be marked wrongly, so only the first one counts.
        let colons = word ^ (ONES * b':' as u64);
        let colons = colons.wrapping_sub(ONES) & !colons;
        let spaces = word.wrapping_sub(ONES * 0x21) & !word;
        let marks = (colons | spaces) & TOPS;
        if marks != 0 {
            let length = 8 * at + marks.trailing_zeros() as usize / 8;
            return (length > 0 && line.get(length) == Some(&b':')).then_some(length);
        }
    }
    let (at, byte) = rest.iter().enumerate().find(|(_, byte)| **byte == b':' || **byte < 0x21)?;
    let length = line.len() - rest.len() + at;
    (length > 0 && *byte == b':').then_some(length)
}

#[cfg(test)]
mod tests;
