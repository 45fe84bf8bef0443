//! Text of strangers, read within limits.

use std::io::{BufRead, Read};

use memchr::memchr;

use crate::layer::Found;
use crate::limits::{LINE_BYTES_MAX, Limits};
use crate::package::Package;

/// Why a file could not be used, for people.
pub(super) type Outcome = Result<(), String>;

/// All of a file of at most `max` bytes.
pub(super) fn whole(content: &mut impl Read, max: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    content.take(max + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > max {
        return Err(format!("larger than {max} bytes, which is not read"));
    }
    Ok(bytes)
}

/// The lines of a file, without their ends.
#[derive(Debug)]
pub(super) struct Lines<'a, R> {
    from: &'a mut R,
    line: Vec<u8>,
    /// Lines that were cut, because they were too long.
    pub(super) cut: u64,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn new(from: &'a mut R) -> Self {
        Self { from, line: Vec::new(), cut: 0 }
    }

    /// The next line, at most [`LINE_BYTES_MAX`] of it; `None` at the end.
    pub(super) fn advance(&mut self) -> Result<Option<&[u8]>, String> {
        self.line.clear();
        let mut any = false;
        let mut long = false;
        loop {
            let here = self.from.fill_buf().map_err(|error| format!("cannot be read: {error}"))?;
            if here.is_empty() {
                break;
            }
            any = true;
            let end = memchr(b'\n', here);
            let piece = here.get(..end.unwrap_or(here.len())).unwrap_or_default();
            let room = LINE_BYTES_MAX.saturating_sub(self.line.len());
            long |= piece.len() > room;
            self.line.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
            let count = piece.len() + usize::from(end.is_some());
            self.from.consume(count);
            if end.is_some() {
                break;
            }
        }
        self.cut += u64::from(long);
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        Ok(any.then_some(self.line.as_slice()))
    }
}

/// Text, with what is no UTF-8 replaced.
pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A list with one package a line; `of` calls it something for people. Lines that are none are counted.
pub(super) fn one_a_line(
    content: &mut impl BufRead,
    found: &mut Found,
    limits: &Limits,
    of: &str,
    read: impl Fn(&str) -> Option<Package>,
) -> Outcome {
    let mut lines = Lines::new(content);
    let mut unusable = 0_u64;
    while let Some(line) = lines.advance()? {
        let line = lossy(line);
        if line.is_empty() {
            continue;
        }
        match read(&line) {
            Some(_) if found.packages.len() >= limits.packages => {
                return Err(format!("more than {} packages (packages)", limits.packages));
            }
            Some(package) => found.packages.push(package),
            None => unusable += 1,
        }
    }
    if unusable > 0 {
        found.blind.push(format!("{unusable} lines of {of} are malformed"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn lines_come_one_after_the_other() {
        let text = b"one\r\n\ntwo".to_vec();
        for capacity in [1, 2, 100] {
            let mut from = BufReader::with_capacity(capacity, &text[..]);
            let mut lines = Lines::new(&mut from);
            assert_eq!(lines.advance().unwrap(), Some(&b"one"[..]));
            assert_eq!(lines.advance().unwrap(), Some(&b""[..]));
            assert_eq!(lines.advance().unwrap(), Some(&b"two"[..]));
            assert_eq!(lines.advance().unwrap(), None);
        }
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = [vec![b'a'; LINE_BYTES_MAX + 5], b"\nb".to_vec()].concat();
        let mut from = &text[..];
        let mut lines = Lines::new(&mut from);
        assert_eq!(lines.advance().unwrap().map(<[u8]>::len), Some(LINE_BYTES_MAX));
        assert_eq!(lines.advance().unwrap(), Some(&b"b"[..]));
        assert_eq!(lines.cut, 1);
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        assert_eq!(whole(&mut &b"1234"[..], 4), Ok(b"1234".to_vec()));
        assert!(whole(&mut &b"12345"[..], 4).is_err());
    }
}
