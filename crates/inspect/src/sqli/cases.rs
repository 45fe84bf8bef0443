//! libinjection's own cases of tokens, of folding and of detection, from Debian's source package of ModSecurity.

use super::fold::Folded;
use super::kind::Kind;
use super::token::Token;
use super::tokenizer::{Dialect, Tokenizer};
use super::{Sensitivity, detect_sqli};

#[path = "../../tests/it/corpora.rs"]
mod corpora;

/// What a file is about, what is read, and what is expected.
struct Case {
    name: String,
    input: Vec<u8>,
    expected: String,
}

fn cases(kind: &str) -> Option<Vec<Case>> {
    let folder = corpora::corpus("modsecurity-v3.0.9/others/libinjection/tests")?;
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(kind) {
            continue;
        }
        // some are not UTF-8
        let text: String = std::fs::read(&path).unwrap().into_iter().map(char::from).collect();
        let (_, rest) = text.split_once("--INPUT--\n").unwrap();
        let (input, expected) = rest.split_once("--EXPECTED--\n").unwrap();
        let bytes = input.trim_end_matches([' ', '\n', '\t', '\r']).chars();
        let input = bytes.map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
        cases.push(Case { name, input, expected: expected.trim_end_matches([' ', '\n', '\t', '\r']).to_string() });
    }
    Some(cases)
}

/// As libinjection prints it. Phrases are in capitals here.
fn print(token: &Token<'_>, input: &[u8]) -> String {
    let mut out = format!("{} ", char::from(token.kind.letter()));
    if token.kind == Kind::Variable {
        let signs = input[token.from..].iter().take(2).take_while(|byte| **byte == b'@').count();
        out.extend(std::iter::repeat_n('@', signs));
    }
    let quoted = matches!(token.kind, Kind::Text | Kind::Variable);
    out.extend(token.open.filter(|_| quoted).map(char::from));
    out.extend(token.text.iter().copied().map(char::from));
    out.extend(token.close.filter(|_| quoted).map(char::from));
    out
}

fn compare(kind: &str, count: usize, print: impl Fn(&[u8]) -> String) {
    let Some(cases) = cases(kind) else { return };
    assert_eq!(cases.len(), count);
    let mut broken = Vec::new();
    for case in cases {
        let got = print(&case.input);
        if !got.trim_end_matches([' ', '\n', '\t', '\r']).eq_ignore_ascii_case(&case.expected) {
            broken.push(format!("{}: {}\n{got}\nnot\n{}", case.name, case.input.escape_ascii(), case.expected));
        }
    }
    assert!(broken.is_empty(), "{} of {count}:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn tokens_are_those_of_libinjection() {
    compare("test-tokens-", 249, |input| {
        let mut tokenizer = Tokenizer::new(input, None, Dialect::Ansi);
        let mut lines = Vec::new();
        while let Some(token) = tokenizer.next() {
            lines.push(print(&token, input));
        }
        lines.join("\n")
    });
}

#[test]
fn folding_is_that_of_libinjection() {
    compare("test-folding-", 118, |input| {
        let folded = Folded::read(Tokenizer::new(input, None, Dialect::Ansi));
        let lines: Vec<String> = folded.tokens().iter().map(|token| print(token, input)).collect();
        lines.join("\n")
    });
}

#[test]
fn detection_is_that_of_libinjection() {
    compare("test-sqli-", 50, |input| {
        detect_sqli(input, Sensitivity::Low).map_or_else(String::new, |found| found.fingerprint)
    });
}
