//! Whether a fingerprint is an injection: it is, if attacks have it and it is none of those that ordinary text has as well.

use memchr::memmem;

use super::SqlInjection;
use super::fold::Folded;
use super::kind::Kind;
use super::token::Token;
use super::words;

impl Folded<'_> {
    /// The injection that these tokens of `input` are, if they are one.
    pub(super) fn verdict(&self, input: &[u8]) -> Option<SqlInjection> {
        let tokens = self.tokens();
        let mut fingerprint = [0; words::FINGERPRINT_MAX];
        for (letter, token) in fingerprint.iter_mut().zip(tokens) {
            *letter = token.kind.letter();
        }
        let fingerprint = fingerprint.get(..tokens.len())?;
        let evil = self.is_evil();
        let attack = evil || words::is_attack(fingerprint) && self.is_no_exception(input, fingerprint);
        if !attack {
            return None;
        }
        let letters = if evil { &[Kind::Evil.letter()][..] } else { fingerprint };
        let text = |token: &Token<'_>| input.get(token.from..token.to).unwrap_or_default().to_vec();
        Some(SqlInjection {
            fingerprint: letters.iter().copied().map(char::from).collect(),
            tokens: tokens.iter().map(text).collect(),
        })
    }

    /// False for what looks like an attack and is ordinary text too often.
    fn is_no_exception(&self, input: &[u8], fingerprint: &[u8]) -> bool {
        // SQL Server leaves what holds this word out of its log
        if fingerprint.len() > 1 && fingerprint.ends_with(b"c") && memmem::find(input, b"sp_password").is_some() {
            return true;
        }
        match self.tokens() {
            [a, b] => self.is_short_attack(input, a, b),
            [a, b, c] => self.is_attack_of_three(fingerprint, a, b, c),
            _ => true,
        }
    }

    fn is_short_attack(&self, input: &[u8], a: &Token<'_>, b: &Token<'_>) -> bool {
        if b.kind == Kind::Union {
            // `1 union` is text; with something between, it is not
            return self.tokens_read() != 2;
        }
        let mark = b.text.first().copied();
        let comment = b.kind == Kind::Comment;
        if mark == Some(b'#') {
            return false;
        }
        if a.kind == Kind::Bareword && comment && mark != Some(b'/') {
            return false;
        }
        if a.kind == Kind::Number && comment {
            return mark == Some(b'/') || self.tokens_read() > 2 || number_ends(input, a);
        }
        // dashes are common in text; those of scanners stand at the end
        !(b.text.len() > 2 && mark == Some(b'-'))
    }

    fn is_attack_of_three(&self, fingerprint: &[u8], a: &Token<'_>, b: &Token<'_>, c: &Token<'_>) -> bool {
        match fingerprint {
            // ..foo" + "bar..
            b"sos" | b"s&s" => a.open.is_none() && c.close.is_none() && a.close == c.open,
            // `sexy and 17` is text, `sexy and 17 < 18` is not
            b"s&n" | b"n&1" | b"1&1" | b"1&v" | b"1&s" => self.tokens_read() != 3,
            _ if b.kind == Kind::Keyword => {
                // of all keywords only those that write files
                b.text.len() > 4 && b.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"INTO"))
            }
            _ => true,
        }
    }
}

/// True if what stands where the number ends, if it stands at the very front, is white space or a comment: base64 often ends
/// in dashes too. As in libinjection, bytes beyond ASCII count as white space.
fn number_ends(input: &[u8], number: &Token<'_>) -> bool {
    match input.get(number.text.len()..) {
        Some([0..=b' ' | 128.., ..] | []) | None => true,
        Some([b'/', b'*', ..] | [b'-', b'-', ..]) => true,
        Some(_) => false,
    }
}
