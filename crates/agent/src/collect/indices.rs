//! The package indices that apt holds.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bartizan_host::deb::{control::Faults, packages, release};
use bartizan_host::index::{Content, Digester, IndexError, Output};
use bartizan_host::observe::{IndexReference, Origin};
use bartizan_wire::Timestamp;

use super::blind::Blind;
use super::inflate::{self, Compression};
use super::lists::{self, Signature};
use super::root::{Root, modified};
use super::{CollectError, Progress};

pub(super) const LISTS: &str = "/var/lib/apt/lists";
/// Bytes that are decompressed at a time, and the most of a paragraph that waits for its end, which is above the longest
/// one that is read.
const PIECE_BYTES: usize = 64 << 10;
/// Bytes of an index when decompressed; Debian's largest has 50 MB.
const PLAIN_BYTES_MAX: u64 = 1 << 30;

/// What is known of a file that was read before: as long as it looks the same, its digest holds.
#[derive(Debug, Clone)]
pub(super) struct Known {
    length: u64,
    modified: Option<Timestamp>,
    compression: Compression,
    digest: String,
    faults: Faults,
}

/// The files that were read before.
pub(super) type Memory = BTreeMap<PathBuf, Known>;

/// All indices, read unless `memory` knows them.
pub(super) fn read(
    root: &Root,
    memory: &mut Memory,
    blind: &mut Blind,
    progress: &mut dyn FnMut(Progress<'_>),
    mut contents: Option<&mut BTreeMap<String, Content>>,
) -> Result<Vec<IndexReference>, CollectError> {
    let names = root.names(LISTS)?;
    let mut seen = Memory::new();
    let mut references = Vec::new();
    let mut releases: BTreeMap<String, (Origin, bool)> = BTreeMap::new();
    for list in lists::arrange(&names) {
        let origin = match &list.release {
            None => {
                blind.say(format!("`{}` has no Release file, so that its origin is unknown", list.file));
                Origin::default()
            }
            Some(file) => {
                if !releases.contains_key(&file.file) {
                    let bytes = root.read(&format!("{LISTS}/{}", file.file))?.unwrap_or_default();
                    let found = release::read(&bytes);
                    blind.faults(&file.file, &found.faults);
                    releases.insert(file.file.clone(), (found.origin, found.wrapped));
                }
                let (origin, wrapped) = releases.get(&file.file).cloned().unwrap_or_default();
                let trusted = match file.signature {
                    Signature::Inside => wrapped,
                    Signature::Beside => true,
                    Signature::None => false,
                };
                Origin { trusted, ..origin }
            }
        };
        let origin = Origin { site: list.site, component: list.component, architecture: list.architecture, ..origin };
        let path = root.path(LISTS).join(&list.file);
        let found = match &mut contents {
            None => digest(&path, &list.file, list.compression, memory, progress),
            Some(contents) => whole(&path, list.compression, contents),
        };
        match found {
            Ok(known) => {
                blind.faults(&list.file, &known.faults);
                references.push(IndexReference { digest: known.digest.clone(), origin });
                seen.insert(path, known);
            }
            Err(error) => blind.say(format!("index `{}` could not be read: {error}", list.file)),
        }
    }
    for name in names.iter().filter(|name| name.ends_with("_Packages.bz2") || name.ends_with("_Packages.lzma")) {
        blind.say(format!(
            "index `{name}` is compressed in a way that is not read; set Acquire::GzipIndexes or use lz4"
        ));
    }
    *memory = seen;
    Ok(references)
}

fn digest(
    path: &Path,
    name: &str,
    compression: Compression,
    memory: &Memory,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Known, ReadError> {
    let metadata = std::fs::metadata(path)?;
    let (length, modified) = (metadata.len(), modified(&metadata));
    if let Some(known) = memory.get(path)
        && (known.length, known.modified) == (length, modified)
    {
        return Ok(known.clone());
    }
    let (digester, faults) = run::<Digester>(path, compression, &mut |read| {
        progress(Progress { file: name, read, length });
    })?
    .finish()?;
    Ok(Known { length, modified, compression, digest: digester.digest(), faults })
}

/// Digest and content at once.
fn whole(path: &Path, compression: Compression, contents: &mut BTreeMap<String, Content>) -> Result<Known, ReadError> {
    let metadata = std::fs::metadata(path)?;
    let (content, faults) = run::<Vec<u8>>(path, compression, &mut |_| {})?.into_content()?;
    let digest = content.digest();
    contents.insert(digest.clone(), content);
    Ok(Known { length: metadata.len(), modified: modified(&metadata), compression, digest, faults })
}

/// The content of the index with that digest, read once more; `None` if apt holds it no longer.
pub(super) fn content(memory: &Memory, digest: &str) -> io::Result<Option<Content>> {
    for (path, known) in memory.iter().filter(|(_, known)| known.digest == digest) {
        let read = run::<Vec<u8>>(path, known.compression, &mut |_| {}).and_then(|reader| Ok(reader.into_content()?));
        match read {
            Ok((content, _)) if content.digest() == digest => return Ok(Some(content)),
            // Changed since, or not there any more: the next collection says so.
            Ok(_) => {}
            Err(ReadError::Io(error)) if super::root::is_absent(&error) => {}
            Err(error) => return Err(io::Error::other(error)),
        }
    }
    Ok(None)
}

/// Feeds a file through a reader of packages.
fn run<O: Output>(
    path: &Path,
    compression: Compression,
    progress: &mut dyn FnMut(u64),
) -> Result<packages::Reader<O>, ReadError> {
    let taken = Cell::new(0);
    let mut file = inflate::open(path, compression, &taken)?.take(PLAIN_BYTES_MAX + 1);
    let mut reader = packages::Reader::default();
    let mut buffer = vec![0; 2 * PIECE_BYTES];
    let (mut held, mut total) = (0, 0_u64);
    loop {
        let free = buffer.get_mut(held..).unwrap_or_default();
        let count = file.read(free)?;
        held += count;
        total += count as u64;
        if total > PLAIN_BYTES_MAX {
            return Err(IndexError::Large { what: "bytes", max: 1 << 30 }.into());
        }
        let last = count == 0;
        if !last && held < PIECE_BYTES {
            continue;
        }
        let consumed = reader.feed(buffer.get(..held).unwrap_or_default(), last)?;
        buffer.copy_within(consumed..held, 0);
        held -= consumed;
        if last {
            return Ok(reader);
        }
        if held > PIECE_BYTES {
            // A long paragraph: the reader refuses it when it becomes too long.
            buffer.resize(held + PIECE_BYTES, 0);
        }
        progress(taken.get());
    }
}

/// Why an index could not be read.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Index(#[from] IndexError),
}
