use memchr::memchr;

use super::escape_seq::single;
use super::{Outcome, copy_until, start};
use crate::bytes::{hex_pair, is_octal, low, narrow, octal};

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    escapes(input, buffer, |escaped| Some(single(escaped).unwrap_or(escaped)))
}

pub(super) fn decode_ext(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    escapes(input, buffer, |escaped| matches!(escaped, b'\\' | b'/' | b'\'' | b'"').then_some(escaped))
}

/// Decodes numeric escapes, and others as `other` says; those that it does not know stay whole.
fn escapes(input: &[u8], buffer: &mut Vec<u8>, other: impl Fn(u8) -> Option<u8>) -> Outcome {
    let Some(at) = memchr(b'\\', input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let (byte, tail) = match rest {
            [_, b'u', a, b, c, d, tail @ ..] if hex_pair(*a, *b).is_some() && hex_pair(*c, *d).is_some() => {
                (narrow(hex_pair(*a, *b).unwrap_or_default(), hex_pair(*c, *d).unwrap_or_default()), tail)
            }
            [_, b'x', a, b, tail @ ..] if hex_pair(*a, *b).is_some() => (hex_pair(*a, *b).unwrap_or_default(), tail),
            [_, digit, ..] if is_octal(*digit) => {
                let digits = rest.get(1..).unwrap_or_default();
                let (mut value, mut count) = octal(digits);
                // a third digit that would not fit into a byte is not part of the escape
                if value > 0xff {
                    (value, count) = (value >> 3, 2);
                }
                (low(value), digits.get(count..).unwrap_or_default())
            }
            [backslash, escaped, tail @ ..] => match other(*escaped) {
                Some(byte) => (byte, tail),
                None => {
                    buffer.push(*backslash);
                    (*escaped, tail)
                }
            },
            [byte, tail @ ..] => (*byte, tail),
            [] => return Outcome::Written,
        };
        buffer.push(byte);
        let Some(tail) = copy_until(tail, memchr(b'\\', tail), buffer) else { return Outcome::Written };
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    #[test]
    fn the_extended_form_leaves_paths_alone() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::JsDecode], br"\u0041\x42\103\d\400"), b"ABCd 0");
        assert_eq!(
            scratch.apply(&[T::JsDecodeExt], br"\u0041\x42\103 C:\new\default\\x\'\/"),
            br"ABC C:\new\default\x'/"
        );
        assert_eq!(scratch.apply(&[T::JsDecodeExt], br"\uff1c\u\"), br"<\u\");
    }
}
