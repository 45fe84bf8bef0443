//! Who is at the door: `access` in the places that `protocol` and the rooms leave for it.

use std::sync::Arc;

use bartizan_access::token::Tokens;
use bartizan_access::{Expected, Key, KeyRing, Parts, verify};
use bartizan_policy::{AgentKey, Cx, Keyholder, Mint as _, Principal};
use bartizan_protocol::{Authenticate, Unauthenticated, Unproven};
use bartizan_wire::{Realm, Timestamp};

use crate::mint::RandomMint;

/// Verifies signatures with the keys that are known.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    keys: Arc<KeyRing>,
    /// For clients that log in.
    tokens: Arc<Tokens>,
}

impl Door {
    pub(crate) fn new() -> Self {
        let tokens = Arc::new(Tokens::new(&RandomMint.hex(TOKEN_SECRET_DIGITS)));
        Self { keys: Arc::new(KeyRing::new()), tokens }
    }

    /// Whose a key and its secret are, as devices without a certificate send them.
    pub(crate) fn holder(&self, id: &str, secret: &[u8]) -> Option<Principal> {
        self.keys.get(id).filter(|key| key.has_secret(secret)).map(|key| key.principal().clone())
    }

    /// Whose token a request carries. A key that was removed speaks for nobody, whatever tokens it has.
    fn bearer(&self, request: &Unproven<'_>) -> Result<Principal, Unauthenticated> {
        let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let key_id = token.and_then(|token| self.tokens.key_id(token, request.now));
        key_id.and_then(|id| self.keys.get(&id)).map(|key| key.principal().clone()).ok_or_else(|| {
            unauthorized("send `Authorization: Bearer` with a token that POST /auth gave in the last four hours")
        })
    }

    /// Lets the holder of a key in as `principal`.
    pub(crate) fn admit(&self, id: &str, secret: &str, principal: &str, realm: &Realm) {
        self.keys.insert(Key::new(id, secret, Principal { name: principal.to_owned(), realm: realm.clone() }));
    }
}

/// Hexadecimal digits of the secret that tokens are signed with: as many bits as the signature has.
const TOKEN_SECRET_DIGITS: usize = 128;

impl Authenticate for Door {
    fn log_in(&self, username: &str, password: &str, now: Timestamp) -> Result<String, Unauthenticated> {
        self.holder(username, password.as_bytes()).map(|_| self.tokens.give(username, now)).ok_or_else(|| {
            unauthorized("log in with an access key: its id as the username and its secret as the password")
        })
    }

    fn authenticate(&self, request: &Unproven<'_>) -> Result<Principal, Unauthenticated> {
        if request.services.is_empty() {
            return self.bearer(request);
        }
        let parts =
            Parts { method: request.method, target: request.target, headers: request.headers, body: request.body };
        let expected = Expected { now: request.now, services: request.services, unsigned_payload: false };
        match verify(&self.keys, &parts, &expected) {
            Ok(identity) => Ok(identity.principal().clone()),
            Err(error) => Err(Unauthenticated {
                code: error.code.json(),
                query_code: error.code.query(),
                query_status: error.code.query_status(),
                message: error.message,
            }),
        }
    }
}

fn unauthorized(message: &str) -> Unauthenticated {
    Unauthenticated {
        code: "UnrecognizedClientException",
        query_code: "InvalidClientTokenId",
        query_status: 403,
        message: message.to_owned(),
    }
}

impl Keyholder for Door {
    fn enrol(&self, cx: &Cx, key: AgentKey) {
        // A preview registers nobody.
        if !cx.previewing {
            self.admit(&key.access_key_id, &key.secret_access_key, &key.principal, &cx.realm);
        }
    }

    fn dismiss(&self, access_key_id: &str) {
        self.keys.remove(access_key_id);
    }
}
