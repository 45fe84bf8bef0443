//! A plan says what the rules say when they are read word by word.

use bartizan_web::engine::{Ending, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::naive::{Naive, Part};
use super::world::{ACCOUNT, ID, Sent, base64, get, plan, rule};

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![Just(Part::Path), Just(Part::Arguments), Just(Part::Header)]
}

fn chain() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "L", "U", "LU", "UL", "UC", "ULC"])
}

fn statement() -> impl Strategy<Value = Naive> {
    let text = prop::sample::select(vec!["a", "b", "ab", "A", " ", "a b", "%61", "/a", "ba"]);
    let position = prop::sample::select(vec!["EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS"]);
    let leaf = prop_oneof![
        4 => (part(), chain(), position, text).prop_map(|(part, chain, position, text)| Naive::Bytes(part, chain, position, text.to_owned())),
        2 => (part(), chain(), 0..6_usize).prop_map(|(part, chain, size)| Naive::Longer(part, chain, size)),
        1 => (0..3_u8).prop_map(|number| Naive::Label(format!("l{number}"))),
        1 => Just(Naive::Forwarded),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Naive::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Naive::Or),
            inner.prop_map(|one| Naive::Not(Box::new(one))),
        ]
    })
}

fn field(part: Part) -> Value {
    match part {
        Part::Path => json!({"UriPath": {}}),
        Part::Arguments => json!({"AllQueryArguments": {}}),
        Part::Header => json!({"SingleHeader": {"Name": "x-h"}}),
    }
}

fn transformations(chain: &str) -> Value {
    let name = |by| match by {
        'L' => "LOWERCASE",
        'U' => "URL_DECODE",
        _ => "COMPRESS_WHITE_SPACE",
    };
    let all: Vec<Value> =
        chain.chars().enumerate().map(|(number, by)| json!({"Priority": number, "Type": name(by)})).collect();
    if all.is_empty() { super::world::none() } else { json!(all) }
}

fn document(statement: &Naive) -> Value {
    match statement {
        Naive::Bytes(part, chain, position, text) => {
            json!({"ByteMatchStatement": {"SearchString": base64(text.as_bytes()),
            "FieldToMatch": field(*part), "TextTransformations": transformations(chain), "PositionalConstraint": position}})
        }
        Naive::Longer(part, chain, size) => json!({"SizeConstraintStatement": {"FieldToMatch": field(*part),
            "ComparisonOperator": "GT", "Size": size, "TextTransformations": transformations(chain)}}),
        Naive::Label(key) => json!({"LabelMatchStatement": {"Scope": "LABEL", "Key": key}}),
        Naive::Forwarded => json!({"IPSetReferenceStatement": {"ARN": format!("{ACCOUNT}/ipset/some/{ID}"),
            "IPSetForwardedIPConfig": {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH", "Position": "FIRST"}}}),
        Naive::And(all) => json!({"AndStatement": {"Statements": all.iter().map(document).collect::<Vec<_>>()}}),
        Naive::Or(any) => json!({"OrStatement": {"Statements": any.iter().map(document).collect::<Vec<_>>()}}),
        Naive::Not(one) => json!({"NotStatement": {"Statement": document(one)}}),
    }
}

fn sent() -> impl Strategy<Value = Sent> {
    let piece = "([abAB /+]|%61|%20|%4|=){0,6}";
    let value = || prop::option::of(piece.prop_map(|text: String| text));
    let from =
        prop::option::of(prop::sample::select(vec!["192.0.2.9", "203.0.113.1, 192.0.2.9", "198.51.100.7", "nobody"]));
    (piece, prop::collection::vec(piece, 0..3), value(), value(), from).prop_map(
        |(path, arguments, one, other, from)| {
            let query: Vec<String> = arguments.iter().map(|value| format!("n={value}")).collect();
            let uri = if query.is_empty() { format!("/{path}") } else { format!("/{path}?{}", query.join("&")) };
            let mut sent = get(&uri);
            for value in [one, other].into_iter().flatten() {
                sent = sent.header("X-H", &value);
            }
            match from {
                Some(from) => sent.header("x-forwarded-for", from),
                None => sent,
            }
        },
    )
}

const ACTIONS: [&str; 3] = ["Count", "Allow", "Block"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_plan_says_what_the_rules_say(
        rules in prop::collection::vec((statement(), 0..3_usize, prop::option::of(0..3_u8)), 1..6),
        requests in prop::collection::vec(sent(), 1..4),
    ) {
        let documents: Vec<Value> = rules.iter().enumerate().map(|(number, (statement, action, label))| {
            let mut more = json!({"Action": {ACTIONS[*action]: {}}});
            if let Some(label) = label {
                more["RuleLabels"] = json!([{"Name": format!("l{label}")}]);
            }
            rule(&format!("r{number}"), i32::try_from(number).unwrap(), document(statement), more)
        }).collect();
        let plan = plan(json!(documents));
        for sent in &requests {
            let (mut labels, mut counted, mut ended) = (Vec::new(), Vec::new(), None);
            for (number, (statement, action, label)) in rules.iter().enumerate() {
                if statement.verdict(sent, &labels) != Verdict::Yes {
                    continue;
                }
                labels.extend(label.map(|label| format!("l{label}")));
                if *action == 0 {
                    counted.push(number);
                } else {
                    ended = Some((number, if *action == 1 { Ending::Allow } else { Ending::Block }));
                    break;
                }
            }
            let judgment = sent.judged(&plan);
            prop_assert_eq!(judgment.by.map(|by| (by.rule, judgment.ending)), ended);
            prop_assert_eq!(judgment.counted.iter().map(|one| one.rule.rule).collect::<Vec<_>>(), counted);
        }
    }
}
