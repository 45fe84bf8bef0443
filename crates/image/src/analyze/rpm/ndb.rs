//! rpm's own format: pages of slots at the start, each with the place of one header.

use super::Reader;
use super::held::Held;
use crate::analyze::text::Outcome;
use crate::limits::RPM_HEADER_BYTES_MAX;

const MAGIC: &[u8] = b"RpmP";
const SLOT: &[u8] = b"Slot";
const BLOB: &[u8] = b"BlbS";
const PAGE: u64 = 4096;
const SLOT_BYTES: u64 = 16;
/// The header takes the place of two slots.
const SLOTS_START: u64 = 2;
const BLOCK: u64 = 16;
/// Pages of slots; a package takes a slot.
const PAGES_MAX: u64 = 2048;

pub(super) fn is(held: &mut Held) -> bool {
    held.bytes(0, 4).is_some_and(|start| start == MAGIC)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn read(held: &mut Held, reader: &mut Reader<'_>) -> Outcome {
    let damaged = || "rpm's database (ndb) is damaged".to_owned();
    let start = held.bytes(0, 32).ok_or_else(damaged)?;
    let pages =
        number(&start, 12).map(u64::from).filter(|pages| (1..=PAGES_MAX).contains(pages)).ok_or_else(damaged)?;
    for slot in SLOTS_START..pages * PAGE / SLOT_BYTES {
        let slot = held.bytes(slot * SLOT_BYTES, 16).ok_or_else(damaged)?;
        if !slot.starts_with(SLOT) {
            return Err(damaged());
        }
        let (package, block) = (number(&slot, 4).unwrap_or(0), number(&slot, 8).unwrap_or(0));
        if package == 0 {
            continue;
        }
        let at = u64::from(block) * BLOCK;
        let blob = held.bytes(at, 16).filter(|blob| blob.starts_with(BLOB) && number(blob, 4) == Some(package));
        let length = blob.and_then(|blob| number(&blob, 12)).and_then(|length| usize::try_from(length).ok());
        let header =
            length.filter(|length| *length <= RPM_HEADER_BYTES_MAX).and_then(|length| held.bytes(at + 16, length));
        match header {
            Some(header) if !reader.take(&header) => return Ok(()),
            Some(_) => {}
            None => reader.unusable += 1,
        }
    }
    Ok(())
}
