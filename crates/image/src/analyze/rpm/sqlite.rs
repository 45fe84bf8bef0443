//! The one table of rpm's SQLite database that matters, `Packages`, read page by page (SQLite's documented file format).

use super::Reader;
use super::held::Held;
use crate::analyze::text::Outcome;
use crate::limits::RPM_HEADER_BYTES_MAX;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Before the first page's own header.
const FILE_HEADER: usize = 100;
const TABLE_INTERIOR: u8 = 5;
const TABLE_LEAF: u8 = 13;
/// A tree of more levels than SQLite makes of the largest file.
const DEPTH_MAX: usize = 20;
/// Bytes in a row of the schema.
const SCHEMA_BYTES_MAX: usize = 1 << 20;

pub(super) fn is(held: &mut Held) -> bool {
    held.bytes(0, MAGIC.len()).is_some_and(|start| start == MAGIC)
}

fn damaged() -> String {
    "rpm's database (SQLite) is damaged".to_owned()
}

/// A number of up to nine bytes, seven bits each but for the last, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for step in 0..9 {
        let byte = *bytes.get(at + step)?;
        if step == 8 {
            return Some(((value << 8) | u64::from(byte), at + 9));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + step + 1));
        }
    }
    None
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..at + 2)?.try_into().ok().map(|two| usize::from(u16::from_be_bytes(two)))
}

fn wide(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 4)?.try_into().ok().map(|four| u64::from(u32::from_be_bytes(four)))
}

struct Pages<'a> {
    held: &'a mut Held,
    size: usize,
    usable: usize,
    count: u64,
    /// Pages that may still be visited; a loop ends here.
    left: u64,
}

impl Pages<'_> {
    /// The page with this number, counted from 1.
    fn page(&mut self, number: u64) -> Result<Vec<u8>, String> {
        self.left = self.left.checked_sub(1).ok_or_else(damaged)?;
        if number == 0 || number > self.count {
            return Err(damaged());
        }
        self.held.bytes((number - 1) * self.size as u64, self.size).ok_or_else(damaged)
    }

    /// Hands every row of a table over; stops when `row` answers `false`.
    fn rows(&mut self, root: u64, max: usize, row: &mut dyn FnMut(Option<Vec<u8>>) -> bool) -> Result<(), String> {
        self.tree(root, 0, max, row).map(drop)
    }

    fn tree(
        &mut self,
        number: u64,
        depth: usize,
        max: usize,
        row: &mut dyn FnMut(Option<Vec<u8>>) -> bool,
    ) -> Result<bool, String> {
        if depth > DEPTH_MAX {
            return Err(damaged());
        }
        let page = self.page(number)?;
        let start = if number == 1 { FILE_HEADER } else { 0 };
        let kind = *page.get(start).ok_or_else(damaged)?;
        let cells = short(&page, start + 3).ok_or_else(damaged)?;
        let pointers = start + if kind == TABLE_INTERIOR { 12 } else { 8 };
        for cell in 0..cells {
            let at = short(&page, pointers + 2 * cell).ok_or_else(damaged)?;
            let goes_on = match kind {
                TABLE_INTERIOR => {
                    let child = wide(&page, at).ok_or_else(damaged)?;
                    self.tree(child, depth + 1, max, row)?
                }
                TABLE_LEAF => {
                    let payload = self.payload(&page, at, max)?;
                    row(payload)
                }
                _ => return Err(damaged()),
            };
            if !goes_on {
                return Ok(false);
            }
        }
        if kind == TABLE_INTERIOR {
            let last = wide(&page, start + 8).ok_or_else(damaged)?;
            return self.tree(last, depth + 1, max, row);
        }
        Ok(true)
    }

    /// The content of a cell, also of what overflows into other pages; `None` if it is larger than `max`.
    fn payload(&mut self, page: &[u8], at: usize, max: usize) -> Result<Option<Vec<u8>>, String> {
        let (length, at) = varint(page, at).ok_or_else(damaged)?;
        let (_row, at) = varint(page, at).ok_or_else(damaged)?;
        let length = match usize::try_from(length) {
            Ok(length) if length as u64 <= self.held.length() => length,
            _ => return Err(damaged()),
        };
        if length > max {
            return Ok(None);
        }
        let local = self.local(length);
        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(page.get(at..at + local).ok_or_else(damaged)?);
        let mut next = if local < length { wide(page, at + local).ok_or_else(damaged)? } else { 0 };
        while out.len() < length {
            let page = self.page(next)?;
            next = wide(&page, 0).ok_or_else(damaged)?;
            let here = (length - out.len()).min(self.usable - 4);
            out.extend_from_slice(page.get(4..4 + here).ok_or_else(damaged)?);
        }
        Ok(Some(out))
    }

    /// How much of a payload stands in the cell itself.
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitted = least + (length - least) % (self.usable - 4);
        if fitted <= most { fitted } else { least }
    }
}

/// A column of a record: NULL and numbers as none.
fn columns(record: &[u8]) -> Option<Vec<Column<'_>>> {
    let (header, mut at) = varint(record, 0)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= record.len())?;
    let mut data = header;
    let mut columns = Vec::new();
    while at < header {
        let (kind, next) = varint(record, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = record.get(data..data.checked_add(length)?)?;
        data += length;
        columns.push(match kind {
            9 => Column::Number(1),
            1..=6 => Column::Number(bytes.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))),
            12.. => Column::Bytes(bytes),
            _ => Column::Nothing,
        });
        if columns.len() > 16 {
            return None;
        }
    }
    Some(columns)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column<'a> {
    Nothing,
    Number(u64),
    Bytes(&'a [u8]),
}

pub(super) fn read(held: &mut Held, reader: &mut Reader<'_>) -> Outcome {
    let start = held.bytes(0, FILE_HEADER).ok_or_else(damaged)?;
    let size = match short(&start, 16) {
        Some(1) => 65_536,
        Some(size) if size.is_power_of_two() && size >= 512 => size,
        _ => return Err(damaged()),
    };
    let usable = size - usize::from(*start.get(20).ok_or_else(damaged)?);
    if usable < 480 {
        return Err(damaged());
    }
    let count = held.length() / size as u64;
    let mut pages = Pages { held, size, usable, count, left: count.saturating_mul(2) };
    let mut root = None;
    pages.rows(1, SCHEMA_BYTES_MAX, &mut |row| {
        let row = row.unwrap_or_default();
        if let Some([Column::Bytes(b"table"), Column::Bytes(b"Packages"), _, Column::Number(page), ..]) =
            columns(&row).as_deref()
        {
            root = Some(*page);
        }
        root.is_none()
    })?;
    let root = root.ok_or("rpm's database (SQLite) has no table of packages")?;
    pages.rows(root, RPM_HEADER_BYTES_MAX, &mut |row| {
        let header = row.as_deref().and_then(columns).and_then(|columns| match columns.as_slice() {
            [_, Column::Bytes(header), ..] => Some(header.to_vec()),
            _ => None,
        });
        match header {
            Some(header) => reader.take(&header),
            None => {
                reader.unusable += 1;
                true
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_up_to_nine_bytes() {
        assert_eq!(varint(&[0x7f], 0), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0], 0), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9], 0), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8], 0), None);
    }

    #[test]
    fn columns_have_types() {
        assert_eq!(
            columns(&[4, 0, 1, 18, 7, b'a', b'b', b'c']).as_deref(),
            Some(&[Column::Nothing, Column::Number(7), Column::Bytes(b"abc")][..])
        );
        assert_eq!(columns(&[4, 0, 1, 200, 7]), None);
        assert_eq!(columns(&[200]), None);
    }
}
