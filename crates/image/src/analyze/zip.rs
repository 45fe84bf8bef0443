//! Zip archives read from front to back, so that a jar of any size is never kept.
//!
//! A reader that can seek starts at the table at the end; this one follows the headers before each entry. Where such a
//! header leaves out the sizes, the compressed data say themselves where they end.

use std::io::{self, BufRead, Read};

use flate2::bufread::DeflateDecoder;

use crate::limits::ZIP_ENTRIES_MAX;

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const DESCRIPTOR: u32 = 0x0807_4b50;
/// Names longer than this are cut.
const NAME_BYTES_MAX: usize = 4096;

/// One entry.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    method: u16,
    flags: u16,
    stored: u64,
    big: bool,
}

/// What became of an entry's content.
pub(crate) enum Visit<'a, 'b> {
    /// Stored as it is.
    Stored(io::Take<&'a mut (dyn BufRead + 'b)>),
    /// Compressed.
    Deflated(DeflateDecoder<&'a mut (dyn BufRead + 'b)>),
}

impl Read for Visit<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(from) => from.read(buffer),
            Self::Deflated(from) => from.read(buffer),
        }
    }
}

/// Walks over the archive. `visit` is asked for every entry, and may read its content.
///
/// # Errors
/// Why the rest could not be read.
pub(crate) fn walk(
    from: &mut dyn BufRead,
    wanted: &mut dyn FnMut(&str) -> bool,
    visit: &mut dyn FnMut(&str, &mut Visit<'_, '_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut entries = 0;
    while let Some(entry) = header(from, entries).map_err(|error| damaged(&error))? {
        entries += 1;
        if entries > ZIP_ENTRIES_MAX {
            return Err(format!("more than {ZIP_ENTRIES_MAX} entries in one zip archive"));
        }
        if entry.flags & 1 != 0 {
            return Err("an archive with encrypted entries, which are not read".to_owned());
        }
        let later = entry.flags & 8 != 0;
        let is_wanted = wanted(&entry.name);
        match entry.method {
            0 if !later || entry.stored > 0 => {
                let mut content = Visit::Stored(from.take(entry.stored));
                if is_wanted {
                    visit(&entry.name, &mut content)?;
                }
                rest(&mut content)?;
            }
            8 if later || is_wanted => {
                // The end is found by uncompressing.
                let mut content = Visit::Deflated(DeflateDecoder::new(&mut *from));
                if is_wanted {
                    visit(&entry.name, &mut content)?;
                }
                rest(&mut content)?;
            }
            8 => rest(&mut Visit::Stored(from.take(entry.stored)))?,
            _ if !later => rest(&mut Visit::Stored(from.take(entry.stored)))?,
            _ => return Err("an archive with entries whose end cannot be found".to_owned()),
        }
        if later {
            descriptor(from, entry.big).map_err(|error| damaged(&error))?;
        }
    }
    Ok(())
}

fn damaged(error: &io::Error) -> String {
    format!("a zip archive that is damaged: {error}")
}

fn rest(content: &mut Visit<'_, '_>) -> Result<(), String> {
    io::copy(content, &mut io::sink()).map_err(|error| damaged(&error))?;
    match content {
        Visit::Stored(from) if from.limit() > 0 => Err(damaged(&io::ErrorKind::UnexpectedEof.into())),
        _ => Ok(()),
    }
}

/// The header of the next entry; `None` where the table of all of them starts.
fn header(from: &mut dyn BufRead, before: u64) -> io::Result<Option<Entry>> {
    let mut fixed = [0; 30];
    let (start, others) = fixed.split_at_mut(4);
    if read_up_to(from, start)? < 4 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if start != LOCAL {
        // An archive without entries starts with the end of the table.
        let table = start == b"PK\x01\x02" || (start == b"PK\x05\x06" && before == 0) || start == b"PK\x06\x08";
        return if table {
            Ok(None)
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, "no entry where one should be"))
        };
    }
    from.read_exact(others)?;
    let number = |at: usize| {
        let low = fixed.get(at).copied().unwrap_or_default();
        u16::from_le_bytes([low, fixed.get(at + 1).copied().unwrap_or_default()])
    };
    let wide = |at: usize| u32::from(number(at)) | u32::from(number(at + 2)) << 16;
    let (flags, method, stored, plain) = (number(6), number(8), wide(18), wide(22));
    let name = sized(from, usize::from(number(26)))?;
    let extra = sized(from, usize::from(number(28)))?;
    let zip64 = zip64(&extra, plain == u32::MAX);
    let big = zip64.is_some();
    let stored = if stored == u32::MAX { zip64.unwrap_or(u64::from(stored)) } else { u64::from(stored) };
    let name = String::from_utf8_lossy(name.get(..name.len().min(NAME_BYTES_MAX)).unwrap_or_default()).into_owned();
    Ok(Some(Entry { name, method, flags, stored, big }))
}

fn read_up_to(from: &mut dyn BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match from.read(free)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

fn sized(from: &mut dyn BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The compressed size in the field for large entries.
fn zip64(extra: &[u8], plain_too: bool) -> Option<u64> {
    let mut rest = extra;
    while let [a, b, c, d, after @ ..] = rest {
        let (id, length) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let field = after.get(..length)?;
        if id == 1 {
            let at = if plain_too { 8 } else { 0 };
            return Some(field.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes));
        }
        rest = after.get(length..)?;
    }
    None
}

/// What follows an entry whose sizes were not known: with or without a mark, of two lengths.
fn descriptor(from: &mut dyn BufRead, big: bool) -> io::Result<()> {
    let mut first = [0; 4];
    from.read_exact(&mut first)?;
    let marked = u32::from_le_bytes(first) == DESCRIPTOR;
    let sizes = if big { 16 } else { 8 };
    sized(from, if marked { sizes + 4 } else { sizes })?;
    Ok(())
}
