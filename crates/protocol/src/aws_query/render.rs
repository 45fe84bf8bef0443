//! XML answers.

use bartizan_operation::{ErasedOperation, Fault};
use bartizan_wire::{Schema, SchemaKind, Timestamp};
use serde_json::Value;

use crate::coerce;
use crate::failure::Told;

/// `<XResponse xmlns=".."><XResult>..</XResult><ResponseMetadata>..</ResponseMetadata></XResponse>`.
pub(crate) fn answer(
    operation: &ErasedOperation,
    namespace: &str,
    body: &str,
    request_id: &str,
) -> Result<String, serde_json::Error> {
    let value: Value = serde_json::from_str(body)?;
    let name = operation.name;
    let mut xml = Xml(String::with_capacity(body.len() * 2 + 256));
    xml.open_in(&format!("{name}Response"), namespace);
    xml.element(&format!("{name}Result"), &value, Some(operation.output));
    xml.open("ResponseMetadata");
    xml.leaf("RequestId", request_id);
    xml.close("ResponseMetadata");
    xml.close(&format!("{name}Response"));
    Ok(xml.0)
}

/// `<ErrorResponse xmlns="..">..`.
pub(crate) fn error(told: &Told<'_>, namespace: &str, request_id: &str) -> String {
    let mut xml = Xml(String::with_capacity(256));
    xml.open_in("ErrorResponse", namespace);
    xml.open("Error");
    xml.leaf(
        "Type",
        match told.fault {
            Fault::Client => "Sender",
            Fault::Server => "Receiver",
        },
    );
    xml.leaf("Code", &told.code);
    xml.leaf("Message", &told.message);
    for (name, value) in told.members.into_iter().flatten() {
        xml.element(name, value, None);
    }
    xml.close("Error");
    xml.leaf("RequestId", request_id);
    xml.close("ErrorResponse");
    xml.0
}

struct Xml(String);

impl Xml {
    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn open_in(&mut self, name: &str, namespace: &str) {
        self.0.push('<');
        self.0.push_str(name);
        if !namespace.is_empty() {
            self.0.push_str(" xmlns=\"");
            self.text(namespace);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.open(name);
        self.text(text);
        self.close(name);
    }

    /// Absent values leave nothing behind.
    fn element(&mut self, name: &str, value: &Value, schema: Option<&'static Schema>) {
        if value.is_null() {
            return;
        }
        self.open(name);
        self.content(value, schema);
        self.close(name);
    }

    fn content(&mut self, value: &Value, schema: Option<&'static Schema>) {
        match (value, schema.map(|schema| &schema.kind)) {
            (Value::Object(members), Some(SchemaKind::Map(item))) => {
                for (key, value) in members {
                    self.open("entry");
                    self.leaf("key", key);
                    self.element("value", value, Some(item()));
                    self.close("entry");
                }
            }
            (Value::Object(members), _) => {
                for (name, value) in members {
                    self.element(name, value, schema.and_then(|schema| coerce::member(schema, name)));
                }
            }
            (Value::Array(items), kind) => {
                let item = if let Some(SchemaKind::List(item)) = kind { Some(item()) } else { None };
                for value in items {
                    self.element("member", value, item);
                }
            }
            (Value::Number(number), Some(SchemaKind::Timestamp)) => {
                match number.as_f64().and_then(Timestamp::from_seconds) {
                    Some(at) => self.text(&at.to_iso8601()),
                    None => self.text(&number.to_string()),
                }
            }
            (Value::String(text), _) => self.text(text),
            (Value::Null, _) => {}
            (other, _) => self.text(&other.to_string()),
        }
    }

    /// Escapes; characters that XML cannot carry become the replacement character.
    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\t' | '\n' => self.0.push(letter),
                '\r' => self.0.push_str("&#xD;"),
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                _ => self.0.push(letter),
            }
        }
    }
}
