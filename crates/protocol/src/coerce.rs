//! Texts of paths, queries and forms as the JSON values that their schema asks for. A text that does not fit stays a
//! text, and is reported by whoever checks the shape.

use bartizan_wire::{Json, Schema, SchemaKind, Timestamp};

/// The schema of a structure's member.
pub(crate) fn member(schema: &'static Schema, name: &str) -> Option<&'static Schema> {
    match schema.kind {
        SchemaKind::Structure(members) | SchemaKind::OneOf(members) => {
            members.iter().find(|member| member.name == name).map(|member| (member.schema)())
        }
        _ => None,
    }
}

/// The text as the schema has it.
pub(crate) fn scalar(schema: Option<&'static Schema>, text: &str) -> Json {
    let number = |number: Option<serde_json::Number>| number.map(Json::Number);
    let value = match schema.map(|schema| &schema.kind) {
        Some(SchemaKind::Integer | SchemaKind::Long) => number(text.parse::<i64>().ok().map(Into::into)),
        Some(SchemaKind::Double) => number(text.parse().ok().and_then(serde_json::Number::from_f64)),
        Some(SchemaKind::Boolean) => text.parse().ok().map(Json::Bool),
        Some(SchemaKind::Timestamp) => {
            let seconds = Timestamp::from_iso8601(text).map(Timestamp::seconds).or_else(|_| text.parse());
            number(seconds.ok().and_then(serde_json::Number::from_f64))
        }
        _ => None,
    };
    value.unwrap_or_else(|| Json::String(text.to_owned()))
}
