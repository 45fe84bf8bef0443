//! A file held in memory in compressed pieces, readable at any place.

use std::io::{BufRead, Read};

/// Bytes in a piece before it is compressed.
const PIECE: usize = 64 * 1024;

/// The file.
#[derive(Debug)]
pub(super) struct Held {
    pieces: Vec<Vec<u8>>,
    length: u64,
    /// The piece that was read last, and its place.
    open: Option<(usize, Vec<u8>)>,
}

impl Held {
    pub(super) fn read(content: &mut impl BufRead, max: u64) -> Result<Self, String> {
        let mut held = Self { pieces: Vec::new(), length: 0, open: None };
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = content.take(PIECE as u64).read_to_end(&mut piece);
            read.map_err(|error| format!("cannot be read: {error}"))?;
            if piece.is_empty() {
                return Ok(held);
            }
            held.length += piece.len() as u64;
            if held.length > max {
                return Err(format!("larger than {max} bytes, which is not read (database_bytes)"));
            }
            let mut small = lz4_flex::block::compress_prepend_size(&piece);
            small.shrink_to_fit();
            held.pieces.push(small);
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// `length` bytes from `at` on, appended to `out`; `false` if the file has fewer.
    pub(super) fn append(&mut self, at: u64, length: usize, out: &mut Vec<u8>) -> bool {
        let end = match at.checked_add(length as u64) {
            Some(end) if end <= self.length => end,
            _ => return false,
        };
        let mut at = at;
        while at < end {
            let Ok(number) = usize::try_from(at / PIECE as u64) else { return false };
            let Ok(within) = usize::try_from(at % PIECE as u64) else { return false };
            let Some(piece) = self.piece(number) else { return false };
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX);
            let here = piece.get(within..).unwrap_or_default();
            let here = here.get(..wanted.min(here.len())).unwrap_or_default();
            if here.is_empty() {
                return false;
            }
            out.extend_from_slice(here);
            at += here.len() as u64;
        }
        true
    }

    /// `length` bytes from `at` on.
    pub(super) fn bytes(&mut self, at: u64, length: usize) -> Option<Vec<u8>> {
        if length as u64 > self.length {
            return None;
        }
        let mut out = Vec::with_capacity(length);
        self.append(at, length, &mut out).then_some(out)
    }

    fn piece(&mut self, number: usize) -> Option<&[u8]> {
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            let piece = lz4_flex::block::decompress_size_prepended(self.pieces.get(number)?).ok()?;
            self.open = Some((number, piece));
        }
        self.open.as_ref().map(|(_, piece)| piece.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_can_be_read() {
        let bytes: Vec<u8> = (0..200_000_u32).flat_map(|number| number.to_le_bytes()).collect();
        let mut held = Held::read(&mut &bytes[..], u64::MAX).unwrap();
        assert_eq!(held.length(), bytes.len() as u64);
        for (at, length) in [(0, 4), (PIECE - 1, 2), (PIECE * 3 - 5, PIECE * 2), (bytes.len() - 1, 1), (5, 0)] {
            assert_eq!(held.bytes(at as u64, length).as_deref(), Some(&bytes[at..at + length]));
        }
        assert_eq!(held.bytes(bytes.len() as u64, 1), None);
        assert_eq!(held.bytes(u64::MAX, 2), None);
        assert!(Held::read(&mut &bytes[..], 1000).is_err());
    }
}
