//! What is taken for an injection beyond the fingerprints.
//!
//! The text is looked at again after encodings and comments are undone, and then for phrases that no ordinary request has:
//! conditions that are always true, statements behind a semicolon, subqueries, functions that attackers need.

mod phrases;

use memchr::memmem;

use super::SqlInjection;
use super::low;
use crate::transformation::{Scratch, Transformation};

/// How often encodings are undone: applications rarely decode more than twice.
const ROUNDS: usize = 3;

pub(super) fn detect(input: &[u8]) -> Option<SqlInjection> {
    if super::is_plain(input) {
        return None;
    }
    let Some(decoded) = decode(input) else { return phrases::search(input) };
    low(&decoded).or_else(|| phrases::search(&decoded))
}

/// The text without encodings and comments; `None` if it has none.
fn decode(input: &[u8]) -> Option<Vec<u8>> {
    const CHAIN: &[Transformation] =
        &[Transformation::UrlDecodeUni, Transformation::HtmlEntityDecode, Transformation::RemoveNulls];
    let mut decoded: Option<Vec<u8>> = None;
    for _ in 0..ROUNDS {
        let mut scratch = Scratch::default();
        let text = decoded.as_deref().unwrap_or(input);
        let next = scratch.apply(CHAIN, text);
        if next == text {
            break;
        }
        decoded = Some(next.to_vec());
    }
    without_comments(decoded.as_deref().unwrap_or(input)).or(decoded)
}

/// The text with a space for each comment; what MySQL runs though it looks like one stays. `None` if there are no comments.
fn without_comments(text: &[u8]) -> Option<Vec<u8>> {
    let mut at = memmem::find(text, b"/*")?;
    let mut out = text.get(..at)?.to_vec();
    loop {
        let inside = text.get(at + 2..).unwrap_or_default();
        let end = memmem::find(inside, b"*/").unwrap_or(inside.len());
        out.push(b' ');
        if let Some(run) = inside.get(..end).and_then(|inside| inside.strip_prefix(b"!")) {
            // up to six digits are a version
            let digits = run.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
            out.extend_from_slice(run.get(digits..).unwrap_or_default());
            out.push(b' ');
        }
        let after = inside.get(end + 2..).unwrap_or_default();
        let next = memmem::find(after, b"/*");
        out.extend_from_slice(after.get(..next.unwrap_or(after.len())).unwrap_or_default());
        let Some(next) = next else { return Some(out) };
        at = text.len() - after.len() + next;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sensitivity, detect_sqli};
    use super::*;

    #[test]
    fn comments_become_spaces() {
        let stripped = |text: &str| without_comments(text.as_bytes()).map(|text| String::from_utf8(text).unwrap());
        assert_eq!(stripped("a/**/b/* c */d"), Some("a b d".to_string()));
        assert_eq!(stripped("a/*!50000union*/b/*!select*/"), Some("a union b select ".to_string()));
        assert_eq!(stripped("a/*b"), Some("a ".to_string()));
        assert_eq!(stripped("a*/b"), None);
    }

    #[test]
    fn more_is_found_than_with_low() {
        for text in [
            "%2527%20or%201%3D1",
            "x and 2>1",
            "(select name from users)",
            "x or sleep(5)",
            "1;drop table users",
            "un%00ion sel%00ect 1,2",
            "&#39; or &#39;1&#39;=&#39;1",
            "select * from users",
            "a having 1=1",
            "x union all (select password)",
            "information_schema.tables",
            "exec xp_cmdshell 'dir'",
        ] {
            assert!(detect_sqli(text.as_bytes(), Sensitivity::High).is_some(), "{text}");
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "the union of workers selected a new leader",
            "salt and pepper",
            "color (select one)",
            "a=b&c=d",
            "O'Neil and sons; update follows",
            "drop me a line; delete this afterwards",
            "in case of fire when the alarm rings",
            "50% off, 2+2=4",
            "insert coin, order by phone",
        ] {
            assert_eq!(detect_sqli(text.as_bytes(), Sensitivity::High), None, "{text}");
        }
    }
}
