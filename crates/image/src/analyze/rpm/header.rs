//! A header of rpm's: two counts, an index of tags, and the data that it points into, all numbers big-endian.

use std::collections::BTreeMap;

use crate::package::{Package, shortened};

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const LICENCE: u32 = 1014;
const ARCHITECTURE: u32 = 1022;
const SOURCE: u32 = 1044;
const FOLDER_INDICES: u32 = 1116;
const FILE_NAMES: u32 = 1117;
const FOLDERS: u32 = 1118;
const MODULE: u32 = 5096;
const WANTED: [u32; 11] =
    [NAME, VERSION, RELEASE, EPOCH, LICENCE, ARCHITECTURE, SOURCE, FOLDER_INDICES, FILE_NAMES, FOLDERS, MODULE];

/// Entries in the index of one header.
const ENTRIES_MAX: usize = 65_536;
const ENTRY: usize = 16;

/// Those of a package.
#[derive(Debug)]
pub(super) struct Header<'a> {
    data: &'a [u8],
    /// By tag: where its data start, and how many values there are.
    places: BTreeMap<u32, (usize, usize)>,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

impl<'a> Header<'a> {
    pub(super) fn parse(blob: &'a [u8]) -> Option<Self> {
        let entries = usize::try_from(number(blob, 0)?).ok().filter(|entries| (1..=ENTRIES_MAX).contains(entries))?;
        let length = usize::try_from(number(blob, 4)?).ok()?;
        let index = blob.get(8..8 + entries * ENTRY)?;
        let start = 8 + entries * ENTRY;
        let data = blob.get(start..start.checked_add(length)?)?;
        let mut places = BTreeMap::new();
        for entry in index.chunks_exact(ENTRY) {
            let tag = number(entry, 0)?;
            if WANTED.contains(&tag) {
                let (at, count) = (usize::try_from(number(entry, 8)?).ok()?, usize::try_from(number(entry, 12)?).ok()?);
                places.insert(tag, (at, count));
            }
        }
        Some(Self { data, places })
    }

    fn text(&self, tag: u32) -> Option<&'a [u8]> {
        let (at, _) = self.places.get(&tag)?;
        self.data.get(*at..)?.split(|byte| *byte == 0).next()
    }

    fn texts(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> {
        let (at, count) = self.places.get(&tag).copied().unwrap_or((usize::MAX, 0));
        self.data.get(at..).unwrap_or_default().split(|byte| *byte == 0).take(count)
    }

    pub(super) fn package(&self) -> Option<Package> {
        let text = |tag| self.text(tag).map(String::from_utf8_lossy).filter(|text| !text.is_empty());
        let version = format!("{}-{}", text(VERSION)?, text(RELEASE)?);
        let epoch = self.places.get(&EPOCH).and_then(|(at, _)| number(self.data, *at)).unwrap_or(0);
        let (architecture, source) = (text(ARCHITECTURE).unwrap_or_default(), text(SOURCE).unwrap_or_default());
        let mut package = super::package(&text(NAME)?, &epoch.to_string(), &version, &architecture, &source);
        package.licence = shortened(&text(LICENCE).unwrap_or_default(), 256);
        package.module = shortened(&text(MODULE).unwrap_or_default(), 256);
        Some(package)
    }

    /// Adds the files of the package that could be taken for packages of a language.
    pub(super) fn owned(&self, out: &mut Vec<String>, max: usize) {
        let folders: Vec<&[u8]> = self.texts(FOLDERS).collect();
        let indices = self.places.get(&FOLDER_INDICES).map_or(0, |(at, _)| *at);
        for (position, name) in self.texts(FILE_NAMES).enumerate() {
            let index =
                number(self.data, indices.saturating_add(4 * position)).and_then(|index| usize::try_from(index).ok());
            let Some(folder) = index.and_then(|index| folders.get(index)) else { continue };
            let path = [folder, name].concat();
            let Ok(path) = std::str::from_utf8(&path) else { continue };
            if out.len() < max && crate::analyze::ownable(path) {
                out.push(path.trim_start_matches('/').to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(entries: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut data) = (Vec::new(), Vec::new());
        for (tag, kind, count, bytes) in entries {
            for number in [*tag, *kind, u32::try_from(data.len()).unwrap(), *count] {
                index.extend(number.to_be_bytes());
            }
            data.extend(*bytes);
        }
        let counts = [u32::try_from(entries.len()).unwrap(), u32::try_from(data.len()).unwrap()];
        [counts.map(u32::to_be_bytes).concat(), index, data].concat()
    }

    #[test]
    fn a_header_names_a_package_and_its_files() {
        let bytes = header(&[
            (NAME, 6, 1, b"openssl-libs\0"),
            (VERSION, 6, 1, b"3.0.7\0"),
            (RELEASE, 6, 1, b"24.el9\0"),
            (EPOCH, 4, 1, &[0, 0, 0, 1]),
            (SOURCE, 6, 1, b"openssl-3.0.7-24.el9.src.rpm\0"),
            (FOLDER_INDICES, 4, 2, &[0, 0, 0, 1, 0, 0, 0, 0]),
            (FILE_NAMES, 8, 2, b"openssl\0libssl.so\0"),
            (FOLDERS, 8, 2, b"/usr/lib64/\0/usr/bin/\0"),
        ]);
        let header = Header::parse(&bytes).unwrap();
        let package = header.package().unwrap();
        assert_eq!((package.version.as_str(), package.source.as_str()), ("1:3.0.7-24.el9", "openssl"));
        let mut owned = Vec::new();
        header.owned(&mut owned, 10);
        assert_eq!(owned, ["usr/bin/openssl"]);
    }

    #[test]
    fn counts_beyond_the_bytes_are_refused() {
        assert!(Header::parse(&[0xff; 64]).is_none());
        assert!(Header::parse(&[0; 64]).is_none());
        let mut bytes = header(&[(NAME, 6, 1, b"x\0")]);
        assert!(Header::parse(&bytes).unwrap().package().is_none());
        bytes.truncate(20);
        assert!(Header::parse(&bytes).is_none());
    }
}
