//! How much there may be of everything.

use serde_json::{Value, json};

use crate::world::World;

const TOO_MUCH: &str = "WAFLimitsExceededException";

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}

fn rule(number: usize, statement: &Value) -> Value {
    json!({
        "Name": format!("r{number}"), "Priority": number, "Statement": statement, "Action": { "Count": {} },
        "VisibilityConfig": visibility(),
    })
}

fn rules(count: usize, statement: &Value) -> Value {
    (0..count).map(|number| rule(number, statement)).collect()
}

fn acl(name: &str, rules: &Value) -> Value {
    json!({
        "Name": name, "Scope": "REGIONAL", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility(),
        "Rules": rules,
    })
}

fn ip_set(name: &str, addresses: &Value) -> Value {
    json!({ "Name": name, "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": addresses })
}

#[tokio::test]
async fn so_many_of_each_in_a_scope() {
    let world = World::new();
    for number in 0..10 {
        let set = json!({ "Name": format!("s{number}"), "Scope": "REGIONAL", "RegularExpressionList": [] });
        world.waf("CreateRegexPatternSet", set).await;
    }
    let one_more = json!({ "Name": "more", "Scope": "REGIONAL", "RegularExpressionList": [] });
    assert_eq!(world.error("CreateRegexPatternSet", one_more.clone()).await.0, TOO_MUCH);
    // The scopes are counted apart.
    let mut elsewhere = one_more;
    elsewhere["Scope"] = "CLOUDFRONT".into();
    world.waf("CreateRegexPatternSet", elsewhere).await;
    for number in 0..100 {
        world.waf("CreateIPSet", ip_set(&format!("s{number}"), &json!([]))).await;
    }
    assert_eq!(world.error("CreateIPSet", ip_set("more", &json!([]))).await.0, TOO_MUCH);
}

#[tokio::test]
async fn so_many_addresses_in_a_set() {
    let world = World::new();
    let addresses = |count: u32| -> Value {
        (0..count)
            .map(|number| format!("10.{}.{}.{}/32", number >> 16 & 255, number >> 8 & 255, number & 255))
            .collect()
    };
    let made = world.waf("CreateIPSet", ip_set("full", &addresses(10_000))).await;
    assert_eq!(world.error("CreateIPSet", ip_set("more", &addresses(10_001))).await.0, TOO_MUCH);
    let summary = &made["Summary"];
    let update = json!({
        "Name": "full", "Scope": "REGIONAL", "Id": summary["Id"], "LockToken": summary["LockToken"],
        "Addresses": addresses(10_001),
    });
    assert_eq!(world.error("UpdateIPSet", update).await.0, TOO_MUCH);
}

#[tokio::test]
async fn so_many_rules_that_count_or_refer() {
    let world = World::new();
    let rate = json!({ "RateBasedStatement": { "Limit": 100, "AggregateKeyType": "IP" } });
    world.waf("CreateWebACL", acl("ten", &rules(10, &rate))).await;
    assert_eq!(world.error("CreateWebACL", acl("more", &rules(11, &rate))).await.0, TOO_MUCH);
    let group = |name: &str, count: usize| {
        json!({
            "Name": name, "Scope": "REGIONAL", "Capacity": 100, "VisibilityConfig": visibility(), "Rules": rules(count, &rate),
        })
    };
    world.waf("CreateRuleGroup", group("four", 4)).await;
    assert_eq!(world.error("CreateRuleGroup", group("more", 5)).await.0, TOO_MUCH);
    let set = world.waf("CreateIPSet", ip_set("set", &json!([]))).await;
    let refers = json!({ "IPSetReferenceStatement": { "ARN": set["Summary"]["ARN"] } });
    world.waf("CreateWebACL", acl("fifty", &rules(50, &refers))).await;
    assert_eq!(world.error("CreateWebACL", acl("more", &rules(51, &refers))).await.0, TOO_MUCH);
}

#[tokio::test]
async fn the_two_scopes_are_apart() {
    let world = World::new();
    let global = |name: &str| {
        let mut set = ip_set(name, &json!([]));
        set["Scope"] = "CLOUDFRONT".into();
        set
    };
    let near = world.waf("CreateIPSet", ip_set("same", &json!([]))).await["Summary"].clone();
    let far = world.waf("CreateIPSet", global("same")).await["Summary"].clone();
    let prefix = "arn:aws:wafv2:us-east-1:123456789012:";
    assert!(far["ARN"].as_str().unwrap().starts_with(&format!("{prefix}global/ipset/same/")), "{far}");
    let listed = world.waf("ListIPSets", json!({ "Scope": "CLOUDFRONT" })).await;
    assert_eq!(listed["IPSets"].as_array().unwrap().len(), 1);
    let wrong = json!({ "Name": "same", "Scope": "CLOUDFRONT", "Id": near["Id"] });
    assert_eq!(world.error("GetIPSet", wrong).await.0, "WAFNonexistentItemException");
    // What stands in one cannot refer to the other, and a web ACL of CloudFront is attached at the other end.
    let refers = json!({ "IPSetReferenceStatement": { "ARN": far["ARN"] } });
    let (code, message) = world.error("CreateWebACL", acl("edge", &rules(1, &refers))).await;
    assert_eq!(code, "WAFInvalidParameterException");
    assert!(message.contains("field: RULE, parameter: Statement"), "{message}");
    let mut edge = acl("edge", &rules(1, &refers));
    edge["Scope"] = "CLOUDFRONT".into();
    let edge = world.waf("CreateWebACL", edge).await["Summary"].clone();
    let balancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/edge/0123456789abcdef";
    let (code, _) = world.error("AssociateWebACL", json!({ "WebACLArn": edge["ARN"], "ResourceArn": balancer })).await;
    assert_eq!(code, "WAFInvalidOperationException");
}
