//! Words and marks as a tree. `and` binds more than `or`; words in any case.

use bartizan_wire::Timestamp;

use super::lexer::{Piece, What};
use super::matching::{Condition, Term};
use super::time::instant;
use super::{DEPTH_MAX, Node, VALUES_MAX};

struct Parser<'a> {
    pieces: &'a [Piece],
    place: usize,
    now: Timestamp,
}

pub(super) fn parse(pieces: &[Piece], now: Timestamp) -> Result<Node, String> {
    let mut parser = Parser { pieces, place: 0, now };
    let node = parser.either(0)?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.expected("and, or, or the end")),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&What> {
        self.pieces.get(self.place).map(|piece| &piece.what)
    }

    fn take(&mut self) -> Option<What> {
        let what = self.peek().cloned();
        self.place += 1;
        what
    }

    fn accept(&mut self, what: &What) -> bool {
        let found = self.peek() == Some(what);
        self.place += usize::from(found);
        found
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(What::Word(found)) if found.eq_ignore_ascii_case(word));
        self.place += usize::from(found);
        found
    }

    fn expected(&self, what: &str) -> String {
        match self.pieces.get(self.place) {
            Some(piece) => format!("the filter has no {what} at character {}", piece.at + 1),
            None => format!("the filter ends where {what} should follow"),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Node, String> {
        if depth > DEPTH_MAX {
            return Err(format!("parentheses in a filter nest at most {DEPTH_MAX} deep"));
        }
        let mut nodes = vec![self.both(depth)?];
        while self.accept_word("or") {
            nodes.push(self.both(depth)?);
        }
        Ok(one_or(nodes, Node::Or))
    }

    fn both(&mut self, depth: usize) -> Result<Node, String> {
        let mut nodes = vec![self.negated(depth)?];
        while self.accept_word("and") {
            nodes.push(self.negated(depth)?);
        }
        Ok(one_or(nodes, Node::And))
    }

    fn negated(&mut self, depth: usize) -> Result<Node, String> {
        let mut odd = false;
        while self.accept_word("not") {
            odd = !odd;
        }
        let node = self.single(depth)?;
        Ok(if odd { Node::Not(Box::new(node)) } else { node })
    }

    fn single(&mut self, depth: usize) -> Result<Node, String> {
        if self.accept(&What::Open) {
            let node = self.either(depth + 1)?;
            return if self.accept(&What::Close) { Ok(node) } else { Err(self.expected("closing parenthesis")) };
        }
        match self.take() {
            Some(What::Word(word)) => self.about(word, depth),
            Some(What::Quoted(text)) => Ok(Node::Words(Condition::Like(Term::words(&text)))),
            Some(What::Exact(text)) => Ok(Node::Words(Condition::Exactly(text))),
            _ => {
                self.place -= 1;
                Err(self.expected("token, word or parenthesis"))
            }
        }
    }

    /// What is said of a word that was read: a token, if something follows it.
    fn about(&mut self, word: String, depth: usize) -> Result<Node, String> {
        if let Some(What::Comparison(how)) = self.peek() {
            let how = *how;
            self.place += 1;
            return Ok(Node::Is(word, self.compared(how)?));
        }
        if self.accept_word("is") {
            let not = self.accept_word("not");
            if !self.accept_word("null") {
                return Err(self.expected("null"));
            }
            let is = Node::Is(word, Condition::Null);
            return Ok(if not { Node::Not(Box::new(is)) } else { is });
        }
        if !self.accept(&What::Colon) {
            return Ok(Node::Words(Condition::Like(Term::bare(&word))));
        }
        match self.peek() {
            Some(What::Comparison(how)) => {
                let how = *how;
                self.place += 1;
                Ok(Node::Is(word, self.compared(how)?))
            }
            Some(What::OpenSquare) => {
                self.place += 1;
                Ok(Node::Is(word, self.listed()?))
            }
            Some(What::Open) => self.within(word, depth),
            _ => Ok(Node::Is(word, self.value()?)),
        }
    }

    /// `(a .. b)`, or a query about elements.
    fn within(&mut self, token: String, depth: usize) -> Result<Node, String> {
        let start = self.place;
        self.place += 1;
        if let Ok(low) = self.bound()
            && self.accept(&What::To)
        {
            let high = self.bound()?;
            if !self.accept(&What::Close) {
                return Err(self.expected("closing parenthesis"));
            }
            return Ok(Node::Is(token, Condition::Between { low, high, inclusive: false }));
        }
        self.place = start + 1;
        let node = self.either(depth + 1)?;
        if !self.accept(&What::Close) {
            return Err(self.expected("closing parenthesis"));
        }
        Ok(Node::Within(token, Box::new(node)))
    }

    /// What stands after `[`: a range or a list.
    fn listed(&mut self) -> Result<Condition, String> {
        let start = self.place;
        if let Ok(low) = self.bound()
            && self.accept(&What::To)
        {
            let high = self.bound()?;
            if !self.accept(&What::CloseSquare) {
                return Err(self.expected("closing bracket"));
            }
            return Ok(Condition::Between { low, high, inclusive: true });
        }
        self.place = start;
        let mut any = vec![self.value()?];
        while self.accept(&What::Comma) {
            if any.len() >= VALUES_MAX {
                return Err(format!("a list in a filter has at most {VALUES_MAX} values"));
            }
            any.push(self.value()?);
        }
        if !self.accept(&What::CloseSquare) {
            return Err(self.expected("comma or closing bracket"));
        }
        Ok(Condition::Any(any))
    }

    fn value(&mut self) -> Result<Condition, String> {
        match self.take() {
            Some(What::Word(word)) => Ok(match instant(&word, self.now) {
                Some((from, until)) if until > from => {
                    Condition::Between { low: to_number(from), high: to_number(until - 1), inclusive: true }
                }
                _ => Condition::Like(Term::bare(&word)),
            }),
            Some(What::Quoted(text)) => Ok(Condition::Like(Term::words(&text))),
            Some(What::Exact(text)) => Ok(Condition::Exactly(text)),
            _ => {
                self.place -= 1;
                Err(self.expected("value"))
            }
        }
    }

    fn compared(&mut self, how: &'static str) -> Result<Condition, String> {
        let bound = self.bound()?;
        let all = f64::INFINITY;
        Ok(match how {
            ">" => Condition::Between { low: bound, high: all, inclusive: false },
            ">=" => Condition::Between { low: bound, high: all, inclusive: true },
            "<" => Condition::Between { low: -all, high: bound, inclusive: false },
            "<=" => Condition::Between { low: -all, high: bound, inclusive: true },
            _ => Condition::Between { low: bound, high: bound, inclusive: true },
        })
    }

    /// A number or a time.
    fn bound(&mut self) -> Result<f64, String> {
        let text = match self.peek() {
            Some(What::Word(text) | What::Quoted(text) | What::Exact(text)) => text.clone(),
            _ => return Err(self.expected("number or time")),
        };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        let found = number.or_else(|| instant(&text, self.now).map(|(from, _)| to_number(from)));
        match found {
            Some(found) => {
                self.place += 1;
                Ok(found)
            }
            None => Err(self.expected("number or time")),
        }
    }
}

/// Milliseconds of any time that matters are told apart by a double.
#[expect(clippy::cast_precision_loss, reason = "whole numbers up to 2^53 are exact")]
fn to_number(milliseconds: i64) -> f64 {
    milliseconds as f64
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(node)) => node,
        (_, last) => {
            nodes.extend(last);
            many(nodes)
        }
    }
}
