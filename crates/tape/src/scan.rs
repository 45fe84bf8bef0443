//! Reading a file from end to end to learn what is in it, after a crash or where the index is missing.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use bartizan_ledger::StoreError;

use crate::fault::{not_read, not_written};
use crate::frame::{Flaw, HEADER, Header};
use crate::segment::{FORMAT, MAGIC, Segment};

/// A file system that lost its last writes with the power may leave zeros in their place: if the last so many bytes
/// are zeros, the file was cut off there.
const ZEROS: u64 = 512;

/// How a file ends.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Whole,
    /// Within a frame that was never acknowledged.
    CutOff,
    /// With something that was acknowledged once.
    Damaged,
}

/// Learns what is in the last file of a track, and cuts off what a crash left of the last append. Something that is
/// damaged is never cut off, because it was acknowledged.
pub(crate) fn recover(folder: &Path, number: u64) -> Result<Segment, StoreError> {
    let (mut segment, end) = scan(folder, number)?;
    segment.damaged = end == End::Damaged;
    if end == End::CutOff {
        let said = |error| not_written(&segment.path, &error);
        let file = File::options().write(true).open(&segment.path).map_err(said)?;
        if segment.blocks.is_empty() {
            // the first bytes themselves may have been cut off
            std::io::Write::write_all(&mut &file, &MAGIC).map_err(said)?;
        }
        file.set_len(segment.length).and_then(|()| file.sync_all()).map_err(said)?;
    }
    Ok(segment)
}

/// Learns what is in a file that was sealed: everything in it was acknowledged.
pub(crate) fn learn(folder: &Path, number: u64) -> Result<Segment, StoreError> {
    let (mut segment, end) = scan(folder, number)?;
    segment.damaged = end != End::Whole;
    Ok(segment)
}

fn scan(folder: &Path, number: u64) -> Result<(Segment, End), StoreError> {
    let mut segment = Segment::new(folder, number);
    let path = segment.path.clone();
    let said = |error| not_read(&path, &error);
    let file = File::open(&path).map_err(said)?;
    let length = file.metadata().map_err(said)?.len();
    let mut file = BufReader::with_capacity(1 << 20, file);

    let mut magic = [0; MAGIC.len()];
    if length < MAGIC.len() as u64 {
        return Ok((segment, End::CutOff));
    }
    file.read_exact(&mut magic).map_err(said)?;
    if magic != MAGIC {
        if let ([name @ .., format, complement], [own @ .., _, _]) = (magic, MAGIC)
            && name == own
            && complement == !format
        {
            return Err(StoreError::Failed(format!(
                "`{}` was written by a newer version of this program (its format is {format}, this version knows \
                 {FORMAT}): start the newer version",
                path.display()
            )));
        }
        segment.length = 0;
        let end = flawed(&mut file, 0, length, Flaw::Corrupt).map_err(said)?;
        segment.length = if end == End::CutOff { MAGIC.len() as u64 } else { 0 };
        return Ok((segment, end));
    }
    let mut payload = Vec::new();
    while segment.length < length {
        match frame(&mut file, length - segment.length, &mut payload).map_err(said)? {
            Ok((bytes, at)) => segment.push(bytes, at),
            Err(flaw) => {
                let end = flawed(&mut file, segment.length, length, flaw).map_err(said)?;
                return Ok((segment, end));
            }
        }
    }
    Ok((segment, End::Whole))
}

/// The bytes and the time of the next frame, of which there are at most `left` bytes.
fn frame(file: &mut impl Read, left: u64, payload: &mut Vec<u8>) -> std::io::Result<Result<(u64, i64), Flaw>> {
    let mut header = [0; HEADER];
    if left < HEADER as u64 {
        return Ok(Err(Flaw::CutOff));
    }
    file.read_exact(&mut header)?;
    let header = match Header::read(&header) {
        Ok(header) => header,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let bytes = (HEADER + header.length) as u64;
    if left < bytes {
        return Ok(Err(Flaw::CutOff));
    }
    payload.resize(header.length, 0);
    file.read_exact(payload)?;
    Ok(header.payload(payload).map(|frame| (bytes, frame.at.0)))
}

/// What a flaw at `offset` says about the end of the file.
fn flawed(file: &mut BufReader<File>, offset: u64, length: u64, flaw: Flaw) -> std::io::Result<End> {
    if flaw == Flaw::CutOff {
        return Ok(End::CutOff);
    }
    let tail = (length - offset).min(ZEROS);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    file.take(tail).read_to_end(&mut bytes)?;
    Ok(if bytes.iter().all(|byte| *byte == 0) { End::CutOff } else { End::Damaged })
}
