use memchr::{memchr2, memchr2_iter};

use super::{Outcome, copy_until, start};
use crate::bytes::hex_pair;

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    buffer.clear();
    pairs(input, buffer);
    Outcome::Written
}

pub(super) fn decode_sql(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let literal = |text: &[u8]| {
        // `x` is the rarer of the two
        memchr2_iter(b'x', b'X', text).find_map(|at| {
            let from = at.checked_sub(1)?;
            matches!(text.get(from..), Some([b'0', _, a, b, ..]) if hex_pair(*a, *b).is_some()).then_some(from)
        })
    };
    if memchr2(b'x', b'X', input).is_none() {
        return Outcome::Same;
    }
    let Some(at) = literal(input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let after = pairs(rest.get(2..).unwrap_or_default(), buffer);
        let Some(next) = copy_until(after, literal(after), buffer) else { return Outcome::Written };
        rest = next;
    }
}

/// Writes the bytes of the pairs of digits at the front; returns the rest.
fn pairs<'a>(mut input: &'a [u8], buffer: &mut Vec<u8>) -> &'a [u8] {
    while let [a, b, rest @ ..] = input {
        let Some(byte) = hex_pair(*a, *b) else { break };
        buffer.push(byte);
        input = rest;
    }
    input
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    #[test]
    fn decoding_stops_at_what_is_no_pair() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::HexDecode], b"5465737443617365"), b"TestCase");
        assert_eq!(scratch.apply(&[T::HexDecode], b"546zz4"), b"T");
        assert_eq!(scratch.apply(&[T::HexDecode], b"a"), b"");
    }

    #[test]
    fn literals_are_decoded_where_they_stand() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::SqlHexDecode], b"0x414243"), b"ABC");
        assert_eq!(scratch.apply(&[T::SqlHexDecode], b"a=0X4142, 0x4 00x43x"), b"a=AB, 0x4 0Cx");
        assert_eq!(scratch.apply(&[T::SqlHexDecode], b"0x0x41"), b"0xA");
    }
}
