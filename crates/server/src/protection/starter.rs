//! The first web ACL: it only counts, so that the first look costs nothing.

use std::sync::Arc;

use bartizan_access::authorize::ROOT;
use bartizan_operation::{Refusal, Table};
use bartizan_policy::{Authorizer, lifecycle};
use bartizan_web::kind::Associations;
use bartizan_wire::Json;
use serde_json::{Value, json};

use crate::surroundings::Surroundings;

/// What it is called.
const NAME: &str = "bartizan-starter";

/// Makes the first web ACL and associates it with the gateway, unless the gateway has one, through the operations that
/// everybody calls.
///
/// # Errors
/// An operation's refusal, in words.
pub(super) async fn ensure(
    surroundings: &Surroundings,
    table: &Table,
    authorizer: &Arc<dyn Authorizer>,
    resource: &str,
) -> Result<(), String> {
    let cx = surroundings.own(ROOT, "start");
    if lifecycle::find::<Associations>(&cx, resource).await.map_err(|error| error.to_string())?.is_some() {
        return Ok(());
    }
    let call = async |name: &str, input: Value| -> Result<Value, String> {
        let operation = table.by_target(&format!("AWSWAF_20190729.{name}")).ok_or("web ACLs are not served")?;
        let cx = surroundings.own(ROOT, "start");
        let answer = operation.invoke(cx, Json::from(&input), Arc::clone(authorizer)).await;
        let answer = answer.map_err(|refusal| match refusal {
            Refusal::Service(body) => body.message,
            Refusal::Serialization(text) | Refusal::Denied(text) => text,
            Refusal::Internal => "the store failed".to_owned(),
        })?;
        serde_json::from_str(&answer.body).map_err(|error| error.to_string())
    };
    let listed = call("ListWebACLs", json!({"Scope": "REGIONAL"})).await?;
    let known = listed.get("WebACLs").and_then(Value::as_array).into_iter().flatten();
    let arn_of = |summary: &Value| summary.get("ARN").and_then(Value::as_str).map(ToOwned::to_owned);
    let mut arn = known.into_iter().find(|one| one.get("Name").and_then(Value::as_str) == Some(NAME)).and_then(arn_of);
    if arn.is_none() {
        let made = call("CreateWebACL", web_acl()).await?;
        arn = made.get("Summary").and_then(arn_of);
    }
    let arn = arn.ok_or("a web ACL has no ARN")?;
    call("AssociateWebACL", json!({"WebACLArn": arn, "ResourceArn": resource})).await?;
    Ok(())
}

fn web_acl() -> Value {
    let decoded = json!([{"Priority": 0, "Type": "URL_DECODE_UNI"}, {"Priority": 1, "Type": "HTML_ENTITY_DECODE"}]);
    let decoded_path = json!([{"Priority": 0, "Type": "URL_DECODE_UNI"}, {"Priority": 1, "Type": "LOWERCASE"}]);
    let plain = json!([{"Priority": 0, "Type": "NONE"}]);
    let query = json!({"AllQueryArguments": {}});
    let body = json!({"Body": {"OversizeHandling": "CONTINUE"}});
    let either = |one: Value, other: Value| json!({"OrStatement": {"Statements": [one, other]}});
    let sqli = |field: &Value| json!({"SqliMatchStatement": {"FieldToMatch": field, "TextTransformations": decoded}});
    let xss = |field: &Value| json!({"XssMatchStatement": {"FieldToMatch": field, "TextTransformations": decoded}});
    let regex = |field: Value, regex: &str| json!({"RegexMatchStatement": {"RegexString": regex, "FieldToMatch": field, "TextTransformations": decoded_path}});
    let longer = |field: Value, size: u32| json!({"SizeConstraintStatement": {"FieldToMatch": field, "ComparisonOperator": "GT", "Size": size, "TextTransformations": plain}});
    let rules = [
        ("sql-injection", either(sqli(&query), sqli(&body))),
        ("cross-site-scripting", either(xss(&query), xss(&body))),
        (
            "path-traversal",
            either(
                regex(json!({"UriPath": {}}), r"(^|[/\\])\.\.([/\\]|$)"),
                regex(query.clone(), r"(^|[/\\])\.\.[/\\]|/etc/passwd"),
            ),
        ),
        ("hidden-files", regex(json!({"UriPath": {}}), r"/\.(git|svn|hg|env|aws|ssh|htaccess|htpasswd)(/|$)")),
        ("long-query", either(longer(json!({"QueryString": {}}), 4_096), longer(json!({"UriPath": {}}), 1_024))),
        (
            "many-requests",
            json!({"RateBasedStatement": {"Limit": 2_000, "EvaluationWindowSec": 300, "AggregateKeyType": "IP"}}),
        ),
    ];
    let rules = rules.into_iter().enumerate().map(|(number, (name, statement))| {
        json!({
            "Name": name,
            "Priority": number,
            "Statement": statement,
            "Action": {"Count": {}},
            "RuleLabels": [{"Name": format!("starter:{name}")}],
            "VisibilityConfig": visibility(name),
        })
    });
    json!({
        "Name": NAME,
        "Scope": "REGIONAL",
        "Description": "Made at the first start: counts what looks like an attack and blocks nothing",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": visibility(NAME),
        "Rules": rules.collect::<Vec<_>>(),
    })
}

fn visibility(metric: &str) -> Value {
    json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": metric})
}
