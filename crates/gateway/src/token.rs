//! Tokens of clients that have solved a puzzle or passed a challenge: a sealed cookie, and how one comes by it.

mod page;
mod proof;
mod spent;

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use bartizan_web::engine::{Plan, Token};
use bartizan_wire::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{COOKIE, HOST};

pub(crate) use page::{captcha, challenge};
pub(crate) use proof::{PATH, exchange};
pub(crate) use spent::Spent;

/// The cookie, as the vendor calls it.
const NAME: &str = "aws-waf-token";
/// The first byte of what is sealed: which form it has.
const FORM: u8 = 1;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 12;
/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Seals and opens tokens. Whoever has the key can make them.
pub struct TokenKey(RandomizedNonceKey);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey").finish_non_exhaustive()
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Claims {
    solved: Option<Timestamp>,
    passed: Option<Timestamp>,
    /// The host, or the domain of the web ACL's, that it counts for.
    domain: String,
}

impl TokenKey {
    /// From secret bytes; `None` if they cannot be a key.
    #[must_use]
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Option<Self> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes).ok().map(Self)
    }

    /// Seals a text for a purpose: it opens for no other.
    fn seal(&self, purpose: &str, text: &[u8]) -> Option<String> {
        let mut sealed = text.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(purpose), &mut sealed).ok()?;
        let mut out = vec![FORM];
        out.extend_from_slice(nonce.as_ref());
        out.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(out))
    }

    fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (form, rest) = bytes.split_first()?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES)?;
        if *form != FORM {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(purpose), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

impl Claims {
    fn write(&self) -> Vec<u8> {
        let number = |at: Option<Timestamp>| at.map_or(i64::MIN, |at| at.0).to_be_bytes();
        [&number(self.solved)[..], &number(self.passed)[..], self.domain.as_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (solved, rest) = bytes.split_first_chunk::<8>()?;
        let (passed, domain) = rest.split_first_chunk::<8>()?;
        let time = |bytes: &[u8; 8]| Some(i64::from_be_bytes(*bytes)).filter(|at| *at != i64::MIN).map(Timestamp);
        let domain = String::from_utf8(domain.to_vec()).ok()?;
        Some(Self { solved: time(solved), passed: time(passed), domain })
    }
}

fn purpose(plan: &Plan) -> String {
    format!("token {}", plan.arn())
}

/// What the token of a request says to a web ACL.
pub(crate) fn read(key: &TokenKey, plan: &Plan, headers: &HeaderMap) -> Token {
    let Some(text) = cookie(headers) else { return Token::Missing };
    match key.open(&purpose(plan), text).as_deref().and_then(Claims::read) {
        None => Token::Invalid,
        Some(claims) if !covers(&claims.domain, host(headers)) => Token::OtherDomain,
        Some(claims) => Token::Valid { solved: claims.solved, passed: claims.passed },
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pieces =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut named = pieces.filter_map(|piece| piece.trim().split_once('='));
    named.find(|(name, _)| *name == NAME).map(|(_, value)| value)
}

/// The host that a request names, without its port.
fn host(headers: &HeaderMap) -> &str {
    let text = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => text,
    }
}

/// True if the host is the domain, or under it.
fn covers(domain: &str, host: &str) -> bool {
    let (domain, host) = (domain.to_ascii_lowercase(), host.to_ascii_lowercase());
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.') && !domain.is_empty())
}

/// The `Set-Cookie` of a token in which a proof is added to what was there: for the shortest domain of the web ACL's that covers the
/// host, or for the host alone.
fn grant(
    key: &TokenKey,
    plan: &Plan,
    headers: &HeaderMap,
    solved: Option<Timestamp>,
    passed: Option<Timestamp>,
) -> Option<String> {
    let before = cookie(headers).and_then(|text| key.open(&purpose(plan), text)).as_deref().and_then(Claims::read);
    let host = host(headers);
    let before = before.filter(|claims| covers(&claims.domain, host)).unwrap_or_default();
    let wide = plan.token_domains().iter().filter(|domain| covers(domain, host)).min_by_key(|domain| domain.len());
    let claims = Claims {
        solved: solved.or(before.solved),
        passed: passed.or(before.passed),
        domain: wide.map_or(host, String::as_str).to_owned(),
    };
    let sealed = key.seal(&purpose(plan), &claims.write())?;
    let domain = wide.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
    Some(format!("{NAME}={sealed}; Path=/; Max-Age=345600; SameSite=Lax; HttpOnly{domain}"))
}

#[cfg(test)]
mod tests {
    use bartizan_wire::Timestamp;

    use super::{Claims, TokenKey, covers};

    #[test]
    fn what_is_sealed_opens_for_its_purpose_only() {
        let key = TokenKey::new(&[7; 32]).unwrap();
        let claims = Claims { solved: Some(Timestamp(5)), passed: None, domain: "a.example".to_owned() };
        let sealed = key.seal("one", &claims.write()).unwrap();
        assert_eq!(key.open("one", &sealed).as_deref().and_then(Claims::read), Some(claims));
        assert_eq!(key.open("two", &sealed), None);
        assert_eq!(TokenKey::new(&[8; 32]).unwrap().open("one", &sealed), None);
        for at in 0..sealed.len() {
            let mut forged: Vec<char> = sealed.chars().collect();
            forged[at] = if forged[at] == 'A' { 'B' } else { 'A' };
            // the last character has bits that mean nothing
            let opened = key.open("one", &forged.into_iter().collect::<String>());
            assert!(opened.is_none() || at + 1 == sealed.len());
        }
        assert_eq!(key.open("one", ""), None);
    }

    #[test]
    fn a_domain_covers_what_is_under_it() {
        assert!(covers("example.com", "api.Example.com") && covers("example.com", "example.com"));
        assert!(
            !covers("example.com", "apiexample.com") && !covers("api.example.com", "example.com") && !covers("", "a")
        );
    }
}
