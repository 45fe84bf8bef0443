//! Qualys REST: a token for a name and a password, members where AWS REST-JSON has them too, and errors of one form.

pub(crate) mod throttle;

use bartizan_wire::Timestamp;
use http::StatusCode;
use serde_json::json;

use crate::failure::{Failure, Told};

/// Where tokens are given.
pub(crate) const LOGIN: &str = "/auth";
/// Largest form that asks for one, in bytes.
pub(crate) const LOGIN_BYTES_MAX: usize = 4 * 1024;

/// Who wants a token.
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Reads the form `username=..&password=..&token=true`; other members mean nothing here.
pub(crate) fn login(form: &[u8]) -> Result<Login, Failure> {
    let (mut username, mut password) = (None, None);
    for (name, value) in form_urlencoded::parse(form) {
        match &*name {
            "username" => username = Some(value.into_owned()),
            "password" => password = Some(value.into_owned()),
            "token" if value != "true" => {
                return Err(Failure::Invalid("send token=true: a token is all that is given here".to_owned()));
            }
            _ => {}
        }
    }
    match (username, password) {
        (Some(username), Some(password)) => Ok(Login { username, password }),
        _ => Err(Failure::Invalid("send a form with username, password and token=true".to_owned())),
    }
}

/// `{"errorCode": "404 NOT_FOUND", "message": .., "timestamp": ..}` [recorded behavior: a 403 of the vendor].
pub(crate) fn render_error(told: &Told<'_>, now: Timestamp) -> Vec<u8> {
    let reason = StatusCode::from_u16(told.status).ok().and_then(|status| status.canonical_reason());
    let reason = reason.unwrap_or("Error").to_uppercase().replace([' ', '-'], "_");
    let body = json!({ "errorCode": format!("{} {reason}", told.status), "message": told.message, "timestamp": now.0 });
    body.to_string().into_bytes()
}
