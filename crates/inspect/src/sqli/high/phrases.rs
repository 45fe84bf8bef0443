//! Phrases of SQL that ordinary text does not have.

use memchr::memchr;

use crate::sqli::SqlInjection;
use crate::sqli::kind::Kind;
use crate::sqli::token::Token;
use crate::sqli::tokenizer::{Dialect, Tokenizer};

/// How many tokens are looked at together.
const SIGHT: usize = 6;

/// What stands behind the last token.
const END: Token<'static> =
    Token { kind: Kind::Semicolon, text: b"", from: 0, to: 0, open: None, close: None, begins_phrase: false };

/// Functions that tell attackers what they want to know, or that work was done.
const FUNCTIONS: &[&str] = &[
    "SLEEP",
    "PG_SLEEP",
    "BENCHMARK",
    "RANDOMBLOB",
    "LOAD_FILE",
    "LOAD_EXTENSION",
    "EXTRACTVALUE",
    "UPDATEXML",
    "GROUP_CONCAT",
    "XP_CMDSHELL",
    "UTL_HTTP.REQUEST",
    "UTL_INADDR.GET_HOST_NAME",
    "DBMS_PIPE.RECEIVE_MESSAGE",
    "DBMS_LOCK.SLEEP",
    "LO_IMPORT",
    "PG_READ_FILE",
    "SYSTEM_USER",
    "SESSION_USER",
    "CURRENT_USER",
    "NAME_CONST",
    "OPENROWSET",
    "XMLTYPE",
    "SQLITE_VERSION",
];

/// How names begin that hold what databases know of themselves.
const NAMES: &[&str] = &[
    "INFORMATION_SCHEMA",
    "SYSOBJECTS",
    "SYSCOLUMNS",
    "PG_CATALOG",
    "SQLITE_MASTER",
    "MYSQL.USER",
    "MSYSACCESSOBJECTS",
    "ALL_TABLES",
    "XP_CMDSHELL",
    "XP_DIRTREE",
    "XP_REGREAD",
    "SP_EXECUTESQL",
    "MASTER..",
];

/// Statements, and what may follow their first word.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("DROP", &["TABLE", "DATABASE", "VIEW", "INDEX", "USER", "SCHEMA", "PROCEDURE", "FUNCTION", "TRIGGER"]),
    ("DELETE", &["FROM"]),
    ("INSERT", &["INTO", "IGNORE", "DELAYED"]),
    ("ALTER", &["TABLE", "DATABASE", "USER", "LOGIN", "ROLE"]),
    ("CREATE", &["TABLE", "USER", "LOGIN", "FUNCTION", "PROCEDURE", "VIEW", "TRIGGER", "OR", "DATABASE"]),
    ("TRUNCATE", &["TABLE"]),
    ("REPLACE", &["INTO"]),
    ("MERGE", &["INTO"]),
    ("GRANT", &["ALL", "SELECT"]),
    ("WAITFOR", &["DELAY", "TIME"]),
];

/// The first phrase in the text, wherever the application may have put it.
pub(super) fn search(text: &[u8]) -> Option<SqlInjection> {
    let places = [(None, Dialect::Ansi), (Some(b'\''), Dialect::Ansi), (Some(b'"'), Dialect::MySql)];
    places.into_iter().find_map(|(quote, dialect)| {
        if quote.is_some_and(|quote| memchr(quote, text).is_none()) {
            return None;
        }
        search_in(text, Tokenizer::new(text, quote, dialect))
    })
}

fn search_in(text: &[u8], mut tokenizer: Tokenizer<'_>) -> Option<SqlInjection> {
    let mut sight = [END; SIGHT];
    let mut waiting = 0;
    loop {
        while waiting < SIGHT {
            let Some(token) = tokenizer.next() else { break };
            if let Some(slot) = sight.get_mut(waiting) {
                *slot = token;
            }
            waiting += 1;
        }
        if waiting == 0 {
            return None;
        }
        if let Some(length) = phrase(&sight) {
            let tokens = sight.iter().take(length.min(waiting));
            let tokens = tokens.map(|token| text.get(token.from..token.to).unwrap_or_default().to_vec());
            return Some(SqlInjection { fingerprint: String::new(), tokens: tokens.collect() });
        }
        sight.rotate_left(1);
        waiting -= 1;
        if let Some(slot) = sight.get_mut(waiting) {
            *slot = END;
        }
        if let Some(last) = sight.last_mut() {
            *last = END;
        }
    }
}

/// The length of the phrase that begins with the first of these tokens.
fn phrase(sight: &[Token<'_>; SIGHT]) -> Option<usize> {
    let [a, b, c, d, ..] = sight;
    let (_, rest) = sight.split_first()?;
    match a.kind {
        Kind::Text | Kind::Comment | Kind::Number => None,
        Kind::Logic => condition(rest),
        Kind::Semicolon => statement(b, c, d).map(|length| length + 1),
        Kind::LeftParenthesis if b.is("SELECT") => subquery(c, d).then_some(3),
        Kind::Union => union(rest),
        _ if a.is("HAVING") || a.is("OR") || a.is("AND") => condition(rest),
        _ if a.is("SELECT") && (c.is("FROM") && b.text == b"*" || b.text.starts_with(b"@@")) => Some(3),
        _ if a.is("SELECT") && b.kind == Kind::Function && c.kind == Kind::LeftParenthesis => Some(3),
        _ if b.kind == Kind::LeftParenthesis && a.is_one_of(FUNCTIONS) => Some(2),
        _ if a.is("INTO") && b.is_one_of(&["OUTFILE", "DUMPFILE"]) && c.kind == Kind::Text => Some(2),
        _ if a.is("PROCEDURE") && b.is("ANALYSE") => Some(2),
        _ if a.is("WAITFOR") && b.is_one_of(&["DELAY", "TIME"]) && c.kind == Kind::Text => Some(3),
        _ if a.is("ORDER") && b.is("BY") && c.kind == Kind::Number && d.kind == Kind::Comment => Some(4),
        _ if a.is("CASE") && b.is("WHEN") => condition(rest.get(1..)?).map(|length| length + 1),
        Kind::Bareword | Kind::Variable | Kind::Function | Kind::Keyword => names_catalogue(a).then_some(1),
        _ => None,
    }
}

fn names_catalogue(token: &Token<'_>) -> bool {
    NAMES
        .iter()
        .any(|name| token.text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())))
}

/// `UNION ALL (SELECT`.
fn union(rest: &[Token<'_>]) -> Option<usize> {
    let between = |token: &&Token<'_>| token.kind == Kind::LeftParenthesis || token.is_one_of(&["ALL", "DISTINCT"]);
    let count = rest.iter().take_while(between).count();
    rest.get(count).is_some_and(|token| token.is("SELECT")).then_some(count + 2)
}

/// `(SELECT *`, `(SELECT 1`, `(SELECT name FROM`, `(SELECT version(`.
fn subquery(first: &Token<'_>, second: &Token<'_>) -> bool {
    match first.kind {
        Kind::Operator => first.text == b"*",
        Kind::Number | Kind::Variable | Kind::LeftParenthesis => true,
        Kind::Function => second.kind == Kind::LeftParenthesis,
        Kind::Bareword | Kind::Keyword => second.is("FROM") || second.kind == Kind::Comma,
        _ => false,
    }
}

/// What follows a semicolon.
fn statement(a: &Token<'_>, b: &Token<'_>, c: &Token<'_>) -> Option<usize> {
    let listed = STATEMENTS.iter().any(|(first, second)| a.is(first) && b.is_one_of(second));
    let found = listed
        || a.is("SELECT") && (subquery(b, c) || b.kind == Kind::Text)
        || a.is("UPDATE") && c.is("SET")
        || a.is("DECLARE") && b.text.starts_with(b"@")
        || a.is("DECLARE") && b.kind == Kind::Variable
        || a.is_one_of(&["EXEC", "EXECUTE"]) && (names_catalogue(b) || b.kind == Kind::LeftParenthesis)
        || a.is("SHUTDOWN") && matches!(b.kind, Kind::Semicolon | Kind::Comment);
    found.then_some(2)
}

/// A condition whose outcome is known: two literals, or twice the same. Returns its length with the word before it.
fn condition(rest: &[Token<'_>]) -> Option<usize> {
    let opening = |token: &&Token<'_>| token.kind == Kind::LeftParenthesis || token.is_unary() || token.is("NOT");
    let count = rest.iter().take_while(opening).count();
    let [a, by, b, ..] = rest.get(count..)? else { return None };
    if (a.is("TRUE") || a.is("FALSE")) && matches!(by.kind, Kind::Comment | Kind::Semicolon) {
        return Some(count + 2);
    }
    let compares = by.kind == Kind::Operator
        && (matches!(by.text, b"=" | b"<" | b">" | b"<=" | b">=" | b"<>" | b"!=" | b"<=>" | b"==")
            || by.is_one_of(&["LIKE", "RLIKE", "REGEXP", "GLOB", "IS"]));
    let literal = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text);
    let named = |token: &Token<'_>| matches!(token.kind, Kind::Bareword | Kind::Variable | Kind::Keyword);
    let same = named(a) && named(b) && a.text.eq_ignore_ascii_case(b.text);
    (compares && (literal(a) && literal(b) || same)).then_some(count + 4)
}
