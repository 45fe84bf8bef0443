//! A place on a track as a number: the file's number above, the byte in it below.

use bartizan_policy::tape::Position;

use crate::segment::Segment;

/// Bits for the byte in the file.
const OFFSET_BITS: u32 = 32;
/// A file is sealed before it can have more bytes: 1 GiB.
pub(crate) const SEGMENT_BYTES_MAX: u64 = 1 << 30;
/// Bytes of one append at most, as stored. With what waits together and a file that is not yet sealed this stays below
/// what the bits can count.
pub(crate) const APPEND_BYTES_MAX: usize = 1 << 30;

/// Behind the byte `offset` of a file.
pub(crate) fn behind(number: u64, offset: u64) -> Position {
    Position((number << OFFSET_BITS) | offset)
}

/// Where a segment ends as far as it is durable.
pub(crate) fn end(segment: &Segment) -> Position {
    behind(segment.number, segment.length)
}

/// The file's number and the byte in it.
pub(crate) fn parts(position: Position) -> (u64, u64) {
    (position.0 >> OFFSET_BITS, position.0 & ((1 << OFFSET_BITS) - 1))
}
