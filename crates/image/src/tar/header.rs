//! One header block.

/// Bytes in a block.
pub(super) const BLOCK: usize = 512;
/// A block.
pub(super) type Block = [u8; BLOCK];

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) flag: u8,
    pub(super) path: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: u64,
    pub(super) mode: u64,
    /// `S` of GNU: the content lacks its holes.
    pub(super) old_sparse: bool,
    /// Blocks with more of the map follow.
    pub(super) sparse_goes_on: bool,
}

impl Header {
    pub(super) fn parse(block: &Block) -> Result<Self, &'static str> {
        let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
        let sum = number(field(148, 156)).ok_or("its checksum is no number")?;
        let signed_and_unsigned = checksums(block);
        if !signed_and_unsigned.contains(&i64::try_from(sum).unwrap_or(-1)) {
            return Err("its checksum is wrong");
        }
        let flag = block.get(156).copied().unwrap_or_default();
        let size = number(field(124, 136)).ok_or("its size is no number")?;
        if size > 1 << 60 {
            return Err("its size is beyond any disk");
        }
        let name = text(field(0, 100));
        let prefix = if field(257, 263) == b"ustar\0" { text(field(345, 500)) } else { b"" };
        let path = if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() };
        let old_sparse = flag == b'S';
        Ok(Self {
            flag,
            path,
            link: text(field(157, 257)).to_vec(),
            size,
            mode: number(field(100, 108)).unwrap_or(0),
            old_sparse,
            sparse_goes_on: old_sparse && field(482, 483) != b"\0",
        })
    }
}

/// More blocks of the map follow this one.
pub(super) fn map_goes_on(block: &Block) -> bool {
    block.get(504).is_some_and(|byte| *byte != 0)
}

/// Up to the first NUL.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Octal digits between spaces and NULs, or a binary number where the first bit says so; `None` for anything else, also
/// for a negative one.
fn number(field: &[u8]) -> Option<u64> {
    if let Some((first, rest)) = field.split_first().filter(|(first, _)| **first & 0x80 != 0) {
        if first & 0x40 != 0 {
            return None;
        }
        return std::iter::once(first & 0x3f)
            .chain(rest.iter().copied())
            .try_fold(0_u64, |value, byte| value.checked_mul(256).map(|value| value | u64::from(byte)));
    }
    let digits = text(field.trim_ascii_start()).trim_ascii();
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        value.checked_mul(8).map(|value| value | u64::from(digit))
    })
}

/// The sum of the bytes with the checksum's own as spaces: as unsigned ones, and as old programs did as signed ones.
fn checksums(block: &Block) -> [i64; 2] {
    let mut unsigned = 0_i64;
    let mut high = 0_i64;
    for byte in block {
        unsigned += i64::from(*byte);
        high += i64::from(byte >> 7);
    }
    for byte in block.get(148..156).unwrap_or_default() {
        unsigned -= i64::from(*byte);
        high -= i64::from(byte >> 7);
    }
    unsigned += 8 * i64::from(b' ');
    [unsigned, unsigned - 256 * high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_forms() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]), Some(258));
        assert_eq!(number(b"12x"), None);
        assert_eq!(number(b"-1\0"), None);
        assert_eq!(number(&[0xff; 12]), None);
        assert_eq!(number(&[0xbf; 12]), None);
    }
}
