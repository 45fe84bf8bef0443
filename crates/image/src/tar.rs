//! Reads tar archives as streams: v7, ustar, GNU and pax, as container engines read them, within limits.
//!
//! Nothing is written anywhere. A path is given as text without `.` components and leading slashes; an entry with `..` in
//! its path lies outside of the root, is passed over and counted, as engines refuse it.

mod header;
mod path;
mod pax;

use std::io::{self, BufRead, Read};

use header::{BLOCK, Block, Header};
use pax::Extended;

use crate::limits::{EXTENDED_BYTES_MAX, EXTENDED_HEADERS_MAX, SPARSE_BLOCKS_MAX};
use crate::stream::Forward;

/// Why an archive could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// What it is read from failed, or its compression is damaged.
    #[error("cannot read the archive: {0}")]
    Io(#[from] io::Error),
    /// The archive ends within an entry.
    #[error("the archive ends in the middle of an entry, at byte {at}; fetch it again")]
    Truncated {
        /// Where the entry or its header starts.
        at: u64,
    },
    /// Neither a header nor the end of the archive.
    #[error("no header of an entry at byte {at}: {why}")]
    Header {
        /// Where.
        at: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An extended header beyond the limits.
    #[error(
        "extended headers at byte {at} are larger than {EXTENDED_BYTES_MAX} bytes or more than {EXTENDED_HEADERS_MAX}"
    )]
    Extended {
        /// Where.
        at: u64,
    },
    /// More entries than a layer may have.
    #[error("more than {max} entries in one archive or layer (entries)")]
    Entries {
        /// How many are allowed.
        max: u64,
    },
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file with content.
    File,
    /// Another name of a file that came before, in this layer or a lower one.
    HardLink,
    /// A symbolic link.
    SymbolicLink,
    /// A folder.
    Folder,
    /// A file whose content has holes and is stored without them.
    Sparse,
    /// A device, a pipe or something of a vendor's.
    Other,
}

/// Walks over the entries of an archive.
#[derive(Debug)]
pub struct Tar<R> {
    from: R,
    /// Bytes taken from the stream.
    at: u64,
    /// Of the entry's content, still to come.
    left: u64,
    /// What fills the content up to whole blocks.
    padding: u64,
    entries: u64,
    entries_max: u64,
    /// Entries outside of the root, or with paths that no disk can have.
    misplaced: u64,
    path: String,
    link: String,
    kind: Kind,
    size: u64,
    executable: bool,
}

impl<R: Forward> Tar<R> {
    /// Over `from`, for at most `entries_max` entries.
    pub fn new(from: R, entries_max: u64) -> Self {
        Self {
            from,
            at: 0,
            left: 0,
            padding: 0,
            entries: 0,
            entries_max,
            misplaced: 0,
            path: String::new(),
            link: String::new(),
            kind: Kind::Other,
            size: 0,
            executable: false,
        }
    }

    /// Goes on to the next entry; `false` at the end of the archive.
    ///
    /// # Errors
    /// See [`TarError`]. After one, nothing more can be read.
    pub fn advance(&mut self) -> Result<bool, TarError> {
        loop {
            self.finish_entry()?;
            let mut extended = Extended::default();
            let Some(header) = self.header(&mut extended)? else { return Ok(false) };
            self.entries += 1;
            if self.entries > self.entries_max {
                return Err(TarError::Entries { max: self.entries_max });
            }
            if self.accept(&header, &extended) {
                return Ok(true);
            }
            self.misplaced += 1;
        }
    }

    /// The entry's path from the root, such as `etc/os-release`; empty for the root itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where a link leads to: as it is written for a symbolic one, from the root for a hard one.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// What the entry is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Bytes of the content as it is stored.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Somebody may execute it.
    pub fn executable(&self) -> bool {
        self.executable
    }

    /// Where the content starts in the stream.
    pub fn content_at(&self) -> u64 {
        self.at
    }

    /// Entries so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Entries so far that were passed over because of their paths.
    pub fn misplaced(&self) -> u64 {
        self.misplaced
    }

    /// The content of the entry. What is left of it is passed over by [`Tar::advance`].
    pub fn content(&mut self) -> Content<'_, R> {
        Content { tar: self }
    }

    /// The stream, wherever it is.
    pub fn into_inner(self) -> R {
        self.from
    }

    fn finish_entry(&mut self) -> Result<(), TarError> {
        let rest = self.left + self.padding;
        if rest > 0 {
            let truncated = TarError::Truncated { at: self.at };
            self.from.forward(rest).map_err(|error| ended(error, truncated))?;
            self.at += rest;
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    /// The next header that is an entry's own, after the ones that extend it.
    fn header(&mut self, extended: &mut Extended) -> Result<Option<Header>, TarError> {
        for _ in 0..=EXTENDED_HEADERS_MAX {
            let at = self.at;
            let Some(block) = self.block()? else { return Ok(None) };
            if block.iter().all(|byte| *byte == 0) {
                // The end is two blocks of zeros; what comes after is nobody's. One alone, or none, is an end as well.
                return match self.block()? {
                    Some(next) if next.iter().any(|byte| *byte != 0) => {
                        Err(TarError::Header { at, why: "one block of zeros and then no end" })
                    }
                    _ => Ok(None),
                };
            }
            let header = Header::parse(&block).map_err(|why| TarError::Header { at, why })?;
            match header.flag {
                b'x' | b'L' | b'K' | b'g' => {
                    if header.size > EXTENDED_BYTES_MAX {
                        return Err(TarError::Extended { at });
                    }
                    let bytes = self.extended(header.size)?;
                    match header.flag {
                        b'x' => extended.read_pax(&bytes).map_err(|why| TarError::Header { at, why })?,
                        b'L' => extended.path = Some(pax::until_nul(&bytes)),
                        b'K' => extended.link = Some(pax::until_nul(&bytes)),
                        // Of a global header nothing matters here: engines take no paths from it.
                        _ => {}
                    }
                }
                _ => {
                    if header.old_sparse && header.sparse_goes_on {
                        self.sparse_map()?;
                    }
                    return Ok(Some(header));
                }
            }
        }
        Err(TarError::Extended { at: self.at })
    }

    /// Takes the header's fields over; `false` if the entry has no place below the root.
    fn accept(&mut self, header: &Header, extended: &Extended) -> bool {
        self.kind = match header.flag {
            _ if extended.sparse || header.old_sparse => Kind::Sparse,
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymbolicLink,
            b'5' => Kind::Folder,
            _ => Kind::Other,
        };
        let raw = extended.path.as_deref().unwrap_or(&header.path);
        // In archives from before POSIX a folder is a file with a slash at its end.
        if self.kind == Kind::File && raw.last() == Some(&b'/') {
            self.kind = Kind::Folder;
        }
        let carries = !matches!(header.flag, b'1'..=b'6');
        self.size = if carries { extended.size.unwrap_or(header.size) } else { 0 };
        self.left = self.size;
        self.padding = self.size.next_multiple_of(BLOCK as u64) - self.size;
        self.executable = header.mode & 0o111 != 0;
        let raw_link = extended.link.as_deref().unwrap_or(&header.link);
        self.link.clear();
        let linked = match self.kind {
            Kind::SymbolicLink => path::text(raw_link, &mut self.link),
            Kind::HardLink => path::clean(raw_link, &mut self.link),
            _ => true,
        };
        path::clean(raw, &mut self.path) && linked
    }

    fn extended(&mut self, size: u64) -> Result<Vec<u8>, TarError> {
        let at = self.at;
        let mut bytes = Vec::new();
        let read = (&mut self.from).take(size).read_to_end(&mut bytes)?;
        if read as u64 != size {
            return Err(TarError::Truncated { at });
        }
        let padding = size.next_multiple_of(BLOCK as u64) - size;
        self.from.forward(padding).map_err(|error| ended(error, TarError::Truncated { at }))?;
        self.at += size + padding;
        Ok(bytes)
    }

    fn sparse_map(&mut self) -> Result<(), TarError> {
        for _ in 0..SPARSE_BLOCKS_MAX {
            let at = self.at;
            let block = self.block()?.ok_or(TarError::Truncated { at })?;
            if !header::map_goes_on(&block) {
                return Ok(());
            }
        }
        Err(TarError::Extended { at: self.at })
    }

    /// The next block; `None` at the end of the stream.
    fn block(&mut self) -> Result<Option<Block>, TarError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(TarError::Truncated { at: self.at }),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.at += BLOCK as u64;
        Ok(Some(block))
    }
}

fn ended(error: io::Error, truncated: TarError) -> TarError {
    if error.kind() == io::ErrorKind::UnexpectedEof { truncated } else { TarError::Io(error) }
}

/// The content of one entry.
#[derive(Debug)]
pub struct Content<'a, R> {
    tar: &'a mut Tar<R>,
}

impl<R: Forward> BufRead for Content<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.tar.left == 0 {
            return Ok(&[]);
        }
        let here = self.tar.from.fill_buf()?;
        if here.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends in the middle of a file"));
        }
        let count = usize::try_from(self.tar.left).map_or(here.len(), |left| left.min(here.len()));
        Ok(here.get(..count).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let count = usize::try_from(self.tar.left).map_or(count, |left| left.min(count));
        self.tar.from.consume(count);
        self.tar.left -= count as u64;
        self.tar.at += count as u64;
    }
}

impl<R: Forward> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let here = self.fill_buf()?;
        let count = here.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), here.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}
