use memchr::{memchr, memmem};

use super::{Kind, Token, Tokenizer};

impl<'a> Tokenizer<'a> {
    /// A text that ends at `quote`; the `skip` bytes before it (its quote, and what stands before that) are not part of it. A
    /// quote that is doubled, or has an odd number of backslashes before it, does not end the text.
    pub(super) fn quoted(&mut self, quote: u8, skip: usize) -> Token<'a> {
        let from = (self.at + skip).min(self.input.len());
        let mut search = from;
        let end = loop {
            let Some(at) = memchr(quote, self.rest(search)).map(|at| search + at) else { break None };
            let before = self.input.get(from..at).unwrap_or_default();
            let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 1 {
                search = at + 1;
            } else if self.byte(at + 1) == Some(quote) {
                search = at + 2;
            } else {
                break Some(at);
            }
        };
        self.text(from, end, 1, (skip > 0).then_some(quote), quote)
    }

    /// A text from `from` to `end`, or to the end of the input; reading goes on `closing` bytes behind it.
    fn text(&mut self, from: usize, end: Option<usize>, closing: usize, open: Option<u8>, close: u8) -> Token<'a> {
        let to = end.unwrap_or(self.input.len());
        let mut token = self.token(Kind::Text, from, to);
        token.open = open;
        token.close = end.map(|_| close);
        self.at = if end.is_some() { to + closing } else { to };
        token
    }

    pub(super) fn escape_text(&mut self) -> Token<'a> {
        match self.rest(self.at) {
            [_, b'\'', _, ..] => self.quoted(b'\'', 2),
            _ => self.word(),
        }
    }

    pub(super) fn unicode_text(&mut self) -> Token<'a> {
        if !matches!(self.rest(self.at), [_, b'&', b'\'', ..]) {
            return self.word();
        }
        let mut token = self.quoted(b'\'', 3);
        token.open = Some(b'u');
        token.close = token.close.map(|_| b'u');
        token
    }

    pub(super) fn national_text(&mut self) -> Token<'a> {
        match self.rest(self.at) {
            [_, b'\'', _, ..] => self.quoted(b'\'', 2),
            _ => self.oracle_text(1),
        }
    }

    /// Oracle's text has a sign of one's own choice inside of its quotes; `skip` bytes stand before its `q`.
    pub(super) fn oracle_text(&mut self, skip: usize) -> Token<'a> {
        let begin = self.at + skip;
        let [b'q' | b'Q', b'\'', open, ..] = self.rest(begin) else { return self.word() };
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            // neither white space nor beyond ASCII
            33..=127 => *open,
            _ => return self.word(),
        };
        let from = begin + 3;
        let end = memmem::find(self.rest(from), &[close, b'\'']).map(|at| from + at);
        self.text(from, end, 2, Some(b'q'), b'q')
    }

    /// A number that is written as a text of digits: `x'ff'`. A zero byte counts as a digit, as in libinjection.
    pub(super) fn digits_text(&mut self, digits: &[u8]) -> Token<'a> {
        let [_, b'\'', inside @ ..] = self.rest(self.at) else { return self.word() };
        let count = inside.iter().take_while(|byte| **byte == 0 || digits.contains(byte)).count();
        match inside.get(count) {
            Some(b'\'') => self.take(Kind::Number, self.at + count + 3),
            _ => self.word(),
        }
    }

    pub(super) fn money(&mut self) -> Token<'a> {
        let from = self.at;
        let rest = self.rest(from + 1);
        let amount = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | 0)).count();
        match (amount, rest.first()) {
            (_, None) => self.single(Kind::Bareword),
            (1, Some(b'.')) => self.word(),
            (0, Some(b'$')) => {
                let end = memmem::find(self.rest(from + 2), b"$$").map(|at| from + 2 + at);
                self.text(from + 2, end, 2, Some(b'$'), b'$')
            }
            (0, _) => self.dollar_text(),
            (amount, _) => self.take(Kind::Number, from + 1 + amount),
        }
    }

    /// PostgreSQL's `$name$..$name$`.
    fn dollar_text(&mut self) -> Token<'a> {
        let from = self.at;
        let rest = self.rest(from);
        let letters = rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphabetic() || **byte == 0).count();
        let mark = rest.get(..letters + 2).filter(|mark| letters > 0 && mark.ends_with(b"$"));
        let Some(mark) = mark else { return self.single(Kind::Bareword) };
        let begin = from + mark.len();
        let end = memmem::find(self.rest(begin), mark).map(|at| begin + at);
        self.text(begin, end, mark.len(), Some(b'$'), b'$')
    }
}
