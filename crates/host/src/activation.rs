//! Activations and the managed nodes that register with them.
//!
//! An activation is an id and a code that an operator carries to hosts. A host that shows both becomes a managed node
//! with an access key of its own. The code is kept as a digest; the node's secret is kept as it is, because request
//! signatures cannot be verified without it.

use bartizan_ledger::StoreError;
use bartizan_policy::{AGENT_PREFIX, AgentKey, Cx, Kind, References, lifecycle};
use bartizan_wire::{Checked, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::tags::Tag;

/// How long an activation holds that names no end: 24 hours.
pub const EXPIRES_AFTER_MS: i64 = Timestamp::DAY_MS;
/// How far ahead an activation may end: 30 days.
pub const EXPIRES_WITHIN_DAYS: i64 = 30;
/// Hexadecimal digits of an activation's code: 80 bits.
pub const CODE_DIGITS: usize = 20;

/// The kind of activations, by id.
#[derive(Debug)]
pub struct Activations;

/// Lets hosts become managed nodes.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Activation {
    /// A UUID.
    #[shape(length = 36..=36)]
    pub activation_id: String,
    /// SHA-256 of the code, lower-case hexadecimal.
    #[shape(length = 64..=64, sensitive)]
    pub code_digest: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=256)]
    pub description: Option<String>,
    /// How nodes are called that register with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=256)]
    pub default_instance_name: Option<String>,
    /// Kept and answered; roles have no meaning here.
    #[shape(length = 0..=64)]
    pub iam_role: String,
    /// How many nodes may register with it.
    #[shape(range = 1..=1000)]
    pub registration_limit: i32,
    /// How many have.
    #[shape(range = 0..=1000)]
    pub registrations_count: i32,
    /// From then on it is of no use.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub expiration_date: Timestamp,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub created_date: Timestamp,
    /// Given to nodes that register with it, and to itself.
    pub tags: Vec<Tag>,
}

impl Kind for Activations {
    const NAME: &'static str = "host/activation";
    type Document = Activation;
    type Plan = ();

    fn compile(_document: &Checked<Activation>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Activation {
    /// True from its expiration on.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expiration_date
    }

    /// True for its code. The time taken does not depend on how much of the code is right: digests are compared, and
    /// what their comparison tells says nothing of the code.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.code_digest == digest(code)
    }
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The kind of managed nodes, by id.
#[derive(Debug)]
pub struct ManagedInstances;

/// A host that has registered.
#[derive(Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedInstance {
    /// `mi-` and 17 hexadecimal digits.
    #[shape(length = 20..=20, pattern = r"^mi-[0-9a-f]{17}$")]
    pub instance_id: String,
    /// With which it registered.
    #[shape(length = 36..=36)]
    pub activation_id: String,
    /// The activation's.
    pub iam_role: String,
    /// When.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub registration_date: Timestamp,
    /// The activation's default name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// With which the node's agent signs its requests.
    #[shape(length = 16..=128)]
    pub access_key_id: String,
    /// Its secret half.
    #[shape(length = 16..=128, sensitive)]
    pub secret_access_key: String,
}

impl std::fmt::Debug for ManagedInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManagedInstance")
            .field("instance_id", &self.instance_id)
            .field("activation_id", &self.activation_id)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Kind for ManagedInstances {
    const NAME: &'static str = "host/managed-instance";
    type Document = ManagedInstance;
    type Plan = ();

    fn compile(_document: &Checked<ManagedInstance>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl From<&ManagedInstance> for AgentKey {
    fn from(instance: &ManagedInstance) -> Self {
        Self {
            access_key_id: instance.access_key_id.clone(),
            secret_access_key: instance.secret_access_key.clone(),
            principal: format!("{AGENT_PREFIX}{}", instance.instance_id),
        }
    }
}

/// The keys of all registered agents of the realm: what a server takes in at start.
///
/// # Errors
/// When the store fails.
pub async fn agent_keys(cx: &Cx) -> Result<Vec<AgentKey>, StoreError> {
    let held = lifecycle::list::<ManagedInstances>(cx, "").await?;
    Ok(held.iter().map(|held| AgentKey::from(&*held.document)).collect())
}
