//! The common name in a certificate's subject (RFC 5280, 4.1), of certificates that TLS has verified.

/// DER tags.
const INTEGER: u8 = 0x02;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
/// Longest common name (RFC 5280, `ub-common-name-length`, is 64; thing names are up to 128), in bytes.
const COMMON_NAME_BYTES_MAX: usize = 128;

/// A value with its tag, and what follows it.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if !(1..=3).contains(&count) {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(count)?;
        (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((*tag, value, rest))
}

fn expect(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, value, rest) = value(der)?;
    (tag == wanted).then_some((value, rest))
}

/// The first common name, if it is text.
pub(crate) fn common_name(certificate: &[u8]) -> Option<String> {
    let (certificate, _) = expect(certificate, SEQUENCE)?;
    let (body, _) = expect(certificate, SEQUENCE)?;
    let rest = expect(body, VERSION).map_or(body, |(_, rest)| rest);
    let (_serial, rest) = expect(rest, INTEGER)?;
    let (_algorithm, rest) = expect(rest, SEQUENCE)?;
    let (_issuer, rest) = expect(rest, SEQUENCE)?;
    let (_validity, rest) = expect(rest, SEQUENCE)?;
    let (mut names, _) = expect(rest, SEQUENCE)?;
    while let Some((set, rest)) = expect(names, SET) {
        names = rest;
        let (attribute, _) = expect(set, SEQUENCE)?;
        let (kind, text) = expect(attribute, OBJECT_ID)?;
        if kind == COMMON_NAME {
            let (_, text, _) = value(text)?;
            let text = std::str::from_utf8(text).ok()?;
            return (!text.is_empty() && text.len() <= COMMON_NAME_BYTES_MAX).then(|| text.to_owned());
        }
    }
    None
}
