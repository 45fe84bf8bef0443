//! Packed numbers, 64 at a time, by code that knows the width.

use super::bits::numbers;

/// Numbers of a block. It is a whole number of bytes, whatever the width.
pub(crate) const BLOCK: usize = 64;
/// Wider numbers are rare, and read one by one.
const WIDTH_MAX: usize = 32;
/// Numbers of which the compiler sees each.
const STEP: usize = 8;
/// Bytes in which the numbers of a step are, and those that are read beyond the last.
const WINDOW: usize = 40;
/// Bytes of a block, and those that are read beyond it.
const INPUT: usize = WIDTH_MAX * BLOCK / 8 + WINDOW;

/// The numbers of a list that are in the same block as those that were asked for last.
#[derive(Debug)]
pub(crate) struct Unpacked {
    numbers: [u64; BLOCK],
    block: Option<usize>,
}

impl Default for Unpacked {
    fn default() -> Self {
        Self { numbers: [0; BLOCK], block: None }
    }
}

impl Unpacked {
    /// What is asked for next is of another list.
    pub(crate) fn forget(&mut self) {
        self.block = None;
    }

    /// Some of the numbers from place `start` on, at least one and at most `count`; zeros where there are none. `bytes`
    /// are those of the list from its beginning.
    pub(crate) fn some(&mut self, bytes: &[u8], width: u32, start: usize, count: usize) -> &[u64] {
        let (block, place) = (start / BLOCK, start % BLOCK);
        if self.block != Some(block) {
            unpack(bytes, width, block, &mut self.numbers);
            self.block = Some(block);
        }
        let end = BLOCK.min(place + count);
        self.numbers.get(place..end).unwrap_or(&[])
    }
}

fn unpack(bytes: &[u8], width: u32, block: usize, out: &mut [u64; BLOCK]) {
    let length = width as usize * BLOCK / 8;
    let start = (block * length).min(bytes.len());
    let end = (start + length).min(bytes.len());
    let mut input = [0; INPUT];
    match (bytes.get(start..end), input.get_mut(..end - start)) {
        (Some(bytes), Some(input)) => input.copy_from_slice(bytes),
        // wider than the code below knows
        _ => {
            for (out, number) in out.iter_mut().zip(numbers(bytes, width, block * BLOCK, BLOCK)) {
                *out = number;
            }
            return;
        }
    }
    macro_rules! by_width {
        ($($known:literal)+) => {
            match width {
                0 => out.fill(0),
                $($known => fixed::<$known>(&input, out),)+
                _ => {
                    for (out, number) in out.iter_mut().zip(numbers(bytes, width, block * BLOCK, BLOCK)) {
                        *out = number;
                    }
                }
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

/// Every shift and every place but the step's own is known when this is compiled.
fn fixed<const WIDTH: usize>(input: &[u8; INPUT], out: &mut [u64; BLOCK]) {
    let (steps, _) = out.as_chunks_mut::<STEP>();
    for (number, step) in steps.iter_mut().enumerate() {
        let window = input.get(number * WIDTH..).and_then(|rest| rest.first_chunk::<WINDOW>());
        let window = window.unwrap_or(&[0; WINDOW]);
        for (place, out) in step.iter_mut().enumerate() {
            let bit = place * WIDTH;
            let chunk = window.get(bit / 8..).and_then(|rest| rest.first_chunk::<8>()).unwrap_or(&[0; 8]);
            *out = (u64::from_le_bytes(*chunk) >> (bit % 8)) & ((1 << WIDTH) - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_are_what_one_by_one_gives() {
        let bytes: Vec<u8> = (0..1200_u32).map(|n| (n.wrapping_mul(0x9e37_79b9) >> 24).to_le_bytes()[0]).collect();
        for width in 0..=64 {
            // also where the last block is cut off
            for length in [1200, 8 * width as usize, 5 * width as usize, 0] {
                let bytes = &bytes[..length.min(1200)];
                let mut unpacked = Unpacked::default();
                let mut found = Vec::new();
                while found.len() < 130 {
                    let start = found.len();
                    let some = unpacked.some(bytes, width, start, 50.min(130 - start));
                    assert!(!some.is_empty());
                    found.extend_from_slice(some);
                }
                let expected: Vec<u64> = numbers(bytes, width, 0, 130).collect();
                assert_eq!(found, expected, "width {width}, {length} bytes");
            }
        }
    }
}
