//! [`Members`]: an input put together from a path, a query, headers and a body, each member said once.

use std::collections::BTreeSet;

use bartizan_wire::{Json, Schema, SchemaKind};

use crate::coerce;
use crate::failure::Failure;
use crate::limits::{FORM_MEMBERS_MAX, JSON_DEPTH_MAX};
use crate::routes::pattern::{self, Labels};

/// A body as JSON.
pub(crate) fn parse(body: &[u8]) -> Result<Json, Failure> {
    Json::parse(body, JSON_DEPTH_MAX).map_err(|error| Failure::Serialization(error.to_string()))
}

/// The members so far.
#[derive(Debug)]
pub(crate) struct Members {
    schema: &'static Schema,
    members: Vec<(String, Json)>,
    said: BTreeSet<String>,
}

impl Members {
    /// None yet.
    pub(crate) fn none(schema: &'static Schema) -> Self {
        Self { schema, members: Vec::new(), said: BTreeSet::new() }
    }

    /// Those of a JSON body; no body at all has none.
    pub(crate) fn of_body(schema: &'static Schema, body: &[u8]) -> Result<Self, Failure> {
        if body.is_empty() {
            return Ok(Self::none(schema));
        }
        match parse(body)? {
            Json::Object(members) => {
                let said = members.iter().map(|(name, _)| name.clone()).collect();
                Ok(Self { schema, members, said })
            }
            other => Err(Failure::Serialization(format!("the body must be a JSON object, got {}", other.kind()))),
        }
    }

    /// Forgets those that travel elsewhere: in a body they are members that nobody knows.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.members.retain(|(name, _)| keep(name));
        self.said.retain(|name| keep(name));
    }

    /// Adds what a path says.
    pub(crate) fn add_labels(&mut self, labels: Labels<'_>) -> Result<(), Failure> {
        for (name, raw) in labels {
            let text = pattern::decode(raw)
                .ok_or_else(|| Failure::Serialization(format!("`{name}` in the path must be percent-encoded UTF-8")))?;
            self.add_text(name, &text)?;
        }
        Ok(())
    }

    /// Adds what a query says. `member` is the member that travels under a name, if any does.
    pub(crate) fn add_query(
        &mut self,
        query: Option<&str>,
        member: impl for<'m> Fn(&'m str) -> Option<&'m str>,
    ) -> Result<(), Failure> {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        for (count, (name, value)) in pairs.enumerate() {
            if count >= FORM_MEMBERS_MAX {
                return Err(Failure::Invalid(format!("send at most {FORM_MEMBERS_MAX} members in the query")));
            }
            // A presigned request carries its signature here.
            if name.starts_with("X-Amz-") {
                continue;
            }
            if let Some(name) = member(&name) {
                self.add_text(name, &value)?;
            }
        }
        Ok(())
    }

    /// Adds a text as its schema has it; a list is written as its items, one after the other.
    pub(crate) fn add_text(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let schema = coerce::member(self.schema, name);
        if let Some(SchemaKind::List(item)) = schema.map(|schema| &schema.kind) {
            let value = coerce::scalar(Some(item()), text);
            if let Some((_, Json::Array(items))) = self.members.iter_mut().find(|(known, _)| known == name) {
                items.push(value);
                return Ok(());
            }
            return self.add(name, Json::Array(vec![value]));
        }
        self.add(name, coerce::scalar(schema, text))
    }

    /// Adds a member.
    pub(crate) fn add(&mut self, name: &str, value: Json) -> Result<(), Failure> {
        if !self.said.insert(name.to_owned()) {
            return Err(Failure::Serialization(format!("`{}` is given twice: give it once", name.escape_debug())));
        }
        self.members.push((name.to_owned(), value));
        Ok(())
    }

    /// All of them.
    pub(crate) fn into_json(self) -> Json {
        Json::Object(self.members)
    }
}
