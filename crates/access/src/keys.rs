//! [`KeyRing`]: the access keys that are known, and whom each of them speaks for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_credential_types::Credentials;
use bartizan_policy::Principal;
use bartizan_wire::Timestamp;
use subtle::ConstantTimeEq;

/// An access key. Its secret never leaves it: not by `Debug`, and not by an accessor.
pub struct Key {
    id: String,
    principal: Principal,
    session_token: Option<String>,
    expires: Option<Timestamp>,
    /// What the signing code wants; built once, because it is needed at every request.
    pub(crate) identity: aws_smithy_runtime_api::client::identity::Identity,
}

impl Key {
    /// A key of `principal`, whose realm is the only one in which signatures made with it hold.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: impl Into<String>, principal: Principal) -> Self {
        let id = id.into();
        // The session token is not given to the signing code: where a request signs it, it is a header or a query
        // member like any other.
        let identity = Credentials::new(id.clone(), secret.into(), None, None, "bartizan").into();
        Self { id, principal, session_token: None, expires: None, identity }
    }

    /// The same key as a temporary one: it holds only together with this session token.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// The same key, holding until this moment and no longer.
    #[must_use]
    pub fn expiring(mut self, at: Timestamp) -> Self {
        self.expires = Some(at);
        self
    }

    /// Its public half.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whom it speaks for.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// True if this is its secret: for protocols that send a password. The time taken does not depend on how much of it
    /// is right. A temporary key, which needs its session token, has no password.
    #[must_use]
    pub fn has_secret(&self, given: &[u8]) -> bool {
        let credentials: Option<&Credentials> = self.identity.data();
        let own = credentials.map(Credentials::secret_access_key).unwrap_or_default();
        self.session_token.is_none() && self.expires.is_none() && own.as_bytes().ct_eq(given).into()
    }

    /// True if the time of the key is over.
    pub(crate) fn expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    /// True if the request carries the session token that the key needs, or none where it needs none. The time taken
    /// does not depend on how much of the token is right.
    pub(crate) fn accepts_token(&self, given: Option<&str>) -> bool {
        match (&self.session_token, given) {
            (None, None) => true,
            (Some(own), Some(given)) => own.as_bytes().ct_eq(given.as_bytes()).into(),
            _ => false,
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("principal", &self.principal.name).finish_non_exhaustive()
    }
}

/// All keys, shared by everyone who verifies; keys come and go while requests are served.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: RwLock<HashMap<String, Arc<Key>>>,
}

impl KeyRing {
    /// Without a key nobody is believed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key, or replaces the one with the same id.
    pub fn insert(&self, key: Key) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.id.clone(), Arc::new(key));
    }

    /// Forgets a key; requests signed with it are refused from now on. True if there was one.
    pub fn remove(&self, id: &str) -> bool {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(id).is_some()
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Key>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(id).map(Arc::clone)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
