//! Answers and headers of one's own.

use bartizan_wire::Shape;
use serde::Serialize;

/// An answer of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomResponse {
    /// The status.
    #[shape(range = 200..=599)]
    pub response_code: i32,
    /// Which of the bodies of the same rule group or web ACL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^[\w\-]+$")]
    pub custom_response_body_key: Option<String>,
    /// Headers to send.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..)]
    pub response_headers: Option<Vec<CustomHttpHeader>>,
}

/// What is added to the request.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomRequestHandling {
    /// Headers.
    #[shape(length = 1..)]
    pub insert_headers: Vec<CustomHttpHeader>,
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CustomHTTPHeader")]
pub struct CustomHttpHeader {
    /// In requests, `x-amzn-waf-` is put before it.
    #[shape(length = 1..=64, pattern = r"^[a-zA-Z0-9._$-]+$")]
    pub name: String,
    /// Its value.
    #[shape(length = 1..=255, pattern = r".*")]
    pub value: String,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomResponseBody {
    /// What it is.
    pub content_type: ResponseContentType,
    /// The text.
    #[shape(length = 1..=10240, pattern = r"[\s\S]*")]
    pub content: String,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResponseContentType {
    /// `text/plain`.
    TextPlain,
    /// `text/html`.
    TextHtml,
    /// `application/json`.
    ApplicationJson,
}
