use super::Outcome;

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    buffer.clear();
    let good = input.iter().map_while(|byte| value(*byte));
    write(good, buffer);
    Outcome::Written
}

pub(super) fn decode_ext(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    buffer.clear();
    let good = input.iter().filter_map(|byte| value(*byte));
    write(good, buffer);
    Outcome::Written
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Writes each byte as soon as all of its bits are there, so that what is cut off is decoded as far as it goes.
fn write(values: impl Iterator<Item = u8>, buffer: &mut Vec<u8>) {
    let mut bits = 0_u16;
    let mut count = 0_u8;
    for value in values {
        bits = bits << 6 | u16::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            buffer.push(crate::bytes::low(bits >> count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    #[test]
    fn strict_stops_and_forgiving_goes_on() {
        let mut scratch = Scratch::default();
        assert_eq!(scratch.apply(&[T::Base64Decode], b"VGVzdENhc2U="), b"TestCase");
        assert_eq!(scratch.apply(&[T::Base64Decode], b"VGVz.dENhc2U="), b"Tes");
        assert_eq!(
            scratch.apply(&[T::Base64DecodeExt], b"P.HNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="),
            b"<script>alert(1)</script>"
        );
        assert_eq!(scratch.apply(&[T::Base64DecodeExt], b"!?"), b"");
    }
}
