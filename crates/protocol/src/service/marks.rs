//! What a request carries beside its input.

use bartizan_ledger::Revision;
use http::{HeaderMap, HeaderName};

use crate::failure::Failure;
use crate::limits::REASON_BYTES_MAX;

const REASON: HeaderName = HeaderName::from_static("x-bartizan-reason");
const EXPECT: HeaderName = HeaderName::from_static("x-bartizan-expect");

/// The headers of our own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) reason: Option<String>,
    pub(super) expect: Option<Revision>,
}

impl Marks {
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let reason = once(headers, &REASON)?.map(str::trim).filter(|text| !text.is_empty());
        if reason.is_some_and(|text| text.len() > REASON_BYTES_MAX) {
            return Err(Failure::Invalid(format!("shorten `{REASON}` to at most {REASON_BYTES_MAX} bytes")));
        }
        let expect = match once(headers, &EXPECT)? {
            None => None,
            Some(text) => {
                let revision = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
                Some(Revision(revision.ok_or_else(|| {
                    Failure::Invalid(format!(
                        "`{EXPECT}` must be the number of a revision, got `{}`",
                        text.escape_debug()
                    ))
                })?))
            }
        };
        Ok(Self { reason: reason.map(str::to_owned), expect })
    }
}

fn once<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Failure::Invalid(format!("give `{name}` once")));
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(Failure::Invalid(format!("`{name}` must be UTF-8 text"))),
    }
}
