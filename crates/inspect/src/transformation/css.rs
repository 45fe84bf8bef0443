use memchr::memchr;

use super::{Outcome, copy_until, start};
use crate::bytes::{hex_digit, is_space};

/// How many digits an escape has at most.
const DIGITS_MAX: usize = 6;

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = memchr(b'\\', input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let escaped = rest.get(1..).unwrap_or_default();
        let count = escaped.iter().take(DIGITS_MAX).take_while(|byte| hex_digit(**byte).is_some()).count();
        let (digits, after) = escaped.split_at_checked(count).unwrap_or((escaped, &[]));
        let tail = match (digits, after) {
            ([], [b'\n', tail @ ..]) => tail,
            ([], [byte, tail @ ..]) => {
                buffer.push(*byte);
                tail
            }
            ([], []) => return Outcome::Written,
            (digits, tail) => {
                buffer.push(character(digits));
                // one white space ends an escape and belongs to it
                if tail.first().is_some_and(|byte| is_space(*byte)) { tail.get(1..).unwrap_or_default() } else { tail }
            }
        };
        let Some(tail) = copy_until(tail, memchr(b'\\', tail), buffer) else { return Outcome::Written };
        rest = tail;
    }
}

/// The byte of the last two digits; full-width forms of ASCII become ASCII.
fn character(digits: &[u8]) -> u8 {
    let value =
        digits.iter().filter_map(|byte| hex_digit(*byte)).fold(0_u32, |value, digit| value << 4 | u32::from(digit));
    let low = value.to_le_bytes()[0];
    if digits.len() >= 4 && value >> 8 == 0xff && low > 0 && low < 0x5f { low + 0x20 } else { low }
}
