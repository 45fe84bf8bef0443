//! Bartizan's own protocol: a method, a path with labels, members in the query and in a JSON body.

pub(crate) mod pattern;

use std::collections::BTreeSet;
use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Method as Bound, Table};
use bartizan_wire::{Json, SchemaKind};
use http::Method;

use crate::coerce;
use crate::failure::{Failure, Told};
use crate::limits::{FORM_MEMBERS_MAX, JSON_DEPTH_MAX};
use crate::{
    aws_json,
    native::pattern::{Labels, Pattern, PatternError},
};

/// The SigV4 service name of all operations of our own.
pub(crate) const SIGNING: &str = "bartizan";

/// One operation's address.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    pattern: Pattern,
    pub(crate) operation: Arc<ErasedOperation>,
    pub(crate) body_bytes_max: usize,
    pub(crate) anonymous: bool,
}

/// All addresses, the more specific ones first.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

/// What is at a path.
pub(crate) enum Found<'r> {
    Route(&'r Route, Labels<'r>),
    /// Something, but with another method.
    OtherMethod(&'static str),
    Nothing,
}

impl Routes {
    pub(crate) fn build(table: &Table) -> Result<Self, PatternError> {
        let mut routes = Vec::new();
        for operation in table.operations() {
            if let Binding::Native { method, path, body_bytes_max, anonymous } = operation.binding {
                routes.push(Route {
                    method: match method {
                        Bound::Get => Method::GET,
                        Bound::Post => Method::POST,
                    },
                    pattern: Pattern::parse(path)?,
                    operation: Arc::clone(operation),
                    body_bytes_max,
                    anonymous,
                });
            }
        }
        routes.sort_by(|one, two| one.pattern.cmp(&two.pattern));
        Ok(Self(routes))
    }

    /// Matches the raw path: a `%2F` in a label belongs to the label.
    pub(crate) fn find<'r>(&'r self, method: &Method, path: &'r str) -> Found<'r> {
        let mut other = None;
        for route in &self.0 {
            if let Some(labels) = route.pattern.matches(path) {
                if route.method == *method {
                    return Found::Route(route, labels);
                }
                other = Some(if route.method == Method::GET { "GET" } else { "POST" });
            }
        }
        other.map_or(Found::Nothing, Found::OtherMethod)
    }
}

/// Says that there is nothing.
pub(crate) fn unknown(method: &Method, path: &str) -> String {
    format!("nothing is served at `{method} {}`", path.escape_debug())
}

/// The input: members of the path, of the query and of the body, each said once.
pub(crate) fn input(
    operation: &ErasedOperation,
    labels: Labels<'_>,
    query: Option<&str>,
    body: &[u8],
) -> Result<Json, Failure> {
    let mut members = if body.is_empty() {
        Vec::new()
    } else {
        match Json::parse(body, JSON_DEPTH_MAX).map_err(|error| Failure::Serialization(error.to_string()))? {
            Json::Object(members) => members,
            other => {
                return Err(Failure::Serialization(format!("the body must be a JSON object, got {}", other.kind())));
            }
        }
    };
    let mut said: BTreeSet<String> = members.iter().map(|(name, _)| name.clone()).collect();
    for (name, raw) in labels {
        let text = pattern::decode(raw)
            .ok_or_else(|| Failure::Serialization(format!("`{name}` in the path must be percent-encoded UTF-8")))?;
        if !said.insert(name.to_owned()) {
            return Err(twice(name));
        }
        members.push((name.to_owned(), coerce::scalar(coerce::member(operation.input, name), &text)));
    }
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    for (count, (name, value)) in pairs.enumerate() {
        if count >= FORM_MEMBERS_MAX {
            return Err(Failure::Invalid(format!("send at most {FORM_MEMBERS_MAX} members in the query")));
        }
        // A presigned request carries its signature here.
        if name.starts_with("X-Amz-") {
            continue;
        }
        let schema = coerce::member(operation.input, &name);
        // A list is written as its items, one after the other.
        if let Some(SchemaKind::List(item)) = schema.map(|schema| &schema.kind) {
            let value = coerce::scalar(Some(item()), &value);
            if let Some((_, Json::Array(items))) = members.iter_mut().find(|(known, _)| *known == name) {
                items.push(value);
            } else {
                said.insert(name.clone().into_owned());
                members.push((name.into_owned(), Json::Array(vec![value])));
            }
            continue;
        }
        if !said.insert(name.clone().into_owned()) {
            return Err(twice(&name));
        }
        let value = coerce::scalar(schema, &value);
        members.push((name.into_owned(), value));
    }
    Ok(Json::Object(members))
}

fn twice(name: &str) -> Failure {
    Failure::Serialization(format!("`{}` is given twice: give it once", name.escape_debug()))
}

/// `{"code": .., "message": .., ..}`.
pub(crate) fn render_error(told: &Told<'_>) -> Vec<u8> {
    aws_json::object(
        "code",
        &Told { message_member: "message", code: told.code.clone(), message: told.message.clone(), ..*told },
    )
}
