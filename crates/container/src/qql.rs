//! The vendor's query language, in which lists are filtered: `state:RUNNING and vulnerabilities.severity5Count > 0`
//! [QQL, components of a query].
//!
//! A query is read into a tree ([`parse`]), its tokens are held to the schema of what is listed, and records are judged as the
//! JSON that they are listed as ([`Query::matches`]).

mod lexer;
mod matching;
mod parser;
#[cfg(test)]
mod tests;
mod time;

use bartizan_wire::{Schema, SchemaKind, Timestamp};
use serde_json::Value;

use matching::Condition;

/// Characters of a query.
pub const QUERY_CHARACTERS_MAX: usize = 4096;
/// How deep parentheses may nest.
pub const DEPTH_MAX: usize = 32;
/// Values in one list.
pub const VALUES_MAX: usize = 1000;

/// A query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// Something about a member.
    Is(String, Condition),
    /// Something about each element of a list: `vulnerabilities:(severity:5 and patchAvailable:true)`.
    Within(String, Box<Node>),
    /// Words anywhere.
    Words(Condition),
}

/// Reads a query. Times such as `now-7d` are told from `now`.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(text: &str, now: Timestamp) -> Result<Query, String> {
    if text.chars().count() > QUERY_CHARACTERS_MAX {
        return Err(format!("a filter has at most {QUERY_CHARACTERS_MAX} characters"));
    }
    parser::parse(&lexer::lex(text)?, now).map(Query)
}

impl Query {
    /// The tokens that a schema does not have.
    #[must_use]
    pub fn unknown(&self, schema: &'static Schema) -> Vec<String> {
        let mut unknown = Vec::new();
        self.0.unknown(schema, &mut unknown);
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Whether a record is one of those that are asked for.
    #[must_use]
    pub fn matches(&self, record: &Value) -> bool {
        self.0.matches(record)
    }
}

impl Node {
    fn unknown(&self, schema: &'static Schema, out: &mut Vec<String>) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.unknown(schema, out)),
            Self::Not(node) => node.unknown(schema, out),
            Self::Words(_) => {}
            Self::Is(token, _) => out.extend(member(schema, token).is_none().then(|| token.clone())),
            Self::Within(token, node) => match member(schema, token) {
                None => out.push(token.clone()),
                Some(element) => node.unknown(element, out),
            },
        }
    }

    fn matches(&self, record: &Value) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.matches(record)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(record)),
            Self::Not(node) => !node.matches(record),
            Self::Is(token, condition) => {
                let mut any = false;
                leaves(record, token, &mut |leaf| any = any || condition.holds(leaf));
                any || condition.is_null() && !has(record, token)
            }
            Self::Within(token, node) => {
                let mut any = false;
                objects(record, token, &mut |object| any = any || node.matches(object));
                any
            }
            Self::Words(condition) => {
                let mut any = false;
                everything(record, &mut |leaf| any = any || condition.holds(leaf));
                any
            }
        }
    }
}

/// The schema of a token such as `repo.registry`; lists are looked into.
pub(crate) fn member(schema: &'static Schema, token: &str) -> Option<&'static Schema> {
    token.split('.').try_fold(schema, |schema, name| {
        let mut schema = schema;
        while let SchemaKind::List(element) = schema.kind {
            schema = element();
        }
        match schema.kind {
            SchemaKind::Structure(members) | SchemaKind::OneOf(members) => {
                members.iter().find(|member| member.name == name).map(|member| (member.schema)())
            }
            SchemaKind::Map(element) => Some(element()),
            _ => None,
        }
    })
}

/// Visits what stands at a token, in all elements of the lists on the way, as objects.
fn objects<'v>(value: &'v Value, token: &str, visit: &mut impl FnMut(&'v Value)) {
    if let Value::Array(elements) = value {
        elements.iter().for_each(|element| objects(element, token, visit));
        return;
    }
    let (name, rest) = token.split_once('.').map_or((token, None), |(name, rest)| (name, Some(rest)));
    let Some(found) = value.get(name) else { return };
    match (rest, found) {
        (Some(rest), found) => objects(found, rest, visit),
        (None, Value::Array(elements)) => elements.iter().for_each(visit),
        (None, found) => visit(found),
    }
}

/// Visits what stands at a token as texts, numbers and flags.
pub(crate) fn leaves<'v>(value: &'v Value, token: &str, visit: &mut impl FnMut(&'v Value)) {
    objects(value, token, &mut |found| {
        if !found.is_object() && !found.is_null() {
            visit(found);
        }
    });
}

/// Whether anything stands at a token.
fn has(value: &Value, token: &str) -> bool {
    let mut any = false;
    objects(value, token, &mut |found| any = any || !found.is_null());
    any
}

fn everything<'v>(value: &'v Value, visit: &mut impl FnMut(&'v Value)) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| everything(element, visit)),
        Value::Object(members) => members.values().for_each(|member| everything(member, visit)),
        Value::Null => {}
        leaf => visit(leaf),
    }
}
