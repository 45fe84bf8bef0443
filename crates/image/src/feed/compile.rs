//! From files of feeds to a book.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{About, Enrichment, FeedError, Statement, alpine, cve, debian, exploited, osv};
use crate::analyze::zip;
use crate::digest::Digest;
use crate::limits::LAYER_BYTES_MAX;
use crate::stream::{Forward, PIECE_BYTES, Unpacked};
use crate::tar::{Kind, Tar};

/// Bytes of one document of a feed; Debian's tracker has 70 MB.
const DOCUMENT_BYTES_MAX: u64 = 1 << 30;
/// Files in the folders and archives of a feed.
const FILES_MAX: u64 = 2_000_000;
/// Folders within folders.
const DEPTH_MAX: usize = 16;

/// Collects what feeds say. All of it is held until the book is written.
#[derive(Debug, Default)]
pub struct Compiler {
    statements: BTreeMap<(String, String), Vec<Statement>>,
    enrichments: BTreeMap<String, Enrichment>,
    about: About,
}

/// Which form a document has, by its members.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    #[serde(default)]
    id: Option<IgnoredAny>,
    #[serde(default)]
    affected: Option<IgnoredAny>,
    #[serde(default)]
    withdrawn: Option<IgnoredAny>,
    #[serde(default)]
    distroversion: Option<IgnoredAny>,
    #[serde(default)]
    vulnerabilities: Option<IgnoredAny>,
    #[serde(default)]
    cve_metadata: Option<IgnoredAny>,
}

impl Compiler {
    /// Takes in a file, a folder or an archive.
    ///
    /// # Errors
    /// See [`FeedError`]. One record that cannot be read, among others that can, is counted instead.
    pub fn add(&mut self, path: &Path) -> Result<(), FeedError> {
        let failed = |error| FeedError::Io { path: path.to_owned(), error };
        for file in files(path).map_err(failed)? {
            let before = self.about.clone();
            self.add_file(&file, file != path)?;
            let took = self.about.advisories + self.about.enriched + self.about.foreign
                > before.advisories + before.enriched + before.foreign;
            if !took && file == path && self.about.newest == before.newest {
                let why = "nothing in it is an advisory, a score or an exploited vulnerability".to_owned();
                return Err(FeedError::Form { path: path.to_owned(), why });
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path, of_many: bool) -> Result<(), FeedError> {
        let failed = |error| FeedError::Io { path: path.to_owned(), error };
        let mut start = [0; 6];
        let count = read_start(path, &mut start).map_err(failed)?;
        let start = start.get(..count).unwrap_or_default();
        let file = File::open(path).map_err(failed)?;
        if start.starts_with(b"PK\x03\x04") {
            return self.add_zip(file).map_err(|why| FeedError::Form { path: path.to_owned(), why });
        }
        let xz = start == b"\xfd7zXZ\0";
        let from: Box<dyn Read> =
            if xz { Box::new(liblzma::read::XzDecoder::new_multi_decoder(file)) } else { Box::new(file) };
        let mut stream =
            BufReader::with_capacity(PIECE_BYTES, Unpacked::undigested(from, LAYER_BYTES_MAX).map_err(failed)?);
        let is_tar = stream.fill_buf().map_err(failed)?.get(257..262).is_some_and(|magic| magic == b"ustar");
        if is_tar {
            return self.add_tar(stream, path);
        }
        let mut bytes = Vec::new();
        (&mut stream).take(DOCUMENT_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
        match self.document(&bytes) {
            Ok(()) => Ok(()),
            Err(_) if of_many => {
                self.about.unreadable += 1;
                Ok(())
            }
            Err(why) => Err(FeedError::Form { path: path.to_owned(), why }),
        }
    }

    fn add_tar<R: Forward>(&mut self, stream: R, path: &Path) -> Result<(), FeedError> {
        let mut tar = Tar::new(stream, FILES_MAX);
        let failed = |error: io::Error| FeedError::Io { path: path.to_owned(), error };
        while tar.advance().map_err(|error| failed(io::Error::other(error)))? {
            if tar.kind() == Kind::File && is_document(Path::new(tar.path())) && tar.size() <= DOCUMENT_BYTES_MAX {
                let mut bytes = Vec::new();
                tar.content().read_to_end(&mut bytes).map_err(failed)?;
                if self.document(&bytes).is_err() {
                    self.about.unreadable += 1;
                }
            }
        }
        Ok(())
    }

    /// As OSV publishes all records of an ecosystem.
    fn add_zip(&mut self, file: File) -> Result<(), String> {
        let mut unreadable = 0;
        let mut wanted = |name: &str| is_document(Path::new(name));
        let mut visit = |_: &str, content: &mut zip::Visit<'_, '_>| {
            let mut bytes = Vec::new();
            content.take(DOCUMENT_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            unreadable += u64::from(self.document(&bytes).is_err());
            Ok(())
        };
        zip::walk(&mut BufReader::with_capacity(PIECE_BYTES, file), &mut wanted, &mut visit)?;
        self.about.unreadable += unreadable;
        Ok(())
    }

    /// Takes in one document, of whichever form.
    ///
    /// # Errors
    /// Why it has none.
    pub fn document(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = bytes.trim_ascii_start();
        match text.first() {
            Some(b'{') => self.objects(text),
            Some(b'[') => {
                let records: Vec<osv::Record> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
                for record in &records {
                    osv::take(record, self);
                }
                Ok(())
            }
            _ => {
                let text = std::str::from_utf8(bytes).map_err(|_| "it is neither JSON nor a table".to_owned())?;
                exploited::take_csv(text, self)
                    .then_some(())
                    .ok_or_else(|| "it is neither JSON nor a known table".to_owned())
            }
        }
    }

    /// One object, or one a line.
    fn objects(&mut self, text: &[u8]) -> Result<(), String> {
        let mut stream = serde_json::Deserializer::from_slice(text).into_iter::<Members>();
        let mut at = 0;
        while let Some(members) = stream.next() {
            let members = members.map_err(|error| error.to_string())?;
            let end = stream.byte_offset();
            let document = text.get(at..end).unwrap_or_default();
            at = end;
            self.object(&members, document).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn object(&mut self, members: &Members, text: &[u8]) -> Result<(), serde_json::Error> {
        if members.id.is_some() && (members.affected.is_some() || members.withdrawn.is_some()) {
            osv::take(&serde_json::from_slice(text)?, self);
        } else if members.cve_metadata.is_some() {
            cve::take(&serde_json::from_slice(text)?, self);
        } else if members.distroversion.is_some() {
            alpine::take(serde_json::from_slice(text)?, self);
        } else if members.vulnerabilities.is_some() {
            exploited::take_catalogue(serde_json::from_slice(text)?, self);
        } else if members.id.is_some() {
            // A record of OSV without packages.
            self.about.foreign += 1;
        } else {
            let tracker: debian::Tracker = serde_json::from_slice(text)?;
            debian::take(tracker, self);
        }
        Ok(())
    }

    /// A record changed then.
    pub(super) fn seen(&mut self, time: &str) {
        if time > self.about.newest.as_str() {
            self.about.newest = crate::package::shortened(time, 40);
        }
    }

    pub(super) fn foreign(&mut self) {
        self.about.foreign += 1;
    }

    pub(super) fn state(&mut self, ecosystem: &str, package: &str, statement: Statement) {
        self.about.advisories += 1;
        self.statements.entry((ecosystem.to_owned(), package.to_owned())).or_default().push(statement);
    }

    pub(super) fn enrich(&mut self, cve: &str) -> &mut Enrichment {
        let known = self.enrichments.entry(cve.to_owned()).or_default();
        self.about.enriched += u64::from(*known == Enrichment::default());
        known
    }

    /// Writes the book to a path, all of it or nothing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(self, path: &Path) -> Result<(), FeedError> {
        let failed = |error| FeedError::Io { path: path.to_owned(), error };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let beside = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = io::BufWriter::new(File::create(&beside).map_err(failed)?);
        super::book::write(&self.statements, &self.enrichments, &self.about, &mut file).map_err(failed)?;
        file.flush().map_err(failed)?;
        fs::rename(&beside, path).map_err(failed)
    }
}

fn read_start(path: &Path, start: &mut [u8]) -> io::Result<usize> {
    File::open(path)?.read(start)
}

fn is_document(path: &Path) -> bool {
    let endings = ["json", "jsonl", "csv", "ndjson"];
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The file itself, or every document below the folder, in order.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let archive = path.to_str().is_some_and(|name| {
                name.ends_with(".tar.gz")
                    || name.ends_with(".tar.zst")
                    || name.ends_with(".json.gz")
                    || name.ends_with(".tar.xz")
                    || name.ends_with(".zip")
            });
            if kind.is_dir() && depth < DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if kind.is_file() && (is_document(&path) || archive) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// What tells whether feeds are still the ones that a book was compiled from: paths, sizes and times of all their files.
///
/// # Errors
/// A feed cannot be looked at.
pub fn fingerprint(feeds: &[PathBuf]) -> Result<String, FeedError> {
    let mut text = String::from(super::book::MAGIC);
    for feed in feeds {
        let failed = |error| FeedError::Io { path: feed.clone(), error };
        let feed = fs::canonicalize(feed).map_err(failed)?;
        for file in files(&feed).map_err(failed)? {
            let about = fs::metadata(&file).map_err(failed)?;
            let changed = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let changed = changed.map_or(0, |since| since.as_nanos());
            text.push_str(&format!("\n{} {} {changed}", file.display(), about.len()));
        }
    }
    Ok(Digest::of(text.as_bytes()).hex())
}
