//! Client tokens: a creation that is sent twice happens once.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

/// The kind of remembered `ClientToken`s, by token.
#[derive(Debug)]
pub struct ClientTokens;

/// What a token was used for, so that the same request again has the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClientToken {
    /// SHA-256 of the request without the token.
    #[shape(length = 64..=64)]
    pub request_digest: String,
    /// What was created.
    pub baseline_id: String,
}

/// How long a token is remembered at least; the vendor does not say.
pub const TOKEN_REMEMBERED_MS: i64 = Timestamp::DAY_MS;

impl Kind for ClientTokens {
    const NAME: &'static str = "host/client-token";
    type Document = ClientToken;
    type Plan = ();

    fn compile(_document: &Checked<ClientToken>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}
