//! One file of a track, as it is known in memory, and the index that a sealed one has beside it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bartizan_policy::tape::Span;
use serde::{Deserialize, Serialize};

/// The format of the files.
pub(crate) const FORMAT: u8 = 1;
/// The first bytes of each file. The last is the complement of the format, so that damage is not taken for a format.
pub(crate) const MAGIC: [u8; 8] = [b'B', b'Z', b'T', b'A', b'P', b'E', FORMAT, !FORMAT];
/// Recordings in a block at most.
const BLOCK_RECORDS: u32 = 256;
/// A block that has grown to so many bytes is closed.
const BLOCK_BYTES: u64 = 256 << 10;

/// Some frames in a row, which a read can pass over without looking at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block {
    /// Where the first frame starts.
    pub(crate) offset: u64,
    pub(crate) records: u32,
    /// The earliest observation, in milliseconds.
    pub(crate) from: i64,
    /// The latest observation.
    pub(crate) to: i64,
}

impl Block {
    /// Whether none of it can be in the span.
    pub(crate) fn is_outside(&self, span: &Span) -> bool {
        self.to < span.from.0 || self.from >= span.to.0
    }

    /// Whether all of it is in the span.
    pub(crate) fn is_inside(&self, span: &Span) -> bool {
        self.from >= span.from.0 && self.to < span.to.0
    }
}

/// A file of a track, up to what is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
    /// Bytes that are durable and whole.
    pub(crate) length: u64,
    pub(crate) blocks: Vec<Block>,
    /// What follows does not read back, and was not cut off by a crash: it is kept as it is, and reported.
    pub(crate) damaged: bool,
}

/// What is in the index file.
#[derive(Serialize, Deserialize)]
struct Index {
    length: u64,
    blocks: Vec<Block>,
}

impl Segment {
    /// A file that has its first bytes only.
    pub(crate) fn new(folder: &Path, number: u64) -> Self {
        let path = folder.join(format!("{number:020}.tape"));
        Self { number, path, length: MAGIC.len() as u64, blocks: Vec::new(), damaged: false }
    }

    /// The number in the name of a file, if it is a segment's.
    pub(crate) fn number_of(name: &str) -> Option<u64> {
        let digits = name.strip_suffix(".tape")?;
        (digits.len() == 20).then(|| digits.parse().ok()).flatten()
    }

    /// Takes note of a frame at the end.
    pub(crate) fn push(&mut self, bytes: u64, at: i64) {
        match self.blocks.last_mut() {
            Some(block) if block.records < BLOCK_RECORDS && self.length - block.offset < BLOCK_BYTES => {
                block.records += 1;
                block.from = block.from.min(at);
                block.to = block.to.max(at);
            }
            _ => self.blocks.push(Block { offset: self.length, records: 1, from: at, to: at }),
        }
        self.length += bytes;
    }

    /// The blocks, and where each ends.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (&Block, u64)> {
        let ends = self.blocks.iter().skip(1).map(|next| next.offset).chain([self.length]);
        self.blocks.iter().zip(ends)
    }

    /// The latest observation, if there is any.
    pub(crate) fn latest(&self) -> Option<i64> {
        self.blocks.iter().map(|block| block.to).max()
    }

    pub(crate) fn records(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.records)).sum()
    }

    pub(crate) fn index_path(&self) -> PathBuf {
        self.path.with_extension("index")
    }

    /// Writes the index. It can be made again from the file, so nothing waits for it to be durable.
    pub(crate) fn write_index(&self) -> std::io::Result<()> {
        let index = Index { length: self.length, blocks: self.blocks.clone() };
        let text = serde_json::to_string(&index)?;
        let new = self.path.with_extension("index-new");
        let mut file = File::create(&new)?;
        writeln!(file, "{:08x}", crc32fast::hash(text.as_bytes()))?;
        file.write_all(text.as_bytes())?;
        // before the name, so that the name never stands for half an index
        file.sync_data()?;
        std::fs::rename(new, self.index_path())
    }

    /// Knows a sealed file from its index, if there is one and it is of this very file.
    pub(crate) fn from_index(folder: &Path, number: u64) -> Option<Self> {
        let segment = Self::new(folder, number);
        let text = std::fs::read_to_string(segment.index_path()).ok()?;
        let (crc, text) = text.split_once('\n')?;
        if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(text.as_bytes()) {
            return None;
        }
        let Index { length, blocks } = serde_json::from_str(text).ok()?;
        let mut file = File::open(&segment.path).ok()?;
        let mut magic = [0; MAGIC.len()];
        file.read_exact(&mut magic).ok()?;
        let is_of_this = magic == MAGIC && file.metadata().ok()?.len() == length;
        is_of_this.then_some(Self { length, blocks, ..segment })
    }
}
