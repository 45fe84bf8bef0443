//! HTML to tokens, as browsers of all ages would read it.

use memchr::{memchr, memchr_iter, memmem};

/// Where the text is taken to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// Between tags.
    Text,
    /// In a tag, before an attribute.
    AttributeName,
    /// In the value of an attribute, after this quote.
    Quoted(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// The name of a tag that is opened, or of one that is closed in an odd way.
    Tag(&'a [u8]),
    /// The name of an attribute.
    Name(&'a [u8]),
    /// The value of the attribute before, without quotes.
    Value(&'a [u8]),
    Comment(&'a [u8]),
    DocumentType(&'a [u8]),
}

#[derive(Debug, Clone, Copy)]
enum State {
    Text,
    /// Behind `<`.
    Tag,
    BeforeName,
    AfterName,
    BeforeValue,
    /// In a value that this quote ends.
    Quoted(u8),
    End,
}

/// Reads tokens one after another. Text between tags is none.
#[derive(Debug, Clone)]
pub(super) struct Html<'a> {
    input: &'a [u8],
    at: usize,
    state: State,
}

/// What ends names and values; old browsers pass over zero bytes.
const fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13 | 0)
}

impl<'a> Html<'a> {
    pub(super) fn new(input: &'a [u8], start: Start) -> Self {
        let state = match start {
            Start::Text => State::Text,
            Start::AttributeName => State::BeforeName,
            Start::Quoted(quote) => State::Quoted(quote),
        };
        Self { input, at: 0, state }
    }

    /// The next token, `None` at the end.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let token = match self.state {
                State::Text => {
                    self.at += memchr(b'<', self.rest())? + 1;
                    self.state = State::Tag;
                    None
                }
                State::Tag => self.tag(),
                State::BeforeName => self.before_name(),
                State::AfterName => self.after_name(),
                State::BeforeValue => self.before_value(),
                State::Quoted(quote) => Some(self.quoted(quote)),
                State::End => return None,
            };
            if token.is_some() {
                return token;
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Takes `length` bytes, and goes on `skip` bytes behind them.
    fn take(&mut self, length: usize, skip: usize, state: State) -> &'a [u8] {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += length + skip;
        self.state = if self.at < self.input.len() { state } else { State::End };
        taken
    }

    fn tag(&mut self) -> Option<Token<'a>> {
        match self.rest() {
            [b'!', ..] => {
                self.at += 1;
                self.declaration()
            }
            [b'?', ..] => {
                self.at += 1;
                Some(self.comment_to(b">"))
            }
            // Internet Explorer up to 9 and Safari before 4
            [b'%', ..] => {
                self.at += 1;
                Some(self.comment_to(b"%>"))
            }
            [b'/', b'>', ..] => {
                self.state = State::Text;
                None
            }
            [b'/', first, ..] if first.is_ascii_alphabetic() => {
                self.at += 1;
                self.tag_name(true)
            }
            [b'/', _, ..] => {
                self.at += 1;
                Some(self.comment_to(b">"))
            }
            [first, ..] if first.is_ascii_alphabetic() || *first == 0 => self.tag_name(false),
            [b'/'] | [] => {
                self.state = State::End;
                None
            }
            _ => {
                self.state = State::Text;
                None
            }
        }
    }

    fn tag_name(&mut self, closing: bool) -> Option<Token<'a>> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| (is_white(*byte) && *byte != 0) || matches!(byte, b'/' | b'>'));
        let length = length.unwrap_or(rest.len());
        match rest.get(length) {
            Some(b'>') if closing => {
                self.take(length, 1, State::Text);
                None
            }
            Some(b'>') => Some(Token::Tag(self.take(length, 1, State::Text))),
            _ => Some(Token::Tag(self.take(length, 1, State::BeforeName))),
        }
    }

    fn before_name(&mut self) -> Option<Token<'a>> {
        self.at += self.rest().iter().take_while(|byte| is_white(**byte) || **byte == b'/').count();
        match self.peek() {
            None => {
                self.state = State::End;
                None
            }
            Some(b'>') => {
                self.take(0, 1, State::Text);
                None
            }
            Some(_) => Some(self.name()),
        }
    }

    /// A name has at least one byte, whatever that is.
    fn name(&mut self) -> Token<'a> {
        let rest = self.rest();
        let ends = |byte: &u8| is_white(*byte) || matches!(byte, b'/' | b'=' | b'>');
        let length = rest.iter().skip(1).position(ends).map_or(rest.len(), |at| at + 1);
        let (skip, state) = match rest.get(length) {
            Some(b'/') => (1, State::BeforeName),
            Some(b'=') => (1, State::BeforeValue),
            Some(b'>') => (1, State::Text),
            _ => (1, State::AfterName),
        };
        Token::Name(self.take(length, skip, state))
    }

    fn after_name(&mut self) -> Option<Token<'a>> {
        self.at += self.rest().iter().take_while(|byte| is_white(**byte)).count();
        self.state = match self.peek() {
            None => State::End,
            Some(b'=') => {
                self.at += 1;
                State::BeforeValue
            }
            Some(_) => State::BeforeName,
        };
        None
    }

    fn before_value(&mut self) -> Option<Token<'a>> {
        self.at += self.rest().iter().take_while(|byte| is_white(**byte)).count();
        match self.peek() {
            None => {
                self.state = State::End;
                None
            }
            Some(quote @ (b'"' | b'\'' | b'`')) => {
                self.at += 1;
                Some(self.quoted(quote))
            }
            Some(_) => Some(self.bare_value()),
        }
    }

    fn bare_value(&mut self) -> Token<'a> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| is_white(*byte) || *byte == b'>').unwrap_or(rest.len());
        let state = if rest.get(length) == Some(&b'>') { State::Text } else { State::BeforeName };
        Token::Value(self.take(length, 1, state))
    }

    fn quoted(&mut self, quote: u8) -> Token<'a> {
        let rest = self.rest();
        let length = memchr(quote, rest).unwrap_or(rest.len());
        Token::Value(self.take(length, 1, State::BeforeName))
    }

    /// What follows `<!`.
    fn declaration(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        if rest.get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"DOCTYPE")) {
            let length = memchr(b'>', rest).unwrap_or(rest.len());
            return Some(Token::DocumentType(self.take(length, 1, State::Text)));
        }
        if let Some(data) = rest.strip_prefix(b"[CDATA[") {
            let length = memmem::find(data, b"]]>").unwrap_or(data.len());
            self.at += 7;
            self.take(length, 3, State::Text);
            return None;
        }
        if rest.starts_with(b"--") {
            self.at += 2;
            return Some(self.comment());
        }
        Some(self.comment_to(b">"))
    }

    fn comment_to(&mut self, end: &[u8]) -> Token<'a> {
        let length = memmem::find(self.rest(), end).unwrap_or(self.rest().len());
        Token::Comment(self.take(length, end.len(), State::Text))
    }

    /// A comment ends with `-->` or `-!>`; zero bytes may stand behind the first dash.
    fn comment(&mut self) -> Token<'a> {
        let rest = self.rest();
        let close = memchr_iter(b'-', rest).find_map(|at| {
            let after = rest.get(at + 1..)?;
            let zeros = after.iter().take_while(|byte| **byte == 0).count();
            matches!(after.get(zeros..), Some([b'-' | b'!', b'>', ..])).then_some((at, zeros + 3))
        });
        let (length, skip) = close.unwrap_or((rest.len(), 0));
        Token::Comment(self.take(length, skip, State::Text))
    }
}
