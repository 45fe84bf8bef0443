//! Text transformations: what is done to a part of a request before a statement looks at it.
//!
//! They work on bytes, never fail, and take any bytes. Where the vendor's guide is silent they do what ModSecurity does, from
//! which they come.

mod base64;
mod case;
mod chain;
mod cmd_line;
mod comments;
mod css;
mod digest;
mod escape_seq;
mod hex;
mod html_entity;
mod js;
mod nulls;
mod path;
mod trim;
mod url;
mod utf8;
mod white_space;

use std::ops::Range;

pub use chain::Scratch;

/// What a transformation made of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing changes; the buffer was not touched.
    Same,
    /// The result is this part of the input; the buffer was not touched.
    Part(Range<usize>),
    /// The result is in the buffer. It may happen to equal the input.
    Written,
}

macro_rules! transformations {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal => $apply:path,)*) => {
        /// A text transformation of the vendor's model (`TextTransformationType`, 31 values).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Transformation {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Transformation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The transformation that the API calls so.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// Transforms `input`. `buffer` is cleared first if it is written to; its capacity is kept, so that a buffer that
            /// is used again allocates nothing.
            pub fn apply(self, input: &[u8], buffer: &mut Vec<u8>) -> Outcome {
                match self { $(Self::$variant => $apply(input, buffer),)* }
            }
        }
    };
}

transformations! {
    /// Nothing.
    None = "NONE" => none,
    /// A-Z to a-z.
    Lowercase = "LOWERCASE" => case::lower,
    /// a-z to A-Z.
    Uppercase = "UPPERCASE" => case::upper,
    /// `%HH` to the byte and `+` to a space; what is no such sequence stays.
    UrlDecode = "URL_DECODE" => url::decode,
    /// Also `%uHHHH`: full-width forms to ASCII, others to their low byte.
    UrlDecodeUni = "URL_DECODE_UNI" => url::decode_uni,
    /// Runs of white space, with byte 160, to one space.
    CompressWhiteSpace = "COMPRESS_WHITE_SPACE" => white_space::compress,
    /// White space, with byte 160, away.
    RemoveWhitespace = "REMOVE_WHITESPACE" => white_space::remove,
    /// White space away at both ends.
    Trim = "TRIM" => trim::both,
    /// White space away at the front.
    TrimLeft = "TRIM_LEFT" => trim::left,
    /// White space away at the end.
    TrimRight = "TRIM_RIGHT" => trim::right,
    /// Numeric entities and the guide's named ones to characters.
    HtmlEntityDecode = "HTML_ENTITY_DECODE" => html_entity::decode,
    /// What a shell ignores away, separators to one space, lower case.
    CmdLine = "CMD_LINE" => cmd_line::any,
    /// The same for Unix shells: `^` stays, and `,` and `;` do.
    CmdLineUnix = "CMD_LINE_UNIX" => cmd_line::unix,
    /// The same for Windows: runs of `\` to one, `^` at the end of a line joins lines.
    CmdLineWin = "CMD_LINE_WIN" => cmd_line::win,
    /// Escape sequences of ANSI C.
    EscapeSeqDecode = "ESCAPE_SEQ_DECODE" => escape_seq::decode,
    /// Pairs of hexadecimal digits to bytes, up to the first that is none.
    HexDecode = "HEX_DECODE" => hex::decode,
    /// Hexadecimal literals of SQL, wherever they stand.
    SqlHexDecode = "SQL_HEX_DECODE" => hex::decode_sql,
    /// Base64, up to the first byte that does not belong to it.
    Base64Decode = "BASE64_DECODE" => base64::decode,
    /// Base64; bytes that do not belong to it are passed over.
    Base64DecodeExt = "BASE64_DECODE_EXT" => base64::decode_ext,
    /// Escape sequences of JavaScript; other escaped characters lose the backslash.
    JsDecode = "JS_DECODE" => js::decode,
    /// The same, but other escaped characters keep it, and single letters do.
    JsDecodeExt = "JS_DECODE_EXT" => js::decode_ext,
    /// Escapes of CSS 2.
    CssDecode = "CSS_DECODE" => css::decode,
    /// `//`, `/./` and `/../` resolved.
    NormalizePath = "NORMALIZE_PATH" => path::normalize,
    /// The same after `\` has become `/`.
    NormalizePathWin = "NORMALIZE_PATH_WIN" => path::normalize_win,
    /// Zero bytes away.
    RemoveNulls = "REMOVE_NULLS" => nulls::remove,
    /// Zero bytes to spaces.
    ReplaceNulls = "REPLACE_NULLS" => nulls::replace,
    /// Each C comment to one space; one without an end reaches to the end.
    ReplaceComments = "REPLACE_COMMENTS" => comments::replace,
    /// The marks `/*`, `*/`, `--`, `#`, `<!--` and `-->` away.
    RemoveCommentsChar = "REMOVE_COMMENTS_CHAR" => comments::remove_marks,
    /// The 16 bytes of the digest.
    Md5 = "MD5" => digest::md5,
    /// The 32 bytes of the digest.
    Sha256 = "SHA256" => digest::sha256,
    /// Characters beyond ASCII to `%uHHHH`, for `URL_DECODE_UNI` to follow.
    Utf8ToUnicode = "UTF8_TO_UNICODE" => utf8::to_unicode,
}

fn none(_: &[u8], _: &mut Vec<u8>) -> Outcome {
    Outcome::Same
}

/// Starts the output with what stays as it is; returns the rest.
fn start<'a>(input: &'a [u8], at: usize, buffer: &mut Vec<u8>) -> &'a [u8] {
    let (head, rest) = input.split_at_checked(at).unwrap_or((input, &[]));
    buffer.clear();
    buffer.reserve(input.len());
    buffer.extend_from_slice(head);
    rest
}

/// Copies up to where `find` says, and returns the rest from there; copies all and returns `None` where it says nothing.
fn copy_until<'a>(rest: &'a [u8], at: Option<usize>, buffer: &mut Vec<u8>) -> Option<&'a [u8]> {
    let split = at.and_then(|at| rest.split_at_checked(at));
    let Some((head, tail)) = split else {
        buffer.extend_from_slice(rest);
        return None;
    };
    buffer.extend_from_slice(head);
    Some(tail)
}
