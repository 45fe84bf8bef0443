//! The decisions of `DECISIONS.md`: every one names its tests, which are there; those that nothing else tests are tested here.

use std::path::Path;

use serde_json::{Value, json};

use crate::world::World;

/// Decisions that there are.
const DECISIONS: usize = 42;

/// Every row names tests as `file::function`, or says that it is open.
#[test]
fn every_decision_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("DECISIONS.md")).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #") && !line.starts_with("| example "))
        .collect();
    let decisions = rows.iter().filter(|row| row.split('|').nth(1).unwrap().trim().parse::<usize>().is_ok()).count();
    assert_eq!(decisions, DECISIONS);
    for row in rows {
        let named: Vec<&str> = row.split('`').filter(|piece| piece.contains("::")).collect();
        assert!(!named.is_empty() || row.contains("open:"), "{row}");
        for name in named {
            let (file, function) = name.split_once("::").unwrap();
            let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            let is_there = ["fn ", "def "].iter().any(|kind| source.contains(&format!("{kind}{function}(")));
            assert!(is_there, "{file} has no {function}");
        }
    }
}

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}

fn refers(arn: &str) -> Value {
    json!([{ "Name": "r", "Priority": 0, "Action": { "Block": {} }, "VisibilityConfig": visibility(),
        "Statement": { "IPSetReferenceStatement": { "ARN": arn } } }])
}

/// What is malformed, then what is not there, then the token, then the state, then what is referred to, then capacity.
#[tokio::test]
async fn of_several_errors_the_first_in_order_is_told() {
    let world = World::new();
    let nobody = "01234567-89ab-4cde-8f01-23456789abcd";
    let set = json!({ "Name": "s", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"] });
    let set = world.waf("CreateIPSet", set).await["Summary"].clone();
    let update = |id: &Value, token: &Value, address: &str| json!({ "Name": "s", "Scope": "REGIONAL", "Id": id, "LockToken": token, "Addresses": [address] });
    let (id, token, stale, other) = (&set["Id"], &set["LockToken"], &json!(nobody), &json!(nobody));
    let code = async |name: &str, input: Value| world.error(name, input).await.0;
    assert_eq!(code("UpdateIPSet", update(other, stale, "nothing")).await, "WAFInvalidParameterException");
    assert_eq!(code("UpdateIPSet", update(other, stale, "192.0.2.0/24")).await, "WAFNonexistentItemException");
    assert_eq!(code("UpdateIPSet", update(id, stale, "192.0.2.0/24")).await, "WAFOptimisticLockException");
    let patterns = |text: &str| {
        json!({ "Name": "p", "Scope": "REGIONAL", "Id": nobody, "LockToken": nobody,
            "RegularExpressionList": [{ "RegexString": text }] })
    };
    assert_eq!(code("UpdateRegexPatternSet", patterns("(")).await, "WAFInvalidParameterException");
    assert_eq!(code("UpdateRegexPatternSet", patterns("a")).await, "WAFNonexistentItemException");

    let arn = set["ARN"].as_str().unwrap();
    let group = json!({ "Name": "g", "Scope": "REGIONAL", "Capacity": 1, "VisibilityConfig": visibility(), "Rules": refers(arn) });
    let group = world.waf("CreateRuleGroup", group).await["Summary"].clone();
    let delete = |token: &Value| json!({ "Name": "s", "Scope": "REGIONAL", "Id": id, "LockToken": token });
    assert_eq!(code("DeleteIPSet", delete(stale)).await, "WAFOptimisticLockException");
    assert_eq!(code("DeleteIPSet", delete(token)).await, "WAFAssociatedItemException");

    let missing = arn.replace("/s/", "/t/");
    let change = |token: &Value, rules: Value| {
        json!({ "Name": "g", "Scope": "REGIONAL", "Id": group["Id"], "LockToken": token, "VisibilityConfig": visibility(),
            "Rules": rules })
    };
    assert_eq!(code("UpdateRuleGroup", change(stale, refers(&missing))).await, "WAFOptimisticLockException");
    // what is referred to and capacity have one code: the text tells them apart
    let text = async |rules: Value| {
        let (code, message) = world.error("UpdateRuleGroup", change(&group["LockToken"], rules)).await;
        assert_eq!(code, "WAFInvalidParameterException", "{message}");
        message
    };
    assert!(text(refers(&missing)).await.contains("reference"));
    let dear = json!([{ "Name": "r", "Priority": 0, "Action": { "Block": {} }, "VisibilityConfig": visibility(),
        "Statement": { "XssMatchStatement": { "FieldToMatch": { "Body": {} },
            "TextTransformations": [{ "Priority": 0, "Type": "NONE" }] } } }]);
    assert!(text(dear.clone()).await.contains("capacity"));
    let mut both = dear;
    let mut second = refers(&missing)[0].clone();
    (second["Name"], second["Priority"]) = (json!("q"), json!(1));
    both.as_array_mut().unwrap().push(second);
    assert!(text(both).await.contains("reference"));
}
