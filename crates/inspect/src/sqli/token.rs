use super::kind::Kind;

/// Of a longer token only this much counts, as in libinjection.
pub(super) const TEXT_MAX: usize = 31;

/// A token, borrowed from the text or, for a phrase, from the table of words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// At most [`TEXT_MAX`] bytes, of a text those between the quotes.
    pub(super) text: &'a [u8],
    /// Where all of it is in the input.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The quote before a text; `None` where the text began before the input.
    pub(super) open: Option<u8>,
    /// The quote behind a text; `None` where the input ended first.
    pub(super) close: Option<u8>,
    /// True if the table has phrases that begin so.
    pub(super) begins_phrase: bool,
}

impl Token<'_> {
    /// True if the token is this word, given in capitals.
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word.as_bytes())
    }

    /// True if the token is one of these words, given in capitals.
    pub(super) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// True for `+`, `-`, `!`, `~`, `!!` and `NOT`, which may stand before an operand without changing what it is.
    pub(super) fn is_unary(&self) -> bool {
        self.kind == Kind::Operator && (matches!(self.text, b"+" | b"-" | b"!" | b"~" | b"!!") || self.is("NOT"))
    }

    pub(super) fn is_arithmetic(&self) -> bool {
        self.kind == Kind::Operator && matches!(self.text, b"*" | b"/" | b"-" | b"+" | b"%")
    }
}
