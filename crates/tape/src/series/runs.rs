//! Codes as Parquet stores them: runs of one code, and codes packed side by side.

use super::bits::Reader;
use super::unpack::Unpacked;

/// The codes of a page.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    reader: Reader,
    width: u32,
    run: Run,
    unpacked: Unpacked,
    /// Codes of the run that are not taken yet.
    left: usize,
}

#[derive(Debug)]
enum Run {
    Same(u32),
    /// Codes from a byte on, and which of them is next.
    Packed {
        place: usize,
        next: usize,
    },
}

impl Default for Run {
    fn default() -> Self {
        Self::Same(0)
    }
}

impl Runs {
    /// The next bytes are a run, of codes of `width` bits, at most 32.
    pub(crate) fn new(reader: Reader, width: u8) -> Option<Self> {
        (width <= 32).then(|| Self { reader, width: u32::from(width), ..Self::default() })
    }

    /// Takes `count` codes and appends what `names` has for them; `None` if there are fewer, or a code has no name.
    pub(crate) fn take<T: Copy + Default>(&mut self, mut count: usize, names: &[T], out: &mut Vec<T>) -> Option<()> {
        while count > 0 {
            if self.left == 0 {
                self.next_run()?;
                continue;
            }
            let mut some = self.left.min(count);
            match &mut self.run {
                Run::Same(code) => out.resize(out.len() + some, *names.get(*code as usize)?),
                Run::Packed { place, next } => {
                    let codes = self.unpacked.some(self.reader.from(*place), self.width, *next, some);
                    let mut known = true;
                    out.extend(codes.iter().map(|code| {
                        let name = names.get(usize::try_from(*code).unwrap_or(usize::MAX));
                        known &= name.is_some();
                        name.copied().unwrap_or_default()
                    }));
                    some = codes.len();
                    *next += some;
                    known.then_some(())?;
                }
            }
            self.left -= some;
            count -= some;
        }
        Some(())
    }

    fn next_run(&mut self) -> Option<()> {
        let header = usize::try_from(self.reader.variable()?).ok()?;
        let width = self.width as usize;
        if header & 1 == 0 {
            self.left = header >> 1;
            let code = self.reader.take(width.div_ceil(8))?;
            self.run = Run::Same(code.iter().rev().fold(0, |code, byte| (code << 8) | u32::from(*byte)));
        } else {
            let groups = header >> 1;
            self.left = groups.checked_mul(8)?;
            // the last group may be cut off where its codes end
            let bytes = groups.checked_mul(width)?.min(self.reader.left());
            self.run = Run::Packed { place: self.reader.pass(bytes)?, next: 0 };
            self.unpacked.forget();
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn runs_and_packed_codes_are_taken_in_pieces() {
        // four times 2, then 0..8 packed in three bits each, then three times 7
        let bytes = [8, 2, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010, 6, 7];
        let names = [10, 11, 12, 13, 14, 15, 16, 17];
        let expected = [12, 12, 12, 12, 10, 11, 12, 13, 14, 15, 16, 17, 17, 17, 17];
        for piece in 1..=expected.len() {
            let mut runs = Runs::new(Reader::new(Bytes::copy_from_slice(&bytes)), 3).unwrap();
            let mut found = Vec::new();
            for start in (0..expected.len()).step_by(piece) {
                runs.take(piece.min(expected.len() - start), &names, &mut found).unwrap();
            }
            assert_eq!(found, expected, "in pieces of {piece}");
            assert_eq!(runs.take(1, &names, &mut found), None, "there is no more");
        }
        let mut runs = Runs::new(Reader::new(Bytes::copy_from_slice(&bytes)), 3).unwrap();
        assert_eq!(runs.take(12, &names[..7], &mut Vec::new()), None, "7 has no name");
        assert!(Runs::new(Reader::default(), 33).is_none());
    }
}
