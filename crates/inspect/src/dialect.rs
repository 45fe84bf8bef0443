//! Regular expressions as the vendor takes them, and as we run them.
//!
//! The vendor's dialect is that of PCRE without what an engine that never goes back cannot do. [`translate`] refuses what is not
//! in it and writes the rest in the dialect of the `regex` crate: bytes rather than characters, nothing captured. What the two
//! dialects read differently is written out, so that a pattern means here what it means there.

mod class;
mod escape;
mod group;

use std::fmt;

/// Why a pattern is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The byte of the pattern that it begins at.
    pub at: usize,
    /// A sentence without its end.
    pub why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.why, self.at)
    }
}

impl std::error::Error for Refused {}

/// Writes a pattern of the vendor's dialect for [`regex::bytes`] with Unicode off.
///
/// # Errors
/// The pattern uses what the vendor's dialect lacks: references back, subroutines, conditions, verbs, `\C`, `\R`, `\K`, callouts,
/// atomic groups, possessive quantifiers, assertions that look ahead or behind. Or it is no pattern in any dialect, as far as
/// that shows without compiling it.
pub fn translate(pattern: &str) -> Result<String, Refused> {
    let mut translator = Translator {
        pattern: pattern.as_bytes(),
        at: 0,
        out: String::with_capacity(pattern.len() * 2),
        flags: Flags::default(),
    };
    translator.run()?;
    Ok(translator.out)
}

/// Flags that change how a pattern is read.
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    /// `m`: `^` and `$` also match at line feeds.
    lines: bool,
    /// `x`: white space does not count, `#` begins a comment.
    extended: bool,
}

struct Translator<'a> {
    pattern: &'a [u8],
    at: usize,
    out: String,
    flags: Flags,
}

impl<'a> Translator<'a> {
    fn run(&mut self) -> Result<(), Refused> {
        // flags hold to the end of their group
        let mut outer = Vec::new();
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.escape()?,
                b'[' => self.class()?,
                b'(' => {
                    if let Some(before) = self.group()? {
                        outer.push(before);
                    }
                }
                b')' => {
                    let Some(before) = outer.pop() else { return self.refuse("a `)` that closes nothing") };
                    self.flags = before;
                    self.keep(1);
                }
                b'*' | b'+' | b'?' => {
                    self.keep(1);
                    self.after_quantifier()?;
                }
                b'{' => self.brace()?,
                b'}' => self.literal(b'}'),
                // in PCRE it also matches before a line feed at the very end
                b'$' if !self.flags.lines => {
                    self.at += 1;
                    self.out.push_str(r"(?:\n?\z)");
                }
                b'#' if self.flags.extended => self.comment(),
                b'^' | b'$' | b'.' | b'|' => self.keep(1),
                byte if self.flags.extended && byte.is_ascii_whitespace() => self.keep(1),
                0x80.. => self.character(),
                byte => self.literal(byte),
            }
        }
        if outer.is_empty() { Ok(()) } else { self.refuse("a `(` that is not closed") }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.pattern.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn refuse<T>(&self, why: &str) -> Result<T, Refused> {
        Err(Refused { at: self.at.min(self.pattern.len()), why: why.to_string() })
    }

    /// Takes over `count` bytes of ASCII as they are.
    fn keep(&mut self, count: usize) {
        let kept = self.rest().get(..count).unwrap_or_default();
        self.out.extend(kept.iter().copied().map(char::from));
        self.at += count;
    }

    /// Reads over a byte that stands for itself.
    fn literal(&mut self, byte: u8) {
        self.at += 1;
        self.write_byte(byte);
    }

    /// Writes a byte that stands for itself.
    fn write_byte(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'/' | b'"' | b'\'' | b'<' | b'>' | b'=' | b'%' | b':' | b';' | b',')
        {
            self.out.push(char::from(byte));
        } else {
            self.out.push_str(&format!("\\x{byte:02X}"));
        }
    }

    /// A character beyond ASCII is the bytes of it; a quantifier behind it is meant for all of them.
    fn character(&mut self) {
        let length = self.rest().iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
        let bytes = self.rest().get(..length).unwrap_or_default();
        self.out.push_str("(?:");
        for byte in bytes {
            self.write_byte(*byte);
        }
        self.out.push(')');
        self.at += length;
    }

    /// A comment in extended form goes to the end of the line.
    fn comment(&mut self) {
        let length = memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
        self.at += length;
    }

    /// `{2}`, `{2,}` and `{2,3}` are quantifiers; any other brace stands for itself.
    fn brace(&mut self) -> Result<(), Refused> {
        let rest = self.rest();
        let digits = |from: usize| rest.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let least = digits(1);
        let mut length = 1 + least;
        if rest.get(length) == Some(&b',') {
            length += 1 + digits(length + 1);
        }
        if least == 0 || rest.get(length) != Some(&b'}') {
            self.literal(b'{');
            return Ok(());
        }
        self.keep(length + 1);
        self.after_quantifier()
    }

    fn after_quantifier(&mut self) -> Result<(), Refused> {
        match self.peek(0) {
            Some(b'+') => self.refuse("a possessive quantifier, which is not supported"),
            Some(b'?') => {
                self.keep(1);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
