//! Sixty-four judgments at once: one bit for each row that violates.

/// Rows of a block.
pub(super) const ROWS: usize = 64;

/// Bits of the rows for which `violates` holds; the first row is the lowest bit.
#[inline]
pub(super) fn violations(values: &[f64; ROWS], violates: impl Fn(f64) -> bool + Copy) -> u64 {
    // most blocks have none, and to see that takes one instruction for two rows
    if !values.iter().fold(false, |any, value| any | violates(*value)) {
        return 0;
    }
    of(values, violates)
}

/// Bits of the rows for which something holds; for questions to which the answer mostly is not the same for all.
#[inline]
pub(super) fn of(values: &[f64; ROWS], holds: impl Fn(f64) -> bool + Copy) -> u64 {
    let mut flags = [0_u8; ROWS];
    for (flag, value) in flags.iter_mut().zip(values) {
        *flag = u8::from(holds(*value));
    }
    pack(&flags)
}

/// As [`violations`], of fewer rows; bits beyond are zero.
pub(super) fn violations_of_few(values: &[f64], violates: impl Fn(f64) -> bool + Copy) -> u64 {
    values.iter().rev().fold(0, |bits, value| bits << 1 | u64::from(violates(*value)))
}

/// The lowest bits of 64 bytes.
pub(super) fn pack(flags: &[u8; ROWS]) -> u64 {
    // eight bytes of zero or one, times this, have their lowest bits in the upper byte
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = flags.as_chunks::<8>();
    let byte = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56;
    words.iter().rev().fold(0, |bits, word| bits << 8 | byte(word))
}

/// Where a run of set bits first reaches `length`, of which `before` were set already: the place of its last bit. Else
/// how long the run at the end is.
///
/// Only the lowest `rows` bits count.
pub(super) fn first_run(bits: u64, rows: u32, before: u8, length: u8) -> Result<u32, u8> {
    let bits = if rows < u64::BITS { bits & ((1 << rows) - 1) } else { bits };
    let leading = bits.trailing_ones();
    let missing = u32::from(length.saturating_sub(before)).max(1);
    if leading >= missing {
        return Ok(missing - 1);
    }
    let mut starts = bits;
    for step in 1..u32::from(length) {
        starts &= bits >> step;
    }
    if starts != 0 {
        return Ok(starts.trailing_zeros() + u32::from(length) - 1);
    }
    if leading == rows {
        return Err(before.saturating_add(u8::try_from(rows).unwrap_or(u8::MAX)));
    }
    let ending = (bits << (u64::BITS - rows.max(1))).leading_ones();
    Err(u8::try_from(ending).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bits_stand_in_the_order_of_rows() {
        let mut values = [0.0; ROWS];
        assert_eq!(violations(&values, |value| value > 0.0), 0);
        (values[0], values[5], values[63]) = (1.0, 1.0, 1.0);
        let expected = 1 | 1 << 5 | 1 << 63;
        assert_eq!(violations(&values, |value| value > 0.0), expected);
        assert_eq!(violations_of_few(&values, |value| value > 0.0), expected);
        assert_eq!(violations_of_few(&values[..6], |value| value > 0.0), 1 | 1 << 5);
    }

    proptest! {
        #[test]
        fn runs_are_found(bits: u64, other: u64, rows in 0_u32..=64, length in 1_u8..=10, before in 0_u8..9) {
            let bits = bits | other;
            let before = before.min(length - 1);
            let mut run = before;
            let mut expected = None;
            for row in 0..rows {
                run = if bits >> row & 1 == 1 { run + 1 } else { 0 };
                if run == length {
                    expected = Some(row);
                    break;
                }
            }
            prop_assert_eq!(first_run(bits, rows, before, length), expected.ok_or(run));
        }
    }
}
