use memchr::memchr;

use super::{Outcome, copy_until, start};
use crate::bytes::hex_digit;

/// The longest names have 16 letters.
const NAME_MAX: usize = 16;
/// What a number beyond Unicode stands for, as in HTML.
const REPLACEMENT: char = '\u{fffd}';

pub(super) fn decode(input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
    let Some(at) = memchr(b'&', input) else { return Outcome::Same };
    let mut rest = start(input, at, buffer);
    loop {
        let body = rest.get(1..).unwrap_or_default();
        let tail = match entity(body) {
            Some((value, length)) => {
                push(value, buffer);
                body.get(length..).unwrap_or_default()
            }
            None => {
                buffer.push(b'&');
                body
            }
        };
        let Some(tail) = copy_until(tail, memchr(b'&', tail), buffer) else { return Outcome::Written };
        rest = tail;
    }
}

/// A byte for what fits into one, as in Latin-1; UTF-8 for the others, so that nothing is lost.
fn push(value: u32, buffer: &mut Vec<u8>) {
    match u8::try_from(value) {
        Ok(byte) => buffer.push(byte),
        Err(_) => {
            let character = char::from_u32(value).unwrap_or(REPLACEMENT);
            buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// The value of the entity whose text after `&` is at the front, and how long that text is.
fn entity(body: &[u8]) -> Option<(u32, usize)> {
    let (value, length, closed_only) = match body {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16, 2)?,
        [b'#', digits @ ..] => number(digits, 10, 1)?,
        _ => name(body)?,
    };
    match body.get(length) {
        Some(b';') => Some((value, length + 1)),
        _ if closed_only => None,
        _ => Some((value, length)),
    }
}

fn number(digits: &[u8], base: u32, before: usize) -> Option<(u32, usize, bool)> {
    let mut value = 0_u32;
    let mut count = 0;
    for byte in digits {
        let Some(digit) = hex_digit(*byte).map(u32::from).filter(|digit| *digit < base) else { break };
        value = value.saturating_mul(base).saturating_add(digit);
        count += 1;
    }
    (count > 0).then_some((value, before + count, false))
}

/// The vendor's list of names. The five that every decoder knows may stand without `;`.
fn name(body: &[u8]) -> Option<(u32, usize, bool)> {
    let length = body.iter().take(NAME_MAX + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let mut lower = [0; NAME_MAX];
    let lower = lower.get_mut(..length)?;
    lower.copy_from_slice(body.get(..length)?);
    lower.make_ascii_lowercase();
    let (value, closed_only) = match &*lower {
        b"quot" => (b'"', false),
        b"amp" => (b'&', false),
        b"lt" => (b'<', false),
        b"gt" => (b'>', false),
        b"nbsp" => (160, false),
        b"nonbreakingspace" => (160, true),
        b"newline" => (b'\n', true),
        b"tab" => (b'\t', true),
        b"lcub" | b"lbrace" => (b'{', true),
        b"verbar" | b"vert" | b"verticalline" => (b'|', true),
        b"rcub" | b"rbrace" => (b'}', true),
        b"excl" => (b'!', true),
        b"num" => (b'#', true),
        b"dollar" => (b'$', true),
        b"percent" | b"percnt" => (b'%', true),
        b"apos" => (b'\'', true),
        b"lpar" => (b'(', true),
        b"rpar" => (b')', true),
        b"ast" | b"midast" => (b'*', true),
        b"plus" => (b'+', true),
        b"comma" => (b',', true),
        b"period" => (b'.', true),
        b"sol" => (b'/', true),
        b"colon" => (b':', true),
        b"semi" => (b';', true),
        b"equals" => (b'=', true),
        b"quest" => (b'?', true),
        b"tilde" | b"diacriticaltilde" => (b'~', true),
        b"minus" => (b'-', true),
        b"lsqb" | b"lbrack" => (b'[', true),
        b"bsol" => (b'\\', true),
        b"rsqb" | b"rbrack" => (b']', true),
        b"hat" => (b'^', true),
        b"lowbar" | b"underbar" => (b'_', true),
        b"grave" | b"diacriticalgrave" => (b'`', true),
        _ => return None,
    };
    Some((u32::from(value), length, closed_only))
}

#[cfg(test)]
mod tests {
    use super::super::{Scratch, Transformation as T};

    fn gives(input: &str, output: &[u8]) {
        let mut scratch = Scratch::default();
        let got = scratch.apply(&[T::HtmlEntityDecode], input.as_bytes());
        assert_eq!(got, output, "{input:?}");
    }

    #[test]
    fn numbers_and_names() {
        gives("&#x24;&#0000000123;", b"${");
        gives("&#x0;&#xa0&nbsp", &[0, 0xa0, 0xa0]);
        gives("&LT&quot;&ltx", b"<\"&ltx");
        gives("&DiacriticalGrave;&apos;&colon&NewLine;", b"`'&colon\n");
        gives("&#x20ac;", "\u{20ac}".as_bytes());
        gives("&#x110000;&#99999999999;&#xd800;", "\u{fffd}\u{fffd}\u{fffd}".as_bytes());
        gives("&#xg;&#;&;&&#", b"&#xg;&#;&;&&#");
    }
}
