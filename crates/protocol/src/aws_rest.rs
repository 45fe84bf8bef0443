//! AWS REST-JSON: a method and a path with labels, members in the query and in headers, the others in a JSON body.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>

use bartizan_operation::{Binding, Elsewhere, ErasedOperation};
use bartizan_wire::{Blob, Json};
use http::HeaderMap;
use http::request::Parts;
use serde::ser::{SerializeMap, Serializer};

use crate::failure::{Failure, Told};
use crate::members::{self, Members};
use crate::routes::pattern::Labels;

/// Where the members of an operation travel that are neither in its path nor in its JSON body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    query: &'static [&'static str],
    elsewhere: &'static [Elsewhere],
    body: Body,
}

/// What a body is.
#[derive(Debug, Clone, Copy)]
enum Body {
    /// The members that travel nowhere else.
    Members,
    /// One member, a blob.
    Blob(&'static str),
    /// One member, a document.
    Document(&'static str),
    /// Nothing that is read.
    Nothing,
}

impl Places {
    /// Of an operation that speaks AWS REST-JSON, or Qualys REST, which puts members in the same places.
    pub(crate) fn of(binding: &Binding) -> Option<Self> {
        match *binding {
            Binding::AwsRest { query, elsewhere, payload, .. } => {
                Some(Self { query, elsewhere, body: payload.map_or(Body::Members, Body::Blob) })
            }
            Binding::Bearer { query, elsewhere, document, .. } => {
                Some(Self { query, elsewhere, body: document.map_or(Body::Nothing, Body::Document) })
            }
            _ => None,
        }
    }

    /// The member that travels in the query under a name.
    fn in_query(&self, name: &str) -> Option<&'static str> {
        let renamed = |place: &Elsewhere| match *place {
            Elsewhere::Query { member, name: known } if known == name => Some(member),
            _ => None,
        };
        self.query.iter().copied().find(|known| *known == name).or_else(|| self.elsewhere.iter().find_map(renamed))
    }

    /// True if a member travels in the body.
    fn in_body(&self, member: &str) -> bool {
        !self.query.contains(&member) && !self.elsewhere.iter().any(|place| place.member() == member)
    }
}

/// The input. What travels elsewhere is not read from the body, and a query's unknown names mean nothing, as with the
/// vendor.
pub(crate) fn input(
    operation: &ErasedOperation,
    places: Places,
    labels: Labels<'_>,
    parts: &Parts,
    body: &[u8],
) -> Result<Json, Failure> {
    let mut members = Members::none(operation.input);
    match places.body {
        Body::Members => {
            members = Members::of_body(operation.input, body)?;
            members.retain(|name| places.in_body(name) && labels.iter().all(|(label, _)| *label != name));
        }
        Body::Blob(member) => members.add(member, Json::String(Blob(body.to_vec()).to_base64()))?,
        Body::Document(member) if !body.is_empty() => members.add(member, members::parse(body)?)?,
        Body::Document(_) | Body::Nothing => {}
    }
    members.add_labels(labels)?;
    members.add_query(parts.uri.query(), |name| places.in_query(name))?;
    for place in places.elsewhere {
        if let Elsewhere::Header { member, name } = *place
            && let Some(value) = header(&parts.headers, name)?
        {
            members.add_text(member, value)?;
        }
    }
    Ok(members.into_json())
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Failure> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes());
    text.map(Some).map_err(|_| Failure::Serialization(format!("the header `{name}` must be UTF-8 text")))
}

/// `{"message": .., ..}`; the code is in a header.
pub(crate) fn render_error(told: &Told<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::new(&mut text);
    let written = serializer.serialize_map(None).and_then(|mut map| {
        map.serialize_entry("message", &told.message)?;
        for (name, value) in told.members.into_iter().flatten() {
            // The message is said once.
            if name != "message" {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    });
    // Text and JSON values always serialize; should that change, the client still gets the code in the header.
    written.map_or_else(|_| b"{}".to_vec(), |()| text)
}
