//! Schemas as JSON: for `bartizan schema`, for the parity test against the vendor's model, for documentation.

use bartizan_wire::{Constraint, Member, Schema, SchemaKind};
use serde_json::{Map, Value, json};

use crate::{Binding, Elsewhere, ErasedOperation, Table};

/// Every operation with its input and output. A shape inside itself is `{"ref": name}`.
#[must_use]
pub fn table(table: &Table) -> Value {
    let operations: Vec<Value> = table.operations().iter().map(|operation| describe(operation)).collect();
    json!({ "operations": operations })
}

fn describe(operation: &ErasedOperation) -> Value {
    let binding = match operation.binding {
        Binding::AwsJson { target, signing } => {
            json!({ "protocol": "aws-json-1.1", "target": target, "signing": signing })
        }
        Binding::AwsQuery { version, signing, .. } => {
            json!({ "protocol": "aws-query", "version": version, "signing": signing })
        }
        Binding::AwsRest { method, path, query, elsewhere, payload, signing } => json!({
            "protocol": "aws-rest-json",
            "method": method.as_str(),
            "path": path,
            "query": located(query, elsewhere),
            "headers": headers(elsewhere),
            "payload": payload,
            "signing": signing,
        }),
        Binding::Bearer { method, path, query, elsewhere, document } => json!({
            "protocol": "bearer",
            "method": method.as_str(),
            "path": path,
            "query": located(query, elsewhere),
            "headers": headers(elsewhere),
            "document": document,
        }),
        Binding::Native { method, path, anonymous, .. } => {
            json!({ "protocol": "native", "method": method.as_str(), "path": path, "anonymous": anonymous })
        }
    };
    json!({
        "name": operation.name,
        "action": operation.action,
        "binding": binding,
        "writes": operation.writes,
        "input": schema(operation.input, &mut Vec::new()),
        "output": schema(operation.output, &mut Vec::new()),
    })
}

/// Members in the query, by the name under which they travel.
fn located(query: &[&str], elsewhere: &[Elsewhere]) -> Value {
    let own = query.iter().map(|name| ((*name).to_owned(), json!(name)));
    let renamed = elsewhere.iter().filter_map(|place| match place {
        Elsewhere::Query { member, name } => Some(((*name).to_owned(), json!(member))),
        Elsewhere::Header { .. } => None,
    });
    Value::Object(own.chain(renamed).collect())
}

/// Members in headers, by the header's name.
fn headers(elsewhere: &[Elsewhere]) -> Value {
    let named = elsewhere.iter().filter_map(|place| match place {
        Elsewhere::Header { member, name } => Some(((*name).to_owned(), json!(member))),
        Elsewhere::Query { .. } => None,
    });
    Value::Object(named.collect())
}

fn schema(of: &'static Schema, open: &mut Vec<&'static str>) -> Value {
    if open.contains(&of.name) {
        return json!({ "ref": of.name });
    }
    let kind = match &of.kind {
        SchemaKind::Structure(_) => "structure",
        SchemaKind::OneOf(_) => "one-of",
        SchemaKind::Enum(_) => "enum",
        SchemaKind::List(_) => "list",
        SchemaKind::Map(_) => "map",
        SchemaKind::String => "string",
        SchemaKind::Integer => "integer",
        SchemaKind::Long => "long",
        SchemaKind::Double => "double",
        SchemaKind::Boolean => "boolean",
        SchemaKind::Timestamp => "timestamp",
        SchemaKind::Blob => "blob",
        SchemaKind::Document => "document",
    };
    let mut value = Map::from_iter([("name".to_owned(), json!(of.name)), ("kind".to_owned(), json!(kind))]);
    match &of.kind {
        SchemaKind::Structure(members) | SchemaKind::OneOf(members) => {
            open.push(of.name);
            let members: Vec<Value> = members.iter().map(|member| describe_member(member, open)).collect();
            open.pop();
            value.insert("members".to_owned(), Value::Array(members));
        }
        SchemaKind::Enum(values) => {
            value.insert("values".to_owned(), json!(values));
        }
        SchemaKind::List(item) | SchemaKind::Map(item) => {
            value.insert("item".to_owned(), schema(item(), open));
        }
        _ => {}
    }
    Value::Object(value)
}

fn describe_member(member: &'static Member, open: &mut Vec<&'static str>) -> Value {
    json!({
        "name": member.name,
        "required": member.required,
        "sensitive": member.sensitive,
        "constraint": constraint(&member.constraint),
        "schema": schema((member.schema)(), open),
    })
}

fn constraint(of: &Constraint) -> Value {
    let mut value = Map::new();
    let numbers = [
        ("length_min", of.length_min.and_then(|bound| i64::try_from(bound).ok())),
        ("length_max", of.length_max.and_then(|bound| i64::try_from(bound).ok())),
        ("range_min", of.range_min),
        ("range_max", of.range_max),
    ];
    for (name, bound) in numbers {
        value.extend(bound.map(|bound| (name.to_owned(), json!(bound))));
    }
    value.extend(of.pattern.map(|pattern| ("pattern".to_owned(), json!(pattern))));
    value.extend(of.each.map(|each| ("each".to_owned(), constraint(each))));
    value.extend(of.key.map(|key| ("key".to_owned(), constraint(key))));
    Value::Object(value)
}
