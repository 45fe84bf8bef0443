//! A query as words and marks.

/// One of them, with the place at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) at: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    Comma,
    Colon,
    /// `>`, `<`, `>=`, `<=`, `=`.
    Comparison(&'static str),
    /// `..` or `...`.
    To,
    Word(String),
    /// In double or single quotes.
    Quoted(String),
    /// In backticks.
    Exact(String),
}

pub(super) fn lex(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(pieces) };
        let (what, length) = match first {
            '(' => (What::Open, 1),
            ')' => (What::Close, 1),
            '[' => (What::OpenSquare, 1),
            ']' => (What::CloseSquare, 1),
            ',' => (What::Comma, 1),
            ':' => (What::Colon, 1),
            '>' if rest.starts_with(">=") => (What::Comparison(">="), 2),
            '<' if rest.starts_with("<=") => (What::Comparison("<="), 2),
            '>' => (What::Comparison(">"), 1),
            '<' => (What::Comparison("<"), 1),
            '=' => (What::Comparison("="), 1),
            '.' if rest.starts_with("...") => (What::To, 3),
            '.' if rest.starts_with("..") => (What::To, 2),
            '"' | '\'' | '`' => {
                let (inner, length) = quoted(rest, first)
                    .ok_or_else(|| format!("the {first} at character {} is never closed", at + 1))?;
                (if first == '`' { What::Exact(inner) } else { What::Quoted(inner) }, length)
            }
            _ => {
                let end = word_end(rest);
                (What::Word(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
        };
        pieces.push(Piece { at, what });
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// A text in quotes, with `\` before a quote that is part of it; and how many bytes it takes.
fn quoted(rest: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next()?.1 {
                escaped if escaped == quote || escaped == '\\' => inner.push(escaped),
                other => inner.extend(['\\', other]),
            },
            _ if character == quote => return Some((inner, at + 1)),
            _ => inner.push(character),
        }
    }
    None
}

/// Where a word ends: before a space, a mark, or two dots. The colons of a time are part of it.
fn word_end(rest: &str) -> usize {
    let ends = |(at, character): (usize, char)| {
        let of_time = character == ':' && rest.get(..at).is_some_and(is_date_and_hour);
        let mark = character.is_whitespace() || "()[],:<>=\"'`".contains(character);
        (mark && !of_time || rest.get(at..).is_some_and(|rest| rest.starts_with(".."))).then_some(at)
    };
    // The first character is part of it in any case, so that reading goes on.
    rest.char_indices().skip(1).find_map(ends).unwrap_or(rest.len())
}

/// `2026-11-27T10`, or with more behind it.
fn is_date_and_hour(text: &str) -> bool {
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        _ => byte.is_ascii_digit(),
    };
    text.len() >= 13 && text.bytes().enumerate().take(13).all(shape)
}
