//! Walking through the statements of rules.

use crate::document::{FieldToMatch, PreParseTextTransformation, Rule, Statement, TextTransformation};

/// What a statement looks at and what is done to it before.
#[derive(Debug, Clone, Copy)]
pub struct Looks<'a> {
    /// Where.
    pub field: &'a FieldToMatch,
    /// In the order in which they are written.
    pub transformations: &'a [TextTransformation],
    /// To the query string, in the order in which they are written.
    pub before: &'a [PreParseTextTransformation],
}

/// What a statement that looks at a part of the request looks at.
#[must_use]
pub fn looks(statement: &Statement) -> Option<Looks<'_>> {
    macro_rules! of {
        ($statement:expr) => {
            Some(Looks {
                field: &$statement.field_to_match,
                transformations: &$statement.text_transformations,
                before: $statement.pre_parse_text_transformations.as_deref().unwrap_or_default(),
            })
        };
    }
    match statement {
        Statement::ByteMatch(statement) => of!(statement),
        Statement::SqliMatch(statement) => of!(statement),
        Statement::XssMatch(statement) => of!(statement),
        Statement::SizeConstraint(statement) => of!(statement),
        Statement::RegexMatch(statement) => of!(statement),
        Statement::RegexPatternSetReference(statement) => of!(statement),
        _ => None,
    }
}

/// The statements directly inside a statement.
#[must_use]
pub fn inside(statement: &Statement) -> Vec<&Statement> {
    match statement {
        Statement::And(all) => all.statements.iter().collect(),
        Statement::Or(any) => any.statements.iter().collect(),
        Statement::Not(not) => vec![&not.statement],
        Statement::RateBased(rate) => rate.scope_down_statement.as_deref().into_iter().collect(),
        Statement::ManagedRuleGroup(group) => group.scope_down_statement.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Every statement of the rules, outer ones first.
#[must_use]
pub fn statements(rules: &[Rule]) -> Vec<&Statement> {
    let mut found = Vec::new();
    let mut open: Vec<&Statement> = rules.iter().rev().map(|rule| &rule.statement).collect();
    while let Some(statement) = open.pop() {
        found.push(statement);
        open.extend(inside(statement).into_iter().rev());
    }
    found
}

/// Writes names of single headers in lower case, as the vendor answers them.
pub fn settle(rules: &mut [Rule]) {
    for rule in rules {
        settle_statement(&mut rule.statement);
    }
}

fn settle_statement(statement: &mut Statement) {
    let field = match statement {
        Statement::ByteMatch(statement) => &mut statement.field_to_match,
        Statement::SqliMatch(statement) => &mut statement.field_to_match,
        Statement::XssMatch(statement) => &mut statement.field_to_match,
        Statement::SizeConstraint(statement) => &mut statement.field_to_match,
        Statement::RegexMatch(statement) => &mut statement.field_to_match,
        Statement::RegexPatternSetReference(statement) => &mut statement.field_to_match,
        Statement::And(all) => return all.statements.iter_mut().for_each(settle_statement),
        Statement::Or(any) => return any.statements.iter_mut().for_each(settle_statement),
        Statement::Not(not) => return settle_statement(&mut not.statement),
        Statement::RateBased(rate) => {
            return rate.scope_down_statement.iter_mut().for_each(|inner| settle_statement(inner));
        }
        Statement::ManagedRuleGroup(group) => {
            return group.scope_down_statement.iter_mut().for_each(|inner| settle_statement(inner));
        }
        _ => return,
    };
    if let FieldToMatch::SingleHeader(header) = field {
        header.name.make_ascii_lowercase();
    }
}
