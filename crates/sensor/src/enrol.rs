//! A sensor's first call: it shows the activation key and gets a key of its own.

use std::os::unix::fs::MetadataExt as _;

use bartizan_agent::collect::{self, Root};
use bartizan_agent::{Client, Credential, Folder};
use bartizan_container::observe::Facts;
use bartizan_container::profile::ProfileType;
use bartizan_image::source::Platform;
use bytes::Bytes;
use serde_json::json;

use crate::calls::ENROL;
use crate::sensor::SensorError;

/// What proves that a sensor may enrol.
#[derive(Debug, Clone, Copy)]
pub struct Activation<'a> {
    /// As `GET /csapi/v1.3/activationkey` answers it.
    pub customer_id: &'a str,
    /// As `GET /csapi/v1.3/activationkey` answers it.
    pub activation_id: &'a str,
}

/// Enrols a sensor for the host under `root`, and keeps its credential in `folder`.
///
/// # Errors
/// It is enrolled already, its host cannot be read, or the server refuses.
pub async fn enrol(
    folder: &Folder,
    client: &mut Client,
    root: &Root,
    sensor_type: ProfileType,
    activation: Activation<'_>,
) -> Result<Credential, SensorError> {
    if let Some(credential) = folder.credential()? {
        return Err(SensorError::Enrolled(credential.instance_id));
    }
    let request = json!({
        "CustomerId": activation.customer_id,
        "ActivationId": activation.activation_id,
        "SensorType": sensor_type.word(),
        "Facts": facts(root)?,
    });
    let credential: Credential = client.post(ENROL, Bytes::from(request.to_string()), None).await?;
    folder.keep(&credential)?;
    Ok(credential)
}

/// What the host under `root` is.
///
/// # Errors
/// A file that says so is there and cannot be read.
pub fn facts(root: &Root) -> Result<Facts, SensorError> {
    let found = collect::host_facts(root)?;
    Ok(Facts {
        hostname: found.hostname,
        os: found.pretty_name,
        platform: Platform::here().to_string(),
        ip_address: found.ip_address,
        version: found.agent_version,
        privileged: is_root(),
    })
}

/// Whether this process may do everything.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}
