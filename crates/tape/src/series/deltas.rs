//! Whole numbers as Parquet stores their differences.
//!
//! A block has the least difference, and some parts, in each of which what is added to it is packed in as many bits as
//! the largest takes.

use bytes::Bytes;

use super::bits::Reader;
use super::unpack::Unpacked;

/// Values of a part at most; what writers make is far below.
const PART_VALUES_MAX: usize = 1 << 16;

/// The numbers of a page.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    reader: Reader,
    parts: usize,
    part_values: usize,
    /// Numbers of the page that are not taken yet.
    left: usize,
    /// Whether the next number is known already.
    first: bool,
    last: i64,
    least: i64,
    /// Where the widths of the parts of the block are, and how many of the parts are to come.
    widths: usize,
    parts_left: usize,
    /// The part: where it is, its width, and how many values of it were taken.
    place: usize,
    width: u8,
    taken: usize,
    unpacked: Unpacked,
}

impl Deltas {
    /// `bytes` begin with the header of a page.
    pub(crate) fn new(bytes: Bytes) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let block = usize::try_from(reader.variable()?).ok()?;
        let parts = usize::try_from(reader.variable()?).ok()?;
        let left = usize::try_from(reader.variable()?).ok()?;
        let last = signed(reader.variable()?);
        let part_values = block.checked_div(parts)?;
        let fine = part_values > 0 && part_values <= PART_VALUES_MAX && block % parts == 0;
        fine.then(|| Self {
            reader,
            parts,
            part_values,
            left,
            first: true,
            last,
            taken: part_values,
            ..Self::default()
        })
    }

    /// Takes `count` numbers; `None` if there are fewer.
    pub(crate) fn take(&mut self, mut count: usize, out: &mut Vec<i64>) -> Option<()> {
        self.left = self.left.checked_sub(count)?;
        if self.first && count > 0 {
            self.first = false;
            out.push(self.last);
            count -= 1;
        }
        while count > 0 {
            if self.taken == self.part_values {
                self.next_part()?;
            }
            let some = count.min(self.part_values - self.taken);
            let (mut last, least) = (self.last, self.least);
            let more = self.unpacked.some(self.reader.from(self.place), u32::from(self.width), self.taken, some);
            out.extend(more.iter().map(|more| {
                last = last.wrapping_add(least).wrapping_add(more.cast_signed());
                last
            }));
            let some = more.len();
            self.last = last;
            self.taken += some;
            count -= some;
        }
        Some(())
    }

    fn next_part(&mut self) -> Option<()> {
        if self.parts_left == 0 {
            self.least = signed(self.reader.variable()?);
            self.widths = self.reader.pass(self.parts)?;
            self.parts_left = self.parts;
        }
        self.width = *self.reader.from(self.widths).get(self.parts - self.parts_left)?;
        self.parts_left -= 1;
        if self.width > 64 {
            return None;
        }
        // the last part may be cut off where its numbers end
        let bytes = (self.part_values * usize::from(self.width)).div_ceil(8).min(self.reader.left());
        self.place = self.reader.pass(bytes)?;
        self.taken = 0;
        self.unpacked.forget();
        Some(())
    }
}

fn signed(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two examples of the format's specification, in blocks of 8 with one part.
    #[test]
    fn differences_are_added_up() {
        for (bytes, expected) in [
            // 7 5 3 1 2 3 4 5: least -2, then 0 0 0 3 3 3 3 in two bits each
            (&[8, 1, 8, 14, 3, 2, 0b1100_0000, 0b0011_1111][..], &[7, 5, 3, 1, 2, 3, 4, 5][..]),
            // 1 2 3 4 5: least 1, and nothing to add
            (&[8, 1, 5, 2, 2, 0], &[1, 2, 3, 4, 5]),
            (&[8, 1, 0, 0], &[]),
            (&[8, 1, 1, 5], &[-3]),
        ] {
            for piece in 1..=expected.len().max(1) {
                let mut deltas = Deltas::new(Bytes::copy_from_slice(bytes)).unwrap();
                let mut found = Vec::new();
                for start in (0..expected.len()).step_by(piece) {
                    deltas.take(piece.min(expected.len() - start), &mut found).unwrap();
                }
                assert_eq!(found, expected, "in pieces of {piece}");
                assert_eq!(deltas.take(1, &mut found), None, "there is no more");
            }
        }
    }

    #[test]
    fn a_header_that_makes_no_sense_is_refused() {
        for bytes in [&[][..], &[8, 0, 1, 0], &[0, 1, 1, 0], &[8, 3, 1, 0], &[0xff; 20]] {
            assert!(Deltas::new(Bytes::copy_from_slice(bytes)).is_none(), "{bytes:?}");
        }
    }
}
