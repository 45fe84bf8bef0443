//! The order of Debian versions: deb-version(7), as dpkg and libapt carry it out.
//!
//! A version is `[epoch:]upstream[-revision]`. The parts are compared one after the other; an absent epoch is 0 and an
//! absent revision is `0`. Within a part, runs of non-digits and of digits alternate, starting with non-digits. In a run
//! of non-digits `~` sorts before the end of the run, letters after it, and everything else after letters. Runs of
//! digits compare as numbers of any length; an empty one is 0, so `1.` equals `1.0`.

mod key;
mod order;

use std::cmp::Ordering;

pub use key::VersionKey;

use order::compare_parts;

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

#[cfg(test)]
mod tests;
