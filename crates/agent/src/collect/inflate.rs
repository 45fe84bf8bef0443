//! Reads a file of apt's in whichever way it is compressed, piece by piece.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// How a file is compressed, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// `.lz4`: apt's own choice when it keeps indices compressed.
    Lz4,
    /// `.gz`
    Gzip,
    /// `.xz`
    Xz,
    /// `.zst`
    Zstd,
}

impl Compression {
    const ALL: [(&'static str, Self); 4] =
        [(".lz4", Self::Lz4), (".gz", Self::Gzip), (".xz", Self::Xz), (".zst", Self::Zstd)];

    /// The name without the ending that tells how the file is compressed.
    #[must_use]
    pub fn of(name: &str) -> (&str, Self) {
        Self::ALL
            .into_iter()
            .find_map(|(ending, compression)| Some((name.strip_suffix(ending)?, compression)))
            .unwrap_or((name, Self::Plain))
    }
}

/// A file opened for reading its decompressed content. `taken` counts the bytes of the file itself.
pub(super) fn open<'a>(path: &Path, compression: Compression, taken: &'a Cell<u64>) -> io::Result<Box<dyn Read + 'a>> {
    let file = Counted { file: File::open(path)?, taken };
    Ok(match compression {
        Compression::Plain => Box::new(file),
        // Reads whole blocks by itself.
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(file)),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        Compression::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(BufReader::new(file))),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
    })
}

struct Counted<'a> {
    file: File,
    taken: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}
