//! The test vectors that come with ModSecurity, from Debian's source package.

use std::path::Path;

use bartizan_inspect::{Scratch, Transformation as T};
use serde_json::Value;

use crate::corpora::corpus;

/// Files of vectors, the transformation that they are for, how many there are, and how inputs end where we differ on purpose.
const FILES: &[(&str, T, usize, &[&str])] = &[
    ("base64Decode", T::Base64Decode, 6, &[]),
    ("base64DecodeExt", T::Base64DecodeExt, 6, &[]),
    ("cmdLine", T::CmdLine, 6, &[]),
    ("compressWhitespace", T::CompressWhiteSpace, 6, &[]),
    // their runner stops at the zero byte, so that nobody saw that a space is missing behind it
    ("cssDecode", T::CssDecode, 6, &["\0  string"]),
    ("escapeSeqDecode", T::EscapeSeqDecode, 14, &[]),
    // ModSecurity makes bytes of what are no digits
    ("hexDecode", T::HexDecode, 6, &["01234567890a0z01234567890a", "01234567890az"]),
    ("htmlEntityDecode", T::HtmlEntityDecode, 7, &[]),
    ("jsDecode", T::JsDecode, 15, &[]),
    ("lowercase", T::Lowercase, 5, &[]),
    ("md5", T::Md5, 5, &[]),
    ("normalisePath", T::NormalizePath, 31, &[]),
    ("normalisePathWin", T::NormalizePathWin, 31, &[]),
    ("removeCommentsChar", T::RemoveCommentsChar, 21, &[]),
    ("removeNulls", T::RemoveNulls, 8, &[]),
    ("removeWhitespace", T::RemoveWhitespace, 5, &[]),
    ("replaceComments", T::ReplaceComments, 21, &[]),
    ("replaceNulls", T::ReplaceNulls, 7, &[]),
    ("sqlHexDecode", T::SqlHexDecode, 1, &[]),
    ("trim", T::Trim, 9, &[]),
    ("trimLeft", T::TrimLeft, 9, &[]),
    ("trimRight", T::TrimRight, 9, &[]),
    ("urlDecode", T::UrlDecode, 19, &[]),
    ("urlDecodeUni", T::UrlDecodeUni, 32, &[]),
    ("utf8toUnicode", T::Utf8ToUnicode, 7, &[]),
];

#[test]
fn vectors_of_modsecurity_hold() {
    let Some(folder) = corpus("modsecurity-v3.0.9/test/test-cases/secrules-language-tests/transformations") else {
        return;
    };
    let mut held = 0;
    let mut broken = Vec::new();
    for (file, transformation, count, differs) in FILES {
        let cases = read(&folder.join(format!("{file}.json")));
        assert_eq!(cases.len(), *count, "{file}");
        let mut skipped = 0;
        for (input, expected) in cases {
            if differs.iter().any(|text| input.ends_with(text.as_bytes())) {
                skipped += 1;
                continue;
            }
            let mut scratch = Scratch::default();
            let got = scratch.apply(&[*transformation], &input);
            if got == expected {
                held += 1;
            } else {
                broken.push(format!(
                    "{file}: {} gives {}, not {}",
                    input.escape_ascii(),
                    got.escape_ascii(),
                    expected.escape_ascii()
                ));
            }
        }
        assert_eq!(skipped, differs.len(), "{file}: an exception that is none any more");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(held, 289);
    eprintln!("{held} vectors");
}

fn read(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let bytes = |case: &Value, member: &str| unescape(case[member].as_str().unwrap().as_bytes());
    cases.iter().map(|case| (bytes(case, "input"), bytes(case, "output"))).collect()
}

/// The vectors have bytes as `\xHH` and `\uHHHH` inside of their strings. Their runner reads as many digits as there are, and
/// where there are none keeps the number that it had before.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut number = 0_u32;
    while let [byte, tail @ ..] = rest {
        let length = match rest {
            [b'\\', b'x', ..] => 2,
            [b'\\', b'u', ..] => 4,
            _ => 0,
        };
        let digits = rest.get(2..2 + length).filter(|digits| digits.iter().all(u8::is_ascii_alphanumeric));
        if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
            let leading: String =
                digits.iter().map(|digit| char::from(*digit)).take_while(char::is_ascii_hexdigit).collect();
            number = u32::from_str_radix(&leading, 16).unwrap_or(number);
            out.push(number.to_le_bytes()[0]);
            rest = &rest[2 + length..];
        } else {
            out.push(*byte);
            rest = tail;
        }
    }
    out
}
