//! Rate-based rules.

use bartizan_web::engine::{Counter, Ending, INSTANCES_MAX, Rates, State};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use super::world::{Sent, block, bytes, get, plan, rule};

fn limit(more: Value) -> Value {
    let mut statement = json!({"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"});
    statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"RateBasedStatement": statement})
}

/// How many of so many requests a millisecond apart pass.
fn passed(rules: Value, requests: &[Sent]) -> usize {
    let plan = plan(rules);
    let mut state = State::new(&plan);
    let ending = |sent: &Sent| sent.judged_by(&plan, &mut state).ending;
    requests.iter().map(ending).filter(|ending| *ending == Ending::Allow).count()
}

#[test]
fn the_request_over_the_limit_is_blocked_until_the_window_is_over() {
    let plan = plan(json!([rule(
        "rate",
        0,
        limit(json!({})),
        json!({"Action": {"Block": {}}, "RuleLabels": [{"Name": "fast"}]})
    )]));
    let mut state = State::new(&plan);
    for number in 0..10 {
        let judgment = Sent { at: 5_000 + number, ..get("/") }.judged_by(&plan, &mut state);
        assert_eq!((judgment.ending, judgment.labels.len()), (Ending::Allow, 0), "request {number}");
    }
    let judgment = Sent { at: 5_010, ..get("/") }.judged_by(&plan, &mut state);
    assert_eq!(judgment.ending, Ending::Block);
    assert_eq!(judgment.labels[0].as_ref(), "awswaf:111122223333:webacl:edge:fast");
    assert_eq!(judgment.limited[0].value.as_deref(), Some("192.0.2.1"));
    assert_eq!((judgment.limited[0].limit, judgment.limited[0].window_seconds), (10, 60));
    let rate = plan.rate("rate", None).unwrap();
    let limited = |state: &State, at| -> Vec<String> {
        state.rates.limited(&plan, rate, Timestamp(at)).into_iter().map(|(one, _)| one.to_string()).collect()
    };
    assert_eq!(limited(&state, 5_010), ["192.0.2.1"]);
    // another client has its own count
    assert_eq!(
        Sent { client: "192.0.2.2".to_owned(), at: 5_011, ..get("/") }.judged_by(&plan, &mut state).ending,
        Ending::Allow
    );
    assert_eq!(limited(&state, 70_000), [""; 0]);
    assert_eq!(Sent { at: 70_000, ..get("/") }.judged_by(&plan, &mut state).ending, Ending::Allow);
}

#[test]
fn only_what_is_in_scope_is_counted() {
    let scope = bytes(json!({"UriPath": {}}), "/in", "EXACTLY");
    let rules = || json!([rule("rate", 0, limit(json!({"ScopeDownStatement": scope})), block())]);
    let mixed: Vec<Sent> = (0..30).map(|number| get(if number % 2 == 0 { "/in" } else { "/out" })).collect();
    assert_eq!(passed(rules(), &mixed), 25);
}

#[test]
fn requests_are_counted_by_what_they_agree_in() {
    let header = json!({"Header": {"Name": "X-Key", "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]}});
    let keys = json!({"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [header, {"HTTPMethod": {}}]});
    let rules = || json!([rule("rate", 0, limit(keys.clone()), block())]);
    let same: Vec<Sent> =
        (0..20).map(|number| get("/").header("x-key", if number % 2 == 0 { "ab" } else { "AB" })).collect();
    assert_eq!(passed(rules(), &same), 10);
    let different: Vec<Sent> = (0..20).map(|number| get("/").header("x-key", &number.to_string())).collect();
    assert_eq!(passed(rules(), &different), 20);
    // without the header, a request is not counted at all
    let without: Vec<Sent> = (0..20).map(|_| get("/")).collect();
    assert_eq!(passed(rules(), &without), 20);
}

#[test]
fn forwarded_addresses_labels_and_constants_are_keys() {
    let config = |behavior: &str| json!({"HeaderName": "X-Forwarded-For", "FallbackBehavior": behavior});
    let by = |behavior: &str| {
        json!([rule(
            "rate",
            0,
            limit(json!({"AggregateKeyType": "FORWARDED_IP", "ForwardedIPConfig": config(behavior)})),
            block()
        )])
    };
    let sent = |value: &str| -> Vec<Sent> { (0..15).map(|_| get("/").header("x-forwarded-for", value)).collect() };
    assert_eq!(passed(by("MATCH"), &sent("203.0.113.9, 192.0.2.9")), 10);
    assert_eq!(passed(by("MATCH"), &sent("nobody")), 10);
    assert_eq!(passed(by("NO_MATCH"), &sent("nobody")), 15);
    assert_eq!(passed(by("MATCH"), &vec![get("/"); 15]), 15);
    let constant =
        json!({"AggregateKeyType": "CONSTANT", "ScopeDownStatement": bytes(json!({"Method": {}}), "GET", "EXACTLY")});
    assert_eq!(passed(json!([rule("rate", 0, limit(constant), block())]), &vec![get("/"); 15]), 10);
    let labelled =
        json!({"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"LabelNamespace": {"Namespace": "kind:"}}]});
    let rules = json!([
        rule(
            "mark",
            0,
            bytes(json!({"UriPath": {}}), "/a", "EXACTLY"),
            json!({"Action": {"Count": {}}, "RuleLabels": [{"Name": "kind:a"}]})
        ),
        rule("rate", 1, limit(labelled), block()),
    ]);
    let mixed: Vec<Sent> = (0..30).map(|number| get(if number % 2 == 0 { "/a" } else { "/b" })).collect();
    assert_eq!(passed(rules, &mixed), 25);
}

#[test]
fn counts_outlive_a_plan_whose_rule_is_the_same() {
    let same = || json!([rule("rate", 0, limit(json!({})), block())]);
    let (first, second) = (plan(same()), plan(same()));
    let changed = plan(json!([rule("rate", 0, limit(json!({"Limit": 11})), block())]));
    let mut state = State::new(&first);
    for _ in 0..10 {
        get("/").judged_by(&first, &mut state);
    }
    state.rates = Rates::after(state.rates, &second);
    assert_eq!(get("/").judged_by(&second, &mut state).ending, Ending::Block);
    state.rates = Rates::after(state.rates, &changed);
    assert_eq!(get("/").judged_by(&changed, &mut state).ending, Ending::Allow);
}

#[test]
fn of_too_many_keys_the_oldest_are_forgotten() {
    let plan = plan(json!([rule("rate", 0, limit(json!({})), block())]));
    let mut rates = Rates::new(&plan);
    for _ in 0..5 {
        rates.count(0, b"kept", Timestamp(0));
    }
    for number in 0..INSTANCES_MAX * 3 {
        rates.count(0, &number.to_be_bytes(), Timestamp(0));
        if number % 1_000 == 0 {
            rates.count(0, b"kept", Timestamp(0));
        }
    }
    assert!(rates.count(0, b"kept", Timestamp(0)) > 5);
    assert_eq!(rates.count(0, &0_usize.to_be_bytes(), Timestamp(0)), 1);
    assert!(rates.forgotten() > 0);
}
