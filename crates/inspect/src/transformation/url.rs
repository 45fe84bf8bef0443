use memchr::memchr2;

use super::{Outcome, copy_until, start};
use crate::bytes::{hex_pair, narrow};

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    percent(input, buffer, |_| None)
}

pub(super) fn decode_uni(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    percent(input, buffer, |sequence| match sequence {
        [_, b'u' | b'U', a, b, c, d, rest @ ..] => Some((narrow(hex_pair(*a, *b)?, hex_pair(*c, *d)?), rest)),
        _ => None,
    })
}

/// Decodes `+`, `%HH` and whatever else `more` knows at a percent sign.
fn percent(input: &[u8], buffer: &mut Vec<u8>, more: impl Fn(&[u8]) -> Option<(u8, &[u8])>) -> Outcome {
    let Some(at) = memchr2(b'%', b'+', input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let (byte, tail) = match rest {
            [b'+', tail @ ..] => (b' ', tail),
            [b'%', a, b, tail @ ..] if hex_pair(*a, *b).is_some() => (hex_pair(*a, *b).unwrap_or_default(), tail),
            [first, tail @ ..] => more(rest).unwrap_or((*first, tail)),
            [] => return Outcome::Written,
        };
        buffer.push(byte);
        // most sequences stand in rows
        if matches!(tail, [b'%' | b'+', ..]) {
            rest = tail;
            continue;
        }
        let Some(tail) = copy_until(tail, memchr2(b'%', b'+', tail), buffer) else { return Outcome::Written };
        rest = tail;
    }
}
