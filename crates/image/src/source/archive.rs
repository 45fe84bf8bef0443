//! An image in an archive: of `docker save`, of `podman save`, of containerd, or an OCI layout as a tar. It is read where it
//! is. If it is compressed there is no going back in it: its small files are held, and layers are taken as they go by.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{SourceError, Store, Visit};
use crate::limits::{ARCHIVE_ENTRIES_MAX, ARCHIVE_SMALL_BYTES_MAX, CONFIG_BYTES_MAX, LAYER_BYTES_MAX};
use crate::stream::{Compression, Forward, PIECE_BYTES, Unpacked};
use crate::tar::{Kind, Tar};

/// Links followed within an archive; `docker save` makes one where two layers are the same.
const HOPS_MAX: usize = 8;

/// The archive and what is in it.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    /// Where each file's content starts, and its size.
    places: BTreeMap<String, (u64, u64)>,
    /// Other names of files.
    aliases: BTreeMap<String, String>,
    /// Contents of small files, where there is no going back.
    held: Option<BTreeMap<String, Vec<u8>>>,
}

impl Archive {
    /// Looks through the archive once. What is not compressed is passed over without being read.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let failed = |error| SourceError::Io { path: path.to_owned(), error };
        let mut file = BufReader::new(File::open(path).map_err(failed)?);
        let plain = Compression::of(file.fill_buf().map_err(failed)?) == Compression::Plain;
        let mut archive = Self { path: path.to_owned(), places: BTreeMap::new(), aliases: BTreeMap::new(), held: None };
        if plain {
            archive.index(&mut Tar::new(file, ARCHIVE_ENTRIES_MAX as u64))?;
        } else {
            archive.held = Some(BTreeMap::new());
            let stream =
                BufReader::with_capacity(PIECE_BYTES, Unpacked::undigested(file, LAYER_BYTES_MAX).map_err(failed)?);
            archive.index(&mut Tar::new(stream, ARCHIVE_ENTRIES_MAX as u64))?;
        }
        Ok(archive)
    }

    fn index<R: Forward>(&mut self, tar: &mut Tar<R>) -> Result<(), SourceError> {
        let failed = |path: &Path, error| SourceError::Archive { path: path.to_owned(), error };
        let mut held_bytes = 0;
        while tar.advance().map_err(|error| failed(&self.path, error))? {
            let name = tar.path().to_owned();
            match tar.kind() {
                Kind::File => {
                    self.places.insert(name.clone(), (tar.content_at(), tar.size()));
                    let Some(held) = &mut self.held else { continue };
                    // Documents are JSON; a layer never starts so.
                    let document = tar.size() <= CONFIG_BYTES_MAX
                        && tar.content().fill_buf().is_ok_and(|start| matches!(start.first(), Some(b'{' | b'[')));
                    if document {
                        held_bytes += tar.size();
                        if held_bytes > ARCHIVE_SMALL_BYTES_MAX {
                            let what = "bytes of documents in a compressed archive";
                            return Err(SourceError::Limit { name, max: ARCHIVE_SMALL_BYTES_MAX, what });
                        }
                        let mut bytes = Vec::new();
                        let read = tar.content().read_to_end(&mut bytes);
                        read.map_err(|error| SourceError::Io { path: self.path.clone(), error })?;
                        held.insert(name, bytes);
                    }
                }
                Kind::HardLink => {
                    self.aliases.insert(name, tar.link().to_owned());
                }
                Kind::SymbolicLink => {
                    let target = beside(&name, tar.link());
                    self.aliases.insert(name, target);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The name under which the content stands.
    fn real<'a>(&'a self, name: &'a str) -> &'a str {
        let mut name = name;
        for _ in 0..HOPS_MAX {
            match self.aliases.get(name) {
                Some(next) => name = next,
                None => break,
            }
        }
        name
    }

    fn io<T>(&self, outcome: io::Result<T>) -> Result<T, SourceError> {
        outcome.map_err(|error| SourceError::Io { path: self.path.clone(), error })
    }
}

/// Where a symbolic link leads, from the root of the archive.
fn beside(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { name.split('/').collect() };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

impl Store for Archive {
    fn shown(&self) -> &Path {
        &self.path
    }

    fn small(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let name = self.real(name);
        let Some((at, size)) = self.places.get(name).copied() else { return Ok(None) };
        if size > max {
            return Err(SourceError::Limit { name: name.to_owned(), max, what: "bytes" });
        }
        if let Some(held) = &self.held {
            return Ok(held.get(name).cloned());
        }
        let mut file = self.io(File::open(&self.path))?;
        self.io(file.seek(SeekFrom::Start(at)))?;
        let mut bytes = Vec::new();
        self.io(file.take(size).read_to_end(&mut bytes))?;
        Ok(Some(bytes))
    }

    fn each<E: From<SourceError>>(&self, names: &BTreeSet<String>, visit: &mut Visit<'_, E>) -> Result<(), E> {
        // By the name under which the content stands; a layer that is there twice is visited under the first.
        let wanted: BTreeMap<&str, &str> = names.iter().map(|name| (self.real(name), name.as_str())).collect();
        if self.held.is_none() {
            let mut places: Vec<_> =
                wanted.iter().filter_map(|(real, name)| Some((self.places.get(*real).copied()?, *name))).collect();
            places.sort_unstable();
            for ((at, size), name) in places {
                let mut file = self.io(File::open(&self.path))?;
                self.io(file.seek(SeekFrom::Start(at)))?;
                visit(name, &mut file.take(size))?;
            }
            return Ok(());
        }
        let file = self.io(File::open(&self.path))?;
        let stream = BufReader::with_capacity(PIECE_BYTES, self.io(Unpacked::undigested(file, LAYER_BYTES_MAX))?);
        let mut tar = Tar::new(stream, ARCHIVE_ENTRIES_MAX as u64);
        let failed = |error| SourceError::Archive { path: self.path.clone(), error };
        let mut left = wanted;
        while !left.is_empty() && tar.advance().map_err(failed)? {
            // Of two entries with one name the last counts, and that one has the place.
            let here =
                tar.kind() == Kind::File && self.places.get(tar.path()).is_some_and(|(at, _)| *at == tar.content_at());
            let name = left.remove(tar.path()).filter(|_| here);
            if let Some(name) = name {
                visit(name, &mut tar.content())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_where_they_stand_or_to_the_root() {
        assert_eq!(beside("a/layer.tar", "../b/layer.tar"), "b/layer.tar");
        assert_eq!(beside("a/layer.tar", "/b/layer.tar"), "b/layer.tar");
        assert_eq!(beside("layer.tar", "../../x"), "x");
    }
}
