//! The order of one part of a version, an upstream version or a revision.

use std::cmp::Ordering;

/// Rank of the end of a run of non-digits: after `~`, before everything else.
pub(super) const END: u8 = 1;

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

pub(super) fn rank_of(byte: u8) -> u8 {
    RANK.get(usize::from(byte)).copied().unwrap_or(u8::MAX)
}

/// Orders two upstream parts or two revisions.
pub(super) fn compare_parts(mut left: &[u8], mut right: &[u8]) -> Ordering {
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
