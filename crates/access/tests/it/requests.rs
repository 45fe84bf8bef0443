//! Requests to verify, and a ring with the suite's key.

use bartizan_access::{Expected, Identity, Key, KeyRing, Parts, SignatureError, verify};
use bartizan_policy::Principal;
use bartizan_wire::{Realm, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::vectors::{DATE, EXPIRES, HOST, KEY_ID, SECRET, Vector};

/// 2015-08-30T12:36:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_440_938_160_000);

pub(crate) const REALM: (&str, &str) = ("123456789012", "us-east-1");

pub(crate) fn principal(name: &str) -> Principal {
    Principal { name: name.to_owned(), realm: Realm::new(REALM.0, REALM.1).unwrap() }
}

pub(crate) fn ring(token: &str) -> KeyRing {
    let ring = KeyRing::new();
    let key = Key::new(KEY_ID, SECRET, principal("root"));
    ring.insert(if token.is_empty() { key } else { key.with_session_token(token) });
    ring
}

/// A request that owns its parts, to be changed by tests.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) now: Timestamp,
    pub(crate) services: Vec<&'static str>,
    pub(crate) unsigned_payload: bool,
}

impl Request {
    fn of(vector: &Vector, target: String) -> Self {
        let mut request = Self {
            method: vector.method.to_owned(),
            target,
            headers: HeaderMap::new(),
            body: vector.body.as_bytes().to_vec(),
            now: NOW,
            services: vec!["service"],
            unsigned_payload: false,
        };
        request.add("host", HOST);
        for (name, value) in vector.headers {
            request.add(name, value);
        }
        request
    }

    pub(crate) fn header_form(vector: &Vector) -> Self {
        let mut request = Self::of(vector, vector.target.to_owned());
        request.add("x-amz-date", DATE);
        if !vector.token.is_empty() {
            request.add("x-amz-security-token", vector.token);
        }
        if vector.signed_headers.contains("x-amz-content-sha256") {
            // SHA-256 of `Param1=value1`, as the suite gives it.
            request.add("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e");
        }
        request.authorize(vector.signed_headers, vector.signature);
        request
    }

    pub(crate) fn query_form(vector: &Vector) -> Self {
        let mut target = vector.target.to_owned();
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={KEY_ID}%2F20150830%2Fus-east-1%2Fservice%2F\
             aws4_request&X-Amz-Date={DATE}&X-Amz-SignedHeaders={}&X-Amz-Expires={EXPIRES}&X-Amz-Signature={}",
            vector.presigned_headers.replace(';', "%3B"),
            vector.presigned
        ));
        if !vector.token.is_empty() {
            let token: String = form_urlencoded::byte_serialize(vector.token.as_bytes()).collect();
            target.push_str(&format!("&X-Amz-Security-Token={token}"));
        }
        Self::of(vector, target)
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }

    pub(crate) fn authorize(&mut self, signed_headers: &str, signature: &str) {
        let text = format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/20150830/us-east-1/service/aws4_request, \
             SignedHeaders={signed_headers}, Signature={signature}"
        );
        self.set("authorization", &text);
    }

    pub(crate) fn verify(&self, ring: &KeyRing) -> Result<Identity, SignatureError> {
        verify(
            ring,
            &Parts { method: &self.method, target: &self.target, headers: &self.headers, body: &self.body },
            &Expected { now: self.now, services: &self.services, unsigned_payload: self.unsigned_payload },
        )
    }
}
