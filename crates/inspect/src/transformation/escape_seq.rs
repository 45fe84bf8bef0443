use memchr::memchr;

use super::{Outcome, copy_until, start};
use crate::bytes::{hex_pair, is_octal, low, octal};

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = memchr(b'\\', input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let (byte, tail) = match rest {
            [_, b'x' | b'X', a, b, tail @ ..] if hex_pair(*a, *b).is_some() => {
                (hex_pair(*a, *b).unwrap_or_default(), tail)
            }
            [_, digit, ..] if is_octal(*digit) => {
                let digits = rest.get(1..).unwrap_or_default();
                let (value, count) = octal(digits);
                (low(value), digits.get(count..).unwrap_or_default())
            }
            // of what is no sequence only the backslash goes
            [_, escaped, tail @ ..] => (single(*escaped).unwrap_or(*escaped), tail),
            [byte, tail @ ..] => (*byte, tail),
            [] => return Outcome::Written,
        };
        buffer.push(byte);
        let Some(tail) = copy_until(tail, memchr(b'\\', tail), buffer) else { return Outcome::Written };
        rest = tail;
    }
}

/// The control characters that have a letter, in C and in JavaScript.
pub(super) const fn single(letter: u8) -> Option<u8> {
    Some(match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        _ => return None,
    })
}
