//! The course through the rules: the table of the reference, and what belongs to it.

use bartizan_web::engine::{ActionKind, Ending, Failure, Library, ManagedRules, Token, compile};
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use super::world::{Sent, add_group, block, bytes, get, library, none, path_has, plan, read, rule, web_acl};

const MARK: &str = "awswaf:111122223333:webacl:edge:";

fn label_match(scope: &str, key: &str) -> Value {
    json!({"LabelMatchStatement": {"Scope": scope, "Key": key}})
}

fn count() -> Value {
    json!({"Action": {"Count": {}}})
}

fn names(plan: &bartizan_web::engine::Plan, judgment: &bartizan_web::engine::Judgment) -> Vec<String> {
    judgment.counted.iter().map(|one| plan.rule(one.rule).unwrap().name.to_string()).collect()
}

#[test]
fn a_label_of_a_rule_that_counts_is_seen_by_later_ones() {
    let plan = plan(json!([
        rule("second", 2, label_match("LABEL", "a"), block()),
        rule("first", 1, path_has("/"), json!({"Action": {"Count": {}}, "RuleLabels": [{"Name": "a"}]})),
    ]));
    let judgment = get("/x").judged(&plan);
    assert_eq!(judgment.ending, Ending::Block);
    assert_eq!(names(&plan, &judgment), ["first"]);
    assert_eq!(judgment.labels.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), [format!("{MARK}a")]);
    assert_eq!(plan.rule(judgment.by.unwrap()).unwrap().name.as_ref(), "second");
    assert_eq!(judgment.response.unwrap().status, 403);
}

fn grouped(over: Value, more: Value) -> bartizan_web::engine::Plan {
    let mut library = library();
    let rules = json!([
        rule("R1", 0, path_has("bad"), json!({"Action": {"Block": {}}, "RuleLabels": [{"Name": "bad"}]})),
        rule("R2", 1, path_has("worse"), json!({"Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}}})),
    ]);
    let arn = add_group(&mut library, "g", &rules);
    let mut statement = json!({"ARN": arn});
    statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let rules = json!([
        rule("group", 0, json!({"RuleGroupReferenceStatement": statement}), json!({"OverrideAction": over})),
        rule("after", 1, label_match("LABEL", "awswaf:111122223333:rulegroup:g:bad"), count()),
        rule("context", 2, label_match("LABEL", "bad"), count()),
    ]);
    compile(&web_acl(rules), &library).unwrap()
}

#[test]
fn a_group_that_only_counts_stops_at_its_first_rule_and_goes_on() {
    let plan = grouped(json!({"Count": {}}), json!({}));
    let judgment = get("/bad-and-worse").judged(&plan);
    assert_eq!(judgment.ending, Ending::Allow);
    let ended = judgment.groups[0].terminated.as_ref().unwrap();
    assert_eq!((ended.rule.member, ended.action, ended.overridden), (Some(0), ActionKind::Block, None));
    // a label of another context is found only by its full name
    assert_eq!(names(&plan, &judgment), ["group", "after"]);
    assert_eq!(judgment.counted[0].action, ActionKind::Count);
}

#[test]
fn a_group_ends_the_request() {
    let plan = grouped(json!({"None": {}}), json!({}));
    let judgment = get("/worse").judged(&plan);
    assert_eq!(judgment.ending, Ending::Block);
    assert_eq!(judgment.by.unwrap().member, None);
    assert_eq!(judgment.response.unwrap().status, 429);
    assert_eq!(get("/good").judged(&plan).groups, []);
}

#[test]
fn a_rule_of_a_group_does_something_else() {
    let over = json!({"RuleActionOverrides": [{"Name": "R1", "ActionToUse": {"Count": {}}}]});
    let plan = grouped(json!({"None": {}}), over);
    let judgment = get("/bad-and-worse").judged(&plan);
    assert_eq!(judgment.ending, Ending::Block);
    let group = &judgment.groups[0];
    assert_eq!((group.counted[0].action, group.counted[0].overridden), (ActionKind::Count, Some(ActionKind::Block)));
    assert_eq!(group.terminated.as_ref().unwrap().rule.member, Some(1));
    assert!(judgment.labels.iter().any(|label| label.ends_with(":bad")));
}

#[test]
fn an_excluded_rule_counts() {
    let plan = grouped(json!({"None": {}}), json!({"ExcludedRules": [{"Name": "R1"}]}));
    let judgment = get("/bad").judged(&plan);
    assert_eq!(judgment.ending, Ending::Allow);
    assert_eq!(judgment.groups[0].excluded[0].member, Some(0));
    assert_eq!(judgment.groups[0].counted, []);
}

#[test]
fn a_managed_group_is_run_in_its_scope_and_name_space() {
    let rules =
        json!([rule("M1", 0, path_has("x"), json!({"Action": {"Block": {}}, "RuleLabels": [{"Name": "hit"}]}))]);
    let managed = ManagedRules {
        version: Some("Version_1.0".to_owned()),
        label_namespace: "awswaf:managed:acme:web-core:".to_owned(),
        rules: rules.as_array().unwrap().iter().map(read).collect(),
        bodies: Default::default(),
    };
    let key = ("Acme Labs".to_owned(), "web-core".to_owned(), None);
    let library = Library { managed: [(key, managed)].into(), ..Library::default() };
    let statement = json!({"ManagedRuleGroupStatement": {"VendorName": "Acme Labs", "Name": "web-core",
        "ScopeDownStatement": bytes(json!({"Method": {}}), "POST", "EXACTLY")}});
    let rules = json!([rule("acme", 0, statement, json!({"OverrideAction": {"None": {}}}))]);
    let plan = compile(&web_acl(rules), &library).unwrap();
    assert_eq!(get("/x").judged(&plan).ending, Ending::Allow);
    let judgment = Sent { method: "POST".to_owned(), ..get("/x") }.judged(&plan);
    assert_eq!(judgment.ending, Ending::Block);
    assert_eq!(judgment.labels[0].as_ref(), "awswaf:managed:acme:web-core:hit");
    assert_eq!(plan.group(0).unwrap().id.as_ref(), "Acme Labs#web-core");
    assert_eq!(plan.kind(0).name(), "MANAGED_RULE_GROUP");
}

#[test]
fn the_opposite_of_a_missing_header_is_blocked() {
    let not = json!({"NotStatement": {"Statement": bytes(json!({"SingleHeader": {"Name": "x"}}), "y", "CONTAINS")}});
    assert_eq!(get("/").judged(&plan(json!([rule("r", 0, not, block())]))).ending, Ending::Block);
}

#[test]
fn a_forwarded_address_that_is_absent_or_unreadable() {
    let set = json!({"IPSetReferenceStatement": {"ARN": format!("{}/ipset/some/{}", super::world::ACCOUNT, super::world::ID),
        "IPSetForwardedIPConfig": {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": "FIRST"}}});
    let plan = plan(json!([rule("r", 0, set, block())]));
    assert_eq!(get("/").judged(&plan).ending, Ending::Allow);
    assert_eq!(get("/").header("X-Forwarded-For", "abc").judged(&plan).ending, Ending::Block);
}

#[test]
fn a_large_body_is_blocked_and_told() {
    let size = json!({"SizeConstraintStatement": {"FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
        "ComparisonOperator": "GT", "Size": 8_192, "TextTransformations": none()}});
    let judgment = get("/").body(vec![0; 9_000]).judged(&plan(json!([rule("r", 0, size, block())])));
    assert_eq!(judgment.ending, Ending::Block);
    assert!(judgment.oversize.body);
}

#[test]
fn a_token_lets_a_challenge_pass() {
    let plan = plan(json!([
        rule("c", 0, path_has("/"), json!({"Action": {"Challenge": {}}})),
        rule(
            "p",
            1,
            path_has("puzzle"),
            json!({"Action": {"Captcha": {}}, "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 60}}})
        ),
    ]));
    let judgment = get("/").judged(&plan);
    assert_eq!(judgment.ending, Ending::Challenge);
    assert_eq!(judgment.challenge.unwrap().failure, Some(Failure::Missing));
    let token = |passed, solved| Token::Valid { passed: Some(Timestamp(passed)), solved: Some(Timestamp(solved)) };
    let at = 1_000_000;
    let judgment = Sent { token: token(at - 299_000, 0), ..get("/") }.judged(&plan);
    assert_eq!((judgment.ending, judgment.counted[0].action), (Ending::Allow, ActionKind::Challenge));
    assert_eq!(judgment.counted[0].token, Some(Timestamp(at - 299_000)));
    let judgment = Sent { token: token(at - 300_000, at), ..get("/") }.judged(&plan);
    assert_eq!((judgment.ending, judgment.challenge.unwrap().failure), (Ending::Challenge, Some(Failure::Expired)));
    let judgment = Sent { token: token(at, at - 60_000), ..get("/puzzle") }.judged(&plan);
    assert_eq!((judgment.ending, judgment.captcha.unwrap().failure), (Ending::Captcha, Some(Failure::Expired)));
    let judgment = Sent { token: Token::OtherDomain, ..get("/") }.judged(&plan);
    assert_eq!(judgment.challenge.unwrap().failure, Some(Failure::OtherDomain));
}

#[test]
fn a_rule_says_what_to_answer() {
    let custom = json!({"Action": {"Block": {"CustomResponse": {"ResponseCode": 302, "CustomResponseBodyKey": "sorry",
        "ResponseHeaders": [{"Name": "Location", "Value": "/sorry"}]}}}});
    let response = get("/").judged(&plan(json!([rule("r", 0, path_has("/"), custom)]))).response.unwrap();
    assert_eq!((response.status, response.custom), (302, true));
    assert_eq!(response.headers, [("Location".to_owned(), "/sorry".to_owned())]);
    assert_eq!(response.body.as_ref().unwrap().1, "no");
}

#[test]
fn headers_are_inserted_and_of_one_name_the_last_counts() {
    let inserts = |value: &str| json!({"CustomRequestHandling": {"InsertHeaders": [{"Name": "Foo", "Value": value}]}});
    let rules = |last: Value| {
        json!([
            rule("a", 0, path_has("/"), json!({"Action": {"Count": inserts("one")}})),
            rule("b", 1, path_has("/"), json!({"Action": last})),
        ])
    };
    let judgment = get("/").judged(&plan(rules(json!({"Allow": inserts("bar")}))));
    assert_eq!(judgment.inserted.len(), 1);
    assert_eq!((judgment.inserted[0].name.as_str(), judgment.inserted[0].value.as_str()), ("x-amzn-waf-foo", "bar"));
    assert_eq!(get("/").judged(&plan(rules(json!({"Block": {}})))).inserted, []);
}

#[test]
fn places_become_labels_when_the_rule_is_over() {
    let geo = json!({"GeoMatchStatement": {"CountryCodes": ["AU"]}});
    let plan = plan(json!([
        rule("look", 0, json!({"AndStatement": {"Statements": [path_has("nowhere"), geo]}}), block()),
        rule("use", 1, label_match("LABEL", "awswaf:clientip:geo:region:NZ-AUK"), count()),
        rule("space", 2, label_match("NAMESPACE", "awswaf:clientip:geo:country:"), count()),
    ]));
    let judgment = get("/").judged(&plan);
    assert_eq!(names(&plan, &judgment), ["use", "space"]);
    let unknown = Sent { client: "203.0.113.1".to_owned(), ..get("/") }.judged(&plan);
    assert_eq!(unknown.labels[0].as_ref(), "awswaf:clientip:geo:country:XX");
    assert_eq!(unknown.labels[1].as_ref(), "awswaf:clientip:geo:region:XX-XX");
}

#[test]
fn what_a_detector_found_is_told() {
    let sqli = json!({"SqliMatchStatement": {"FieldToMatch": {"SingleQueryArgument": {"Name": "q"}}, "SensitivityLevel": "HIGH",
        "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}]}});
    let judgment = get("/?q=10%20AND%201=1").judged(&plan(json!([rule("r", 0, sqli, block())])));
    let detail = &judgment.details[0];
    assert_eq!(
        (detail.condition, detail.sensitivity, detail.location),
        ("SQL_INJECTION", Some("HIGH"), "SINGLE_QUERY_ARG")
    );
    assert_eq!(detail.field, "q");
    assert!(!detail.matched.is_empty());
}

#[test]
fn the_default_action_ends_what_no_rule_does() {
    let mut acl = web_acl(json!([rule("a", 0, path_has("good"), json!({"Action": {"Allow": {}}}))]));
    acl.default_action = read(&json!({"Block": {"CustomResponse": {"ResponseCode": 404}}}));
    let plan = compile(&acl, &library()).unwrap();
    let judgment = get("/bad").judged(&plan);
    assert_eq!((judgment.ending, judgment.by, judgment.response.unwrap().status), (Ending::Block, None, 404));
    assert_eq!(get("/good").judged(&plan).ending, Ending::Allow);
}

#[test]
fn a_name_space_may_lack_its_last_colon() {
    let found = |key: &str| {
        let rules = json!([
            rule("first", 0, path_has("/"), json!({"Action": {"Count": {}}, "RuleLabels": [{"Name": "one:two:a"}]})),
            rule("second", 1, label_match("NAMESPACE", key), block()),
        ]);
        get("/").judged(&plan(rules)).ending == Ending::Block
    };
    assert!(found("one:two:") && found("one:two") && found("two"));
    assert!(!found("one:tw") && !found("a") && !found("two:one"));
}
