//! The agent's own key, which it got when it registered.

use serde::{Deserialize, Serialize};

/// Who the host is for the server, and the key with which its agent signs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credential {
    /// The managed node: `mi-` and 17 hexadecimal digits.
    pub instance_id: String,
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// For which requests are signed.
    pub region: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("instance_id", &self.instance_id)
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &"hidden")
            .field("region", &self.region)
            .finish()
    }
}
