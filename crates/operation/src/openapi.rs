//! The operations of Qualys REST as an OpenAPI document [OpenAPI 3.1].

use std::collections::BTreeMap;

use bartizan_wire::{Constraint, Member, Schema, SchemaKind};
use serde_json::{Map, Value, json};

use crate::{Binding, Elsewhere, ErasedOperation, Table};

/// What every one of them can answer instead, with the reason.
const REFUSALS: [(u16, &str); 8] = [
    (400, "Something in the request is wrong; the message names all of it"),
    (401, "No token, or one that does not hold any more"),
    (403, "Not allowed"),
    (404, "Not there"),
    (409, "It cannot be done in the state that things are in"),
    (412, "It is not at the revision that If-Match names"),
    (429, "More requests than the limit in the headers"),
    (500, "The server's fault"),
];

/// Where the document belongs: below the folder that all paths of that protocol share; `None` without any.
#[must_use]
pub fn place(table: &Table) -> Option<String> {
    let mut paths = table.operations().iter().filter_map(|operation| match operation.binding {
        Binding::Bearer { path, .. } => Some(path),
        _ => None,
    });
    let first = paths.next()?;
    let shared = paths.fold(first, |shared, path| {
        let same = shared.bytes().zip(path.bytes()).take_while(|(one, other)| one == other).count();
        shared.get(..same).unwrap_or_default()
    });
    Some(format!("{}/openapi.json", shared.rsplit_once('/').map_or("", |(folder, _)| folder)))
}

/// All operations of that protocol.
#[must_use]
pub fn document(table: &Table) -> Value {
    let mut shapes = BTreeMap::new();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in table.operations() {
        if let Binding::Bearer { method, path, .. } = operation.binding {
            let described = describe(operation, &mut shapes);
            paths.entry(path).or_default().insert(method.as_str().to_ascii_lowercase(), described);
        }
    }
    shapes.insert(
        "ResponseError",
        json!({
            "type": "object",
            "required": ["errorCode", "message", "timestamp"],
            "properties": {
                "errorCode": { "type": "string", "examples": ["404 NOT_FOUND"] },
                "message": { "type": "string" },
                "timestamp": { "type": "integer", "description": "milliseconds since the epoch" },
            },
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Container Security API, as Bartizan speaks it",
            "version": "1.3",
            "description": "Sensor profiles, sensors, registries, images and containers. A token is had from POST /auth.",
        },
        "components": {
            "schemas": shapes,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
        "security": [{ "token": [] }],
        "paths": paths,
    })
}

fn describe(operation: &ErasedOperation, shapes: &mut BTreeMap<&'static str, Value>) -> Value {
    let Binding::Bearer { path, query, elsewhere, document, .. } = operation.binding else { return Value::Null };
    let SchemaKind::Structure(members) = operation.input.kind else { return Value::Null };
    let mut parameters = Vec::new();
    for member in members {
        let label = format!("{{{}}}", member.name);
        let header = elsewhere.iter().find_map(|place| match place {
            Elsewhere::Header { member: known, name } if *known == member.name => Some(*name),
            _ => None,
        });
        let (place, name) = if path.contains(&label) {
            ("path", member.name)
        } else if query.contains(&member.name) {
            ("query", member.name)
        } else if let Some(header) = header {
            ("header", header)
        } else {
            continue;
        };
        parameters.push(json!({
            "name": name,
            "in": place,
            "required": member.required || place == "path",
            "schema": of((member.schema)(), &member.constraint, shapes),
        }));
    }
    let mut responses: Map<String, Value> = REFUSALS
        .iter()
        .map(|(status, why)| {
            let error = json!({ "$ref": "#/components/schemas/ResponseError" });
            let content = json!({ "application/json": { "schema": error } });
            (status.to_string(), json!({ "description": why, "content": content }))
        })
        .collect();
    let output = of(operation.output, &Constraint::NONE, shapes);
    responses.insert(
        "200".to_owned(),
        json!({ "description": "Done", "content": { "application/json": { "schema": output } } }),
    );
    let mut described = json!({
        "operationId": operation.name,
        "parameters": parameters,
        "responses": responses,
    });
    if let (Some(member), Some(described)) = (document, described.as_object_mut()) {
        let required = members.iter().any(|known| known.name == member && known.required);
        let schema = match operation.body {
            Some(body) => of(body, &Constraint::NONE, shapes),
            None => json!({ "type": "object" }),
        };
        let body = json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        described.insert("requestBody".to_owned(), body);
    }
    described
}

/// A schema; structures are kept by name and referred to.
fn of(schema: &'static Schema, constraint: &Constraint, shapes: &mut BTreeMap<&'static str, Value>) -> Value {
    let mut value = match &schema.kind {
        SchemaKind::Structure(members) | SchemaKind::OneOf(members) => {
            if !shapes.contains_key(schema.name) {
                // Known before its members are looked at, because it may be one of them.
                shapes.insert(schema.name, Value::Null);
                let described = structure(members, shapes);
                shapes.insert(schema.name, described);
            }
            return json!({ "$ref": format!("#/components/schemas/{}", schema.name) });
        }
        SchemaKind::Enum(values) => json!({ "type": "string", "enum": values }),
        SchemaKind::List(item) => json!({ "type": "array", "items": of(item(), &Constraint::NONE, shapes) }),
        SchemaKind::Map(item) => {
            json!({ "type": "object", "additionalProperties": of(item(), &Constraint::NONE, shapes) })
        }
        SchemaKind::String | SchemaKind::Blob => json!({ "type": "string" }),
        SchemaKind::Integer => json!({ "type": "integer", "format": "int32" }),
        SchemaKind::Long => json!({ "type": "integer", "format": "int64" }),
        SchemaKind::Double | SchemaKind::Timestamp => json!({ "type": "number" }),
        SchemaKind::Boolean => json!({ "type": "boolean" }),
        SchemaKind::Document => json!({}),
    };
    if let Some(value) = value.as_object_mut() {
        let is_text = matches!(schema.kind, SchemaKind::String);
        let bounds = [
            ("minLength", constraint.length_min.filter(|_| is_text).map(|bound| json!(bound))),
            ("maxLength", constraint.length_max.filter(|_| is_text).map(|bound| json!(bound))),
            ("minimum", constraint.range_min.map(|bound| json!(bound))),
            ("maximum", constraint.range_max.map(|bound| json!(bound))),
        ];
        for (name, bound) in bounds {
            value.extend(bound.map(|bound| (name.to_owned(), bound)));
        }
    }
    value
}

fn structure(members: &'static [Member], shapes: &mut BTreeMap<&'static str, Value>) -> Value {
    let required: Vec<&str> = members.iter().filter(|member| member.required).map(|member| member.name).collect();
    let mut properties = Map::new();
    for member in members {
        let schema = of((member.schema)(), &member.constraint, shapes);
        let schema = if member.required { schema } else { json!({ "anyOf": [schema, { "type": "null" }] }) };
        properties.insert(member.name.to_owned(), schema);
    }
    let mut value = json!({ "type": "object", "properties": properties });
    if let (false, Some(value)) = (required.is_empty(), value.as_object_mut()) {
        value.insert("required".to_owned(), json!(required));
    }
    value
}
