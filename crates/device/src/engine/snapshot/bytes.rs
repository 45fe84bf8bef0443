//! Small numbers in few bytes: seven bits a byte, the last one without the upper bit.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Damaged;

const CUT: Damaged = Damaged("it is cut off");
/// Bits of a number that one byte holds.
const BITS: u32 = 7;
/// Whole numbers up to here are written as such; beyond, and with a fraction, a number is written in full.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(magic: &[u8]) -> Self {
        Self(magic.to_vec())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn unsigned(&mut self, mut number: u64) {
        while number >= 1 << BITS {
            self.byte(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
            number >>= BITS;
        }
        self.byte(u8::try_from(number).unwrap_or_default());
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    pub(super) fn length(&mut self, length: usize) {
        self.unsigned(length as u64);
    }

    /// A number, bit for bit: minus zero is none of the whole ones.
    pub(super) fn number(&mut self, number: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits, or else compared in vain")]
        let whole = number as i64;
        #[expect(clippy::cast_precision_loss, reason = "within 53 bits, or else compared in vain")]
        let same = (whole as f64).to_bits() == number.to_bits();
        if same && number.abs() < WHOLE_MAX {
            self.unsigned(((whole << 1) ^ (whole >> 63)).cast_unsigned() + 1);
        } else {
            self.byte(0);
            self.raw(&number.to_bits().to_le_bytes());
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.raw(text.as_bytes());
    }

    /// Documents of this room always have a form in JSON.
    pub(super) fn json<T: Serialize + ?Sized>(&mut self, value: &T) {
        let bytes = serde_json::to_vec(value).unwrap_or_default();
        self.length(bytes.len());
        self.raw(&bytes);
    }
}

pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn raw(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (byte, rest) = self.0.split_first().ok_or(CUT)?;
        self.0 = rest;
        Ok(*byte)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Damaged> {
        Ok(self.byte()? != 0)
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(BITS as usize) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged("a number is too long"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, Damaged> {
        Ok(unfold(self.unsigned()?))
    }

    pub(super) fn length(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.unsigned()?).map_err(|_| CUT)
    }

    pub(super) fn small(&mut self) -> Result<u16, Damaged> {
        u16::try_from(self.unsigned()?).map_err(|_| Damaged("a number is too large"))
    }

    pub(super) fn number(&mut self) -> Result<f64, Damaged> {
        match self.unsigned()?.checked_sub(1) {
            #[expect(clippy::cast_precision_loss, reason = "it was written from a number of 53 bits")]
            Some(whole) => Ok(unfold(whole) as f64),
            None => {
                let bytes = self.raw(8)?.try_into().map_err(|_| CUT)?;
                Ok(f64::from_bits(u64::from_le_bytes(bytes)))
            }
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = self.length()?;
        std::str::from_utf8(self.raw(length)?).map_err(|_| Damaged("a name is no text"))
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, Damaged> {
        let length = self.length()?;
        serde_json::from_slice(self.raw(length)?).map_err(|_| Damaged("a document is not of its form"))
    }
}

const fn unfold(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_bit_for_bit() {
        let numbers = [0.0, -0.0, 1.0, -1.0, 0.1, 9e15, 1e300, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, -4.5e15];
        let whole = [0, 1, -1, i64::MAX, i64::MIN, 300, -300];
        let mut out = Writer::new(b"");
        for number in numbers {
            out.number(number);
        }
        for number in whole {
            out.signed(number);
        }
        let bytes = out.finish();
        let mut from = Reader::new(&bytes);
        for number in numbers {
            assert_eq!(from.number().unwrap().to_bits(), number.to_bits());
        }
        for number in whole {
            assert_eq!(from.signed(), Ok(number));
        }
        assert!(from.is_empty());
        assert_eq!(from.byte(), Err(CUT));
        assert_eq!(Reader::new(&[0x80; 10]).unsigned(), Err(Damaged("a number is too long")));
    }
}
