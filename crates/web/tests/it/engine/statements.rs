//! Every statement, every part of a request.

use bartizan_web::engine::Verdict::{self, No, NotApplicable, Yes};
use bartizan_web::engine::compile;
use serde_json::{Value, json};

use super::world::{ACCOUNT, ID, Sent, base64, bytes, get, library, none, plan, rule, web_acl};

#[track_caller]
fn says(statement: &Value, sent: &Sent, expected: Verdict) {
    assert_eq!(sent.verdict(statement), expected, "{statement} on {sent:?}");
}

#[test]
fn bytes_stand_where_they_must() {
    let path = || json!({"UriPath": {}});
    for (position, text, yes, no) in [
        ("EXACTLY", "/a", "/a", "/ab"),
        ("STARTS_WITH", "/a", "/ab", "/b/a"),
        ("ENDS_WITH", "b", "/ab", "/ba"),
        ("CONTAINS", "a/b", "/a/b/c", "/A/B"),
        ("CONTAINS_WORD", "adm", "/x/adm/", "/x/admin"),
    ] {
        says(&bytes(path(), text, position), &get(yes), Yes);
        says(&bytes(path(), text, position), &get(no), No);
    }
}

#[test]
fn every_part_of_a_request_is_found() {
    let sent = Sent {
        method: "POST".to_owned(),
        ja3: Some("e7d705a3286e19ea42f587b344ee6865".to_owned()),
        ..get("/p?Arg=v1&b=v2#frag")
    }
    .header("X-Test", "head")
    .header("x-test", "again")
    .header("Cookie", "a=crumb; B=two")
    .body(r#"{"a":{"c":"d","b":{"e":{"f":"g"}}}}"#);
    let has = |field: Value, text: &str| bytes(field, text, "EXACTLY");
    let all = || json!({"All": {}});
    for (field, text) in [
        (json!({"Method": {}}), "POST"),
        (json!({"UriPath": {}}), "/p"),
        (json!({"QueryString": {}}), "Arg=v1&b=v2"),
        (json!({"SingleQueryArgument": {"Name": "arg"}}), "v1"),
        (json!({"AllQueryArguments": {}}), "v2"),
        (json!({"SingleHeader": {"Name": "x-TEST"}}), "again"),
        (json!({"Headers": {"MatchPattern": all(), "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}), "head"),
        (
            json!({"Headers": {"MatchPattern": {"IncludedHeaders": ["x-test"]}, "MatchScope": "KEY", "OversizeHandling": "CONTINUE"}}),
            "X-Test",
        ),
        (
            json!({"Cookies": {"MatchPattern": {"IncludedCookies": ["a"]}, "MatchScope": "ALL", "OversizeHandling": "CONTINUE"}}),
            "crumb",
        ),
        (json!({"HeaderOrder": {"OversizeHandling": "CONTINUE"}}), "host:x-test:x-test:cookie"),
        (json!({"UriFragment": {}}), "frag"),
        (json!({"JA3Fingerprint": {"FallbackBehavior": "NO_MATCH"}}), "e7d705a3286e19ea42f587b344ee6865"),
        (json!({"JsonBody": {"MatchPattern": {"IncludedPaths": ["/a/b"]}, "MatchScope": "ALL"}}), "f"),
        (json!({"JsonBody": {"MatchPattern": {"IncludedPaths": ["/a/b"]}, "MatchScope": "VALUE"}}), "g"),
    ] {
        says(&has(field, text), &sent, Yes);
    }
    for (field, text) in [
        (json!({"JsonBody": {"MatchPattern": {"IncludedPaths": ["/a/b"]}, "MatchScope": "KEY"}}), "g"),
        (json!({"JsonBody": {"MatchPattern": {"IncludedPaths": ["/a/b"]}, "MatchScope": "ALL"}}), "d"),
        (
            json!({"Cookies": {"MatchPattern": {"IncludedCookies": ["b"]}, "MatchScope": "ALL", "OversizeHandling": "CONTINUE"}}),
            "two",
        ),
        (json!({"AllQueryArguments": {}}), "Arg"),
        (
            json!({"Headers": {"MatchPattern": {"ExcludedHeaders": ["x-test"]}, "MatchScope": "ALL", "OversizeHandling": "CONTINUE"}}),
            "head",
        ),
    ] {
        says(&has(field, text), &sent, No);
    }
}

#[test]
fn a_part_that_is_missing_does_not_match_so_its_opposite_does() {
    let absent = bytes(json!({"SingleHeader": {"Name": "x"}}), "y", "CONTAINS");
    says(&absent, &get("/"), No);
    says(&json!({"NotStatement": {"Statement": absent}}), &get("/"), Yes);
    for (behavior, verdict) in [("MATCH", Yes), ("NO_MATCH", No)] {
        says(&bytes(json!({"JA4Fingerprint": {"FallbackBehavior": behavior}}), "x", "EXACTLY"), &get("/"), verdict);
        says(&bytes(json!({"UriFragment": {"FallbackBehavior": behavior}}), "x", "EXACTLY"), &get("/"), verdict);
    }
}

#[test]
fn transformations_follow_their_priorities() {
    let statement = json!({"ByteMatchStatement": {"SearchString": base64(b"<script>"), "FieldToMatch": {"QueryString": {}},
        "TextTransformations": [{"Priority": 2, "Type": "LOWERCASE"}, {"Priority": 0, "Type": "URL_DECODE"},
            {"Priority": 1, "Type": "HTML_ENTITY_DECODE"}], "PositionalConstraint": "CONTAINS"}});
    says(&statement, &get("/?q=%26lt;SCRIPT%26gt;"), Yes);
    says(&statement, &get("/?q=%2526lt;SCRIPT%2526gt;"), No);
    let split = json!({"ByteMatchStatement": {"SearchString": base64(b"2"), "FieldToMatch": {"SingleQueryArgument": {"Name": "b"}},
        "TextTransformations": none(), "PositionalConstraint": "EXACTLY",
        "PreParseTextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}]}});
    says(&split, &get("/?a=1%26b=2"), Yes);
}

#[test]
fn what_is_too_large_is_handled_as_the_statement_says() {
    let size = |handling: &str| {
        json!({"SizeConstraintStatement": {"FieldToMatch": {"Body": {"OversizeHandling": handling}},
        "ComparisonOperator": "LT", "Size": 10, "TextTransformations": none()}})
    };
    let large = get("/").body(vec![b'x'; 9_000]);
    says(&size("MATCH"), &large, Yes);
    says(&size("NO_MATCH"), &large, No);
    says(&size("CONTINUE"), &large, No);
    let beyond = |handling: &str| bytes(json!({"Body": {"OversizeHandling": handling}}), "end", "CONTAINS");
    let mut body = vec![b'x'; 8_192];
    body.extend_from_slice(b"end");
    says(&beyond("CONTINUE"), &get("/").body(body.clone()), No);
    body.truncate(8_189);
    body.extend_from_slice(b"end");
    says(&beyond("NO_MATCH"), &get("/").body(body), Yes);
    let many = (0..201).fold(get("/"), |sent, number| sent.header(&format!("h{number}"), "v"));
    for (handling, verdict) in [("MATCH", Yes), ("NO_MATCH", No), ("CONTINUE", No)] {
        let field =
            json!({"Headers": {"MatchPattern": {"All": {}}, "MatchScope": "KEY", "OversizeHandling": handling}});
        says(&bytes(field, "h200", "EXACTLY"), &many, verdict);
    }
}

#[test]
fn lengths_are_compared() {
    for (operator, yes, no) in [("EQ", 5, 4), ("NE", 4, 5), ("LE", 5, 6), ("LT", 4, 5), ("GE", 5, 4), ("GT", 6, 5)] {
        let size = json!({"SizeConstraintStatement": {"FieldToMatch": {"UriPath": {}}, "ComparisonOperator": operator,
            "Size": 5, "TextTransformations": none()}});
        let path = |length: usize| get(&format!("/{}", "x".repeat(length - 1)));
        says(&size, &path(yes), Yes);
        says(&size, &path(no), No);
    }
    let body = json!({"SizeConstraintStatement": {"FieldToMatch": {"Body": {}}, "ComparisonOperator": "GT", "Size": 8_500,
        "TextTransformations": none()}});
    let large = get("/").body(vec![b'x'; 9_000]);
    says(&body, &large, Yes);
    says(&body, &Sent { length_known: false, ..large }, No);
}

#[test]
fn json_that_is_none_is_handled_as_the_statement_says() {
    let broken = get("/").body(r#"{"a":"found" @ secret"#);
    let json = |text: &str, behavior: Value| {
        let mut field = json!({"MatchPattern": {"All": {}}, "MatchScope": "VALUE"});
        if !behavior.is_null() {
            field["InvalidFallbackBehavior"] = behavior;
        }
        bytes(json!({"JsonBody": field}), text, "CONTAINS")
    };
    says(&json("found", Value::Null), &broken, Yes);
    says(&json("secret", Value::Null), &broken, No);
    says(&json("secret", json!("EVALUATE_AS_STRING")), &broken, Yes);
    says(&json("nothing", json!("EVALUATE_AS_STRING")), &broken, No);
    says(&json("nothing", json!("MATCH")), &broken, Yes);
    says(&json("found", json!("NO_MATCH")), &broken, No);
    says(&json("found", json!("NO_MATCH")), &get("/").body(r#"{"a":"found"}"#), Yes);
}

#[test]
fn expressions_and_detectors_find() {
    let field = || json!({"QueryString": {}});
    let regex = json!({"RegexMatchStatement": {"RegexString": "(?i)union\\s+select", "FieldToMatch": field(), "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}]}});
    says(&regex, &get("/?q=UNION%20%20select"), Yes);
    says(&regex, &get("/?q=union"), No);
    let set = json!({"RegexPatternSetReferenceStatement": {"ARN": format!("{ACCOUNT}/regexpatternset/some/{ID}"),
        "FieldToMatch": {"UriPath": {}}, "TextTransformations": none()}});
    says(&set, &get("/caab"), Yes);
    says(&set, &get("/x"), Yes);
    says(&set, &get("/y"), No);
    let sqli = json!({"SqliMatchStatement": {"FieldToMatch": {"AllQueryArguments": {}}, "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}]}});
    says(&sqli, &get("/?a=1&b=1%27%20OR%20%271%27=%271"), Yes);
    says(&sqli, &get("/?a=1&b=hello"), No);
    let xss = json!({"XssMatchStatement": {"FieldToMatch": {"Body": {}}, "TextTransformations": none()}});
    says(&xss, &get("/").body("<script>alert(1)</script>"), Yes);
    says(&xss, &get("/").body("a < b"), No);
}

#[test]
fn addresses_places_and_systems() {
    let set = |name: &str, config: Value| {
        let mut statement = json!({"ARN": format!("{ACCOUNT}/ipset/{name}/{ID}")});
        if !config.is_null() {
            statement["IPSetForwardedIPConfig"] = config;
        }
        json!({"IPSetReferenceStatement": statement})
    };
    says(&set("some", Value::Null), &get("/"), Yes);
    says(&set("six", Value::Null), &get("/"), No);
    let forwarded =
        |position: &str| json!({"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": position});
    let sent = get("/").header("x-forwarded-for", "203.0.113.1, 198.51.100.7, 203.0.113.2");
    for (position, verdict) in [("FIRST", No), ("LAST", No), ("ANY", Yes)] {
        says(&set("some", forwarded(position)), &sent, verdict);
    }
    says(&set("some", forwarded("FIRST")), &get("/"), NotApplicable);
    says(&set("some", forwarded("FIRST")), &get("/").header("X-Forwarded-For", "abc"), Yes);
    let geo = json!({"GeoMatchStatement": {"CountryCodes": ["NZ", "AU"]}});
    says(&geo, &get("/"), Yes);
    says(&geo, &Sent { client: "192.0.2.2".to_owned(), ..get("/") }, No);
    let asn = json!({"AsnMatchStatement": {"AsnList": [64_496]}});
    says(&asn, &get("/"), Yes);
    says(&json!({"AsnMatchStatement": {"AsnList": [0]}}), &Sent { client: "203.0.113.9".to_owned(), ..get("/") }, Yes);
}

#[test]
fn what_cannot_be_said_is_neither_yes_nor_no() {
    let unknown = json!({"GeoMatchStatement": {"CountryCodes": ["NZ"], "ForwardedIPConfig": {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH"}}});
    let yes = bytes(json!({"Method": {}}), "GET", "EXACTLY");
    let no = bytes(json!({"Method": {}}), "PUT", "EXACTLY");
    let join = |kind: &str, one: &Value, other: &Value| json!({kind: {"Statements": [one, other]}});
    says(&unknown, &get("/"), NotApplicable);
    says(&json!({"NotStatement": {"Statement": unknown}}), &get("/"), NotApplicable);
    says(&join("AndStatement", &unknown, &yes), &get("/"), NotApplicable);
    says(&join("AndStatement", &unknown, &no), &get("/"), No);
    says(&join("OrStatement", &unknown, &yes), &get("/"), Yes);
    says(&join("OrStatement", &unknown, &no), &get("/"), NotApplicable);
    says(&join("AndStatement", &yes, &yes), &get("/"), Yes);
    says(&join("OrStatement", &no, &no), &get("/"), No);
}

#[test]
fn what_is_referred_to_must_be_there() {
    let rules = json!([rule(
        "r",
        0,
        json!({"IPSetReferenceStatement": {"ARN": format!("{ACCOUNT}/ipset/gone/{ID}")}}),
        super::world::block()
    )]);
    let error = compile(&web_acl(rules), &library()).unwrap_err().to_string();
    assert!(error.contains("gone") && error.contains("`r`"), "{error}");
}

#[test]
fn a_request_that_costs_too_much_is_not_judged_to_its_end() {
    // expressions that need no text have to be tried, some together, over all of the body
    let rules: Vec<Value> = (0..300)
        .map(|number| {
            let regex = format!("[a-z]{{{}}}[0-9]", number + 1);
            let statement = json!({"RegexMatchStatement": {"RegexString": regex, "FieldToMatch": {"Body": {}}, "TextTransformations": none()}});
            rule(&format!("r{number}"), number, statement, super::world::block())
        })
        .collect();
    let plan = plan(json!(rules));
    let sent = Sent { limit: 600_000, ..get("/").body(vec![b'-'; 600_000]) };
    let judgment = sent.judged(&plan);
    assert!(judgment.exhausted);
    assert!(judgment.steps < bartizan_web::engine::STEPS_MAX + 1_000_000);
    assert!(!get("/").body("a").judged(&plan).exhausted);
}
