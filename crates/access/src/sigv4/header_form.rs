//! The `Authorization` header.

use std::borrow::Cow;

use http::HeaderMap;

use super::claim::{ALGORITHM, Claim, once};
use super::moment::Moment;
use crate::SignatureError;
use crate::limits::AUTHORIZATION_BYTES_MAX;

/// Reads `AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`.
pub(super) fn read(headers: &HeaderMap) -> Result<Claim<'_>, SignatureError> {
    let authorization = once(headers, "authorization")?.ok_or_else(SignatureError::missing)?;
    if authorization.len() > AUTHORIZATION_BYTES_MAX {
        return Err(SignatureError::incomplete("Authorization header is too long."));
    }
    let (algorithm, rest) = authorization.split_once([' ', '\t']).unwrap_or((authorization, ""));
    if algorithm != ALGORITHM {
        return Err(foreign(algorithm, headers));
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for pair in rest.split(',').flat_map(str::split_ascii_whitespace) {
        let Some((name, value)) = pair.split_once('=') else {
            // The header is not shown back whole, as the vendor does: a part of it could be somebody's secret.
            return Err(SignatureError::incomplete(format!(
                "'{pair}' not a valid key=value pair (missing equal-sign) in Authorization header."
            )));
        };
        let slot = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => {
                return Err(SignatureError::incomplete(format!(
                    "Authorization header has unknown parameter '{name}'."
                )));
            }
        };
        if slot.replace(value).is_some() {
            return Err(SignatureError::incomplete(format!("Authorization header has parameter '{name}' twice.")));
        }
    }
    let date = once(headers, "x-amz-date")?;
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (credential, signature, signed_headers, date)
    else {
        return Err(lacking(credential.is_some(), signature.is_some(), signed_headers.is_some(), date.is_some()));
    };
    let moment = Moment::read(date)?;
    Ok(Claim {
        credential: Cow::Borrowed(credential),
        moment,
        signed_headers: Cow::Borrowed(signed_headers),
        signature: Cow::Borrowed(signature),
        session_token: once(headers, "x-amz-security-token")?.map(Cow::Borrowed),
        expires: None,
    })
}

/// Another scheme, such as `Bearer`: nothing that the signature needs is there.
fn foreign(algorithm: &str, headers: &HeaderMap) -> SignatureError {
    if algorithm.starts_with("AWS4-") {
        return SignatureError::incomplete(format!(
            "Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). "
        ));
    }
    lacking(false, false, false, headers.contains_key("x-amz-date"))
}

fn lacking(credential: bool, signature: bool, signed_headers: bool, date: bool) -> SignatureError {
    let mut text = String::new();
    for (there, name) in [(credential, "Credential"), (signature, "Signature"), (signed_headers, "SignedHeaders")] {
        if !there {
            text.push_str("Authorization header requires '");
            text.push_str(name);
            text.push_str("' parameter. ");
        }
    }
    if !date {
        text.push_str("Authorization header requires existence of an 'X-Amz-Date' header. ");
    }
    SignatureError::incomplete(text.trim_end())
}
