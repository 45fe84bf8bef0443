//! Text to tokens, as databases would read it; where they differ, as the one that gives more away.

mod class;
mod number;
mod text;
mod word;

use memchr::{memchr, memmem};

use super::kind::Kind;
use super::token::{TEXT_MAX, Token};
use super::words;
use class::{Class, class_of, is_white};

/// Whose comments are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `--` always begins a comment, `#` is an operator.
    Ansi,
    /// `--` needs white space behind it, `#` begins a comment.
    MySql,
}

/// Reads tokens one after another.
#[derive(Debug, Clone)]
pub(super) struct Tokenizer<'a> {
    input: &'a [u8],
    at: usize,
    /// The quote that is taken to be before the input.
    quote: Option<u8>,
    dialect: Dialect,
    /// How many tokens there were.
    pub(super) count: usize,
    /// True if there was something that MySQL reads in another way.
    pub(super) depends_on_dialect: bool,
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(input: &'a [u8], quote: Option<u8>, dialect: Dialect) -> Self {
        Self { input, at: 0, quote, dialect, count: 0, depends_on_dialect: false }
    }

    /// The next token, `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        if self.at == 0
            && let Some(quote) = self.quote
            && !self.input.is_empty()
        {
            self.count += 1;
            return Some(self.quoted(quote, 0));
        }
        let white = self.rest(self.at).iter().take_while(|byte| matches!(class_of(**byte), Class::White)).count();
        self.at += white;
        let byte = self.byte(self.at)?;
        self.count += 1;
        Some(match class_of(byte) {
            Class::Word | Class::White => self.word(),
            Class::Number => self.number(),
            Class::Operator => self.single(Kind::Operator),
            Class::Operator2 => self.operator(),
            Class::Quote => self.quoted(byte, 1),
            Class::Tick => self.tick(),
            Class::Sign => self.single(sign(byte)),
            Class::Dash => self.dash(),
            Class::Slash => self.slash(),
            Class::Hash => self.hash(),
            Class::Backslash => self.backslash(),
            Class::Variable => self.variable(),
            Class::Money => self.money(),
            Class::Bracket => self.bracket(),
            Class::BitText => self.digits_text(b"01"),
            Class::HexText => self.digits_text(b"0123456789abcdefABCDEF"),
            Class::EscapeText => self.escape_text(),
            Class::UnicodeText => self.unicode_text(),
            Class::OracleText => self.oracle_text(0),
            Class::NationalText => self.national_text(),
            Class::Other => self.single(Kind::Unknown),
        })
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.input.get(at).copied()
    }

    fn rest(&self, at: usize) -> &'a [u8] {
        self.input.get(at..).unwrap_or_default()
    }

    /// The token of this kind from where we are up to `to`, where reading goes on.
    fn take(&mut self, kind: Kind, to: usize) -> Token<'a> {
        let from = self.at;
        self.at = to;
        self.token(kind, from, to)
    }

    fn token(&self, kind: Kind, from: usize, to: usize) -> Token<'a> {
        let counted = to.min(from + TEXT_MAX);
        let text = self.input.get(from..counted).unwrap_or_default();
        Token { kind, text, from, to, open: None, close: None, begins_phrase: false }
    }

    /// A token of one byte.
    fn single(&mut self, kind: Kind) -> Token<'a> {
        self.take(kind, self.at + 1)
    }

    fn operator(&mut self) -> Token<'a> {
        let rest = self.rest(self.at);
        if rest.starts_with(b"<=>") {
            return self.take(Kind::Operator, self.at + 3);
        }
        let known = rest.get(..2).and_then(words::kind);
        match (known, rest.first()) {
            (Some(kind), _) => self.take(kind, self.at + 2),
            (None, Some(b':')) if rest.len() > 1 => self.single(Kind::Colon),
            (None, _) => self.single(Kind::Operator),
        }
    }

    fn dash(&mut self) -> Token<'a> {
        match self.rest(self.at) {
            [_, b'-'] => self.line_comment(),
            [_, b'-', next, ..] if is_white(*next) => self.line_comment(),
            [_, b'-', ..] if self.dialect == Dialect::Ansi => {
                self.depends_on_dialect = true;
                self.line_comment()
            }
            _ => self.single(Kind::Operator),
        }
    }

    fn hash(&mut self) -> Token<'a> {
        self.depends_on_dialect = true;
        match self.dialect {
            Dialect::Ansi => self.single(Kind::Operator),
            Dialect::MySql => self.line_comment(),
        }
    }

    /// A comment up to the end of the line, which is read over.
    fn line_comment(&mut self) -> Token<'a> {
        let end = memchr(b'\n', self.rest(self.at)).map_or(self.input.len(), |length| self.at + length);
        let token = self.take(Kind::Comment, end);
        self.at = (end + 1).min(self.input.len());
        token
    }

    fn slash(&mut self) -> Token<'a> {
        let rest = self.rest(self.at);
        let [b'/', b'*', inside @ ..] = rest else { return self.single(Kind::Operator) };
        let close = memmem::find(inside, b"*/");
        // PostgreSQL nests comments, others do not; MySQL runs what is in `/*! */`
        let nested = close.is_some_and(|at| memmem::find(inside.get(..=at).unwrap_or_default(), b"/*").is_some());
        let kind = if nested || inside.first() == Some(&b'!') { Kind::Evil } else { Kind::Comment };
        let length = close.map_or(rest.len(), |at| at + 4);
        self.take(kind, self.at + length)
    }

    fn backslash(&mut self) -> Token<'a> {
        // MySQL's other name of NULL
        match self.byte(self.at + 1) {
            Some(b'N') => self.take(Kind::Number, self.at + 2),
            _ => self.single(Kind::Backslash),
        }
    }
}

/// The kind of a byte that is a token by itself.
const fn sign(byte: u8) -> Kind {
    match byte {
        b'(' => Kind::LeftParenthesis,
        b')' => Kind::RightParenthesis,
        b'{' => Kind::LeftBrace,
        b'}' => Kind::RightBrace,
        b',' => Kind::Comma,
        _ => Kind::Semicolon,
    }
}
