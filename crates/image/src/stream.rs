//! A layer or an archive as a stream of uncompressed bytes: what compresses it is told by its first bytes, because media
//! types and names are sometimes wrong.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use crate::digest::{Digest, Hashing};
use crate::limits::ZSTD_WINDOW_LOG_MAX;

/// Bytes read at once.
pub const PIECE_BYTES: usize = 128 * 1024;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, possibly several members one after the other.
    Gzip,
    /// zstd, possibly several frames, also skippable ones.
    Zstd,
}

impl Compression {
    /// By the first bytes.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// Something that can be passed over without being looked at.
pub trait Forward: BufRead {
    /// Passes over `bytes`.
    ///
    /// # Errors
    /// The stream cannot be read, or ends before.
    fn forward(&mut self, bytes: u64) -> io::Result<()> {
        let mut left = bytes;
        while left > 0 {
            let here = self.fill_buf()?.len();
            if here == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let count = usize::try_from(left).map_or(here, |left| left.min(here));
            self.consume(count);
            left -= count as u64;
        }
        Ok(())
    }
}

impl Forward for &[u8] {}

/// A file is not read where it is passed over. That it ends too soon shows with the next byte that is asked for.
impl Forward for BufReader<File> {
    fn forward(&mut self, bytes: u64) -> io::Result<()> {
        let bytes = i64::try_from(bytes).map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.seek_relative(bytes)
    }
}

impl<R: Read> Forward for BufReader<Unpacked<R>> {}

/// A stream that is uncompressed on the way, and ends with an error where it becomes longer than allowed.
pub struct Unpacked<R: Read> {
    decoder: Hashing<Decoder<R>>,
    compression: Compression,
    left: u64,
}

impl<R: Read> std::fmt::Debug for Unpacked<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacked").field("compression", &self.compression).finish_non_exhaustive()
    }
}

type Stored<R> = BufReader<Hashing<R>>;

enum Decoder<R: Read> {
    Plain(Stored<R>),
    Gzip(Box<flate2::bufread::MultiGzDecoder<Stored<R>>>),
    Zstd(Box<zstd::stream::read::Decoder<'static, Stored<R>>>),
}

/// What a stream turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// Of the bytes as they are stored.
    pub stored: Digest,
    /// Of the uncompressed ones.
    pub plain: Digest,
    /// Stored bytes.
    pub stored_bytes: u64,
    /// Uncompressed bytes.
    pub plain_bytes: u64,
}

impl<R: Read> Unpacked<R> {
    /// Over `from`, for at most `bytes` uncompressed ones, with both digests.
    ///
    /// # Errors
    /// The first bytes cannot be read.
    pub fn new(from: R, bytes: u64) -> io::Result<Self> {
        Self::over(Hashing::beside(from), bytes, true)
    }

    /// Over `from`, as it is, without digests.
    ///
    /// # Errors
    /// The first bytes cannot be read.
    pub fn undigested(from: R, bytes: u64) -> io::Result<Self> {
        Self::over(Hashing::counting(from), bytes, false)
    }

    fn over(from: Hashing<R>, bytes: u64, digests: bool) -> io::Result<Self> {
        let mut from = BufReader::with_capacity(PIECE_BYTES, from);
        let compression = Compression::of(from.fill_buf()?);
        let decoder = match compression {
            Compression::Plain => Decoder::Plain(from),
            Compression::Gzip => Decoder::Gzip(Box::new(flate2::bufread::MultiGzDecoder::new(from))),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(from)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
                Decoder::Zstd(Box::new(decoder))
            }
        };
        // Of what is not compressed the other digest is the same.
        let wanted = digests && compression != Compression::Plain;
        let decoder = if wanted { Hashing::beside(decoder) } else { Hashing::counting(decoder) };
        Ok(Self { decoder, compression, left: bytes })
    }

    /// How it is compressed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// Reads whatever is left, and says what all of it was; `None` if digests were not wanted.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn finish(mut self) -> io::Result<Option<Digests>> {
        io::copy(&mut self, &mut io::sink())?;
        let (decoder, plain, plain_bytes) = self.decoder.into_parts();
        let mut stored = match decoder {
            Decoder::Plain(from) => from,
            Decoder::Gzip(decoder) => decoder.into_inner(),
            Decoder::Zstd(decoder) => decoder.finish(),
        };
        // Bytes after the last frame belong to the stored ones all the same.
        io::copy(&mut stored, &mut io::sink())?;
        let (_, stored, stored_bytes) = stored.into_inner().into_parts();
        let plain = if self.compression == Compression::Plain { stored } else { plain };
        let both = stored.zip(plain);
        Ok(both.map(|(stored, plain)| Digests { stored, plain, stored_bytes, plain_bytes }))
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(from) => from.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "more uncompressed bytes than a layer may have (layer_bytes)")
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn all(bytes: &[u8], limit: u64) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        Unpacked::new(bytes, limit)?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn every_compression_is_told_by_its_first_bytes() {
        let text = b"some text that is long enough".repeat(100);
        assert_eq!(all(&text, 10_000).unwrap(), text);
        assert_eq!(all(&gzip(&text), 10_000).unwrap(), text);
        let twice = [gzip(&text), gzip(b"more")].concat();
        assert_eq!(all(&twice, 10_000).unwrap(), [&text[..], b"more"].concat());
        let frames = [zstd::encode_all(&text[..], 3).unwrap(), zstd::encode_all(&b"more"[..], 3).unwrap()].concat();
        assert_eq!(all(&frames, 10_000).unwrap(), [&text[..], b"more"].concat());
        assert_eq!(all(b"", 10).unwrap(), b"");
    }

    #[test]
    fn both_digests_are_those_of_all_bytes() {
        let text = b"text".repeat(100_000);
        let stored = gzip(&text);
        let mut unpacked = Unpacked::new(&stored[..], u64::MAX).unwrap();
        let mut start = [0; 10];
        unpacked.read_exact(&mut start).unwrap();
        let digests = unpacked.finish().unwrap().unwrap();
        assert_eq!((digests.stored, digests.plain), (Digest::of(&stored), Digest::of(&text)));
        assert_eq!((digests.stored_bytes, digests.plain_bytes), (stored.len() as u64, text.len() as u64));
        let plain = Unpacked::new(&text[..], u64::MAX).unwrap().finish().unwrap().unwrap();
        assert_eq!((plain.stored, plain.plain), (Digest::of(&text), Digest::of(&text)));
        assert_eq!(Unpacked::undigested(&text[..], u64::MAX).unwrap().finish().unwrap(), None);
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let bomb = gzip(&vec![0; 1 << 20]);
        assert_eq!(all(&bomb, (1 << 20) - 1).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(all(&bomb, 1 << 20).unwrap().len(), 1 << 20);
        let bomb = zstd::encode_all(&vec![0; 1 << 20][..], 3).unwrap();
        assert_eq!(all(&bomb, 1000).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_window_that_would_take_all_memory_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        encoder.write_all(&vec![7; 1 << 20]).unwrap();
        let frame = encoder.finish().unwrap();
        assert!(all(&frame, u64::MAX).is_err());
    }
}
