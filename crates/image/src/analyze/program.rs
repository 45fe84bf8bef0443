//! Programs: what Go and cargo-auditable leave in them, found while the file goes by.
//!
//! The tables that say where the two are stand at the end of a program. They are looked for by their content instead, so
//! that a program of any size is read once and never kept.

use std::io::BufRead;

use flate2::{Decompress, FlushDecompress};
use memchr::memmem;

use super::text::Outcome;
use super::{cargo, go};
use crate::layer::Found;
use crate::limits::{BUILD_INFO_BYTES_MAX, Limits};

/// Bytes looked at together.
const PIECE: usize = 64 * 1024;
/// Bytes of a piece that are looked at again with the next one.
const OVERLAP: usize = 256;
/// How cargo-auditable's list starts. Its writer is serde's, so the form is fixed.
const AUDIT_START: &[u8] = b"{\"packages\":[{";
/// The two bytes by which zlib streams start, one for each level of compression.
const ZLIB_STARTS: [&[u8]; 4] = [b"\x78\xda", b"\x78\x9c", b"\x78\x01", b"\x78\x5e"];

pub(super) fn read(content: &mut impl BufRead, found: &mut Found, limits: &Limits) -> Outcome {
    let mut window = Window { content, bytes: Vec::with_capacity(PIECE + OVERLAP), at: 0, ended: false };
    let magic = memmem::Finder::new(go::MAGIC);
    let starts = ZLIB_STARTS.map(memmem::Finder::new);
    let mut decoder = Decompress::new(true);
    let (mut go_seen, mut audit_seen) = (false, false);
    while window.grow(PIECE)? && !(go_seen && audit_seen) {
        if !go_seen {
            go_seen = go_record(&mut window, &magic, found, limits)?;
        }
        if !audit_seen {
            audit_seen = audit_list(&mut window, &starts, &mut decoder, found, limits)?;
        }
        window.slide();
    }
    Ok(())
}

/// A piece of the file that can grow at its end and shrink at its start.
struct Window<'a, R> {
    content: &'a mut R,
    bytes: Vec<u8>,
    /// Where the piece starts in the file.
    at: u64,
    ended: bool,
}

impl<R: BufRead> Window<'_, R> {
    /// Grows to at least `wanted` bytes, or to the end; `false` if there is nothing new to look at.
    fn grow(&mut self, wanted: usize) -> Result<bool, String> {
        let before = self.bytes.len();
        while self.bytes.len() < wanted && !self.ended {
            let here = self.content.fill_buf().map_err(|error| format!("cannot be read: {error}"))?;
            let count = here.len().min(wanted - self.bytes.len());
            self.ended = here.is_empty();
            self.bytes.extend_from_slice(here.get(..count).unwrap_or_default());
            self.content.consume(count);
        }
        Ok(self.bytes.len() > before)
    }

    fn slide(&mut self) {
        let gone = self.bytes.len().saturating_sub(OVERLAP);
        self.bytes.drain(..gone);
        self.bytes.shrink_to(2 * PIECE);
        self.at += gone as u64;
    }
}

/// `true` once a record was found and used.
fn go_record<R: BufRead>(
    window: &mut Window<'_, R>,
    magic: &memmem::Finder<'_>,
    found: &mut Found,
    limits: &Limits,
) -> Result<bool, String> {
    let mut from = 0;
    while let Some(place) = window.bytes.get(from..).and_then(|rest| magic.find(rest)).map(|place| from + place) {
        from = place + 1;
        if !(window.at + place as u64).is_multiple_of(go::ALIGNMENT) {
            continue;
        }
        window.grow(place + go::HEADER + 10)?;
        let header = window.bytes.get(place..).unwrap_or_default();
        match go::form(header) {
            Some(go::Form::Inline) => {}
            Some(go::Form::Pointers) => {
                found.blind.push("a Go program built before Go 1.18, whose modules are not read".to_owned());
                return Ok(true);
            }
            None => continue,
        }
        let Some((version, next)) = text(window, place + go::HEADER)? else { continue };
        let Some((modules, _)) = text(window, next)? else { continue };
        // The modules stand between two marks of 16 bytes each.
        let modules = modules.get(16..modules.len().saturating_sub(16)).unwrap_or_default();
        let version = String::from_utf8_lossy(&version).into_owned();
        found.packages.extend(go::packages(&version, &String::from_utf8_lossy(modules), limits));
        return Ok(true);
    }
    Ok(false)
}

/// A text after its length, and where the next one starts.
fn text<R: BufRead>(window: &mut Window<'_, R>, at: usize) -> Result<Option<(Vec<u8>, usize)>, String> {
    window.grow(at + 10)?;
    let Some((length, taken)) = window.bytes.get(at..).and_then(go::length) else { return Ok(None) };
    if length > BUILD_INFO_BYTES_MAX {
        return Ok(None);
    }
    let start = at + taken;
    window.grow(start + length)?;
    Ok(window.bytes.get(start..start + length).map(|bytes| (bytes.to_vec(), start + length)))
}

/// `true` once a list was found and used.
fn audit_list<R: BufRead>(
    window: &mut Window<'_, R>,
    starts: &[memmem::Finder<'_>; 4],
    decoder: &mut Decompress,
    found: &mut Found,
    limits: &Limits,
) -> Result<bool, String> {
    for start in starts {
        let places: Vec<usize> = start.find_iter(&window.bytes).collect();
        for place in places {
            if !is_audit(decoder, window.bytes.get(place..).unwrap_or_default()) {
                continue;
            }
            window.grow(place + BUILD_INFO_BYTES_MAX / 4)?;
            let stored = window.bytes.get(place..).unwrap_or_default();
            let Some(json) = inflate(decoder, stored, BUILD_INFO_BYTES_MAX) else {
                return Err("the list of crates in a program is damaged or too large".to_owned());
            };
            let Some(packages) = cargo::read_audit(&json, limits) else { continue };
            found.packages.extend(packages);
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first few uncompressed bytes are those of a list. Tried at many places, so nothing is allocated.
fn is_audit(decoder: &mut Decompress, stored: &[u8]) -> bool {
    // 0b11 is no kind of block.
    if stored.get(2).is_none_or(|byte| byte & 0b110 == 0b110) {
        return false;
    }
    decoder.reset(true);
    let mut out = [0; AUDIT_START.len()];
    let stored = stored.get(..stored.len().min(OVERLAP)).unwrap_or_default();
    // An error may come after enough bytes.
    let _ = decoder.decompress(stored, &mut out, FlushDecompress::Sync);
    out == AUDIT_START
}

fn inflate(decoder: &mut Decompress, stored: &[u8], max: usize) -> Option<Vec<u8>> {
    decoder.reset(true);
    let mut out = Vec::with_capacity(16 * 1024);
    loop {
        let taken = usize::try_from(decoder.total_in()).ok()?;
        let before = out.len();
        let status = decoder.decompress_vec(stored.get(taken..)?, &mut out, FlushDecompress::Finish).ok();
        if status == Some(flate2::Status::StreamEnd) {
            return Some(out);
        }
        if out.len() >= max || (out.len() == before && out.capacity() > out.len()) {
            return None;
        }
        out.reserve(64 * 1024);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::analyze::Interest;

    fn read_bytes(bytes: &[u8]) -> Found {
        let mut found = Found::new("usr/bin/x", Interest::Program);
        read(&mut &bytes[..], &mut found, &Limits::default()).unwrap();
        found
    }

    fn go_program(before: usize) -> Vec<u8> {
        let mut bytes = vec![7; before];
        bytes.extend(go::MAGIC);
        bytes.extend([8, 2]);
        bytes.extend([0; 16]);
        let modules = "dep\ta.org/b\tv1.2.3\th1:x\n".repeat(40);
        bytes.push(8);
        bytes.extend(b"go1.21.3");
        let length = modules.len() + 32;
        bytes.extend([u8::try_from(length & 0x7f).unwrap() | 0x80, u8::try_from(length >> 7).unwrap()]);
        bytes.extend([1; 16]);
        bytes.extend(modules.as_bytes());
        bytes.extend([2; 16]);
        bytes.extend(vec![0; 100_000]);
        bytes
    }

    #[test]
    fn a_go_record_is_found_wherever_it_stands() {
        for before in [0, 16, PIECE - 16, PIECE - 32, PIECE, PIECE * 3 + 48, PIECE - 1024] {
            let found = read_bytes(&go_program(before));
            assert_eq!(found.packages.len(), 41, "{before}");
            assert_eq!(found.packages[0].version, "1.21.3");
        }
        assert!(read_bytes(&go_program(8)).packages.is_empty());
    }

    #[test]
    fn a_list_of_crates_is_found_wherever_it_stands() {
        let mut json = String::from(r#"{"packages":[{"name":"time","version":"0.1.45","source":"crates.io"}"#);
        for number in 0..500 {
            json.push_str(&format!(r#",{{"name":"c{number}","version":"{number}.0.1","source":"crates.io"}}"#));
        }
        json.push_str("]}");
        for level in [1, 6, 9] {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
            encoder.write_all(json.as_bytes()).unwrap();
            let stored = encoder.finish().unwrap();
            for before in [0, 5, PIECE - 3, PIECE + 100] {
                // Bytes that look like starts of streams stand before.
                let bytes = [b"\x78\x9cx".repeat(before / 3 + 1), stored.clone(), vec![0x78; 1000]].concat();
                assert_eq!(read_bytes(&bytes).packages.len(), 501, "{level} {before}");
            }
        }
    }

    #[test]
    fn other_files_have_neither() {
        let found = read_bytes(&[0x78, 0x9c, 3, 0].repeat(100_000));
        assert!(found.packages.is_empty() && found.blind.is_empty());
    }
}
