//! Access keys of agents: programs that enrol by themselves and report what they observe.

use crate::Cx;

/// What precedes an agent's id in the name of its principal, such as `agent/mi-0123456789abcdef0`.
pub const AGENT_PREFIX: &str = "agent/";

/// An agent's access key, for whoever verifies signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct AgentKey {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// For whom it speaks: [`AGENT_PREFIX`] and the agent's id.
    pub principal: String,
}

/// Hexadecimal digits of the public half of a key, behind its prefix.
const KEY_DIGITS: usize = 16;
/// Hexadecimal digits of the secret half: 160 bits.
const SECRET_DIGITS: usize = 40;

impl AgentKey {
    /// A new key for an agent.
    #[must_use]
    pub fn mint(cx: &Cx, agent: &str) -> Self {
        Self {
            access_key_id: format!("BZAG{}", cx.mint.hex(KEY_DIGITS).to_ascii_uppercase()),
            secret_access_key: cx.mint.hex(SECRET_DIGITS),
            principal: format!("{AGENT_PREFIX}{agent}"),
        }
    }
}

impl std::fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AgentKey")
            .field("access_key_id", &self.access_key_id)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

/// Told when agents' keys come and go, so that signatures can be verified. Implemented by the server.
pub trait Keyholder: Send + Sync + std::fmt::Debug {
    /// From now on this key holds.
    fn enrol(&self, cx: &Cx, key: AgentKey);
    /// From now on it does not.
    fn dismiss(&self, access_key_id: &str);
}
