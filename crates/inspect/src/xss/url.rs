//! URLs that run.

use crate::bytes::hex_digit;

/// The beginnings of schemes that run scripts or hide what they load.
const SCHEMES: [&str; 4] = ["DATA", "VIEW-SOURCE", "JAVA", "VBSCRIPT"];

/// Entities stand for at most this; larger numbers are none.
const ENTITY_MAX: u32 = 0x10_00ff;

/// True if the URL begins with one of these schemes. Control characters, white space and bytes beyond ASCII before it do not
/// count, nor do zero bytes and line feeds in it; entities are decoded.
pub(super) fn runs_script(url: &[u8]) -> bool {
    let skipped = url.iter().take_while(|byte| matches!(byte, 0..=b' ' | 127..)).count();
    let url = url.get(skipped..).unwrap_or_default();
    SCHEMES.iter().any(|scheme| begins(url, scheme))
}

fn begins(mut url: &[u8], scheme: &str) -> bool {
    let mut wanted = scheme.bytes();
    let mut next = wanted.next();
    let mut first = true;
    while let Some(letter) = next {
        let Some((value, rest)) = character(url) else { return false };
        url = rest;
        if (first && value <= 32) || value == 0 || value == 10 {
            continue;
        }
        first = false;
        if value.to_le_bytes()[0].to_ascii_uppercase() != letter {
            return false;
        }
        next = wanted.next();
    }
    true
}

/// The character at the front, decoded if it is an entity with a number, and the rest.
fn character(text: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = text.split_first()?;
    let decoded = match rest {
        [b'#', b'x' | b'X', digits @ ..] if *first == b'&' => number(digits, 16),
        [b'#', digits @ ..] if *first == b'&' => number(digits, 10),
        _ => None,
    };
    Some(decoded.unwrap_or((u32::from(*first), rest)))
}

fn number(digits: &[u8], base: u32) -> Option<(u32, &[u8])> {
    let mut value = 0;
    let mut count = 0;
    for byte in digits {
        let Some(digit) = hex_digit(*byte).map(u32::from).filter(|digit| *digit < base) else { break };
        value = value * base + digit;
        count += 1;
        if value > ENTITY_MAX {
            return None;
        }
    }
    let rest = digits.get(count..).filter(|_| count > 0)?;
    Some((value, rest.strip_prefix(b";").unwrap_or(rest)))
}
