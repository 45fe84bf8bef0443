//! Folding: tokens that do not change what a statement does are taken out, until at most five are left.
//!
//! Between the tokens that are done and the one that is read next are up to three that are looked at together. A rule that
//! takes tokens out usually starts again from the first, since the one before may now fit to what follows.

mod pairs;
mod triples;

use super::kind::Kind;
use super::token::Token;
use super::tokenizer::Tokenizer;
use super::words::{self, FINGERPRINT_MAX};

/// One more than a fingerprint has: the sixth may tell what the fifth is.
const SLOTS: usize = FINGERPRINT_MAX + 1;
/// Room for the comment that is put behind.
const ROOM: usize = SLOTS + 2;

/// What is left of a text.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    tokens: [Token<'a>; ROOM],
    /// How many tokens there are.
    count: usize,
    /// How many of them are done.
    done: usize,
    tokenizer: Tokenizer<'a>,
    /// The comment that was read last, if nothing came after it.
    comment: Option<Token<'a>>,
    ended: bool,
    /// True if a rule found what only an attack has.
    evil: bool,
}

/// What a rule did.
enum Step {
    /// It fits; all is to be looked at again.
    Again,
    /// It changed at most a kind; the next rules follow.
    On,
    /// This is an attack, whatever follows.
    Evil,
}

const NOTHING: Token<'static> =
    Token { kind: Kind::Unknown, text: b"", from: 0, to: 0, open: None, close: None, begins_phrase: false };

impl<'a> Folded<'a> {
    /// Reads and folds.
    pub(super) fn read(tokenizer: Tokenizer<'a>) -> Self {
        let mut folded =
            Self { tokens: [NOTHING; ROOM], count: 0, done: 0, tokenizer, comment: None, ended: false, evil: false };
        if folded.begin() {
            folded.fold();
        }
        folded
    }

    /// The tokens that make the fingerprint.
    pub(super) fn tokens(&self) -> &[Token<'a>] {
        self.tokens.get(..self.count).unwrap_or_default()
    }

    /// True if databases read this so differently that only an attack has it.
    pub(super) fn is_evil(&self) -> bool {
        self.evil || self.tokens().iter().any(|token| token.kind == Kind::Evil)
    }

    /// How many tokens there were before anything was taken out, as far as they were read.
    pub(super) fn tokens_read(&self) -> usize {
        self.tokenizer.count
    }

    pub(super) fn depends_on_dialect(&self) -> bool {
        self.tokenizer.depends_on_dialect
    }

    /// Passes over comments, parentheses, types and signs at the front; false if there is nothing else.
    fn begin(&mut self) -> bool {
        while let Some(token) = self.tokenizer.next() {
            let passed =
                matches!(token.kind, Kind::Comment | Kind::LeftParenthesis | Kind::SqlType) || token.is_unary();
            if !passed {
                self.put(0, token);
                self.count = 1;
                return true;
            }
        }
        false
    }

    fn fold(&mut self) {
        loop {
            if self.count >= FINGERPRINT_MAX {
                self.drop_leading_term();
            }
            if self.ended || self.done >= FINGERPRINT_MAX {
                break;
            }
            if !self.fill(2) {
                continue;
            }
            match self.fold_pair() {
                Step::Again => continue,
                Step::Evil => {
                    self.evil = true;
                    self.count = self.done + 2;
                    return self.close();
                }
                Step::On => {}
            }
            if !self.fill(3) {
                continue;
            }
            if let Step::On = self.fold_triple() {
                self.done += 1;
            }
        }
        if let Some(comment) = self.comment.filter(|_| self.count < FINGERPRINT_MAX) {
            self.put(self.count, comment);
            self.count += 1;
        }
        self.close();
    }

    /// PHP programs end statements with a backtick that is never closed; MySQL takes it for a comment.
    fn close(&mut self) {
        self.count = self.count.min(FINGERPRINT_MAX);
        if self.count > 2
            && let Some(last) = self.slot(self.count - 1)
            && last.kind == Kind::Bareword
            && last.open == Some(b'`')
            && last.close.is_none()
            && last.text.is_empty()
        {
            last.kind = Kind::Comment;
        }
    }

    /// Reads until `wanted` tokens stand behind those that are done. If there are no more, those that are there are done.
    fn fill(&mut self, wanted: usize) -> bool {
        while !self.ended && self.count < SLOTS && self.count - self.done < wanted {
            match self.tokenizer.next() {
                Some(token) if token.kind == Kind::Comment => self.comment = Some(token),
                Some(token) => {
                    self.comment = None;
                    self.put(self.count, token);
                    self.count += 1;
                }
                None => self.ended = true,
            }
        }
        let filled = self.count - self.done >= wanted;
        if !filled {
            self.done = self.count;
        }
        filled
    }

    /// Five tokens may be only a term that goes on behind them: `1 + (2)`. What goes on is read instead.
    fn drop_leading_term(&mut self) {
        use Kind::{Bareword, Comma, LeftParenthesis, Number, Operator, RightParenthesis};
        let [a, b, c, d, e, next, ..] = &self.tokens;
        let kinds = [a.kind, b.kind, c.kind, d.kind, e.kind];
        let term = matches!(
            kinds,
            [Number, Operator | Comma, LeftParenthesis, Number, RightParenthesis]
                | [Bareword, Operator, LeftParenthesis, Bareword | Number, RightParenthesis]
                | [Number, RightParenthesis, Comma, LeftParenthesis, Number]
                | [Bareword, RightParenthesis, Operator, LeftParenthesis, Bareword]
        );
        if term {
            let next = (self.count > FINGERPRINT_MAX).then_some(*next);
            self.count = 1;
            self.done = 0;
            if let Some(next) = next {
                self.put(1, next);
                self.count = 2;
            }
        }
    }

    fn slot(&mut self, at: usize) -> Option<&mut Token<'a>> {
        self.tokens.get_mut(at)
    }

    fn put(&mut self, at: usize, token: Token<'a>) {
        if let Some(slot) = self.slot(at) {
            *slot = token;
        }
    }

    /// The token `at` places behind those that are done.
    fn look(&self, at: usize) -> Token<'a> {
        self.tokens.get(self.done + at).copied().unwrap_or(NOTHING)
    }

    fn set_kind(&mut self, at: usize, kind: Kind) {
        let done = self.done;
        if let Some(slot) = self.slot(done + at) {
            slot.kind = kind;
        }
    }

    /// Takes the last `count` tokens out, and looks at all from the first again.
    fn drop_last(&mut self, count: usize) -> Step {
        self.count = self.count.saturating_sub(count);
        self.done = 0;
        Step::Again
    }

    /// Takes the last token out, and looks again from one token before.
    fn drop_last_and_step_back(&mut self) -> Step {
        self.count = self.count.saturating_sub(1);
        self.done = self.done.saturating_sub(1);
        Step::Again
    }

    /// Puts the token `from` in the place of the one before it, and looks at all from the first again.
    fn replace_before(&mut self, from: usize) -> Step {
        let token = self.look(from);
        self.put(self.done + from - 1, token);
        self.drop_last(1)
    }
}
