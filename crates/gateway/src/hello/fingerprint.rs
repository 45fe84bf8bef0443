//! JA3 [github.com/salesforce/ja3] and JA4 [FoxIO, JA4 technical details] of a ClientHello.

use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::Hello;

const SERVER_NAME: u16 = 0;
const PROTOCOLS: u16 = 16;
/// Characters of a digest in JA4.
const DIGEST_CHARS: usize = 12;
/// JA4 has two digits for a number.
const COUNT_MAX: usize = 99;

/// What is said of a client's TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprints {
    /// 32 hexadecimal digits.
    pub(crate) ja3: String,
    /// 36 characters.
    pub(crate) ja4: String,
}

impl Fingerprints {
    pub(crate) fn of(hello: &Hello) -> Self {
        Self { ja3: ja3(hello), ja4: ja4(hello) }
    }
}

/// Values that clients make up, so that servers stay tolerant [RFC 8701]: `0x?a?a` with equal bytes.
const fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && high & 0x0f == 0x0a
}

fn real(values: &[u16]) -> impl Iterator<Item = u16> + '_ {
    values.iter().copied().filter(|value| !is_grease(*value))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn ja3(hello: &Hello) -> String {
    let list = |values: &[u16]| real(values).map(|value| value.to_string()).collect::<Vec<_>>().join("-");
    let formats = hello.point_formats.iter().map(u8::to_string).collect::<Vec<_>>().join("-");
    let text = format!(
        "{},{},{},{},{formats}",
        hello.version,
        list(&hello.ciphers),
        list(&hello.extensions),
        list(&hello.groups)
    );
    hex(&Md5::digest(text))
}

fn ja4(hello: &Hello) -> String {
    let version = match real(&hello.versions).max().unwrap_or(hello.version) {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    };
    let name = if hello.extensions.contains(&SERVER_NAME) { 'd' } else { 'i' };
    let ciphers: Vec<u16> = real(&hello.ciphers).collect();
    let extensions: Vec<u16> = real(&hello.extensions).collect();
    let hashed: Vec<u16> =
        extensions.iter().copied().filter(|kind| !matches!(*kind, SERVER_NAME | PROTOCOLS)).collect();
    let mut text = sorted(&hashed);
    let signatures: Vec<u16> = real(&hello.signatures).collect();
    if !signatures.is_empty() {
        text.push('_');
        text.push_str(&listed(&signatures));
    }
    format!(
        "t{version}{name}{:02}{:02}{}_{}_{}",
        ciphers.len().min(COUNT_MAX),
        extensions.len().min(COUNT_MAX),
        protocol(hello.protocol.as_deref()),
        digest(&ciphers, &sorted(&ciphers)),
        digest(&extensions, &text),
    )
}

fn listed(values: &[u16]) -> String {
    values.iter().map(|value| format!("{value:04x}")).collect::<Vec<_>>().join(",")
}

fn sorted(values: &[u16]) -> String {
    let mut values = values.to_vec();
    values.sort_unstable();
    listed(&values)
}

/// Of nothing, zeros.
fn digest(of: &[u16], text: &str) -> String {
    if of.is_empty() {
        return "0".repeat(DIGEST_CHARS);
    }
    let mut digest = hex(&Sha256::digest(text));
    digest.truncate(DIGEST_CHARS);
    digest
}

/// The first and the last character; of what is no text, those of its hexadecimal form.
fn protocol(name: Option<&[u8]>) -> String {
    let Some([first, ..]) = name else { return "00".to_owned() };
    let last = name.and_then(<[u8]>::last).unwrap_or(first);
    let (first, last) = if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        (char::from(*first), char::from(*last))
    } else {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        (digit(first >> 4), digit(last & 0x0f))
    };
    format!("{first}{last}")
}

#[cfg(test)]
mod tests {
    use super::{Fingerprints, Hello, protocol};

    /// The example of JA3's authors.
    #[test]
    fn ja3_is_that_of_its_authors() {
        let hello = Hello {
            version: 769,
            ciphers: vec![47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
            extensions: vec![0, 10, 11],
            groups: vec![23, 24, 25],
            point_formats: vec![0],
            ..Hello::default()
        };
        assert_eq!(Fingerprints::of(&hello).ja3, "ada70206e40642a3e4461f35503241d5");
    }

    /// The example of JA4's authors, with values of GREASE among the others.
    #[test]
    fn ja4_is_that_of_its_authors() {
        let hello = Hello {
            version: 0x0303,
            ciphers: vec![
                0x5a5a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
                0x009d, 0x002f, 0x0035,
            ],
            extensions: vec![
                0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b,
                0xff01, 0x000b, 0x000a, 0x0015,
            ],
            signatures: vec![0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
            versions: vec![0x2a2a, 0x0304, 0x0303],
            protocol: Some(b"h2".to_vec()),
            ..Hello::default()
        };
        assert_eq!(Fingerprints::of(&hello).ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
        assert_eq!(
            Fingerprints::of(&Hello { version: 0x0301, ..Hello::default() }).ja4,
            "t10i000000_000000000000_000000000000"
        );
    }

    #[test]
    fn protocols_are_two_characters() {
        assert_eq!(protocol(None), "00");
        assert_eq!(protocol(Some(b"http/1.1")), "h1");
        assert_eq!(protocol(Some(b"x")), "xx");
        assert_eq!(protocol(Some(&[0xab, 0x31, 0xcd])), "ad");
        assert_eq!(protocol(Some(&[])), "00");
    }
}
