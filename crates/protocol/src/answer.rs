//! From outcome to HTTP.

use bartizan_operation::Answer;
use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::dialect::Dialect;
use crate::failure::{Failure, Told};
use crate::{aws_json, aws_query, aws_rest, native};

/// What is sent back.
pub(crate) type Sent = Response<Full<Bytes>>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The code of an AWS REST-JSON error.
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const PREVIEW: HeaderName = HeaderName::from_static("x-bartizan-preview");

/// The answer of an operation. `body` is in the dialect already.
pub(crate) fn success(dialect: Dialect, body: Bytes, preview: Option<&str>, request_id: &str) -> Sent {
    let mut sent = plain(StatusCode::OK, dialect.content_type(), body, request_id);
    if let Some(preview) = preview.and_then(|id| HeaderValue::from_str(id).ok()) {
        sent.headers_mut().insert(PREVIEW, preview);
    }
    sent
}

/// The body of an operation's answer in a dialect.
pub(crate) fn body(
    dialect: Dialect,
    operation: &bartizan_operation::ErasedOperation,
    answer: Answer,
    request_id: &str,
) -> Result<(Bytes, Option<String>), Failure> {
    let Answer { body, preview } = answer;
    let body = match dialect {
        Dialect::AwsJson(_) | Dialect::AwsRest | Dialect::Native => Bytes::from(body),
        Dialect::AwsQuery { namespace } => Bytes::from(
            aws_query::render::answer(operation, namespace, &body, request_id).map_err(|_| Failure::Internal)?,
        ),
    };
    Ok((body, preview))
}

/// A failure in its dialect.
pub(crate) fn failure(dialect: Dialect, failure: &Failure, told: &Told<'_>, request_id: &str) -> Sent {
    let body = match dialect {
        Dialect::AwsJson(_) => aws_json::render_error(told),
        Dialect::AwsQuery { namespace } => aws_query::render::error(told, namespace, request_id).into_bytes(),
        Dialect::AwsRest => aws_rest::render_error(told),
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
