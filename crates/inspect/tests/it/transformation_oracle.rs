//! Transformations beside those of libmodsecurity, on random input made of what matters to each.

use bartizan_inspect::{Scratch, Transformation as T};

use crate::modsecurity::{ask, hex};
use crate::random::Random;

/// Inputs of each transformation.
const CASES: usize = 4_000;

/// Whether both are meant to say the same of an input.
type Comparable = fn(&[u8]) -> bool;

/// A transformation, its name there, the pieces that inputs are made of, and what is compared.
const COMPARED: &[(T, &str, &[&[u8]], Comparable)] = &[
    (T::Lowercase, "lowercase", &[b"a", b"A", b"Zz", b"[", b"@", b"\xc3\x84", b"0123456789abcdefGHI"], any),
    (T::Uppercase, "uppercase", &[b"a", b"A", b"Zz", b"{", b"`", b"\xc3\xa4", b"0123456789abcdefGHI"], any),
    (T::UrlDecode, "urlDecode", &[b"%", b"%4", b"%41", b"%zz", b"%2B", b"+", b"a", b"1", b"%u0041", b"\0"], any),
    (
        T::UrlDecodeUni,
        "urlDecodeUni",
        &[b"%", b"%u", b"%U00", b"41", b"%uff0", b"1", b"%uFF5f", b"%41", b"+", b"f"],
        any,
    ),
    (
        T::CompressWhiteSpace,
        "compressWhitespace",
        &[b" ", b"\t", b"\x0b\x0c", b"\r\n", b"a", b"bc", b"\0", b"\x85"],
        any,
    ),
    (T::RemoveWhitespace, "removeWhitespace", &[b" ", b"\t", b"\x0b\x0c", b"\r\n", b"a", b"bc", b"\0", b"\xa0"], any),
    (T::Trim, "trim", &[b" ", b"\t", b"\x0b\x0c", b"\r\n", b"a", b"b c", b"\0", b"\xa0"], any),
    (T::TrimLeft, "trimLeft", &[b" ", b"\t", b"\x0b\x0c", b"\r\n", b"a", b"b c", b"\0"], any),
    (T::TrimRight, "trimRight", &[b" ", b"\t", b"\x0b\x0c", b"\r\n", b"a", b"b c", b"\0"], any),
    (
        T::HtmlEntityDecode,
        "htmlEntityDecode",
        &[
            b"&", b"#", b"x", b"X", b"&#", b"&#x", b"3", b"c;", b"&lt", b"&AMP;", b"&quot", b"&nbsp;", b";", b"a",
            b"&foo;",
        ],
        fits_into_a_byte,
    ),
    (
        T::CmdLine,
        "cmd_line",
        &[b"\\", b"\"", b"'", b"^", b" ", b",", b";", b"\t\r\n", b"/", b"(", b"A", b"b", b"\0"],
        any,
    ),
    (
        T::EscapeSeqDecode,
        "escapeSeqDecode",
        &[b"\\", b"\\n", b"\\x", b"\\X4", b"41", b"7", b"\\0", b"\\37", b"8", b"a", b"\\?", b"\\'", b"\0", b"v"],
        any,
    ),
    (T::HexDecode, "hexDecode", &[b"41", b"4a", b"fF", b"00"], any),
    (T::SqlHexDecode, "sqlHexDecode", &[b"0", b"x", b"X", b"0x41", b"42", b"g", b" ", b"fe"], |input| {
        // there a literal directly after another is not seen, and a zero byte ends the text
        input.iter().filter(|byte| matches!(byte, b'x' | b'X')).count() <= 1
            && !T::SqlHexDecode.writes(input).contains(&0)
    }),
    (T::Base64Decode, "base64Decode", &[b"VGVz", b"dENh", b"c2Ux", b"+/8A"], any),
    (T::Base64DecodeExt, "base64DecodeExt", &[b"V", b"G", b"Vz", b"dENh", b".", b"-", b"+/8A", b"\xff", b"\0"], any),
    (
        T::JsDecode,
        "jsDecode",
        &[
            b"\\", b"\\u", b"00", b"41", b"\\uff", b"\\x", b"\\x4", b"\\1", b"\\47", b"7", b"8", b"a", b"\\n", b"\0",
            b"\\'",
        ],
        any,
    ),
    (
        T::CssDecode,
        "cssDecode",
        &[b"\\", b"0", b"00", b"41", b"ff", b"F", b"5f", b" ", b"\n", b"\t", b"g", b"\\x", b"\\a", b"javascript"],
        |input| !contains(input, 0) && !T::CssDecode.writes(input).contains(&0),
    ),
    (
        T::NormalizePath,
        "normalisePath",
        &[b"/", b"//", b".", b"..", b"a", b"bc", b"/../", b"/./", b"..."],
        plain_segments,
    ),
    (
        T::NormalizePathWin,
        "normalisePathWin",
        &[b"/", b"\\", b".", b"..", b"a", b"bc", b"\\..\\", b"/./", b"\\\\"],
        plain_segments,
    ),
    (T::RemoveNulls, "removeNulls", &[b"\0", b"a", b"\0\0", b" "], any),
    (T::ReplaceNulls, "replaceNulls", &[b"\0", b"a", b"\0\0", b" "], any),
    (T::ReplaceComments, "replaceComments", &[b"/*", b"*/", b"/", b"*", b"a", b" ", b"\0"], any),
    (
        T::RemoveCommentsChar,
        "removeCommentsChar",
        &[b"/*", b"*/", b"/", b"*", b"-", b"--", b">", b"<!", b"#", b"a"],
        any,
    ),
    (T::Md5, "md5", &[b"a", b"\0", b"0123456789abcdefghijklmnopqrstuvwxyz", b"\xff"], any),
    (
        T::Utf8ToUnicode,
        "utf8toUnicode",
        &[
            b"a",
            b"Z9",
            "ä".as_bytes(),
            "€".as_bytes(),
            "߿ࠀ".as_bytes(),
            "\u{1f600}".as_bytes(),
            "\u{10ffff}".as_bytes(),
        ],
        any,
    ),
];

/// What a transformation makes of an input, for what is compared.
trait Writes {
    fn writes(self, input: &[u8]) -> Vec<u8>;
}

impl Writes for T {
    fn writes(self, input: &[u8]) -> Vec<u8> {
        Scratch::default().apply(&[self], input).to_vec()
    }
}

fn any(_: &[u8]) -> bool {
    true
}

fn contains(input: &[u8], byte: u8) -> bool {
    input.contains(&byte)
}

/// There only the low byte of a number is kept.
fn fits_into_a_byte(input: &[u8]) -> bool {
    input.split(|byte| *byte == b'&').all(|entity| entity.iter().filter(|byte| byte.is_ascii_hexdigit()).count() <= 2)
}

/// There a segment that merely ends in `..` is taken for `..`; of relative paths that lead out of themselves and in again not
/// all is resolved; and not every `\` in a row becomes `/`.
fn plain_segments(input: &[u8]) -> bool {
    let absolute = matches!(input, [b'/' | b'\\', ..]);
    let backslashes = input.contains(&b'\\');
    input.split(|byte| matches!(byte, b'/' | b'\\')).enumerate().all(|(at, segment)| match segment {
        b"" => !backslashes || at == 0,
        b"." => true,
        b".." => absolute,
        _ => !segment.contains(&b'.'),
    })
}

#[test]
fn transformations_do_what_modsecurity_does() {
    let mut random = Random(11);
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for (transformation, name, pieces, comparable) in COMPARED {
        let mut cases = 0;
        while cases < CASES {
            let input = random.joined(pieces, 12);
            if !comparable(&input) {
                continue;
            }
            cases += 1;
            ours.push(transformation.writes(&input));
            let mut input = input;
            if *transformation == T::SqlHexDecode {
                // there the last byte gets lost, unless a literal is before it
                input.push(b'!');
            }
            questions.push((*name, input));
        }
    }
    let Some(theirs) = ask(&questions) else { return };
    let mut broken = Vec::new();
    for ((question, ours), theirs) in questions.iter().zip(&ours).zip(&theirs) {
        let added = question.0 == "sqlHexDecode" && theirs.ends_with("21");
        let theirs = if added { theirs.strip_suffix("21").unwrap_or(theirs) } else { theirs };
        if hex(ours) != *theirs {
            broken.push(format!("{} of {}: {} but {theirs}", question.0, question.1.escape_ascii(), hex(ours)));
        }
    }
    assert!(broken.is_empty(), "{} differ:\n{}", broken.len(), broken[..broken.len().min(40)].join("\n"));
    assert_eq!(questions.len(), 26 * CASES);
    eprintln!("{} inputs", questions.len());
}
