//! [`Claim`]: what a request says about its own signature, in either form, before any of it is believed.

use std::borrow::Cow;

use bartizan_wire::Timestamp;
use http::{HeaderMap, header::HOST};

use super::{Parts, header_form, moment::Moment, query_form};
use crate::SignatureError;
use crate::limits::{CLOCK_SKEW_MAX, SIGNED_HEADERS_MAX};

/// The only algorithm.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What every scope ends with.
const TERMINATOR: &str = "aws4_request";
/// Headers that change what a request means: a signature that does not cover them could be replayed with others.
const COVERED_IF_PRESENT: [&str; 2] = ["x-amz-date", "x-amz-target"];

/// A signature as claimed.
pub(super) struct Claim<'a> {
    /// `keyid/date/region/service/aws4_request`.
    pub(super) credential: Cow<'a, str>,
    /// When it was made.
    pub(super) moment: Moment,
    /// Lower-case names between semicolons.
    pub(super) signed_headers: Cow<'a, str>,
    /// 64 hexadecimal digits if it is a right one.
    pub(super) signature: Cow<'a, str>,
    pub(super) session_token: Option<Cow<'a, str>>,
    /// The life of a presigned URL in seconds; `None` for a signature in a header.
    pub(super) expires: Option<u64>,
}

/// Parts of `Credential`.
pub(super) struct Scope<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
}

impl<'a> Scope<'a> {
    /// Splits from the right: an access key id may contain a slash, the rest may not.
    pub(super) fn split(credential: &'a str) -> Result<Self, SignatureError> {
        let mut parts = credential.rsplitn(5, '/');
        let (terminator, service, region, date, id) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
        match (id, date, region, service, terminator) {
            (Some(access_key_id), Some(date), Some(region), Some(service), Some(terminator)) => {
                Ok(Self { access_key_id, date, region, service, terminator })
            }
            _ => Err(SignatureError::incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                 '{credential}'"
            ))),
        }
    }
}

impl<'a> Claim<'a> {
    /// Reads whichever form the request uses; both at once are refused, because proxies and we might believe
    /// different ones.
    pub(super) fn read(parts: &'a Parts<'a>) -> Result<Self, SignatureError> {
        let in_header = parts.headers.contains_key(http::header::AUTHORIZATION);
        let query = query_form::query(parts.target);
        let in_query = query_form::is_presigned(query);
        match (in_header, in_query) {
            (false, false) => Err(SignatureError::missing()),
            (true, true) => Err(SignatureError::incomplete(
                "Authorization must be given either in the 'Authorization' header or in the query string, not in both.",
            )),
            (true, false) => header_form::read(parts.headers),
            (false, true) => query_form::read(query),
        }
    }

    /// The parts of the credential.
    pub(super) fn scope(&self) -> Result<Scope<'_>, SignatureError> {
        Scope::split(&self.credential)
    }

    /// True if the signature covers this header; the name is in lower case.
    pub(super) fn covers(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|covered| covered == name)
    }

    /// The moment must be close to now; a presigned URL lives from its moment on.
    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), SignatureError> {
        let now = now.0.div_euclid(1000);
        let made = self.moment.seconds();
        let skew = i64::try_from(CLOCK_SKEW_MAX.as_secs()).unwrap_or(i64::MAX);
        if made > now.saturating_add(skew) {
            return Err(SignatureError::invalid(format!(
                "Signature not yet current: {} is still later than {} ({} + 15 min.)",
                self.moment,
                Moment::render(now.saturating_add(skew)),
                Moment::render(now),
            )));
        }
        let life = self.expires.map_or(skew, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
        let earliest = now.saturating_sub(life);
        if made < earliest {
            let margin = match self.expires {
                None => "15 min.".to_owned(),
                Some(seconds) => format!("{seconds} s"),
            };
            return Err(SignatureError::invalid(format!(
                "Signature expired: {} is now earlier than {} ({} - {margin})",
                self.moment,
                Moment::render(earliest),
                Moment::render(now),
            )));
        }
        Ok(())
    }

    /// `Host` and everything that changes the meaning must be covered, and must be there once.
    pub(super) fn check_covered(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        if self.signed_headers.split(';').count() > SIGNED_HEADERS_MAX {
            return Err(SignatureError::incomplete(format!("At most {SIGNED_HEADERS_MAX} headers may be signed.")));
        }
        if !self.covers("host") {
            return Err(SignatureError::invalid(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        once(headers, HOST.as_str())?;
        for name in COVERED_IF_PRESENT {
            if once(headers, name)?.is_some() && !self.covers(name) {
                return Err(SignatureError::invalid(format!(
                    "'{name}' must be a 'SignedHeader' in the AWS Authorization."
                )));
            }
        }
        Ok(())
    }

    /// The scope must be ours; all that is wrong with it is told at once, as the vendor does.
    pub(super) fn check_scope(&self, scope: &Scope<'_>, region: &str, services: &[&str]) -> Result<(), SignatureError> {
        let Scope { date, region: given_region, service, terminator, .. } = *scope;
        let mut wrong = Vec::new();
        if given_region != region {
            wrong.push(format!("Credential should be scoped to a valid region, not '{given_region}'. "));
        }
        if !services.contains(&service) {
            let expected = services.join("' or '");
            wrong.push(format!("Credential should be scoped to correct service: '{expected}'. "));
        }
        if terminator != TERMINATOR {
            wrong.push(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
            ));
        }
        let expected_date = self.moment.date();
        if date != expected_date {
            wrong.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' \
                 != '{expected_date}', from '{}'.",
                self.moment
            ));
        }
        if wrong.is_empty() { Ok(()) } else { Err(SignatureError::invalid(wrong.concat())) }
    }
}

/// The value of a header that may be there at most once, as text.
pub(super) fn once<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(SignatureError::incomplete(format!("Header '{name}' must not be given more than once.")));
    }
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(SignatureError::incomplete(format!("Header '{name}' must be UTF-8 text."))),
    }
}
