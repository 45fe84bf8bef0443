//! A version encoded once, so that comparing two of them is comparing bytes.
//!
//! Each part is written as a sequence of codes and closed by [`CLOSE`]; no key is a proper prefix of another, so zero
//! padding cannot make two different versions equal.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | `~` |
//! | 1 | end of the part |
//! | 2 to 151 | end of a run of non-digits, followed by the number 0 to 149 |
//! | 152 to 165 | the same, a number of 3 to 16 digits, which follow |
//! | 166 | the same, a longer number: count of digits in four bytes, then the digits |
//! | 167 to 218 | letters, in the order of ASCII |
//! | 219 to 249 | other characters, in the order of ASCII |

use super::Version;
use super::order::{END, rank_of};

/// A version prepared for comparison: `a.key().cmp(&b.key())` is `a.cmp(&b)`. 32 bytes; nearly all versions fit into the
/// first 16, and then comparing two is comparing two integers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey {
    /// The first 16 bytes, the first one the most significant, padded with zeros.
    head: u128,
    /// The rest, usually empty.
    tail: Box<[u8]>,
}

const TILDE: u8 = 0;
const CLOSE: u8 = 1;
const NUMBER: u8 = 2;
const NUMBER_MAX: u8 = 149;
const DIGITS: u8 = 152;
const DIGITS_MIN: u8 = 3;
const DIGITS_MAX: usize = 16;
const LONG: u8 = 166;
const CHARACTERS: u8 = 167;

impl VersionKey {
    pub(super) fn new(version: &Version<'_>) -> Self {
        let mut out = Writer { head: 0, used: 0, tail: Vec::new() };
        out.epoch(version.epoch);
        out.part(version.upstream);
        out.part(version.revision_or_zero());
        Self { head: out.head, tail: out.tail.into_boxed_slice() }
    }
}

struct Writer {
    head: u128,
    used: u32,
    tail: Vec<u8>,
}

impl Writer {
    fn push(&mut self, byte: u8) {
        if self.used < u128::BITS {
            self.used += u8::BITS;
            self.head |= u128::from(byte) << (u128::BITS - self.used);
        } else {
            self.tail.push(byte);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte);
        }
    }

    /// One byte for all epochs in use; 255 announces four more.
    fn epoch(&mut self, epoch: u32) {
        match u8::try_from(epoch) {
            Ok(small) if small < u8::MAX => self.push(small),
            _ => {
                self.push(u8::MAX);
                self.extend(&epoch.to_be_bytes());
            }
        }
    }

    fn part(&mut self, mut part: &[u8]) {
        while !part.is_empty() {
            while let [first, rest @ ..] = part {
                match rank_of(*first) {
                    END => break,
                    TILDE => self.push(TILDE),
                    rank => self.push(CHARACTERS + (rank - END - 1)),
                }
                part = rest;
            }
            while let [b'0', rest @ ..] = part {
                part = rest;
            }
            let count = part.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (digits, rest) = part.split_at_checked(count).unwrap_or((part, &[]));
            self.number(digits);
            part = rest;
        }
        self.push(CLOSE);
    }

    /// `digits` has no leading zero; empty means 0.
    fn number(&mut self, digits: &[u8]) {
        let small = match *digits {
            [] => Some(0),
            [a] => Some(a - b'0'),
            [a, b] => Some((a - b'0') * 10 + (b - b'0')),
            [b'1', b, c] if b < b'5' => Some(100 + (b - b'0') * 10 + (c - b'0')),
            _ => None,
        };
        if let Some(small) = small {
            debug_assert!(small <= NUMBER_MAX, "149 is the largest number with a code of its own");
            self.push(NUMBER + small);
            return;
        }
        match u8::try_from(digits.len()) {
            Ok(count) if digits.len() <= DIGITS_MAX => self.push(DIGITS + (count - DIGITS_MIN)),
            _ => {
                self.push(LONG);
                self.extend(&u32::try_from(digits.len()).unwrap_or(u32::MAX).to_be_bytes());
            }
        }
        self.extend(digits);
    }
}
