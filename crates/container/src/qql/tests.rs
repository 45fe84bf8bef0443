use bartizan_wire::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Query, parse};
use crate::record::image::ImageRecord;
use bartizan_wire::Shape as _;

/// 2026-11-27T12:00:00Z
const NOW: Timestamp = Timestamp(1_795_780_800_000);

fn query(text: &str) -> Query {
    parse(text, NOW).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn record() -> Value {
    json!({
        "sha": "abc", "size": 120, "created": "1795737600000", "isDrift": false, "nothing": null,
        "repo": [
            { "registry": "registry.example", "repository": "team/shop", "tag": "1" },
            { "registry": "other.example", "repository": "team/try", "tag": "v2" },
        ],
        "vulnerabilities": { "severity5Count": 3 },
    })
}

#[test]
fn what_is_asked_is_found() {
    let yes = [
        "sha:abc",
        "sha:ABC",
        "sha:a*",
        "sha:*b*",
        "sha:`abc`",
        "size:120",
        "size>119",
        "size:>=120",
        "size<=120",
        "size:[100 .. 120]",
        "size:(119 ... 121)",
        "isDrift:false",
        "nothing is null",
        "absent is null",
        "sha is not null",
        "repo.tag:[1, 3]",
        "repo.repository:\"shop\"",
        "repo.repository:'team/shop'",
        "repo:(registry:other.example and tag:v2)",
        "sha:x or sha:abc",
        "sha:x or sha:abc and size:120",
        "not sha:x",
        "NOT NOT sha:abc",
        "(sha:x or sha:abc) and size:120",
        "created:[now-1d .. now]",
        "created:2026-11-27",
        "created>now-2d",
        "created:<2026-11-28",
        "shop",
        "created>=2026-11-26T00:00:00Z",
        "vulnerabilities.severity5Count:3",
        "repo.registry:registry.example",
    ];
    for text in yes {
        assert!(query(text).matches(&record()), "{text}");
    }
    let no = [
        "sha:ab",
        "sha:`ABC`",
        "sha:b*",
        "size:12",
        "size>120",
        "size:(100 .. 120)",
        "isDrift:true",
        "sha is null",
        "repo.tag:[2, 3]",
        "repo.repository:\"team try again\"",
        "repo:(registry:other.example and tag:1)",
        "sha:abc and sha:x",
        "(sha:x or sha:abc) and size:1",
        "created:[now-1d .. now-20h]",
        "created:2026-11-26",
        "shopping",
    ];
    for text in no {
        assert!(!query(text).matches(&record()), "{text}");
    }
}

#[test]
fn words_that_could_be_numbers_are_words() {
    for word in ["nan", "inf", "infinity"] {
        assert!(query(&format!("name:{word}")).matches(&json!({ "name": format!("team/{word}") })), "{word}");
    }
}

#[test]
fn what_means_nothing_is_refused_with_its_place() {
    for (text, part) in [
        ("", "ends"),
        ("sha:", "ends"),
        ("(sha:a", "ends"),
        ("sha:a)", "character 6"),
        ("sha:[a", "ends"),
        ("size>x", "number or time"),
        ("sha:\"a", "never closed"),
        ("sha is nothing", "null"),
        ("sha:a sha:b", "character 7"),
        ("or", "ends"),
    ] {
        let why = parse(text, NOW).map_or_else(|why| why, |_| String::new());
        assert!(text == "or" || why.contains(part), "{text}: {why}");
    }
    let deep = format!("{}sha:a{}", "(".repeat(100), ")".repeat(100));
    assert!(parse(&deep, NOW).is_err());
    assert!(parse(&"a".repeat(5000), NOW).is_err());
}

#[test]
fn tokens_are_those_of_the_record() {
    let unknown = query("repo.tag:x and repo.other:y or vulnerabilities:(severity5Count:1 and bad:2)")
        .unknown(ImageRecord::SCHEMA);
    assert_eq!(unknown, ["bad", "repo.other"]);
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "[a-z:()\\[\\]\"'` .*<>=,0-9-]{0,60}") {
        if let Ok(query) = parse(&text, NOW) {
            let _either = query.matches(&record());
        }
    }
}
