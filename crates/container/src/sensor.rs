//! Sensors as they are kept: who they are, with which key they sign, and which profile they follow.

use bartizan_ledger::StoreError;
use bartizan_policy::kind::References;
use bartizan_policy::{AGENT_PREFIX, AgentKey, Cx, Kind, lifecycle};
use bartizan_wire::{Checked, Shape, Violations};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::profile::{ProfileType, builtin};

/// What sensors enrol with. There is one for each realm.
#[derive(Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivationKey {
    /// A UUID.
    pub customer_id: String,
    /// A UUID; whoever knows both may enrol.
    #[shape(sensitive)]
    pub activation_id: String,
}

impl std::fmt::Debug for ActivationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActivationKey").field("customer_id", &self.customer_id).finish_non_exhaustive()
    }
}

/// The kind of activation keys.
#[derive(Debug)]
pub struct ActivationKeys;

impl ActivationKeys {
    /// The name of the one that there is.
    pub const ONLY: &'static str = "default";
}

impl Kind for ActivationKeys {
    const NAME: &'static str = "container/activation-key";
    type Document = ActivationKey;
    type Plan = ();

    fn compile(_document: &Checked<ActivationKey>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// A sensor that has enrolled.
#[derive(Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sensor {
    /// A UUID.
    pub sensor_id: String,
    /// It never changes; a sensor follows profiles of this type alone.
    pub sensor_type: ProfileType,
    /// The profile that it follows; the default one of its type if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile_id: Option<String>,
    /// What its host was called when it enrolled.
    pub hostname: String,
    /// When it enrolled, in milliseconds since the epoch.
    pub created: i64,
    /// With which it signs its requests.
    pub access_key_id: String,
    /// Its secret half.
    #[shape(sensitive)]
    pub secret_access_key: String,
}

impl Sensor {
    /// The profile that it follows: its own, or the default one of its type where it has none, or one that is not there any more.
    #[must_use]
    pub fn followed(&self, is_there: impl Fn(&str) -> bool) -> String {
        let own = self.profile_id.as_ref().filter(|id| is_there(id));
        own.cloned().unwrap_or_else(|| builtin::id(self.sensor_type))
    }
}

impl std::fmt::Debug for Sensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sensor")
            .field("sensor_id", &self.sensor_id)
            .field("sensor_type", &self.sensor_type)
            .field("profile_id", &self.profile_id)
            .finish_non_exhaustive()
    }
}

/// The kind of sensors, by id.
#[derive(Debug)]
pub struct Sensors;

impl Kind for Sensors {
    const NAME: &'static str = "container/sensor";
    type Document = Sensor;
    type Plan = ();

    fn compile(_document: &Checked<Sensor>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl From<&Sensor> for AgentKey {
    fn from(sensor: &Sensor) -> Self {
        Self {
            access_key_id: sensor.access_key_id.clone(),
            secret_access_key: sensor.secret_access_key.clone(),
            principal: format!("{AGENT_PREFIX}{}", sensor.sensor_id),
        }
    }
}

/// The keys of all sensors of the realm: what a server takes in at start.
///
/// # Errors
/// When the store fails.
pub async fn sensor_keys(cx: &Cx) -> Result<Vec<AgentKey>, StoreError> {
    let held = lifecycle::list::<Sensors>(cx, "").await?;
    Ok(held.iter().map(|held| AgentKey::from(&*held.document)).collect())
}

/// SHA-256 of two texts, in hexadecimal: what is secret is compared by it, because its comparison tells nothing of the texts.
pub(crate) fn digest(one: &str, other: &str) -> String {
    let digest = Sha256::new().chain_update(one).chain_update([0]).chain_update(other).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
