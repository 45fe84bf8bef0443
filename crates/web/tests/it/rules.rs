//! Rules of any form: answered as they came, and what they cost.

use bartizan_web::document::{Rule, Scope};
use bartizan_web::review::{self, Within};
use bartizan_web::wcu::{self, NoPrices, Prices};
use bartizan_wire::{Checked, Json};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

use crate::world::World;

/// The minimal web ACL of the vendor's clients: a managed group, and SQL injection answered with a custom response.
#[tokio::test]
async fn the_worked_example_costs_what_it_must() {
    struct Hundred;
    impl Prices for Hundred {
        fn rule_group(&self, _arn: &str) -> Option<i64> {
            None
        }
        fn managed(&self, _statement: &bartizan_web::document::ManagedRuleGroupStatement) -> Option<i64> {
            Some(100)
        }
    }
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    let rules = json!([
        {
            "Name": "acme", "Priority": 0, "OverrideAction": { "None": {} }, "VisibilityConfig": visibility,
            "Statement": { "ManagedRuleGroupStatement": {
                "VendorName": "Acme Labs", "Name": "web-core", "Version": "Version_1.0",
                "RuleActionOverrides": [{ "Name": "R1", "ActionToUse": { "Count": {} } }],
            } },
        },
        {
            "Name": "sqli", "Priority": 1, "VisibilityConfig": visibility, "RuleLabels": [{ "Name": "bad:sqli" }],
            "Statement": { "SqliMatchStatement": {
                "FieldToMatch": { "AllQueryArguments": {} }, "SensitivityLevel": "HIGH",
                "TextTransformations": [{ "Priority": 0, "Type": "URL_DECODE" }],
            } },
            "Action": { "Block": { "CustomResponse": {
                "ResponseCode": 429, "ResponseHeaders": [{ "Name": "x-why", "Value": "waf" }],
            } } },
        },
    ]);
    let rules = read(&rules);
    assert_eq!(wcu::cost(&rules, &Hundred), 151);
    assert_eq!(review::rules(&rules, Within::WebAcl, None), []);
    assert_eq!(review::rules(&rules, Within::RuleGroup, None).len(), 1);
}

fn read(rules: &Value) -> Vec<Rule> {
    let json = Json::parse(rules.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
    Checked::<Vec<Rule>>::decode(&json).unwrap().into_inner()
}

fn any_field() -> impl Strategy<Value = Value> {
    let name = "[A-Za-z-]{1,12}";
    prop_oneof![
        name.prop_map(|name| json!({ "SingleHeader": { "Name": name } })),
        name.prop_map(|name| json!({ "SingleQueryArgument": { "Name": name } })),
        Just(json!({ "AllQueryArguments": {} })),
        Just(json!({ "UriPath": {} })),
        Just(json!({ "QueryString": {} })),
        Just(json!({ "Body": { "OversizeHandling": "CONTINUE" } })),
        Just(json!({ "JsonBody": { "MatchPattern": { "All": {} }, "MatchScope": "VALUE" } })),
        Just(json!({ "Cookies": { "MatchPattern": { "All": {} }, "MatchScope": "KEY", "OversizeHandling": "MATCH" } })),
    ]
}

fn any_transformations() -> impl Strategy<Value = Value> {
    let one = prop_oneof![Just("NONE"), Just("LOWERCASE"), Just("URL_DECODE"), Just("TRIM"), Just("MD5")];
    proptest::collection::vec(one, 1..4).prop_map(|types| {
        let numbered = types.into_iter().enumerate();
        numbered.map(|(priority, name)| json!({ "Priority": priority, "Type": name })).collect()
    })
}

fn any_statement() -> impl Strategy<Value = Value> {
    let looks = |kind: &'static str| {
        (any_field(), any_transformations()).prop_map(move |(field, transformations)| {
            json!({ kind: { "FieldToMatch": field, "TextTransformations": transformations } })
        })
    };
    let leaf = prop_oneof![
        looks("XssMatchStatement"),
        looks("SqliMatchStatement"),
        Just(json!({ "GeoMatchStatement": { "CountryCodes": ["NZ", "NO"] } })),
        any::<u32>().prop_map(|number| json!({ "AsnMatchStatement": { "AsnList": [number] } })),
        "[a-z]{1,9}".prop_map(|key| json!({ "LabelMatchStatement": { "Scope": "LABEL", "Key": key } })),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|inner| json!({ "NotStatement": { "Statement": inner } })),
            some.clone().prop_map(|some| json!({ "AndStatement": { "Statements": some } })),
            some.prop_map(|some| json!({ "OrStatement": { "Statements": some } })),
        ]
    })
}

fn any_rules() -> impl Strategy<Value = Value> {
    let rule = (any_statement(), 0..9_usize).prop_map(|(statement, labels)| {
        let labels: Vec<Value> = (0..labels).map(|number| json!({ "Name": format!("l{number}") })).collect();
        json!({
            "Statement": statement, "Action": { "Count": {} }, "RuleLabels": labels,
            "VisibilityConfig": { "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" },
        })
    });
    proptest::collection::vec(rule, 0..5).prop_map(|mut rules| {
        for (number, rule) in rules.iter_mut().enumerate() {
            rule["Name"] = json!(format!("r{number}"));
            rule["Priority"] = json!(number);
        }
        Value::Array(rules)
    })
}

proptest! {
    #[test]
    fn rules_are_answered_as_they_came_and_are_right(rules in any_rules()) {
        let read = read(&rules);
        assert_eq!(serde_json::to_value(&read).unwrap(), rules);
        assert_eq!(review::rules(&read, Within::RuleGroup, None), []);
    }

    /// Whatever is charged once only makes rules cheaper together than apart, and never cheaper than one part alone.
    #[test]
    fn together_rules_cost_no_more_than_apart(rules in any_rules(), cut in 0..5_usize) {
        let rules = read(&rules);
        let (left, right) = rules.split_at(cut.min(rules.len()));
        let (all, left, right) =
            (wcu::cost(&rules, &NoPrices), wcu::cost(left, &NoPrices), wcu::cost(right, &NoPrices));
        assert!(all <= left + right && all >= left && all >= right, "{all} of {left} and {right}");
    }

    /// What a rule costs does not depend on the order in which the rules are written.
    #[test]
    fn the_order_of_rules_is_no_matter(rules in any_rules()) {
        let mut rules = read(&rules);
        let cost = wcu::cost(&rules, &NoPrices);
        rules.reverse();
        assert_eq!(wcu::cost(&rules, &NoPrices), cost);
    }
}

#[tokio::test]
async fn names_of_headers_are_answered_in_lower_case_wherever_they_stand() {
    let world = World::new();
    let visibility = json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" });
    let header = json!({ "XssMatchStatement": {
        "FieldToMatch": { "SingleHeader": { "Name": "X-Odd" } }, "TextTransformations": [{ "Priority": 0, "Type": "NONE" }],
    } });
    let nested = json!({ "AndStatement": { "Statements": [
        { "NotStatement": { "Statement": header } },
        { "OrStatement": { "Statements": [header, header] } },
    ] } });
    let rate = json!({ "RateBasedStatement": { "Limit": 10, "AggregateKeyType": "IP", "ScopeDownStatement": nested } });
    let group = json!({
        "Name": "g", "Scope": Scope::Regional.as_wire(), "Capacity": 500, "VisibilityConfig": visibility,
        "Rules": [{ "Name": "r", "Priority": 0, "Statement": rate, "Action": { "Block": {} }, "VisibilityConfig": visibility }],
    });
    let made = world.waf("CreateRuleGroup", group).await;
    let got = world.waf("GetRuleGroup", json!({ "ARN": made["Summary"]["ARN"] })).await.to_string();
    assert_eq!(got.matches("x-odd").count(), 3);
    assert!(!got.contains("X-Odd"));
}
