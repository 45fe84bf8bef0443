//! Who is at the door: `access` in the places that `protocol` and the rooms leave for it.

use std::sync::Arc;

use bartizan_access::{Expected, Key, KeyRing, Parts, verify};
use bartizan_host::activation::{AgentKey, Keyholder};
use bartizan_policy::{Cx, Principal};
use bartizan_protocol::{Authenticate, Unauthenticated, Unproven};
use bartizan_wire::Realm;

/// Verifies signatures with the keys that are known.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    keys: Arc<KeyRing>,
}

impl Door {
    pub(crate) fn new() -> Self {
        Self { keys: Arc::new(KeyRing::new()) }
    }

    /// Whose a key and its secret are, as devices without a certificate send them.
    pub(crate) fn holder(&self, id: &str, secret: &[u8]) -> Option<Principal> {
        self.keys.get(id).filter(|key| key.has_secret(secret)).map(|key| key.principal().clone())
    }

    /// Lets the holder of a key in as `principal`.
    pub(crate) fn admit(&self, id: &str, secret: &str, principal: &str, realm: &Realm) {
        self.keys.insert(Key::new(id, secret, Principal { name: principal.to_owned(), realm: realm.clone() }));
    }
}

impl Authenticate for Door {
    fn authenticate(&self, request: &Unproven<'_>) -> Result<Principal, Unauthenticated> {
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
