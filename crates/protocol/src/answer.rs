//! From outcome to HTTP.

use bartizan_operation::Answer;
use bartizan_wire::Timestamp;
use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::dialect::Dialect;
use crate::failure::{Failure, Told};
use crate::{aws_json, aws_query, aws_rest, bearer, native};

/// What is sent back.
pub(crate) type Sent = Response<Full<Bytes>>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The code of an AWS REST-JSON error.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const PREVIEW: HeaderName = HeaderName::from_static("x-bartizan-preview");

/// What goes back after a success, in the dialect already.
#[derive(Debug, Default)]
pub(crate) struct Served {
    pub(crate) body: Bytes,
    /// The id of the stored preview.
    pub(crate) preview: Option<String>,
    /// Headers of the operation's own.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// The answer of an operation.
pub(crate) fn success(dialect: Dialect, served: Served, request_id: &str) -> Sent {
    let mut sent = plain(StatusCode::OK, dialect.content_type(), served.body, request_id);
    if let Some(preview) = served.preview.and_then(|id| HeaderValue::from_str(&id).ok()) {
        sent.headers_mut().insert(PREVIEW, preview);
    }
    add_headers(&mut sent, served.headers);
    sent
}

/// Adds headers; a value that cannot be one is left out.
pub(crate) fn add_headers(sent: &mut Sent, headers: Vec<(&'static str, String)>) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            sent.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

/// The body of an operation's answer in a dialect.
pub(crate) fn body(
    dialect: Dialect,
    operation: &bartizan_operation::ErasedOperation,
    answer: Answer,
    request_id: &str,
) -> Result<Served, Failure> {
    let Answer { body, preview, headers } = answer;
    let body = match dialect {
        Dialect::AwsJson(_) | Dialect::AwsRest | Dialect::Bearer | Dialect::Native => Bytes::from(body),
        Dialect::AwsQuery { namespace } => Bytes::from(
            aws_query::render::answer(operation, namespace, &body, request_id).map_err(|_| Failure::Internal)?,
        ),
    };
    Ok(Served { body, preview, headers })
}

/// A failure in its dialect; `now` is told where the dialect does.
pub(crate) fn failure(dialect: Dialect, failure: &Failure, told: &Told<'_>, now: Timestamp, request_id: &str) -> Sent {
    let body = match dialect {
        Dialect::AwsJson(_) => aws_json::render_error(told),
        Dialect::AwsQuery { namespace } => aws_query::render::error(told, namespace, request_id).into_bytes(),
        Dialect::AwsRest => aws_rest::render_error(told),
        Dialect::Bearer => bearer::render_error(told, now),
        Dialect::Native => native::render_error(told),
    };
    let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut sent = plain(status, dialect.content_type(), Bytes::from(body), request_id);
    if dialect == Dialect::AwsRest
        && let Ok(code) = HeaderValue::from_str(&told.code)
    {
        sent.headers_mut().insert(ERROR_TYPE, code);
    }
    if let Failure::Method(allowed) = failure {
        sent.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    }
    if failure.ends_connection() {
        sent.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    sent
}

/// A body of some type.
pub(crate) fn plain(status: StatusCode, content_type: &'static str, body: Bytes, request_id: &str) -> Sent {
    let mut sent = Response::new(Full::new(body));
    *sent.status_mut() = status;
    sent.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        sent.headers_mut().insert(REQUEST_ID, id);
    }
    sent
}
