//! What is done to texts before they are looked at.

use bartizan_wire::Shape;
use serde::Serialize;

/// Something that is done to a text before it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TextTransformation {
    /// Unique in its list; the lowest comes first.
    #[shape(range = 0..)]
    pub priority: i32,
    /// What is done.
    pub r#type: TextTransformationType,
}

/// What can be done to a text. Those behind `UTF8_TO_UNICODE` are not in every version of the vendor's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TextTransformationType {
    /// Nothing.
    None,
    /// White space becomes blanks, and runs of them one.
    CompressWhiteSpace,
    /// `&lt;` becomes `<`.
    HtmlEntityDecode,
    /// A to Z become a to z.
    Lowercase,
    /// What shells ignore is removed.
    CmdLine,
    /// `%41` becomes `A`.
    UrlDecode,
    /// Base64, up to the first byte that is none.
    Base64Decode,
    /// Pairs of hexadecimal digits become bytes.
    HexDecode,
    /// The digest, as raw bytes.
    Md5,
    /// C comments become a blank.
    ReplaceComments,
    /// ANSI C escapes.
    EscapeSeqDecode,
    /// `0x41` becomes `A`.
    SqlHexDecode,
    /// CSS escapes.
    CssDecode,
    /// JavaScript escapes.
    JsDecode,
    /// `//`, `.` and `..` are resolved.
    NormalizePath,
    /// The same after `\\` became `/`.
    NormalizePathWin,
    /// Zero bytes are removed.
    RemoveNulls,
    /// Zero bytes become blanks.
    ReplaceNulls,
    /// Base64, over bytes that are none.
    Base64DecodeExt,
    /// As `URL_DECODE`, and `%u0041` becomes `A`.
    UrlDecodeUni,
    /// Characters beyond ASCII become `%uHHHH`.
    Utf8ToUnicode,
    /// a to z become A to Z.
    Uppercase,
    /// White space is removed.
    RemoveWhitespace,
    /// No white space at both ends.
    Trim,
    /// No white space at the start.
    TrimLeft,
    /// No white space at the end.
    TrimRight,
    /// What Unix shells ignore is removed.
    CmdLineUnix,
    /// What the Windows shell ignores is removed.
    CmdLineWin,
    /// JavaScript escapes, but unknown ones stay.
    JsDecodeExt,
    /// The signs of comments are removed, and not what is in them.
    RemoveCommentsChar,
    /// The digest, as raw bytes.
    Sha256,
}

/// Something that is done to the raw query string before it is taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PreParseTextTransformation {
    /// Unique in its list; the lowest comes first.
    #[shape(range = 0..)]
    pub priority: i32,
    /// What is done.
    pub r#type: PreParseTextTransformationType,
}

/// What can be done to a query string before it is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PreParseTextTransformationType {
    /// Nothing.
    None,
    /// `%41` becomes `A`.
    UrlDecode,
    /// The same, and `%u0041` becomes `A`.
    UrlDecodeUni,
    /// Values of one name become one value, with commas between them.
    CombineDuplicateQueryArgsByComma,
    /// `;` becomes `&`.
    ReplaceSemicolonsWithAmpersands,
}
