//! What a byte begins.

use crate::bytes::ByteSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    White,
    Word,
    Number,
    /// An operator of one byte.
    Operator,
    /// An operator of one, two or three bytes.
    Operator2,
    Quote,
    Tick,
    /// A byte that is a token by itself.
    Sign,
    Dash,
    Slash,
    Hash,
    Backslash,
    Variable,
    Money,
    Bracket,
    /// `b'01'`.
    BitText,
    /// `x'ff'`.
    HexText,
    /// PostgreSQL's `E'..'`.
    EscapeText,
    /// `U&'..'`.
    UnicodeText,
    /// Oracle's `q'[..]'`.
    OracleText,
    /// `N'..'` and `nq'[..]'`.
    NationalText,
    Other,
}

const CLASSES: [Class; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "a byte is always a place in a table of 256")]
const fn classes() -> [Class; 256] {
    let mut table = [Class::Word; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = match byte {
            0..=b' ' | 127 | 160 => Class::White,
            b'0'..=b'9' | b'.' => Class::Number,
            b'+' | b'%' | b'^' | b'~' => Class::Operator,
            b'!' | b'&' | b'*' | b':' | b'<' | b'=' | b'>' | b'|' => Class::Operator2,
            b'\'' | b'"' => Class::Quote,
            b'`' => Class::Tick,
            b'(' | b')' | b',' | b';' | b'{' | b'}' => Class::Sign,
            b'-' => Class::Dash,
            b'/' => Class::Slash,
            b'#' => Class::Hash,
            b'\\' => Class::Backslash,
            b'@' => Class::Variable,
            b'$' => Class::Money,
            b'[' => Class::Bracket,
            b'b' | b'B' => Class::BitText,
            b'x' | b'X' => Class::HexText,
            b'e' | b'E' => Class::EscapeText,
            b'u' | b'U' => Class::UnicodeText,
            b'q' | b'Q' => Class::OracleText,
            b'n' | b'N' => Class::NationalText,
            b'?' | b']' => Class::Other,
            _ => Class::Word,
        };
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

#[expect(clippy::indexing_slicing, reason = "a byte is always a place in a table of 256")]
pub(super) const fn class_of(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// White space of any database: Oracle's has the zero byte, others that of Latin-1.
pub(super) const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13 | 0 | 160)
}

/// Where a word ends.
pub(super) const WORD_END: ByteSet = ByteSet::of(b" []{}<>:\\?=@!#~+-*/&|^%(),';\t\n\x0b\x0c\r\"\xa0\0");
/// Where the name of a variable ends.
pub(super) const VARIABLE_END: ByteSet = ByteSet::of(b" <>:\\?=@!#~+-*/&|^%(),';\t\n\x0b\x0c\r'`\"\0");
