//! Codes as Parquet stores them, written: the other way round than [`runs`](super::runs).

/// Codes in a row that are alike become a run from so many on. The format packs eight at a time.
const GROUP: usize = 8;

/// The bits that codes up to this one take.
pub(crate) const fn width_of(highest: u32) -> u32 {
    u32::BITS - highest.leading_zeros()
}

/// Appends codes of `width` bits.
pub(crate) fn pack(codes: &[u32], width: u32, out: &mut Vec<u8>) {
    // where codes begin that are not written yet, and the place that is looked at
    let (mut begin, mut place) = (0, 0);
    while let Some(code) = codes.get(place) {
        let alike = codes.iter().skip(place).take_while(|other| *other == code).count();
        // the packed ones before fill their last group first
        let filling = (GROUP - (place - begin) % GROUP) % GROUP;
        if alike < filling + GROUP {
            place += alike;
            continue;
        }
        side_by_side(codes.get(begin..place + filling).unwrap_or_default(), width, out);
        let run = alike - filling;
        variable((run as u64) << 1, out);
        let bytes = code.to_le_bytes();
        out.extend_from_slice(bytes.get(..width.div_ceil(8) as usize).unwrap_or(&bytes));
        place += alike;
        begin = place;
    }
    side_by_side(codes.get(begin..).unwrap_or_default(), width, out);
}

fn side_by_side(codes: &[u32], width: u32, out: &mut Vec<u8>) {
    if codes.is_empty() {
        return;
    }
    let groups = codes.len().div_ceil(GROUP);
    variable((groups as u64) << 1 | 1, out);
    let (mut bits, mut count) = (0_u64, 0);
    let padding = std::iter::repeat_n(&0, groups * GROUP - codes.len());
    for code in codes.iter().chain(padding) {
        bits |= u64::from(*code) << count;
        count += width;
        if count >= u32::BITS {
            let [a, b, c, d, ..] = bits.to_le_bytes();
            out.extend([a, b, c, d]);
            bits >>= u32::BITS;
            count -= u32::BITS;
        }
    }
    // a group takes whole bytes
    let rest = bits.to_le_bytes();
    out.extend_from_slice(rest.get(..count.div_ceil(8) as usize).unwrap_or(&rest));
}

#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn variable(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::super::bits::Reader;
    use super::super::runs::Runs;
    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_reads_back(runs in prop::collection::vec((any::<u32>(), 1_usize..30), 0..40), width in 0_u32..=32) {
            let mask = u32::MAX.checked_shr(u32::BITS - width).unwrap_or(0);
            let codes: Vec<u32> = runs.iter().flat_map(|(code, count)| std::iter::repeat_n(code & mask, *count)).collect();
            let mut bytes = Vec::new();
            pack(&codes, width, &mut bytes);
            let mut read = Runs::new(Reader::new(Bytes::from(bytes)), u8::try_from(width).unwrap()).unwrap();
            // codes themselves, where there are few enough to list
            let mut different = codes.clone();
            different.sort_unstable();
            different.dedup();
            if different.last().is_none_or(|last| *last < 1 << 16) {
                let names: Vec<u32> = (0..=different.last().copied().unwrap_or(0)).collect();
                let mut found = Vec::new();
                prop_assert!(read.take(codes.len(), &names, &mut found).is_some());
                prop_assert_eq!(found, codes);
            }
        }
    }

    #[test]
    fn runs_are_short() {
        let mut bytes = Vec::new();
        pack(&[5; 1_000], 3, &mut bytes);
        assert_eq!(bytes, [0xd0, 0x0f, 5]);
        assert_eq!([0, 1, 2, 3, 4, u32::MAX].map(width_of), [0, 1, 2, 2, 3, 32]);
    }
}
