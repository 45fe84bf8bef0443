//! AWS JSON 1.1: `POST /` with the operation in `X-Amz-Target`.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use bartizan_wire::Json;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::ser::{SerializeMap, Serializer};

use crate::dialect::JsonVersion;
use crate::failure::{Failure, Told};
use crate::limits::JSON_DEPTH_MAX;

/// Names the operation.
pub(crate) const TARGET: &str = "x-amz-target";

/// The version of the content type, with or without parameters; `None` for another type.
pub(crate) fn version(headers: &HeaderMap) -> Option<JsonVersion> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/x-amz-json-1.1") {
        Some(JsonVersion::One1)
    } else if essence.eq_ignore_ascii_case("application/x-amz-json-1.0") {
        Some(JsonVersion::One0)
    } else {
        None
    }
}

/// The input. No body at all counts as no members.
pub(crate) fn input(body: &[u8]) -> Result<Json, Failure> {
    if body.is_empty() {
        return Ok(Json::Object(Vec::new()));
    }
    let json = Json::parse(body, JSON_DEPTH_MAX).map_err(|error| Failure::Serialization(error.to_string()))?;
    match json {
        Json::Object(_) => Ok(json),
        other => Err(Failure::Serialization(format!("the body must be a JSON object, got {}", other.kind()))),
    }
}

/// `{"__type": .., "message": .., ..}`.
pub(crate) fn render_error(told: &Told<'_>) -> Vec<u8> {
    object("__type", told)
}

/// An error as a JSON object whose code travels under `code_member`.
pub(crate) fn object(code_member: &str, told: &Told<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::new(&mut text);
    let written = serializer.serialize_map(None).and_then(|mut map| {
        map.serialize_entry(code_member, &told.code)?;
        map.serialize_entry(told.message_member, &told.message)?;
        for (name, value) in told.members.into_iter().flatten() {
            // The code and the message are said once.
            if name != code_member && name != told.message_member {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    });
    match written {
        Ok(()) => text,
        // Text and JSON values always serialize; should that change, the client still gets a code.
        Err(_) => format!("{{\"{code_member}\":\"InternalServerError\"}}").into_bytes(),
    }
}
