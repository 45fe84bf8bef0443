//! A reader of bbolt's files, for what containerd keeps in one: buckets in buckets, keys and values [bbolt, page layout]. The file
//! is read as a whole, because its owner writes to it meanwhile: what is read is one state of it or is found to be none.

use std::io;
use std::path::Path;

use super::whole;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
/// Bytes of a database that is read.
const BYTES_MAX: u64 = 256 << 20;
/// Pages that one walk passes through, and how deep a tree may be.
const PAGES_MAX: usize = 1 << 20;
const DEPTH_MAX: usize = 32;
const HEADER: usize = 16;
const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
/// Of an element of a leaf: its value is a bucket.
const IS_BUCKET: u32 = 0x01;
/// States that are read until one holds together.
const TRIES: usize = 3;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BoltError {
    /// The disk said so.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is none, or was changed while it was read.
    #[error("its database cannot be read: {0}")]
    Damaged(&'static str),
}

/// One state of a database.
#[derive(Debug)]
pub struct Bolt {
    bytes: Vec<u8>,
    page_bytes: usize,
    root: u64,
}

/// A bucket: a tree of pages, or a page within its parent's value.
#[derive(Debug, Clone)]
pub struct Bucket<'a> {
    bolt: &'a Bolt,
    root: u64,
    inline: Option<&'a [u8]>,
}

impl Bolt {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is none, or does not hold together, also when it is read again.
    pub fn open(path: &Path) -> Result<Self, BoltError> {
        let mut last = BoltError::Damaged("it is not there");
        for _ in 0..TRIES {
            let bytes = whole(path, BYTES_MAX)?.ok_or(BoltError::Damaged("it is not there"))?;
            match Self::read(bytes).and_then(|bolt| bolt.root().check(0).map(|()| bolt)) {
                Ok(bolt) => return Ok(bolt),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Reads the bytes of a database. Whether its tree holds together shows when it is walked.
    ///
    /// # Errors
    /// They are none.
    pub fn read(bytes: Vec<u8>) -> Result<Self, BoltError> {
        // Two pages in turn say where the tree begins; the later one that is whole counts. The second one's place depends on
        // the size of pages, which the first one may not say any more.
        let places = [0, 4096, 8192, 16_384, 32_768, 65_536, 1024, 2048];
        let metas = places.iter().filter_map(|at| meta(bytes.get(*at..)?));
        let (_, page_bytes, root) =
            metas.max_by_key(|(transaction, ..)| *transaction).ok_or(BoltError::Damaged("it has no head"))?;
        Ok(Self { bytes, page_bytes, root })
    }

    /// The bucket that has all others.
    #[must_use]
    pub fn root(&self) -> Bucket<'_> {
        Bucket { bolt: self, root: self.root, inline: None }
    }

    fn page(&self, id: u64) -> Result<&[u8], BoltError> {
        let lost = BoltError::Damaged("a page is not there");
        let Some(at) = usize::try_from(id).ok().and_then(|id| id.checked_mul(self.page_bytes)) else {
            return Err(lost);
        };
        let rest = self.bytes.get(at..).ok_or(BoltError::Damaged("a page is not there"))?;
        if number64(rest, 0) != Some(id) {
            return Err(BoltError::Damaged("a page is another one"));
        }
        let more = number32(rest, 12).and_then(|more| usize::try_from(more).ok()).ok_or(lost)?;
        let length = more.checked_add(1).and_then(|pages| pages.checked_mul(self.page_bytes));
        length.and_then(|length| rest.get(..length)).ok_or(BoltError::Damaged("a page is cut off"))
    }
}

/// Transaction, size of pages and root of a head; `None` for what is none.
fn meta(page: &[u8]) -> Option<(u64, usize, u64)> {
    let meta = page.get(HEADER..HEADER + 64)?;
    if number32(meta, 0)? != MAGIC || number32(meta, 4)? != VERSION {
        return None;
    }
    // FNV-1a over all that stands before it.
    let sum = meta
        .get(..56)?
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    if number64(meta, 56)? != sum {
        return None;
    }
    let page_bytes =
        usize::try_from(number32(meta, 8)?).ok().filter(|bytes| bytes.is_power_of_two() && *bytes >= 512)?;
    Some((number64(meta, 48)?, page_bytes, number64(meta, 16)?))
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

impl<'a> Bucket<'a> {
    /// The bucket with a name.
    ///
    /// # Errors
    /// The database does not hold together.
    pub fn bucket(&self, name: &[u8]) -> Result<Option<Self>, BoltError> {
        let mut found = None;
        self.each(&mut |key, value, is_bucket| {
            if is_bucket && key == name {
                found = Some(value);
            }
        })?;
        let Some(value) = found else { return Ok(None) };
        let root = number64(value, 0).ok_or(BoltError::Damaged("a bucket is cut off"))?;
        // Root 0: the bucket's only page stands behind its head.
        let inline =
            if root == 0 { Some(value.get(HEADER..).ok_or(BoltError::Damaged("a bucket is cut off"))?) } else { None };
        Ok(Some(Self { bolt: self.bolt, root, inline }))
    }

    /// The names of its buckets.
    ///
    /// # Errors
    /// The database does not hold together.
    pub fn buckets(&self) -> Result<Vec<Vec<u8>>, BoltError> {
        let mut names = Vec::new();
        self.each(&mut |key, _, is_bucket| names.extend(is_bucket.then(|| key.to_vec())))?;
        Ok(names)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// The database does not hold together.
    pub fn value(&self, name: &[u8]) -> Result<Option<Vec<u8>>, BoltError> {
        let mut found = None;
        self.each(&mut |key, value, is_bucket| {
            if !is_bucket && key == name {
                found = Some(value.to_vec());
            }
        })?;
        Ok(found)
    }

    /// Walks all buckets, so that what does not hold together is found before anything is believed.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, depth: usize) -> Result<(), BoltError> {
        if depth > DEPTH_MAX {
            return Err(BoltError::Damaged("buckets are too deep"));
        }
        for name in self.buckets()? {
            if let Some(inner) = self.bucket(&name)? {
                inner.check(depth + 1)?;
            }
        }
        Ok(())
    }

    fn each(&self, visit: &mut impl FnMut(&'a [u8], &'a [u8], bool)) -> Result<(), BoltError> {
        if let Some(page) = self.inline {
            return leaf(page, visit);
        }
        let mut waiting = vec![(self.root, 0)];
        let mut pages = 0;
        while let Some((id, depth)) = waiting.pop() {
            pages += 1;
            if pages > PAGES_MAX || depth > DEPTH_MAX {
                return Err(BoltError::Damaged("its tree has no end"));
            }
            let page = self.bolt.page(id)?;
            match number16(page, 8) {
                Some(BRANCH) => {
                    let count = usize::from(number16(page, 10).unwrap_or(0));
                    // From the last to the first, so that the first is taken from the stack first.
                    for place in (0..count).rev() {
                        let child = number64(page, HEADER + place * 16 + 8);
                        waiting.push((child.ok_or(BoltError::Damaged("a branch is cut off"))?, depth + 1));
                    }
                }
                Some(LEAF) => leaf(page, visit)?,
                _ => return Err(BoltError::Damaged("a page is of an unknown kind")),
            }
        }
        Ok(())
    }
}

fn leaf<'a>(page: &'a [u8], visit: &mut impl FnMut(&'a [u8], &'a [u8], bool)) -> Result<(), BoltError> {
    let count = usize::from(number16(page, 10).ok_or(BoltError::Damaged("a page is cut off"))?);
    for place in 0..count {
        let element = || -> Option<(&'a [u8], &'a [u8], bool)> {
            let at = HEADER + place * 16;
            let size = |offset| number32(page, at + offset).and_then(|size| usize::try_from(size).ok());
            let (start, key, value) = (at.checked_add(size(4)?)?, size(8)?, size(12)?);
            let middle = start.checked_add(key)?;
            let is_bucket = number32(page, at)? & IS_BUCKET != 0;
            Some((page.get(start..middle)?, page.get(middle..middle.checked_add(value)?)?, is_bucket))
        };
        let (key, value, is_bucket) = element().ok_or(BoltError::Damaged("an element is cut off"))?;
        visit(key, value, is_bucket);
    }
    Ok(())
}
