use super::{Folded, Step};
use crate::sqli::kind::Kind;

impl Folded<'_> {
    /// The rules for three tokens, the first that fits.
    pub(super) fn fold_triple(&mut self) -> Step {
        use Kind::{
            Bareword, Comma, Dot, Expression, Function, Group, Keyword, LeftParenthesis, Logic, Number, Operator,
            RightParenthesis, SqlType, Text, Variable,
        };
        let (a, b, c) = (self.look(0), self.look(1), self.look(2));
        match (a.kind, b.kind, c.kind) {
            // a term is its first operand
            (Number, Operator, Number)
            | (Logic, _, Logic)
            | (Variable, Operator, Variable | Number | Bareword)
            | (Bareword | Number, Operator, Number | Bareword)
            | (Bareword | Number | Text | Variable, Comma, Number | Bareword | Text | Variable) => self.drop_last(2),
            (Operator, middle, Operator) if middle != LeftParenthesis => self.drop_last(2),
            // PostgreSQL's cast
            (Bareword | Number | Variable | Text, Operator, SqlType) if b.text == b"::" => self.drop_last(2),
            // signs before operands
            (Expression | Group | Comma, _, LeftParenthesis)
            | (Keyword | Expression | Group, _, Number | Bareword | Variable | Text | Function)
            | (Comma, _, Function)
                if b.is_unary() =>
            {
                self.replace_before(2)
            }
            // `1, -1` is `1`
            (Comma, _, Number | Bareword | Variable | Text) if b.is_unary() => self.drop_last(3),
            // `database.table` is a name, `SELECT .name` is `SELECT name`
            (Bareword, Dot, Bareword) => self.drop_last(2),
            (Expression, Dot, Bareword) => self.replace_before(2),
            // that function has no arguments
            (Function, LeftParenthesis, next) if next != RightParenthesis && a.is("USER") => {
                self.set_kind(0, Bareword);
                Step::On
            }
            _ => Step::On,
        }
    }
}
