//! What a preview of the web room says, and what it leaves alone.

use bartizan_policy::Cx;
use serde_json::{Value, json};

use crate::world::World;

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}

fn acl(name: &str, set: &str) -> Value {
    json!({
        "Name": name,
        "Scope": "REGIONAL",
        "DefaultAction": { "Allow": {} },
        "VisibilityConfig": visibility(),
        "Rules": [{
            "Name": "ips",
            "Priority": 0,
            "Statement": { "IPSetReferenceStatement": { "ARN": set } },
            "Action": { "Block": {} },
            "VisibilityConfig": visibility(),
        }],
    })
}

async fn detail(cx: &Cx, preview: &str) -> Value {
    let line = cx.audit.find(&cx.realm, preview).await.unwrap().unwrap();
    serde_json::from_str(&line.detail).unwrap()
}

#[tokio::test]
async fn a_preview_says_what_it_costs_and_what_uses_it() {
    let world = World::new();
    let set = json!({ "Name": "ips", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": [] });
    let set = world.waf("CreateIPSet", set).await["Summary"].clone();
    let arn = set["ARN"].as_str().unwrap();
    let made = world.waf("CreateWebACL", acl("edge", arn)).await["Summary"].clone();
    let mut cx = world.cx.clone();
    cx.previewing = true;

    let mut update = acl("edge", arn);
    update["Id"] = made["Id"].clone();
    update["LockToken"] = made["LockToken"].clone();
    let labels: Vec<Value> = (0..6).map(|number| json!({ "Name": format!("l{number}") })).collect();
    update["Rules"][0]["RuleLabels"] = labels.into();
    let answer = world.ask(&cx, "wafv2:UpdateWebACL", &update).await.unwrap();
    let told = detail(&cx, &answer.preview.unwrap()).await;
    assert_eq!(told["Summary"][0], "`edge` costs 3 capacity units instead of 1");
    assert_eq!(told["Findings"][0]["CapacityBefore"], 1);
    assert_eq!(told["Evidence"]["Judged"], 0);

    let change = json!({
        "Name": "ips", "Scope": "REGIONAL", "Id": set["Id"], "LockToken": set["LockToken"], "Addresses": ["192.0.2.0/24"],
    });
    let answer = world.ask(&cx, "wafv2:UpdateIPSet", &change).await.unwrap();
    let told = detail(&cx, &answer.preview.unwrap()).await;
    assert_eq!(told["Summary"], json!(["`ips` is used by web ACL edge"]));

    let got = world.waf("GetWebACL", json!({ "ARN": made["ARN"] })).await;
    assert_eq!(got["LockToken"], made["LockToken"]);
    let got = world.waf("GetIPSet", json!({ "Name": "ips", "Scope": "REGIONAL", "Id": set["Id"] })).await;
    assert_eq!(got["IPSet"]["Addresses"], json!([]));
}
