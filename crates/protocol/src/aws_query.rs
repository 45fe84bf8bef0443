//! AWS Query: a form with `Action` and `Version`; the answer is XML.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

pub(crate) mod form;
pub(crate) mod render;

use http::Method;
use http::header::CONTENT_TYPE;
use http::request::Parts;

/// True for a form that is posted, and for a query that names an action.
pub(crate) fn is_asked_for(parts: &Parts) -> bool {
    let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    (parts.method == Method::POST && essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        || parts
            .uri
            .query()
            .is_some_and(|query| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "Action"))
}
