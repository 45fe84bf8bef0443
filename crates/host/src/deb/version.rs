//! The order of Debian versions: deb-version(7), as dpkg and libapt carry it out.
//!
//! A version is `[epoch:]upstream[-revision]`. The parts are compared one after the other; an absent epoch is 0 and an
//! absent revision is `0`. Within a part, runs of non-digits and of digits alternate, starting with non-digits. In a run
//! of non-digits `~` sorts before the end of the run, letters after it, and everything else after letters. Runs of
//! digits compare as numbers of any length; an empty one is 0, so `1.` equals `1.0`.

mod key;

use std::cmp::Ordering;

pub use key::VersionKey;

/// Bytes in the longest version that is read; real ones stay under 100.
pub const VERSION_BYTES_MAX: usize = 4096;

/// A version, split into its parts. Equality is that of the order: `1.0` equals `0:1.0-0`.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    epoch: u32,
    upstream: &'a [u8],
    /// `None` when there is no hyphen. After a bare trailing hyphen it is empty, which dpkg refuses to install but
    /// libapt orders: before `0`, after `~`.
    revision: Option<&'a [u8]>,
}

/// Why a text is no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Nothing before the epoch, between epoch and revision, or at all.
    #[error("the version has no upstream part; write it as `[epoch:]upstream[-revision]`")]
    Empty,
    /// What stands before the first colon is not a number, or one that dpkg would not store.
    #[error("the epoch before `:` must be a number from 0 to 2147483647")]
    Epoch,
    /// A space, a control character or a character outside ASCII.
    #[error("a version holds only printable ASCII characters without spaces")]
    Character,
    /// Longer than [`VERSION_BYTES_MAX`].
    #[error("a version holds at most 4096 characters")]
    Length,
}

impl<'a> Version<'a> {
    /// Splits `text`.
    ///
    /// # Errors
    /// See [`VersionError`]. Characters that Debian policy does not allow, but that dpkg only warns about (such as `_`),
    /// are taken, because packages with them are installed and have to be judged.
    pub fn parse(text: &'a str) -> Result<Self, VersionError> {
        Self::parse_bytes(text.as_bytes())
    }

    /// As [`Version::parse`], for text that has not been checked to be UTF-8.
    ///
    /// # Errors
    /// See [`VersionError`].
    pub fn parse_bytes(text: &'a [u8]) -> Result<Self, VersionError> {
        if text.len() > VERSION_BYTES_MAX {
            return Err(VersionError::Length);
        }
        let Marks { colon, hyphen } = marks(text).ok_or(VersionError::Character)?;
        let (epoch, rest) = match colon.and_then(|at| text.split_at_checked(at)) {
            Some((digits, rest)) => (epoch(digits)?, rest.get(1..).unwrap_or_default()),
            None => (0, text),
        };
        // Counted from the end, so that the epoch need not be taken off. A hyphen inside the epoch was refused above.
        let after_hyphen = hyphen.map(|at| text.len() - at - 1);
        let (upstream, revision) = match after_hyphen {
            Some(length) => match rest.split_at_checked(rest.len().saturating_sub(length)) {
                Some((upstream, revision)) => (upstream.strip_suffix(b"-").unwrap_or(upstream), Some(revision)),
                None => (rest, None),
            },
            None => (rest, None),
        };
        if upstream.is_empty() {
            return Err(VersionError::Empty);
        }
        Ok(Self { epoch, upstream, revision })
    }

    /// The epoch; 0 when there is none.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Between epoch and revision.
    #[must_use]
    pub fn upstream(&self) -> &'a str {
        std::str::from_utf8(self.upstream).unwrap_or_default()
    }

    /// After the last hyphen; `None` when there is none.
    #[must_use]
    pub fn revision(&self) -> Option<&'a str> {
        self.revision.map(|bytes| std::str::from_utf8(bytes).unwrap_or_default())
    }

    /// A prepared form whose plain comparison is this order: worth making for a version that is compared more than once.
    #[must_use]
    pub fn key(&self) -> VersionKey {
        VersionKey::new(self)
    }

    fn revision_or_zero(&self) -> &'a [u8] {
        self.revision.unwrap_or(b"0")
    }
}

/// Compares two versions as written.
///
/// # Errors
/// Either is no version.
pub fn compare(left: &str, right: &str) -> Result<Ordering, VersionError> {
    Ok(Version::parse(left)?.cmp(&Version::parse(right)?))
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_parts(self.upstream, other.upstream))
            .then_with(|| compare_parts(self.revision_or_zero(), other.revision_or_zero()))
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

/// Where a version is split: at its first colon and its last hyphen.
struct Marks {
    colon: Option<usize>,
    hyphen: Option<usize>,
}

/// Looks at eight bytes at a time; `None` if one of them is not printable ASCII.
fn marks(text: &[u8]) -> Option<Marks> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x80 * ONES;
    // The top bit of each byte that equals `byte`; right only where no byte has its own top bit set.
    let equal = |word: u64, byte: u8| TOPS & !((word ^ (ONES * u64::from(byte))) + (TOPS - ONES));
    let mut marks = Marks { colon: None, hyphen: None };
    let mut printable = TOPS;
    let mut look = |at: usize, eight: [u8; 8]| {
        let word = u64::from_le_bytes(eight);
        // Neither below `!` nor DEL nor outside ASCII. The sums stay inside their bytes where the top bits are clear.
        let ascii = word & !TOPS;
        printable &= (ascii + ONES * (0x80 - 0x21)) & !(ascii + ONES) & !word;
        let (colons, hyphens) = (equal(ascii, b':'), equal(ascii, b'-'));
        if colons != 0 && marks.colon.is_none() {
            marks.colon = Some(at + colons.trailing_zeros() as usize / 8);
        }
        if hyphens != 0 {
            marks.hyphen = Some(at + 7 - hyphens.leading_zeros() as usize / 8);
        }
    };
    let (eights, rest) = text.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        look(8 * at, *eight);
    }
    if !rest.is_empty() {
        let mut eight = [b'0'; 8];
        for (to, from) in eight.iter_mut().zip(rest) {
            *to = *from;
        }
        look(8 * eights.len(), eight);
    }
    (printable == TOPS).then_some(marks)
}

fn epoch(digits: &[u8]) -> Result<u32, VersionError> {
    if digits.is_empty() {
        return Err(VersionError::Epoch);
    }
    let mut value = 0_u32;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(VersionError::Epoch);
        }
        value = value
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(u32::from(digit - b'0')))
            .filter(|value| i32::try_from(*value).is_ok())
            .ok_or(VersionError::Epoch)?;
    }
    Ok(value)
}

/// Rank of the end of a run of non-digits: after `~`, before everything else.
const END: u8 = 1;

/// The rank of each byte inside a run of non-digits; a digit ends the run.
static RANK: [u8; 256] = rank();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated at compile time, index below 256"
)]
const fn rank() -> [u8; 256] {
    let mut table = [0; 256];
    let mut letters = END + 1;
    let mut others = END + 1 + 52;
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        table[byte] = if character == b'~' {
            0
        } else if character.is_ascii_digit() {
            END
        } else if character.is_ascii_alphabetic() {
            letters += 1;
            letters - 1
        } else if character.is_ascii_graphic() {
            others += 1;
            others - 1
        } else {
            u8::MAX
        };
        byte += 1;
    }
    table
}

fn rank_of(byte: u8) -> u8 {
    RANK.get(usize::from(byte)).copied().unwrap_or(u8::MAX)
}

/// Orders two upstream parts or two revisions.
fn compare_parts(mut left: &[u8], mut right: &[u8]) -> Ordering {
    // An empty part is libapt's own case: it equals only itself, not `0`.
    match (left.first(), right.first()) {
        (None, None) => return Ordering::Equal,
        (None, Some(first)) => return if *first == b'~' { Ordering::Greater } else { Ordering::Less },
        (Some(first), None) => return if *first == b'~' { Ordering::Less } else { Ordering::Greater },
        (Some(_), Some(_)) => {}
    }
    skip_common(&mut left, &mut right);
    loop {
        loop {
            let rank = |text: &[u8]| text.first().map_or(END, |byte| rank_of(*byte));
            let (left_rank, right_rank) = (rank(left), rank(right));
            if left_rank != right_rank {
                return left_rank.cmp(&right_rank);
            }
            if left_rank == END {
                break;
            }
            left = left.get(1..).unwrap_or_default();
            right = right.get(1..).unwrap_or_default();
        }
        if left.is_empty() && right.is_empty() {
            return Ordering::Equal;
        }
        match compare_numbers(&mut left, &mut right) {
            Ordering::Equal => {}
            decided => return decided,
        }
    }
}

/// Takes off what both start with, as far as that ends outside a number: comparing a run of non-digits remembers nothing.
fn skip_common(left: &mut &[u8], right: &mut &[u8]) {
    let mut common = left.iter().zip(right.iter()).take_while(|(a, b)| a == b).count();
    while let Some(before) = common.checked_sub(1)
        && left.get(before).is_some_and(u8::is_ascii_digit)
    {
        common = before;
    }
    *left = left.get(common..).unwrap_or_default();
    *right = right.get(common..).unwrap_or_default();
}

/// Takes a number of any length off each side and compares them.
fn compare_numbers(left: &mut &[u8], right: &mut &[u8]) -> Ordering {
    skip_zeros(left);
    skip_zeros(right);
    let mut first_difference = Ordering::Equal;
    loop {
        match (digit(left), digit(right)) {
            (Some(a), Some(b)) => first_difference = first_difference.then(a.cmp(&b)),
            (Some(_), None) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (None, None) => return first_difference,
        }
    }
}

fn skip_zeros(text: &mut &[u8]) {
    while let [b'0', rest @ ..] = *text {
        *text = rest;
    }
}

fn digit(text: &mut &[u8]) -> Option<u8> {
    match *text {
        [first, rest @ ..] if first.is_ascii_digit() => {
            *text = rest;
            Some(*first)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
