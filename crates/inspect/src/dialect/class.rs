use super::escape::Escape;
use super::{Refused, Translator};

/// The classes of POSIX, without colons.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// What a class may hold.
enum Item {
    Byte(u8),
    /// What cannot begin or end a range, as it is written inside of brackets.
    Written(String),
    /// Nothing, as `\E`.
    Nothing,
}

impl Translator<'_> {
    /// A class in brackets. It is written out byte by byte: the other dialect has operators between classes and nests them.
    pub(super) fn class(&mut self) -> Result<(), Refused> {
        let begin = self.at;
        self.at += 1;
        let negated = self.peek(0) == Some(b'^');
        self.at += usize::from(negated);
        let mut out = String::from(if negated { "[^" } else { "[" });
        let mut first = true;
        loop {
            match self.peek(0) {
                None => {
                    self.at = begin;
                    return self.refuse("a `[` that is not closed");
                }
                // a bracket at the very front stands for itself
                Some(b']') if !first => break,
                Some(_) => {}
            }
            first = false;
            let item = self.class_item()?;
            let range = self.peek(0) == Some(b'-') && !matches!(self.peek(1), None | Some(b']'));
            match item {
                Item::Nothing => {}
                Item::Written(written) => out.push_str(&written),
                Item::Byte(byte) if range => {
                    let here = self.at;
                    self.at += 1;
                    match self.class_item()? {
                        Item::Byte(end) if end < byte => {
                            self.at = here;
                            return self.refuse("a range whose end is before its beginning");
                        }
                        Item::Byte(end) => out.push_str(&format!("\\x{byte:02X}-\\x{end:02X}")),
                        // `[a-\d]` has three members
                        Item::Written(written) => out.push_str(&format!("\\x{byte:02X}\\x2D{written}")),
                        Item::Nothing => out.push_str(&format!("\\x{byte:02X}\\x2D")),
                    }
                }
                Item::Byte(byte) => out.push_str(&format!("\\x{byte:02X}")),
            }
        }
        self.at += 1;
        out.push(']');
        self.out.push_str(&out);
        Ok(())
    }

    fn class_item(&mut self) -> Result<Item, Refused> {
        match self.rest() {
            [b'[', b':' | b'.' | b'=', ..] => {
                if let Some(posix) = self.posix()? {
                    return Ok(Item::Written(posix));
                }
                self.at += 1;
                Ok(Item::Byte(b'['))
            }
            // inside of brackets that is a backspace
            [b'\\', b'b', ..] => {
                self.at += 2;
                Ok(Item::Byte(8))
            }
            [b'\\', ..] => match self.read_escape()? {
                Escape::Byte(byte) => Ok(Item::Byte(byte)),
                Escape::Class(class) => Ok(Item::Written(class.to_string())),
                Escape::NotClass(class) => Ok(Item::Written(format!("[^{class}]"))),
                Escape::Quoted(text) if text.is_empty() => Ok(Item::Nothing),
                Escape::Quoted(text) => Ok(Item::Written(text.iter().map(|byte| format!("\\x{byte:02X}")).collect())),
                Escape::Bytes(_) | Escape::Unicode(_) => {
                    self.refuse("a character beyond a byte in a class; use an alternative `(..|..)`")
                }
                Escape::Assertion(_) => self.refuse("an assertion in a class"),
            },
            [byte, ..] => {
                self.at += 1;
                Ok(Item::Byte(*byte))
            }
            [] => self.refuse("a `[` that is not closed"),
        }
    }

    /// `[:alpha:]` and `[:^alpha:]`; `None` for what merely begins so.
    fn posix(&mut self) -> Result<Option<String>, Refused> {
        let rest = self.rest();
        let mark = rest.get(1).copied().unwrap_or_default();
        let Some(end) = memchr::memmem::find(rest.get(2..).unwrap_or_default(), &[mark, b']']) else { return Ok(None) };
        let name = rest.get(2..2 + end).unwrap_or_default();
        let plain = name.strip_prefix(b"^").unwrap_or(name);
        if !plain.iter().all(u8::is_ascii_alphabetic) || plain.is_empty() {
            return Ok(None);
        }
        if mark != b':' || !POSIX.iter().any(|known| known.as_bytes() == plain) {
            return self.refuse("a class of POSIX that is not known");
        }
        let text: String = rest.get(..end + 4).unwrap_or_default().iter().copied().map(char::from).collect();
        self.at += text.len();
        Ok(Some(text))
    }
}
