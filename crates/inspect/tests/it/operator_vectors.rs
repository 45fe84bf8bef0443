//! The test vectors of ModSecurity's operators, from Debian's source package.

use bartizan_inspect::{AddressSet, Network, PatternsBuilder, Position, Seen, Sensitivity, detect_sqli, detect_xss};
use serde_json::Value;

use crate::corpora::corpus;

/// What an operator says of an input; `None` if it does not take the parameter.
type Operator = fn(&str, &[u8]) -> Option<bool>;

/// Files of vectors, the operator that they are for, how many there are, and how many of them it does not take.
const FILES: &[(&str, Operator, usize, usize)] = &[
    ("beginsWith", |text, input| found(text, Position::StartsWith, input), 6, 0),
    ("endsWith", |text, input| found(text, Position::EndsWith, input), 7, 0),
    ("contains", |text, input| found(text, Position::Contains, input), 10, 0),
    ("strmatch", |text, input| found(text, Position::Contains, input), 5, 0),
    ("streq", |text, input| found(text, Position::Exactly, input), 7, 0),
    // an empty word is none
    ("containsWord", |text, input| found(text, Position::ContainsWord, input), 15, 2),
    // the vendor's dialect does not look ahead
    ("rx", matches, 20, 2),
    ("detectSQLi", |_, input| Some(detect_sqli(input, Sensitivity::Low).is_some()), 3, 0),
    ("detectXSS", |_, input| Some(detect_xss(input).is_some()), 3, 0),
    ("ipMatch", in_networks, 3623, 0),
];

fn found(text: &str, position: Position, input: &[u8]) -> Option<bool> {
    let mut builder = PatternsBuilder::new();
    let id = builder.text(text.as_bytes(), position).ok()?;
    let (patterns, mut seen) = (builder.build().unwrap(), Seen::default());
    patterns.scan(input, &mut seen);
    Some(patterns.is_match(id, input, &mut seen))
}

fn matches(pattern: &str, input: &[u8]) -> Option<bool> {
    let mut builder = PatternsBuilder::new();
    let id = builder.regex(pattern).ok()?;
    let (patterns, mut seen) = (builder.build().unwrap(), Seen::default());
    patterns.scan(input, &mut seen);
    Some(patterns.is_match(id, input, &mut seen))
}

/// Addresses and networks, with commas between.
fn in_networks(list: &str, input: &[u8]) -> Option<bool> {
    let networks = list.split(',').map(|text| {
        let text = text.trim();
        let whole = if text.contains(':') { "/128" } else { "/32" };
        if text.contains('/') { text.to_string() } else { format!("{text}{whole}") }
    });
    let networks: Option<Vec<Network>> = networks.map(|text| text.parse().ok()).collect();
    let set = AddressSet::new(networks.unwrap_or_default());
    Some(str::from_utf8(input).ok()?.parse().is_ok_and(|address| set.contains(address)))
}

#[test]
fn vectors_of_modsecurity_hold() {
    let Some(folder) = corpus("modsecurity-v3.0.9/test/test-cases/secrules-language-tests/operators") else { return };
    let mut held = 0;
    let mut broken = Vec::new();
    for (file, operator, count, refused) in FILES {
        let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
        let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(cases.len(), *count, "{file}");
        let mut not_taken = 0;
        for case in cases {
            let string = |member: &str| case[member].as_str().unwrap_or_default().replace("\\0", "\0");
            let (param, input) = (string("param"), string("input"));
            match operator(&param, input.as_bytes()) {
                None => not_taken += 1,
                Some(said) if said == (case["ret"] == 1) => held += 1,
                Some(said) => broken.push(format!("{file} {param:?} of {input:?}: {said}")),
            }
        }
        assert_eq!(not_taken, *refused, "{file}");
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken[..broken.len().min(40)].join("\n"));
    assert_eq!(held, 3_695);
    eprintln!("{held} vectors");
}
