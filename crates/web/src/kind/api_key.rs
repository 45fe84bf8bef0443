//! Stored API keys, with which pages of an application ask for tokens.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Timestamp, Violations};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::document::Scope;
use crate::identity;

/// The kind of API keys: `<SCOPE>/<digest of the key>`.
#[derive(Debug)]
pub struct ApiKeys;

/// An API key. It is no secret: pages that anybody can read carry it.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApiKey {
    /// The key.
    #[serde(rename = "APIKey")]
    #[shape(length = 1..=2048)]
    pub api_key: String,
    /// Where it may be used.
    #[shape(length = 1..=5, each(length = 1..=253))]
    pub token_domains: Vec<String>,
    /// When it was made.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_timestamp: Timestamp,
}

impl Kind for ApiKeys {
    const NAME: &'static str = "web/api-key";
    type Document = ApiKey;
    type Plan = ();

    fn compile(_document: &Checked<ApiKey>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// Under which name a key is stored.
#[must_use]
pub fn stored(scope: Scope, key: &str) -> String {
    let digest: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    identity::stored(scope, &digest)
}
