//! Tokens: what the container room's clients get for a name and a password, and send as `Authorization: Bearer <token>`.
//!
//! JSON web tokens signed with HMAC-SHA512, with the vendor's claims as far as they mean something here [API quick start,
//! authentication]. The secret is made at start and kept in memory alone: after a restart clients log in again, as they do
//! after four hours.

use std::fmt;

use aws_lc_rs::hmac;
use bartizan_wire::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Milliseconds for which a token holds: four hours, as the vendor's.
pub const TOKEN_MS: i64 = 4 * 3_600_000;
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 4 * 1024;
/// Who gives tokens, and for whom, as the vendor writes it.
const ISSUER: &str = "qas";

/// Gives tokens and knows its own again.
pub struct Tokens(hmac::Key);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// With a secret that nobody can guess.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA512, secret.as_bytes()))
    }

    /// A token that speaks for a key from now on.
    #[must_use]
    pub fn give(&self, key_id: &str, now: Timestamp) -> String {
        let header = json!({ "alg": "HS512", "typ": "JWT" });
        let claims = json!({
            "sub": key_id,
            "iss": ISSUER,
            "aud": ISSUER,
            "iat": now.0.div_euclid(1000),
            "exp": now.0.saturating_add(TOKEN_MS).div_euclid(1000),
            "modulesAllowed": ["CS"],
        });
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = hmac::sign(&self.0, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The key that a token speaks for, if it was given here and still holds. The time taken does not depend on how much of
    /// its signature is right.
    #[must_use]
    pub fn key_id(&self, token: &str, now: Timestamp) -> Option<String> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        // What was signed here has the header that is written here: no other algorithm is ever looked at.
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.0, signed.as_bytes(), &signature).ok()?;
        let (_header, claims) = signed.split_once('.')?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let holds = claims.get("exp").and_then(Value::as_i64)? > now.0.div_euclid(1000);
        claims.get("sub").and_then(Value::as_str).filter(|_| holds).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::{TOKEN_MS, Tokens};
    use bartizan_wire::Timestamp;

    const NOW: Timestamp = Timestamp(1_764_000_000_000);

    #[test]
    fn a_token_speaks_for_its_key_until_its_time_is_over() {
        let tokens = Tokens::new("one");
        let token = tokens.give("AKIAONE", NOW);
        assert_eq!(tokens.key_id(&token, NOW).as_deref(), Some("AKIAONE"));
        assert_eq!(tokens.key_id(&token, Timestamp(NOW.0 + TOKEN_MS - 1000)).as_deref(), Some("AKIAONE"));
        assert_eq!(tokens.key_id(&token, Timestamp(NOW.0 + TOKEN_MS)), None);
    }

    #[test]
    fn a_token_of_another_secret_or_with_a_changed_byte_says_nothing() {
        let token = Tokens::new("one").give("AKIAONE", NOW);
        assert_eq!(Tokens::new("two").key_id(&token, NOW), None);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            // The last character of unpadded base64 has bits that mean nothing: a strict decoder refuses those too.
            assert_eq!(Tokens::new("one").key_id(&changed, NOW), None, "changed at {at}");
        }
        assert_eq!(Tokens::new("one").key_id("", NOW), None);
        assert_eq!(Tokens::new("one").key_id("..", NOW), None);
    }
}
