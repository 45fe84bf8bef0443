//! Detection of cross-site scripting.
//!
//! Text is read as HTML would be, in the five places where an application may have put it: between tags, and in the value of an
//! attribute without quotes and after each of the three quotes that browsers know. What comes out is an attack if it holds what
//! makes browsers run scripts. The method is libinjection's (Nick Galbreath, BSD licence), the code is ours.

mod danger;
mod html;
mod url;

use memchr::{memchr, memchr2};

use danger::{Attribute, is_dangerous_comment, is_dangerous_tag};
use html::{Html, Start, Token};

/// Of a token in a finding only this much is kept.
const TOKEN_MAX: usize = 128;

/// A script that would run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The tokens that gave it away: `["<", "frameset"]`.
    pub tokens: Vec<Vec<u8>>,
}

/// Looks for cross-site scripting in `input`. Takes time in proportion to its length, and allocates only for what it finds.
#[must_use]
pub fn detect_xss(input: &[u8]) -> Option<Script> {
    // without a tag or a value of an attribute there is nothing to run
    memchr2(b'<', b'=', input)?;
    let starts = [
        (Start::Text, b'<'),
        (Start::AttributeName, b'='),
        (Start::Quoted(b'\''), b'\''),
        (Start::Quoted(b'"'), b'"'),
        (Start::Quoted(b'`'), b'`'),
    ];
    starts.into_iter().find_map(|(start, needs)| {
        // a name may also be followed by the end of its tag and others
        let possible = start == Start::AttributeName || memchr(needs, input).is_some();
        if possible { script(Html::new(input, start)) } else { None }
    })
}

/// The first thing in it that would run.
fn script(mut html: Html<'_>) -> Option<Script> {
    let mut name: Option<(&[u8], Attribute)> = None;
    while let Some(token) = html.next() {
        let before = name.take();
        match token {
            Token::DocumentType(text) => return Some(found(&[b"<", text])),
            Token::Tag(tag) if is_dangerous_tag(tag) => return Some(found(&[b"<", tag])),
            Token::Tag(_) => {}
            Token::Comment(text) if is_dangerous_comment(text) => return Some(found(&[b"<", text])),
            Token::Comment(_) => {}
            Token::Name(text) => name = Some((text, Attribute::of(text))),
            Token::Value(value) => {
                if let Some((name, attribute)) = before
                    && attribute.runs(value)
                {
                    return Some(found(&[name, b"=", value]));
                }
            }
        }
    }
    None
}

fn found(tokens: &[&[u8]]) -> Script {
    Script { tokens: tokens.iter().map(|token| token.get(..TOKEN_MAX).unwrap_or(token).to_vec()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(input: &str) -> Vec<String> {
        let found = detect_xss(input.as_bytes());
        found.map_or_else(Vec::new, |script| {
            script.tokens.iter().map(|token| String::from_utf8_lossy(token).into_owned()).collect()
        })
    }

    #[test]
    fn what_runs_is_found_where_it_stands() {
        assert_eq!(tokens("<frameset>"), ["<", "frameset"]);
        assert_eq!(tokens("a<ScRiPt src=x>"), ["<", "ScRiPt"]);
        assert_eq!(tokens("x onload=alert(1)"), ["onload", "=", "alert(1)"]);
        assert_eq!(tokens("' onload='alert(1)"), ["onload", "=", "alert(1)"]);
        assert_eq!(tokens("\"><a href=' java&#115;cript:x'"), ["href", "=", " java&#115;cript:x"]);
        assert_eq!(tokens("<!doctype html>"), ["<", "doctype html"]);
        assert_eq!(tokens("<!--[if IE]-->"), ["<", "[if IE]"]);
    }

    #[test]
    fn a_closing_tag_with_attributes_does_not_hide_what_follows() {
        assert_eq!(tokens("</a b><script>alert(1)"), ["<", "script"]);
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in
            ["1 < 2 and 3 > 2", "a=b&c=d", "<b>bold</b>", "<a href=\"https://example.com/\">", "<p class='x'>", ""]
        {
            assert_eq!(tokens(text), [""; 0], "{text}");
        }
        assert_eq!(tokens("online=yes once=1 only='x'"), [""; 0]);
    }
}
