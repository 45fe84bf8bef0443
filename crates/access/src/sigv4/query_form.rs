//! Presigned URLs: the signature in the query string.

use std::borrow::Cow;

use super::claim::{ALGORITHM, Claim};
use super::moment::Moment;
use crate::SignatureError;
use crate::limits::{PRESIGNED_SECONDS_MAX, PRESIGNED_SECONDS_MIN};

/// The members that are about the signature, which the signing code adds itself. The session token is not among them:
/// it is covered like any other member.
const MEMBERS: [&str; 6] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"];
const TOKEN: &str = "X-Amz-Security-Token";

/// The query of a raw target, without the question mark.
pub(super) fn query(target: &str) -> &str {
    target.split_once('?').map_or("", |(_, query)| query)
}

/// True if the query carries any part of a signature.
pub(super) fn is_presigned(query: &str) -> bool {
    // Cheap way out for nearly all requests.
    !query.is_empty() && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| MEMBERS.contains(&name.as_ref()))
}

/// The query without the members that are about the signature, otherwise as it was received.
pub(super) fn without_signature(query: &str) -> String {
    let mut kept = String::with_capacity(query.len());
    for pair in query.split('&') {
        let about_signature =
            form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| MEMBERS.contains(&name.as_ref()));
        if !about_signature && !pair.is_empty() {
            if !kept.is_empty() {
                kept.push('&');
            }
            kept.push_str(pair);
        }
    }
    kept
}

/// Reads the six members and the session token.
pub(super) fn read(query: &str) -> Result<Claim<'_>, SignatureError> {
    let mut found: [Option<Cow<'_, str>>; 6] = Default::default();
    let mut token = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let slot = match MEMBERS.iter().position(|member| *member == name) {
            Some(at) => found.get_mut(at),
            None if name == TOKEN => Some(&mut token),
            None => None,
        };
        if slot.is_some_and(|slot| slot.replace(value).is_some()) {
            return Err(SignatureError::incomplete(format!(
                "Query parameter '{name}' must not be given more than once."
            )));
        }
    }
    let [Some(algorithm), Some(credential), Some(date), Some(expires), Some(signed_headers), Some(signature)] = found
    else {
        return Err(SignatureError::incomplete(format!(
            "AWS query-string parameters must include {}.",
            MEMBERS.map(|member| format!("'{member}'")).join(", ")
        )));
    };
    if algorithm != ALGORITHM {
        return Err(SignatureError::incomplete(format!(
            "Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). "
        )));
    }
    Ok(Claim {
        credential,
        moment: Moment::read(&date)?,
        signed_headers,
        signature,
        session_token: token,
        expires: Some(seconds(&expires)?),
    })
}

/// Digits only: a sign, a fraction or a leading zero would be covered by the signature as something else.
fn seconds(text: &str) -> Result<u64, SignatureError> {
    let plain = text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let value = if plain { text.parse().ok() } else { None };
    value.filter(|seconds| (PRESIGNED_SECONDS_MIN..=PRESIGNED_SECONDS_MAX).contains(seconds)).ok_or_else(|| {
        SignatureError::incomplete(format!(
            "X-Amz-Expires must be a number of seconds between {PRESIGNED_SECONDS_MIN} and {PRESIGNED_SECONDS_MAX}. \
             Got '{text}'."
        ))
    })
}
