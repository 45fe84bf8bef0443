use super::class::is_white;
use super::{Kind, Token, Tokenizer};

impl<'a> Tokenizer<'a> {
    /// A decimal, hexadecimal or binary number, or what looks like one and is a name.
    pub(super) fn number(&mut self) -> Token<'a> {
        let digits: Option<&[u8]> = match self.rest(self.at) {
            [b'0', b'x' | b'X', ..] => Some(b"0123456789abcdefABCDEF"),
            [b'0', b'b' | b'B', ..] => Some(b"01"),
            _ => None,
        };
        if let Some(digits) = digits {
            // a zero byte counts as a digit, as in libinjection
            let is_digit = |byte: &&u8| **byte == 0 || digits.contains(byte);
            let count = self.rest(self.at + 2).iter().take_while(is_digit).count();
            let kind = if count == 0 { Kind::Bareword } else { Kind::Number };
            return self.take(kind, self.at + 2 + count);
        }
        let mut to = self.digits(self.at);
        if self.byte(to) == Some(b'.') {
            to = self.digits(to + 1);
            if to == self.at + 1 {
                return self.single(Kind::Dot);
            }
        }
        let mut kind = Kind::Number;
        if matches!(self.byte(to), Some(b'e' | b'E')) {
            to += 1;
            to += usize::from(matches!(self.byte(to), Some(b'+' | b'-')));
            let end = self.digits(to);
            // `1.e` is a name
            if end == to {
                kind = Kind::Bareword;
            }
            to = end;
        }
        // Oracle ends floating-point numbers with a letter; `1fUNION` is `1f` and `UNION`
        if matches!(self.byte(to), Some(b'd' | b'D' | b'f' | b'F')) {
            let ends = self.byte(to + 1).is_none_or(|byte| is_white(byte) || matches!(byte, b';' | b'u' | b'U'));
            to += usize::from(ends);
        }
        self.take(kind, to)
    }

    /// Where the digits from `at` on end.
    fn digits(&self, at: usize) -> usize {
        at + self.rest(at).iter().take_while(|byte| byte.is_ascii_digit()).count()
    }
}
