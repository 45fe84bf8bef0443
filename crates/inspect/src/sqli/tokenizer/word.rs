use memchr::memchr;

use super::class::{VARIABLE_END, WORD_END};
use super::{Kind, TEXT_MAX, Token, Tokenizer, words};

impl<'a> Tokenizer<'a> {
    pub(super) fn word(&mut self) -> Token<'a> {
        let rest = self.rest(self.at);
        let length = WORD_END.find(rest).unwrap_or(rest.len());
        let text = rest.get(..length.min(TEXT_MAX)).unwrap_or_default();
        // `SELECT.1` and SELECT`column` are two tokens, `name.column` is one
        for (at, _) in text.iter().enumerate().filter(|(_, byte)| matches!(byte, b'.' | b'`')) {
            let known = text.get(..at).and_then(words::find);
            if let Some(word) = known
                && let Some(kind) = word.kind.filter(|kind| *kind != Kind::Bareword)
            {
                let mut token = self.take(kind, self.at + at);
                token.begins_phrase = word.begins_phrase;
                return token;
            }
        }
        let known = if length <= TEXT_MAX { words::find(text) } else { None };
        let mut token = self.take(known.and_then(|word| word.kind).unwrap_or(Kind::Bareword), self.at + length);
        token.begins_phrase = known.is_some_and(|word| word.begins_phrase);
        token
    }

    /// What stands between backticks is a name, unless it is that of a function.
    pub(super) fn tick(&mut self) -> Token<'a> {
        let mut token = self.quoted(b'`', 1);
        let known = words::find(token.text);
        let function = known.is_some_and(|word| word.kind == Some(Kind::Function));
        token.kind = if function { Kind::Function } else { Kind::Bareword };
        token.begins_phrase = known.is_some_and(|word| word.begins_phrase);
        token
    }

    /// SQL Server has names in brackets.
    pub(super) fn bracket(&mut self) -> Token<'a> {
        let length = memchr(b']', self.rest(self.at)).map(|at| at + 1);
        let to = length.map_or(self.input.len(), |length| self.at + length);
        self.take(Kind::Bareword, to)
    }

    pub(super) fn variable(&mut self) -> Token<'a> {
        let from = self.at;
        self.at += if self.byte(from + 1) == Some(b'@') { 2 } else { 1 };
        let mut token = match self.byte(self.at) {
            Some(b'`') => self.tick(),
            Some(quote @ (b'\'' | b'"')) => self.quoted(quote, 1),
            _ => {
                let rest = self.rest(self.at);
                let length = VARIABLE_END.find(rest).unwrap_or(rest.len());
                self.take(Kind::Variable, self.at + length)
            }
        };
        token.kind = Kind::Variable;
        token.from = from;
        token
    }
}
