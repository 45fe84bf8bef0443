//! A `Packages` file as an index, fed piece by piece as it is decompressed.

use super::control::{Fault, FaultKind, Faults, Scanner, Wanted, text};
use crate::index::{Builder, Content, IndexError, Output};

static WANTED: Wanted<9> = Wanted::new([
    "Package",
    "Architecture",
    "Version",
    "Priority",
    "Section",
    "Source",
    "Pre-Depends",
    "Depends",
    "Provides",
]);

/// Bytes in the longest paragraph; the longest real ones, of Rust libraries, have some 50,000.
pub const STANZA_BYTES_MAX: usize = 1 << 20;

/// Makes an index from a `Packages` file: all of it with `Reader<Vec<u8>>`, its digest only with `Reader<Digester>`.
#[derive(Debug)]
pub struct Reader<O> {
    builder: Builder<O>,
    line: u64,
    faults: Faults,
    /// `Pre-Depends` and `Depends` of a package that has both.
    joined: Vec<u8>,
}

impl<O: Output> Default for Reader<O> {
    fn default() -> Self {
        Self { builder: Builder::default(), line: 1, faults: Faults::default(), joined: Vec::new() }
    }
}

impl<O: Output> Reader<O> {
    /// Reads the paragraphs that are complete in `bytes` and says how many bytes they take; the rest must come again at
    /// the start of the next piece. With `last`, everything is taken.
    ///
    /// # Errors
    /// A paragraph is longer than [`STANZA_BYTES_MAX`], or the index larger than it may be.
    pub fn feed(&mut self, bytes: &[u8], last: bool) -> Result<usize, IndexError> {
        let mut scanner = Scanner::piece(&WANTED, bytes, self.line, !last);
        for stanza in scanner.by_ref() {
            let line = stanza.line;
            if let Some(fault) = stanza.fault {
                self.faults.push(fault);
            }
            let values = stanza.or_empty();
            let [package, architecture, version, ..] = values;
            let required = [(package, "Package"), (architecture, "Architecture"), (version, "Version")];
            if let Some((_, name)) = required.into_iter().find(|(value, _)| value.is_empty()) {
                self.faults.push(Fault { line, kind: FaultKind::Absent(name) });
                continue;
            }
            // Nearly all values are ASCII, and one look at each is cheaper than making texts of them.
            let pushed = if values.iter().all(|value| value.is_ascii()) {
                self.builder.push_utf8(columns(values, &mut self.joined))
            } else {
                let texts = values.map(|value| text(value, line, &mut self.faults));
                self.builder.push_utf8(columns(texts.each_ref().map(|text| text.as_bytes()), &mut self.joined))
            };
            match pushed {
                Err(IndexError::Large { what: "packages", max }) => {
                    return Err(IndexError::Large { what: "packages", max });
                }
                Err(_) => self.faults.push(Fault { line, kind: FaultKind::Long }),
                Ok(()) => {}
            }
        }
        self.line = scanner.line();
        let consumed = scanner.consumed();
        if bytes.len() - consumed > STANZA_BYTES_MAX {
            return Err(IndexError::Large { what: "bytes in a paragraph", max: STANZA_BYTES_MAX });
        }
        Ok(consumed)
    }

    /// What the index was written to, and what was malformed.
    ///
    /// # Errors
    /// The index is larger than it may be.
    pub fn finish(self) -> Result<(O, Faults), IndexError> {
        Ok((self.builder.finish()?, self.faults))
    }
}

impl Reader<Vec<u8>> {
    /// The index, and what was malformed.
    ///
    /// # Errors
    /// The index is larger than it may be.
    pub fn into_content(self) -> Result<(Content, Faults), IndexError> {
        Ok((self.builder.into_content()?, self.faults))
    }
}

/// The wanted values as the columns of an index: `Pre-Depends` and `Depends` joined, `Source: name (version)` without the
/// version and without repeating the name.
fn columns<'a>(values: [&'a [u8]; 9], joined: &'a mut Vec<u8>) -> [&'a [u8]; 8] {
    let [name, architecture, version, priority, section, source, before, after, provides] = values;
    let source = match source.iter().position(u8::is_ascii_whitespace) {
        Some(end) => source.get(..end).unwrap_or_default(),
        None => source,
    };
    let depends = match (before, after) {
        (b"", one) | (one, b"") => one,
        (before, after) => {
            joined.clear();
            for part in [before, b", ", after] {
                joined.extend_from_slice(part);
            }
            joined
        }
    };
    let source = if source == name { b"" } else { source };
    [name, architecture, version, priority, section, source, depends, provides]
}

/// Reads a whole `Packages` file.
///
/// # Errors
/// The index is larger than it may be.
pub fn read(bytes: &[u8]) -> Result<(Content, Faults), IndexError> {
    let mut reader = Reader::default();
    reader.feed(bytes, true)?;
    reader.into_content()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Available;

    const TEXT: &[u8] = b"\
Package: libaom3\nSource: aom (3.6.0-1)\nVersion: 3.6.0-1+deb12u3\nArchitecture: amd64\nPre-Depends: dpkg (>= 1)\n\
Depends: libc6 (>= 2.34)\nSection: libs\nPriority: optional\nSHA256: 0d30\n\n\
Package: tool\nSource: tool\nVersion: 1\nArchitecture: all\nDepends: a,\n b\nProvides: virtual\n\n\
Package: broken\nArchitecture: all\n\nPackage: lone\nPre-Depends: p\nVersion: 2\nArchitecture: all\n";

    #[test]
    fn packages_become_an_index() {
        let (content, faults) = read(TEXT).unwrap();
        let expected = [
            Available {
                name: "libaom3".into(),
                architecture: "amd64".into(),
                version: "3.6.0-1+deb12u3".into(),
                priority: "optional".into(),
                section: "libs".into(),
                source: "aom".into(),
                depends: "dpkg (>= 1), libc6 (>= 2.34)".into(),
                provides: String::new(),
            },
            Available {
                name: "tool".into(),
                architecture: "all".into(),
                version: "1".into(),
                depends: "a,\n b".into(),
                provides: "virtual".into(),
                ..Available::default()
            },
            Available {
                name: "lone".into(),
                architecture: "all".into(),
                version: "2".into(),
                depends: "p".into(),
                ..Available::default()
            },
        ];
        assert_eq!(content.to_index().packages, expected);
        assert_eq!(faults.kept, [Fault { line: 19, kind: FaultKind::Absent("Version") }]);
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let whole = read(TEXT).unwrap();
        for size in 1..TEXT.len() {
            let (mut reader, mut held) = (Reader::default(), Vec::new());
            for piece in TEXT.chunks(size) {
                held.extend_from_slice(piece);
                let consumed = reader.feed(&held, false).unwrap();
                held.drain(..consumed);
            }
            assert_eq!(reader.feed(&held, true).unwrap(), held.len());
            assert_eq!(reader.into_content().unwrap(), whole, "pieces of {size}");
        }
    }

    #[test]
    fn a_paragraph_without_end_is_refused() {
        let mut text = b"Package: a\nDescription: ".to_vec();
        text.resize(STANZA_BYTES_MAX + 100, b'x');
        let expected = IndexError::Large { what: "bytes in a paragraph", max: STANZA_BYTES_MAX };
        assert_eq!(Reader::<Vec<u8>>::default().feed(&text, false), Err(expected));
    }

    #[test]
    fn a_value_that_is_not_text_is_reported() {
        let (content, faults) = read(b"Package: a\nVersion: 1\nArchitecture: all\nSection: \xff\n").unwrap();
        assert_eq!(content.to_index().packages[0].section, "\u{fffd}");
        assert_eq!(faults.kept, [Fault { line: 1, kind: FaultKind::Text }]);
    }
}
