//! Java's dialect of regular expressions, as far as the vendors' models use it, in ours.
//!
//! The two agree on most; what differs is rewritten here:
//! `\d \s \w` and the POSIX names are ASCII in Java, `.` stops at every line terminator, `\uD800\uDC00` is one character
//! above the basic plane, a class inside a class needs no care about `-` behind it, and `~~` and `--` mean themselves.
//! <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html>

use std::iter::Peekable;
use std::str::Chars;

/// The same expression in our dialect. What cannot be expressed is passed on, so that compiling fails.
pub(super) fn translate(java: &str) -> String {
    let every_character = java.starts_with("(?s)");
    let mut translation =
        Translation { rest: java.chars().peekable(), ours: String::new(), classes: 0, every_character };
    while let Some(letter) = translation.rest.next() {
        translation.letter(letter);
    }
    // ASCII letters regardless of case, as in Java; our flag by itself would fold all of Unicode.
    translation.ours.replace("(?i)", "(?i-u)").replace("(?i:", "(?i-u:")
}

struct Translation<'java> {
    rest: Peekable<Chars<'java>>,
    ours: String,
    /// How many classes are open.
    classes: usize,
    /// The expression begins with `(?s)`: a dot is any character.
    every_character: bool,
}

impl Translation<'_> {
    fn letter(&mut self, letter: char) {
        let in_class = self.classes > 0;
        match letter {
            '\\' => self.escape(),
            '[' => {
                self.classes += 1;
                self.ours.push('[');
                if self.rest.next_if_eq(&'^').is_some() {
                    self.ours.push('^');
                }
                if self.rest.next_if_eq(&'-').is_some() {
                    self.ours.push_str(r"\-");
                }
            }
            ']' => {
                self.classes = self.classes.saturating_sub(1);
                self.ours.push(']');
            }
            '.' if !in_class && !self.every_character => self.ours.push_str(r"[^\n\r\x{85}\x{2028}\x{2029}]"),
            '-' if in_class && self.rest.next_if_eq(&'-').is_some() => self.ours.push_str(r"-\-"),
            '~' => self.ours.push_str(r"\~"),
            other => self.ours.push(other),
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) {
        let Some(letter) = self.rest.next() else {
            self.ours.push('\\');
            return;
        };
        match letter {
            'd' => self.ours.push_str("[0-9]"),
            'D' => self.ours.push_str("[^0-9]"),
            'w' => self.ours.push_str("[0-9A-Z_a-z]"),
            'W' => self.ours.push_str("[^0-9A-Z_a-z]"),
            's' => self.ours.push_str(r"[\t\n\x0B\f\r ]"),
            'S' => self.ours.push_str(r"[^\t\n\x0B\f\r ]"),
            'b' if self.classes == 0 => self.ours.push_str(r"(?-u:\b)"),
            'p' | 'P' => self.property(letter == 'P'),
            'u' => self.code_unit(),
            alphanumeric if alphanumeric.is_ascii_alphanumeric() => self.ours.extend(['\\', alphanumeric]),
            sign => self.literal(u32::from(sign)),
        }
    }

    fn literal(&mut self, code_point: u32) {
        self.ours.push_str(&format!(r"\x{{{code_point:X}}}"));
    }

    /// `\p{Name}` or `\pL`.
    fn property(&mut self, negated: bool) {
        let mut name = String::new();
        if self.rest.next_if_eq(&'{').is_some() {
            name.extend(std::iter::from_fn(|| self.rest.next_if(|letter| *letter != '}')));
            self.rest.next();
        } else {
            name.extend(self.rest.next());
        }
        let sign = if negated { "^" } else { "" };
        match posix(&name) {
            Some(class) => self.ours.push_str(&format!("[{sign}{class}]")),
            None => self.ours.push_str(&format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })),
        }
    }

    /// `\u0041`, or two of them for one character above the basic plane.
    fn code_unit(&mut self) {
        let first = self.four_digits();
        let mut ahead = self.rest.clone();
        if let Some(high @ 0xD800..=0xDBFF) = first
            && ahead.next() == Some('\\')
            && ahead.next() == Some('u')
        {
            self.rest = ahead;
            if let Some(low @ 0xDC00..=0xDFFF) = self.four_digits() {
                return self.literal(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
            }
        }
        match first {
            Some(code_point) => self.literal(code_point),
            None => self.ours.push_str(r"\u"),
        }
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.rest.next_if(char::is_ascii_hexdigit)?.to_digit(16)?;
            value = value * 16 + digit;
        }
        Some(value)
    }
}

/// The inside of a class for the names that Java defines over ASCII, or that we do not know.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x00-\x7F",
        "Alpha" => "A-Za-z",
        "Digit" => "0-9",
        "Alnum" => "0-9A-Za-z",
        "Punct" => r"!-/:-@\[-`{-\~",
        "Graph" => r"!-\~",
        "Print" => r" -\~",
        "Blank" => r"\t ",
        "Cntrl" => r"\x00-\x1F\x7F",
        "XDigit" => "0-9A-Fa-f",
        "Space" => r"\t\n\x0B\f\r ",
        "LD" => r"\p{L}\p{Nd}",
        "all" => r"\x{0}-\x{10FFFF}",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::pattern::compile;

    #[track_caller]
    fn agrees(spelled: &str, good: &[&str], bad: &[&str]) {
        let regex = compile(spelled).unwrap();
        for text in good {
            assert!(regex.is_match(text), "{spelled} must match {text:?}");
        }
        for text in bad {
            assert!(!regex.is_match(text), "{spelled} must not match {text:?}");
        }
    }

    #[test]
    fn the_patterns_of_our_services() {
        agrees(r"[a-zA-Z0-9_\-.]{3,128}", &["a.b-c"], &["ab", "a b"]);
        agrees(r"^[a-zA-Z0-9_\-:/]{20,128}$", &["pb-0123456789abcdef0"], &["pb-0"]);
        agrees(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", &["", "Größe 日本 1+1=2"], &["a\tb", "a,b"]);
        agrees(r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$", &["a b"], &["", " ab", "ä b"]);
        agrees(r"[\s\S]*\S[\s\S]*", &["a", " a\n"], &["", " \n"]);
        agrees(r"[^\p{Cntrl}]*", &["ä b"], &["a\tb"]);
        agrees(r"[\p{Graph}\x20]*", &["a ~!"], &["ä", "\t"]);
        agrees(r"[0-9a-z-]{2,25}", &["us-east-1"], &["US"]);
        agrees(r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)", &["i-0123abcd"], &["i-0123abc", "xi-0123abcd"]);
        agrees(r"([/])|([/](([^~])|(~[01]))+)", &["/", "/a~0"], &["/~2", "a"]);
        agrees(r"(?i)all|[0-9]{12}", &["All", "123456789012"], &["al"]);
    }

    #[test]
    fn short_classes_are_ascii() {
        agrees(r"\w\d\s", &["a1 ", "_0\u{b}"], &["ä1 ", "a\u{661} ", "a1\u{a0}"]);
        agrees(r"[^\w]\D\S\W", &["ä\u{661}\u{a0}é"], &["aa1a"]);
        agrees(r"\p{Alpha}\p{Punct}\P{Alpha}", &["a~ä"], &["ä~1", "a1ä"]);
        agrees(r"[\p{Print}&&[^|:/]]+", &["a b"], &["a|b", "ä"]);
    }

    #[test]
    fn a_dash_behind_a_class_is_a_dash() {
        agrees(r"[\w-.]+", &["a-.b"], &["a/"]);
        agrees(r"[a-z0-9-_]+", &["a-_"], &["."]);
        agrees(r"[+--]+", &["+,-"], &["."]);
        agrees(r"[-+]+", &["-+"], &[","]);
        agrees(r"[^-+]", &["a"], &["-", "+"]);
        agrees("[a~~b]+", &["a~b"], &["c"]);
    }

    #[test]
    fn code_units_pair_up() {
        let xml = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*";
        agrees(xml, &["a\u{1F600}\u{10FFFF}\n"], &["\u{1}", "\u{FFFE}"]);
    }

    #[test]
    fn a_dot_stops_at_every_line_terminator() {
        agrees("a.b", &["a b", "aäb"], &["a\nb", "a\rb", "a\u{85}b", "a\u{2028}b"]);
        agrees("[.]", &["."], &["a"]);
        agrees("(?s)a.b", &["a\nb", "a\u{2028}b"], &["ab"]);
    }

    #[test]
    fn escaped_signs_are_themselves() {
        agrees(r"\/\.\-\:\<\%\~\[\]", &["/.-:<%~[]"], &[]);
        agrees(r"[\[\]\-\\]+", &["[]-\\"], &["a"]);
        agrees(r"\\", &["\\"], &[]);
    }

    #[test]
    fn what_needs_backtracking_is_refused() {
        assert!(compile(r"^(?!\s*$).+").is_err());
        assert!(compile(r"(a)\1").is_err());
        assert!(compile("a\\").is_err());
    }
}
