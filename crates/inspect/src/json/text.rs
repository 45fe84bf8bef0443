//! Strings of JSON.

use memchr::memchr2;

use super::scan::{Malformed, Problem};
use crate::bytes::hex_pair;

/// What U+FFFD stands for: half of a pair of surrogates alone.
const REPLACEMENT: char = '\u{fffd}';

/// Reads the string whose first byte after the quote is at `at`. Returns its text, borrowed where it has no escapes, and where
/// the byte behind its closing quote is.
pub(super) fn read<'a>(body: &'a [u8], at: usize, buffer: &'a mut Vec<u8>) -> Result<(&'a [u8], usize), Malformed> {
    let rest = body.get(at..).unwrap_or_default();
    let Some(first) = memchr2(b'"', b'\\', rest) else { return Err(truncated(body)) };
    let plain = rest.get(..first).unwrap_or_default();
    check(plain, at)?;
    if rest.get(first) == Some(&b'"') {
        return Ok((plain, at + first + 1));
    }
    buffer.clear();
    buffer.extend_from_slice(plain);
    let mut here = at + first;
    loop {
        let rest = body.get(here..).unwrap_or_default();
        match rest {
            [b'"', ..] => return Ok((buffer, here + 1)),
            [b'\\', ..] => here += escape(rest, buffer).ok_or_else(|| broken_escape(body, here))?,
            [] => return Err(truncated(body)),
            _ => {
                let Some(length) = memchr2(b'"', b'\\', rest) else { return Err(truncated(body)) };
                let plain = rest.get(..length).unwrap_or_default();
                check(plain, here)?;
                buffer.extend_from_slice(plain);
                here += length;
            }
        }
    }
}

/// Control characters must be escaped.
fn check(plain: &[u8], at: usize) -> Result<(), Malformed> {
    match crate::bytes::find(plain, |byte| byte < b' ') {
        None => Ok(()),
        Some(bad) => Err(Malformed { at: at + bad, problem: Problem::Character }),
    }
}

fn truncated(body: &[u8]) -> Malformed {
    Malformed { at: body.len(), problem: Problem::Truncated }
}

/// An escape that is cut off by the end of the body is not wrong, but short.
fn broken_escape(body: &[u8], at: usize) -> Malformed {
    if body.len() - at < 6 { truncated(body) } else { Malformed { at, problem: Problem::Character } }
}

/// Decodes the escape at the front; returns its length.
fn escape(rest: &[u8], buffer: &mut Vec<u8>) -> Option<usize> {
    let byte = match rest.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        byte @ (b'"' | b'\\' | b'/') => *byte,
        b'u' => return unicode(rest, buffer),
        _ => return None,
    };
    buffer.push(byte);
    Some(2)
}

fn unicode(rest: &[u8], buffer: &mut Vec<u8>) -> Option<usize> {
    let high = unit(rest)?;
    let low = rest.get(6..).and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
    let (value, length) = match (high, low) {
        (0xd800..0xdc00, Some(low)) => (0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12),
        _ => (high, 6),
    };
    let character = char::from_u32(value).unwrap_or(REPLACEMENT);
    buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(length)
}

/// The value of `\uHHHH` at the front.
fn unit(rest: &[u8]) -> Option<u32> {
    match rest {
        [b'\\', b'u', a, b, c, d, ..] => Some(u32::from(hex_pair(*a, *b)?) << 8 | u32::from(hex_pair(*c, *d)?)),
        _ => None,
    }
}
