//! Berkeley DB, hash access: pages of pairs, whose values, the headers, mostly stand on chains of overflow pages.

use super::Reader;
use super::held::Held;
use crate::analyze::text::Outcome;
use crate::limits::RPM_HEADER_BYTES_MAX;

const MAGIC: u32 = 0x0006_1561;
/// Bytes before the items of a page.
const PAGE_HEADER: usize = 26;
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;
/// A value on the page itself.
const KEYDATA: u8 = 1;
/// A value on a chain of pages.
const OFFPAGE: u8 = 3;
/// Shorter values are not headers but rpm's own counter.
const HEADER_BYTES_MIN: usize = 24;

pub(super) fn is(held: &mut Held) -> bool {
    order(held).is_some()
}

/// The order of bytes in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn wide(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if self == Self::Little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn short(self, bytes: &[u8], at: usize) -> Option<usize> {
        let two = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(if self == Self::Little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) }))
    }
}

fn order(held: &mut Held) -> Option<Order> {
    let start = held.bytes(0, 16)?;
    [Order::Little, Order::Big].into_iter().find(|order| order.wide(&start, 12) == Some(MAGIC))
}

struct Pages<'a> {
    held: &'a mut Held,
    order: Order,
    size: usize,
    count: u64,
}

impl Pages<'_> {
    fn page(&mut self, number: u64) -> Option<Vec<u8>> {
        if number >= self.count {
            return None;
        }
        self.held.bytes(number * self.size as u64, self.size)
    }

    /// The value on the chain that starts at a page. Each page is visited once at most, because the length is bounded and
    /// every page must have some of it.
    fn chain(&mut self, first: u64, length: usize) -> Option<Vec<u8>> {
        if length > RPM_HEADER_BYTES_MAX || length as u64 > self.held.length() {
            return None;
        }
        let mut out = Vec::with_capacity(length);
        let mut number = first;
        while out.len() < length {
            let page = self.page(number)?;
            if page.get(25) != Some(&OVERFLOW) {
                return None;
            }
            let here = self.order.short(&page, 22)?;
            let here = page.get(PAGE_HEADER..PAGE_HEADER.checked_add(here)?)?;
            if here.is_empty() {
                return None;
            }
            out.extend_from_slice(here);
            number = u64::from(self.order.wide(&page, 16)?);
        }
        (out.len() == length).then_some(out)
    }
}

pub(super) fn read(held: &mut Held, reader: &mut Reader<'_>) -> Outcome {
    let damaged = || "rpm's database (Berkeley DB) is damaged".to_owned();
    let order = order(held).ok_or_else(damaged)?;
    let start = held.bytes(0, 72).ok_or_else(damaged)?;
    if start.get(24) != Some(&0) {
        return Err("rpm's database is encrypted".to_owned());
    }
    let size = order.wide(&start, 20).and_then(|size| usize::try_from(size).ok());
    let size = size.filter(|size| size.is_power_of_two() && (512..=65_536).contains(size)).ok_or_else(damaged)?;
    let count = held.length() / size as u64;
    let mut pages = Pages { held, order, size, count };
    for number in 1..count {
        let page = pages.page(number).ok_or_else(damaged)?;
        if !matches!(page.get(25), Some(&HASH | &HASH_UNSORTED)) {
            continue;
        }
        let entries = order.short(&page, 20).ok_or_else(damaged)?;
        // Keys and values take turns.
        for position in (1..entries).step_by(2) {
            let place = |position: usize| order.short(&page, PAGE_HEADER + 2 * position);
            let (Some(at), Some(end)) = (place(position), place(position - 1)) else {
                reader.unusable += 1;
                break;
            };
            let header = match page.get(at) {
                Some(&OFFPAGE) => {
                    let (first, length) = (order.wide(&page, at + 4), order.wide(&page, at + 8));
                    first
                        .zip(length)
                        .and_then(|(first, length)| pages.chain(u64::from(first), usize::try_from(length).ok()?))
                }
                Some(&KEYDATA) => page.get(at + 1..end).map(<[u8]>::to_vec),
                _ => None,
            };
            match header {
                Some(header) if header.len() < HEADER_BYTES_MIN => {}
                Some(header) if !reader.take(&header) => return Ok(()),
                Some(_) => {}
                None => reader.unusable += 1,
            }
        }
    }
    Ok(())
}
