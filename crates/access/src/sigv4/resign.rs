//! Signing the request again, with AWS's own code.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::claim::{Claim, Scope, once};
use super::{Parts, query_form};
use crate::SignatureError;
use crate::keys::Key;

const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The signature that the holder of the key would have made.
pub(super) fn signature(
    key: &Key,
    parts: &Parts<'_>,
    claim: &Claim<'_>,
    scope: &Scope<'_>,
    unsigned_payload: bool,
) -> Result<String, SignatureError> {
    let body = payload(parts, unsigned_payload)?;
    // Exactly the headers that the claim says it covers. The signing code overwrites `x-amz-date` with the claim's
    // moment, which was read from there.
    let mut headers = Vec::with_capacity(8);
    for (name, value) in parts.headers {
        if claim.covers(name.as_str()) {
            let text = std::str::from_utf8(value.as_bytes())
                .map_err(|_| SignatureError::incomplete(format!("Header '{name}' must be UTF-8 text.")))?;
            headers.push((name.as_str(), text));
        }
    }
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    settings.excluded_headers = None;
    let target = match claim.expires {
        None => Cow::Borrowed(parts.target),
        Some(seconds) => {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
            let path = parts.target.split_once('?').map_or(parts.target, |(path, _)| path);
            let rest = query_form::without_signature(query_form::query(parts.target));
            Cow::Owned(if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") })
        }
    };
    let seconds = u64::try_from(claim.moment.seconds()).map_err(|_| SignatureError::mismatch())?;
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&key.identity)
        .region(scope.region)
        .name(scope.service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .settings(settings)
        .build()
        .map_err(|_| SignatureError::mismatch())?
        .into();
    // What the signing code cannot read (a malformed target or header) cannot have been signed by it either.
    let request = SignableRequest::new(parts.method, target, headers.into_iter(), body)
        .map_err(|_| SignatureError::mismatch())?;
    let (_, signature) = sign(request, &params).map_err(|_| SignatureError::mismatch())?.into_parts();
    Ok(signature)
}

/// The body's hash, which must be the one that the client says it is.
fn payload(parts: &Parts<'_>, unsigned_payload: bool) -> Result<SignableBody<'static>, SignatureError> {
    let claimed = once(parts.headers, "x-amz-content-sha256")?;
    if claimed == Some(UNSIGNED_PAYLOAD) && unsigned_payload {
        return Ok(SignableBody::UnsignedPayload);
    }
    let hash = hex(&Sha256::digest(parts.body));
    match claimed {
        Some(claimed) if !bool::from(claimed.as_bytes().ct_eq(hash.as_bytes())) => Err(SignatureError::mismatch()),
        _ => Ok(SignableBody::Precomputed(hash)),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}
