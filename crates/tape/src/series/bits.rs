//! Numbers of any width, packed without gaps, the lowest bit first.

use bytes::Bytes;

/// Numbers of so many bits are in eight bytes wherever they start in the first.
const WIDTH_OF_A_LOAD: usize = 57;

/// `count` numbers of `width` bits, at most 64, from place `start` on; zeros where there are none. The iterator knows its
/// length, so that a vector takes it without looking for room at each step.
pub(crate) fn numbers(bytes: &[u8], width: u32, start: usize, count: usize) -> impl Iterator<Item = u64> {
    let width = width.min(64) as usize;
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    (start..start + count).map(move |place| {
        let bit = place * width;
        let (byte, shift) = (bit / 8, bit % 8);
        let low = match bytes.get(byte..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => tail(bytes, byte),
        };
        let mut number = low >> shift;
        if width > WIDTH_OF_A_LOAD && shift + width > 64 {
            // the rest is in the ninth byte
            number |= u64::from(bytes.get(byte + 8).copied().unwrap_or(0)) << (64 - shift);
        }
        number & mask
    })
}

#[cold]
fn tail(bytes: &[u8], byte: usize) -> u64 {
    let rest = bytes.get(byte..).unwrap_or(&[]);
    rest.iter().take(8).rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// Bytes that are read from the front to the back, without keeping a count of who has them for each piece.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    bytes: Bytes,
    place: usize,
}

impl Reader {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, place: 0 }
    }

    /// The bytes from a place on that was passed.
    pub(crate) fn from(&self, place: usize) -> &[u8] {
        self.bytes.get(place..).unwrap_or(&[])
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.place
    }

    /// Passes so many bytes, and says where they are; `None` if there are fewer.
    pub(crate) fn pass(&mut self, count: usize) -> Option<usize> {
        let place = self.place;
        (count <= self.left()).then(|| self.place += count)?;
        Some(place)
    }

    /// The next bytes.
    pub(crate) fn take(&mut self, count: usize) -> Option<&[u8]> {
        let place = self.pass(count)?;
        self.bytes.get(place..place + count)
    }

    /// The next number of variable length.
    pub(crate) fn variable(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_are_unpacked() {
        for width in 0..=64_u32 {
            let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
            let numbers: Vec<u64> = (1..40_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & mask).collect();
            let mut bits: Vec<bool> = Vec::new();
            for number in &numbers {
                bits.extend((0..width).map(|bit| number >> bit & 1 == 1));
            }
            let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, bit| (byte << 1) | u8::from(*bit));
            let packed: Vec<u8> = bits.chunks(8).map(byte).collect();
            let found: Vec<u64> = super::numbers(&packed, width, 3, numbers.len() - 3).collect();
            assert_eq!(found, numbers[3..], "width {width}");
        }
    }

    #[test]
    fn numbers_of_variable_length_are_taken() {
        let mut reader = Reader::new(Bytes::from_static(&[0xe5, 0x8e, 0x26, 0x00, 0xff]));
        assert_eq!(reader.variable(), Some(624_485));
        assert_eq!(reader.variable(), Some(0));
        assert_eq!(reader.variable(), None);
        assert_eq!(Reader::new(Bytes::from_static(&[0xff; 11])).variable(), None);
        assert_eq!(Reader::new(Bytes::from_static(&[1, 2, 3])).take(4), None);
    }
}
