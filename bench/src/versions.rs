//! Comparison of Debian versions: as written, split once, and prepared as keys.

use std::cmp::Ordering;
use std::path::Path;
use std::time::Duration;

use bartizan_host::deb::version::{Version, VersionKey, compare};

use crate::{Failure, clock};

const AT_LEAST: Duration = Duration::from_millis(400);

/// Prints pairs a second of processor time, and a checksum of the signs that a peer can compute too.
///
/// # Errors
/// A line is not a pair, or a version cannot be read.
pub(crate) fn measure(path: &Path) -> Result<serde_json::Value, Failure> {
    let text = std::fs::read_to_string(path)?;
    let pairs: Vec<(&str, &str)> = text
        .lines()
        .map(|line| line.split_once('\t').ok_or("a line holds two versions with a tab between"))
        .collect::<Result<_, _>>()?;
    let split: Vec<(Version<'_>, Version<'_>)> =
        pairs.iter().map(|(a, b)| Ok((Version::parse(a)?, Version::parse(b)?))).collect::<Result<_, Failure>>()?;
    let keys: Vec<(VersionKey, VersionKey)> = split.iter().map(|(a, b)| (a.key(), b.key())).collect();

    let direct_check = signs(pairs.iter().map(|(a, b)| compare(a, b).unwrap_or(Ordering::Equal)));
    let split_check = signs(split.iter().map(|(a, b)| a.cmp(b)));
    let key_check = signs(keys.iter().map(|(a, b)| a.cmp(b)));
    if direct_check != split_check || direct_check != key_check {
        return Err("the three ways to compare disagree".into());
    }

    // Counting is the least that keeps the comparisons from being left out.
    let less = |ordering| usize::from(ordering == Ordering::Less);
    let (direct, _) = clock::median(AT_LEAST, || {
        pairs.iter().map(|(a, b)| usize::from(compare(a, b) == Ok(Ordering::Less))).sum::<usize>()
    })?;
    let (parsed, _) = clock::median(AT_LEAST, || split.iter().map(|(a, b)| less(a.cmp(b))).sum::<usize>())?;
    let (prepared, _) = clock::median(AT_LEAST, || keys.iter().map(|(a, b)| less(a.cmp(b))).sum::<usize>())?;
    let (preparing, _) =
        clock::median(AT_LEAST, || pairs.iter().filter_map(|(a, _)| Some(Version::parse(a).ok()?.key())).count())?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred thousand pairs")]
    let rate = |time: Duration| pairs.len() as f64 / time.as_secs_f64();
    Ok(serde_json::json!({
        "direct": rate(direct), "split": rate(parsed), "prepared": rate(prepared), "preparing": rate(preparing),
        "pairs": pairs.len(), "check": format!("{direct_check:016x}"),
    }))
}

/// A checksum of signs in their order: FNV-1a over `-`, `0` and `+`.
fn signs(orderings: impl Iterator<Item = Ordering>) -> u64 {
    let mut sum = Fnv::default();
    for ordering in orderings {
        sum.add(match ordering {
            Ordering::Less => b"-",
            Ordering::Equal => b"0",
            Ordering::Greater => b"+",
        });
    }
    sum.0
}

/// FNV-1a of 64 bits: a checksum that a peer in another language has in two lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fnv(pub(crate) u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        let mut sum = Fnv::default();
        sum.add(b"foobar");
        assert_eq!(sum.0, 0x8594_4171_f739_67e8);
        assert_ne!(signs([Ordering::Less].into_iter()), signs([Ordering::Greater].into_iter()));
    }
}
