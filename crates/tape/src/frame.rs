//! One recording as bytes.
//!
//! ```text
//! u32 length of the payload | u32 CRC of the payload | u32 CRC of the eight bytes before
//! payload: i64 at | u32 length of the body | u16 length of the subject | subject | body, compressed
//! ```
//!
//! Numbers are little-endian. The header has a checksum of its own, so that a length that was damaged is not mistaken
//! for a frame that was cut off. The highest bit of the body's length tells how it is compressed: set, it is an LZ4
//! block, otherwise a zstd frame.

use bartizan_ledger::StoreError;
use bartizan_policy::tape::Recording;
use bartizan_wire::Timestamp;

/// The largest body that is recorded, in bytes, before compression: 8 MiB.
pub const RECORDING_BYTES_MAX: usize = 8 << 20;
/// The longest subject, in bytes.
pub const SUBJECT_BYTES_MAX: usize = 2048;

/// Bytes before the payload.
pub(crate) const HEADER: usize = 12;
/// The default of zstd: observations are text that repeats itself, and higher levels cost more than they save.
const LEVEL: i32 = 3;
/// Bodies up to so many bytes are compressed by LZ4. They come by the ten thousand a second, and to set up zstd for one
/// of 1 KiB takes ten times as long as all else that is done with it.
const SHORT_BYTES_MAX: usize = 16 << 10;
/// Set in the length of a body that is an LZ4 block.
const IS_LZ4: u32 = 1 << 31;

/// What is wrong at some place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The file ends within the frame.
    CutOff,
    /// A checksum does not match.
    Corrupt,
}

/// A frame's header that has passed its checksum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) length: usize,
    crc: u32,
}

/// A payload that has passed its checksum; the body is still compressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) at: Timestamp,
    subject: &'a [u8],
    body_length: usize,
    is_lz4: bool,
    body: &'a [u8],
}

/// Writes a recording at the end of `out`.
///
/// # Errors
/// It is larger than what is recorded.
pub(crate) fn encode(recording: &Recording, out: &mut Vec<u8>) -> Result<(), StoreError> {
    let Recording { subject, at, body } = recording;
    let (subject_length, body_length) = match (u16::try_from(subject.len()), u32::try_from(body.len())) {
        (Ok(s), Ok(b)) if subject.len() <= SUBJECT_BYTES_MAX && body.len() <= RECORDING_BYTES_MAX => (s, b),
        _ => return Err(too_large(recording)),
    };
    let short = body.len() <= SHORT_BYTES_MAX;
    let start = out.len();
    out.resize(start + HEADER, 0);
    out.extend(at.0.to_le_bytes());
    out.extend((if short { body_length | IS_LZ4 } else { body_length }).to_le_bytes());
    out.extend(subject_length.to_le_bytes());
    out.extend(subject.as_bytes());
    let packed = if short { lz4(body, out) } else { zstd(body, out) };
    let payload = start + HEADER;
    let length = u32::try_from(out.len() - payload).map_err(|_| too_large(recording));
    match packed.and(length) {
        Ok(length) => {
            let crc = crc32fast::hash(out.get(payload..).unwrap_or_default());
            let mut header = [0; HEADER];
            let parts = length.to_le_bytes().into_iter().chain(crc.to_le_bytes());
            header.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
            let (counted, own) = header.split_at_mut(HEADER - 4);
            own.copy_from_slice(&crc32fast::hash(counted).to_le_bytes());
            if let Some(place) = out.get_mut(start..payload) {
                place.copy_from_slice(&header);
            }
            Ok(())
        }
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Compresses at the end of `out`, without a copy on the way.
fn lz4(body: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
    let start = out.len();
    out.resize(start + lz4_flex::block::get_maximum_output_size(body.len()), 0);
    let packed = lz4_flex::block::compress_into(body, out.get_mut(start..).unwrap_or_default()).map_err(not_packed)?;
    out.truncate(start + packed);
    Ok(())
}

fn zstd(body: &[u8], out: &mut Vec<u8>) -> Result<(), StoreError> {
    out.extend(zstd::bulk::compress(body, LEVEL).map_err(not_packed)?);
    Ok(())
}

fn not_packed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a recording cannot be compressed: {error}"))
}

fn too_large(recording: &Recording) -> StoreError {
    let subject: String = recording.subject.chars().take(64).collect();
    StoreError::Failed(format!(
        "an observation of `{subject}` is too large to be recorded: {} bytes and a subject of {}; at most \
         {RECORDING_BYTES_MAX} and {SUBJECT_BYTES_MAX} are kept",
        recording.body.len(),
        recording.subject.len(),
    ))
}

impl Header {
    /// Reads a header from the first bytes of a frame.
    pub(crate) fn read(bytes: &[u8; HEADER]) -> Result<Self, Flaw> {
        let [l0, l1, l2, l3, c0, c1, c2, c3, own @ ..] = *bytes;
        if crc32fast::hash(&[l0, l1, l2, l3, c0, c1, c2, c3]) != u32::from_le_bytes(own) {
            return Err(Flaw::Corrupt);
        }
        let length = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).map_err(|_| Flaw::Corrupt)?;
        Ok(Self { length, crc: u32::from_le_bytes([c0, c1, c2, c3]) })
    }

    /// Reads the payload that follows the header.
    pub(crate) fn payload(self, payload: &[u8]) -> Result<Frame<'_>, Flaw> {
        if payload.len() < self.length {
            return Err(Flaw::CutOff);
        }
        if crc32fast::hash(payload) != self.crc {
            return Err(Flaw::Corrupt);
        }
        let (at, rest) = payload.split_first_chunk().ok_or(Flaw::Corrupt)?;
        let (body_length, rest) = rest.split_first_chunk().ok_or(Flaw::Corrupt)?;
        let (subject_length, rest) = rest.split_first_chunk().ok_or(Flaw::Corrupt)?;
        let subject_length = usize::from(u16::from_le_bytes(*subject_length));
        let (subject, body) = rest.split_at_checked(subject_length).ok_or(Flaw::Corrupt)?;
        let body_length = u32::from_le_bytes(*body_length);
        let is_lz4 = body_length & IS_LZ4 != 0;
        let body_length = usize::try_from(body_length & !IS_LZ4).map_err(|_| Flaw::Corrupt)?;
        Ok(Frame { at: Timestamp(i64::from_le_bytes(*at)), subject, body_length, is_lz4, body })
    }
}

impl<'a> Frame<'a> {
    /// The first frame of `bytes`, and what comes after it.
    pub(crate) fn first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Flaw> {
        let (header, rest) = bytes.split_first_chunk().ok_or(Flaw::CutOff)?;
        let header = Header::read(header)?;
        let (payload, rest) = rest.split_at_checked(header.length).ok_or(Flaw::CutOff)?;
        Ok((header.payload(payload)?, rest))
    }

    /// The recording itself.
    pub(crate) fn recording(&self) -> Result<Recording, Flaw> {
        if self.body_length > RECORDING_BYTES_MAX {
            return Err(Flaw::Corrupt);
        }
        let body = if self.is_lz4 {
            lz4_flex::block::decompress(self.body, self.body_length).map_err(|_| Flaw::Corrupt)?
        } else {
            zstd::bulk::decompress(self.body, self.body_length).map_err(|_| Flaw::Corrupt)?
        };
        let subject = std::str::from_utf8(self.subject).map_err(|_| Flaw::Corrupt)?;
        if body.len() != self.body_length {
            return Err(Flaw::Corrupt);
        }
        Ok(Recording { subject: subject.to_owned(), at: self.at, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(subject: &str, body: Vec<u8>) -> Recording {
        Recording { subject: subject.to_owned(), at: Timestamp(-5), body }
    }

    #[test]
    fn round_trips() {
        for original in [
            recording("", Vec::new()),
            recording("mi-é\u{0}", b"x".to_vec()),
            recording("short", b"the same again, ".repeat(SHORT_BYTES_MAX / 16)),
            recording("long", b"the same again, ".repeat(SHORT_BYTES_MAX / 16 + 1)),
            recording(&"s".repeat(SUBJECT_BYTES_MAX), vec![7; RECORDING_BYTES_MAX]),
        ] {
            let mut bytes = b"before".to_vec();
            encode(&original, &mut bytes).unwrap();
            bytes.extend(b"after");
            let (frame, rest) = Frame::first(&bytes[6..]).unwrap();
            assert!(frame.recording().unwrap() == original);
            assert_eq!(rest, b"after");
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let body = recording("a", vec![0; RECORDING_BYTES_MAX + 1]);
        let subject = recording(&"s".repeat(SUBJECT_BYTES_MAX + 1), Vec::new());
        for original in [body, subject] {
            let mut out = Vec::new();
            let error = encode(&original, &mut out).unwrap_err();
            assert!(error.to_string().contains("too large"), "{error}");
            assert!(out.is_empty());
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let mut bytes = Vec::new();
        encode(&recording("subject", b"a body, a body, a body".to_vec()), &mut bytes).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << bit;
                assert_eq!(Frame::first(&flipped).err(), Some(Flaw::Corrupt), "bit {bit} of byte {place}");
            }
            assert_eq!(Frame::first(&bytes[..place]).err(), Some(Flaw::CutOff), "cut at {place}");
        }
    }
}
