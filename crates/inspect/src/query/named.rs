//! Comparison of names without decoding them into memory.

use crate::bytes::hex_pair;

/// True if `raw`, with or without URL decoding, is `name`, in whatever case.
pub(super) fn is_named(raw: &[u8], name: &[u8]) -> bool {
    if raw.eq_ignore_ascii_case(name) {
        return true;
    }
    // what is encoded is longer than what it stands for, but for a plus
    raw.len() >= name.len()
        && decoded(raw).map(|byte| byte.to_ascii_lowercase()).eq(name.iter().map(u8::to_ascii_lowercase))
}

fn decoded(mut raw: &[u8]) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let (byte, rest) = match raw {
            [b'%', a, b, rest @ ..] if hex_pair(*a, *b).is_some() => (hex_pair(*a, *b)?, rest),
            [b'+', rest @ ..] => (b' ', rest),
            [byte, rest @ ..] => (*byte, rest),
            [] => return None,
        };
        raw = rest;
        Some(byte)
    })
}
