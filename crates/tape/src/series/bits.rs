//! Numbers of any width, packed without gaps, the lowest bit first.

use bytes::Bytes;

/// A list of packed numbers.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    bytes: Bytes,
    width: u32,
}

impl Packed {
    /// `bytes` hold numbers of `width` bits, at most 64.
    pub(crate) fn new(bytes: Bytes, width: u32) -> Self {
        Self { bytes, width: width.min(64) }
    }

    /// Hands out `count` numbers from place `start` on; zeros where there are none.
    pub(crate) fn each(&self, start: usize, count: usize, mut take: impl FnMut(u64)) {
        let width = self.width as usize;
        let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
        for place in start..start + count {
            let bit = place * width;
            let (byte, shift) = (bit / 8, bit % 8);
            let low = match self.bytes.get(byte..).and_then(|rest| rest.first_chunk::<8>()) {
                Some(chunk) => u64::from_le_bytes(*chunk),
                None => self.tail(byte),
            };
            let number = match shift + width {
                0..=64 => low >> shift,
                // the rest is in the ninth byte
                _ => (low >> shift) | (u64::from(self.bytes.get(byte + 8).copied().unwrap_or(0)) << (64 - shift)),
            };
            take(number & mask);
        }
    }

    #[cold]
    fn tail(&self, byte: usize) -> u64 {
        let rest = self.bytes.get(byte..).unwrap_or(&[]);
        rest.iter().take(8).rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// Takes a number of variable length from the front.
pub(crate) fn variable(bytes: &mut Bytes) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let byte = *bytes.get(place)?;
        number |= u64::from(byte & 0x7f).checked_shl(u32::try_from(place).ok()? * 7)?;
        if byte < 0x80 {
            let _ = bytes.split_to(place + 1);
            return Some(number);
        }
    }
    None
}

/// Takes so many bytes from the front, if there are so many.
pub(crate) fn take(bytes: &mut Bytes, count: usize) -> Option<Bytes> {
    (count <= bytes.len()).then(|| bytes.split_to(count))
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
            let packed = Packed::new(bits.chunks(8).map(byte).collect::<Vec<u8>>().into(), width);
            let mut found = Vec::new();
            packed.each(3, numbers.len() - 3, |number| found.push(number));
            assert_eq!(found, numbers[3..], "width {width}");
        }
    }

    #[test]
    fn numbers_of_variable_length_are_taken() {
        let mut bytes = Bytes::from_static(&[0xe5, 0x8e, 0x26, 0x00, 0xff]);
        assert_eq!(variable(&mut bytes), Some(624_485));
        assert_eq!(variable(&mut bytes), Some(0));
        assert_eq!(variable(&mut bytes), None);
        assert_eq!(variable(&mut Bytes::from_static(&[0xff; 11])), None);
    }
}
