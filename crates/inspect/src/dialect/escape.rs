use super::{Refused, Translator};
use crate::bytes::{hex_digit, octal};

/// What a backslash and what follows it stand for.
pub(super) enum Escape {
    Byte(u8),
    /// More than one byte: a character beyond Latin-1.
    Bytes(Vec<u8>),
    /// A class, as it is written inside of brackets.
    Class(&'static str),
    /// A class that is not in this one, as it is written inside of brackets.
    NotClass(&'static str),
    /// A class of Unicode, with its name: `\p{L}`.
    Unicode(String),
    /// An assertion, as it is written.
    Assertion(&'static str),
    /// Text up to `\E`, which stands for itself.
    Quoted(Vec<u8>),
}

/// Horizontal white space of PCRE.
const HORIZONTAL: &str = r"\x09\x20\xA0";
/// Vertical white space of PCRE.
const VERTICAL: &str = r"\x0A\x0B\x0C\x0D\x85";

impl Translator<'_> {
    pub(super) fn escape(&mut self) -> Result<(), Refused> {
        match self.read_escape()? {
            Escape::Byte(byte) => self.write_byte(byte),
            Escape::Bytes(bytes) => {
                self.out.push_str("(?:");
                bytes.into_iter().for_each(|byte| self.write_byte(byte));
                self.out.push(')');
            }
            Escape::Class(class) => self.out.push_str(&format!("[{class}]")),
            Escape::NotClass(class) => self.out.push_str(&format!("[^{class}]")),
            Escape::Unicode(class) => self.out.push_str(&format!("(?u:{class})")),
            Escape::Assertion(assertion) => self.out.push_str(assertion),
            Escape::Quoted(text) => text.into_iter().for_each(|byte| self.write_byte(byte)),
        }
        Ok(())
    }

    /// Reads over an escape.
    pub(super) fn read_escape(&mut self) -> Result<Escape, Refused> {
        let Some(letter) = self.peek(1) else { return self.refuse("a backslash at the end") };
        let escape = match letter {
            b'x' => return self.hexadecimal(),
            b'p' | b'P' => return self.property(),
            b'c' => return self.control(),
            b'Q' => return Ok(self.quoted()),
            b'0' => return Ok(self.octal()),
            b'1'..=b'9' => return self.refuse("a reference back to a group, which is not supported"),
            b'k' | b'g' => return self.refuse("a reference to a group, which is not supported"),
            b'C' | b'R' | b'K' | b'X' | b'G' => {
                return self.refuse(&format!("`\\{}`, which is not supported", char::from(letter)));
            }
            b'a' => Escape::Byte(7),
            b'e' => Escape::Byte(0x1b),
            b'f' => Escape::Byte(12),
            b'n' => Escape::Byte(b'\n'),
            b'r' => Escape::Byte(b'\r'),
            b't' => Escape::Byte(b'\t'),
            b'd' => Escape::Class(r"\d"),
            b'D' => Escape::Class(r"\D"),
            b'w' => Escape::Class(r"\w"),
            b'W' => Escape::Class(r"\W"),
            b's' => Escape::Class(r"\s"),
            b'S' => Escape::Class(r"\S"),
            b'h' => Escape::Class(HORIZONTAL),
            b'H' => Escape::NotClass(HORIZONTAL),
            b'v' => Escape::Class(VERTICAL),
            b'V' => Escape::NotClass(VERTICAL),
            b'N' => Escape::NotClass(r"\x0A"),
            b'b' => Escape::Assertion(r"\b"),
            b'B' => Escape::Assertion(r"\B"),
            b'A' => Escape::Assertion(r"\A"),
            b'z' => Escape::Assertion(r"\z"),
            b'Z' => Escape::Assertion(r"(?:\n?\z)"),
            // the end of a quotation that has not begun
            b'E' => Escape::Quoted(Vec::new()),
            letter if letter.is_ascii_alphabetic() => {
                return self.refuse(&format!("`\\{}`, which means nothing", char::from(letter)));
            }
            byte => Escape::Byte(byte),
        };
        self.at += 2;
        Ok(escape)
    }

    /// `\x`, `\x4`, `\x41` and `\x{41}`.
    fn hexadecimal(&mut self) -> Result<Escape, Refused> {
        let braced = self.peek(2) == Some(b'{');
        let digits = self.pattern.get(self.at + 2 + usize::from(braced)..).unwrap_or_default();
        let most = if braced { 8 } else { 2 };
        let count = digits.iter().take(most).take_while(|byte| hex_digit(**byte).is_some()).count();
        let value = digits.iter().take(count).filter_map(|byte| hex_digit(*byte));
        let value = value.fold(0_u32, |value, digit| value << 4 | u32::from(digit));
        if !braced {
            self.at += 2 + count;
        } else if count > 0 && digits.get(count) == Some(&b'}') {
            self.at += 4 + count;
        } else {
            return self.refuse("`\\x{` without hexadecimal digits and `}`");
        }
        if let Ok(byte) = u8::try_from(value) {
            return Ok(Escape::Byte(byte));
        }
        match char::from_u32(value) {
            Some(character) => Ok(Escape::Bytes(character.to_string().into_bytes())),
            None => self.refuse("a number that is no character"),
        }
    }

    fn octal(&mut self) -> Escape {
        let (value, count) = octal(self.pattern.get(self.at + 1..).unwrap_or_default());
        self.at += 1 + count;
        Escape::Byte(crate::bytes::low(value))
    }

    fn control(&mut self) -> Result<Escape, Refused> {
        match self.peek(2) {
            Some(byte @ b' '..=b'~') => {
                self.at += 3;
                Ok(Escape::Byte(byte.to_ascii_uppercase() ^ 0x40))
            }
            _ => self.refuse("`\\c` without a character of ASCII"),
        }
    }

    /// `\pL`, `\p{L}`, `\p{^L}` and `\PL`.
    fn property(&mut self) -> Result<Escape, Refused> {
        let name = self.pattern.get(self.at + 2..).unwrap_or_default();
        let length = match name {
            [b'{', ..] => memchr::memchr(b'}', name).map(|at| at + 1),
            [letter, ..] if letter.is_ascii_alphabetic() => Some(1),
            _ => None,
        };
        let Some(name) = length.and_then(|length| name.get(..length)).and_then(|name| str::from_utf8(name).ok()) else {
            return self.refuse("`\\p` without the name of a class");
        };
        let mut negated = self.peek(1) == Some(b'P');
        self.at += 2 + name.len();
        let mut inner = name.trim_start_matches('{').trim_end_matches('}');
        if let Some(rest) = inner.strip_prefix('^') {
            negated = !negated;
            inner = rest;
        }
        let known = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !known || inner.is_empty() {
            return self.refuse("`\\p` without the name of a class");
        }
        Ok(Escape::Unicode(format!("\\{}{{{inner}}}", if negated { 'P' } else { 'p' })))
    }

    fn quoted(&mut self) -> Escape {
        let text = self.pattern.get(self.at + 2..).unwrap_or_default();
        let length = memchr::memmem::find(text, b"\\E");
        let quoted = text.get(..length.unwrap_or(text.len())).unwrap_or_default().to_vec();
        self.at += 2 + quoted.len() + if length.is_some() { 2 } else { 0 };
        Escape::Quoted(quoted)
    }
}
