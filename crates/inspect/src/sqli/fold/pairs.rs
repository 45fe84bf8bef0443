use super::{Folded, Step, words};
use crate::sqli::kind::Kind;
use crate::sqli::token::Token;

/// Names that are functions where a parenthesis follows.
const FUNCTIONS_BEFORE_PARENTHESIS: &[&str] = &[
    "USER_ID",
    "USER_NAME",
    "DATABASE",
    "PASSWORD",
    "USER",
    "CURRENT_USER",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
];

impl Folded<'_> {
    /// The rules for two tokens, the first that fits.
    pub(super) fn fold_pair(&mut self) -> Step {
        let (a, b) = (self.look(0), self.look(1));
        match (a.kind, b.kind) {
            // texts in a row are one, and so are semicolons
            (Kind::Text, Kind::Text) | (Kind::Semicolon, Kind::Semicolon) => {
                self.count -= 1;
                return Step::Again;
            }
            (Kind::Operator | Kind::Logic, _) if b.is_unary() || b.kind == Kind::SqlType => return self.drop_last(1),
            (Kind::LeftParenthesis, _) if b.is_unary() => return self.drop_last_and_step_back(),
            _ => {}
        }
        if self.merge_phrase(&a, &b) {
            return self.drop_last_and_step_back();
        }
        match (a.kind, b.kind) {
            // a function elsewhere, a statement by itself here
            (Kind::Semicolon, Kind::Function) if begins_with_if(b.text) => {
                self.set_kind(1, Kind::Statement);
                Step::Again
            }
            (Kind::Bareword | Kind::Variable, Kind::LeftParenthesis) if a.is_one_of(FUNCTIONS_BEFORE_PARENTHESIS) => {
                self.set_kind(0, Kind::Function);
                Step::Again
            }
            (Kind::Keyword, _) if a.is_one_of(&["IN", "NOT IN"]) => {
                let list = b.kind == Kind::LeftParenthesis;
                self.set_kind(0, if list { Kind::Operator } else { Kind::Bareword });
                Step::Again
            }
            (Kind::Operator, _) if a.is_one_of(&["LIKE", "NOT LIKE"]) => {
                if b.kind == Kind::LeftParenthesis {
                    self.set_kind(0, Kind::Function);
                }
                Step::On
            }
            (
                Kind::SqlType,
                Kind::Bareword
                | Kind::Number
                | Kind::SqlType
                | Kind::LeftParenthesis
                | Kind::Function
                | Kind::Variable
                | Kind::Text,
            ) => self.replace_before(1),
            (Kind::Collate, Kind::Bareword) => {
                // there are too many collations to list them, and all have that in their name
                if b.text.contains(&b'_') {
                    self.set_kind(1, Kind::SqlType);
                    self.done = 0;
                }
                Step::On
            }
            // Transact-SQL reads `\%1` as `0 % 1`, and `\1` as `1`
            (Kind::Backslash, _) if b.is_arithmetic() => {
                self.set_kind(0, Kind::Number);
                self.done = 0;
                Step::Again
            }
            (Kind::Backslash, _) => self.replace_before(1),
            (Kind::LeftParenthesis, Kind::LeftParenthesis) | (Kind::RightParenthesis, Kind::RightParenthesis) => {
                self.drop_last(1)
            }
            // MySQL takes {``.``.name}, which nobody writes
            (Kind::LeftBrace, Kind::Bareword) if b.text.is_empty() => {
                self.set_kind(1, Kind::Evil);
                Step::Evil
            }
            // ODBC's {word expression} is the expression
            (Kind::LeftBrace, Kind::Bareword) => self.drop_last(2),
            (_, Kind::RightBrace) => self.drop_last(1),
            _ => Step::On,
        }
    }

    /// Makes the first of two tokens the phrase of both, if there is one.
    fn merge_phrase(&mut self, a: &Token<'_>, b: &Token<'_>) -> bool {
        let follows = b.kind.is_phrase_word() || b.kind == Kind::Logic;
        if !(a.begins_phrase && a.kind.is_phrase_word() && follows) {
            return false;
        }
        let Some(word) = words::phrase(a, b) else { return false };
        let Some(kind) = word.kind else { return false };
        let merged = Token { kind, text: word.text, from: a.from, to: b.to, begins_phrase: word.begins_phrase, ..*a };
        self.put(self.done, merged);
        true
    }
}

fn begins_with_if(text: &[u8]) -> bool {
    matches!(text, [b'I' | b'i', b'F' | b'f', ..])
}
