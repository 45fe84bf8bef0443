//! Answers of our own.

use bartizan_web::document::ResponseContentType;
use bartizan_web::engine::{Ending, Judgment};
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::Incoming;

/// The body of an answer: ours, or the application's.
pub(crate) type Body = Either<Full<Bytes>, Incoming>;
pub(crate) type Answer = Response<Body>;

/// Tells clients what is asked of them.
const ACTION: HeaderName = HeaderName::from_static("x-amzn-waf-action");

/// The status that is answered to a request that does not pass.
pub(crate) fn status(judgment: &Judgment) -> Option<u16> {
    match judgment.ending {
        Ending::Allow => None,
        Ending::Block => Some(judgment.response.as_ref().map_or(403, |response| response.status)),
        Ending::Captcha => Some(405),
        Ending::Challenge => Some(202),
    }
}

/// A short answer, as HTML to those who like it.
pub(crate) fn short(status: StatusCode, wants: &HeaderMap) -> Answer {
    let reason = status.canonical_reason().unwrap_or("Refused");
    let (kind, text) = if wants_html(wants) {
        let page = format!("<!doctype html><title>{reason}</title><h1>{} {reason}</h1>\n", status.as_u16());
        (ResponseContentType::TextHtml, page)
    } else {
        (ResponseContentType::TextPlain, format!("{} {reason}\n", status.as_u16()))
    };
    own(status, kind, text)
}

/// The same, and the connection ends: nobody knows where the next request begins.
pub(crate) fn last(status: StatusCode, wants: &HeaderMap) -> Answer {
    let mut answer = short(status, wants);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The answer to a request that a rule has ended. `page` asks for a proof, if the rule does.
pub(crate) fn ended(judgment: &Judgment, wants: &HeaderMap, page: Option<String>) -> Answer {
    let status = status(judgment).and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::FORBIDDEN);
    match judgment.ending {
        Ending::Captcha => asking(status, "captcha", page, wants),
        Ending::Challenge => asking(status, "challenge", page, wants),
        Ending::Allow | Ending::Block => {
            let Some(response) = judgment.response.as_ref().filter(|response| response.custom) else {
                return short(status, wants);
            };
            let mut answer = match &response.body {
                Some((kind, text)) => own(status, *kind, text.clone()),
                None => empty(status),
            };
            for (name, value) in &response.headers {
                if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                    answer.headers_mut().insert(name, value);
                }
            }
            answer
        }
    }
}

fn asking(status: StatusCode, action: &'static str, page: Option<String>, wants: &HeaderMap) -> Answer {
    let mut answer = match page.filter(|_| wants_html(wants)) {
        Some(page) => own(status, ResponseContentType::TextHtml, page),
        None => empty(status),
    };
    answer.headers_mut().insert(ACTION, HeaderValue::from_static(action));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Either::Left(Full::default()));
    *answer.status_mut() = status;
    answer
}

fn own(status: StatusCode, kind: ResponseContentType, text: String) -> Answer {
    let mut answer = empty(status);
    let kind = match kind {
        ResponseContentType::TextPlain => "text/plain; charset=utf-8",
        ResponseContentType::TextHtml => "text/html; charset=utf-8",
        ResponseContentType::ApplicationJson => "application/json",
    };
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    *answer.body_mut() = Either::Left(Full::new(Bytes::from(text)));
    answer
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}
