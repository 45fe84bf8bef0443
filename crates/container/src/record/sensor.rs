//! A sensor as the vendor lists it: times are texts, and what is not known here is null.

use std::collections::BTreeMap;

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::known::Known;
use crate::room::is_running;
use crate::sensor::Sensor;

/// A sensor [container security API, sensors].
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Sensor")]
pub struct SensorRecord {
    /// A UUID.
    pub sensor_id: String,
    /// The same.
    pub uuid: String,
    /// What its host is called.
    pub name: String,
    /// What its host is called.
    pub hostname: String,
    /// General, Registry, CICD, Cluster or RUNTIME.
    pub sensor_type: String,
    /// `RUNNING`, `STOPPED` after it said that it ends, `UNKNOWN` if it was not heard of for three minutes.
    pub status: String,
    /// The name of the profile that it follows.
    pub configuration_profile: String,
    /// Its id. Beside what the vendor answers.
    pub configuration_profile_id: String,
    /// The revision that the sensor says it goes by; null until it has said so. Beside what the vendor answers.
    pub configuration_profile_revision: Option<i64>,
    /// When it enrolled, in milliseconds since the epoch.
    pub created: String,
    /// When it was heard of last, in milliseconds since the epoch.
    pub last_checked_in: Option<String>,
    /// The sensor's version.
    pub sensor_version: Option<String>,
    /// The same.
    pub binary_version: Option<String>,
    /// The system of its host.
    pub os: Option<String>,
    /// Such as `linux/amd64`.
    pub platform: Option<String>,
    /// An address of its host.
    pub ipv4: Option<String>,
    /// Whether it runs as root.
    pub privileged: Option<String>,
    /// Images on its host that it knows. Beside what the vendor answers.
    pub images: i64,
    /// Containers on its host that it knows. Beside what the vendor answers.
    pub containers: i64,
    /// What it could not look into. Beside what the vendor answers.
    pub missed: Vec<String>,
    /// Where its events come from; null for one that reports none. Beside what the vendor answers.
    pub events_source: Option<String>,
    /// Events that the kernel or a full queue dropped. Beside what the vendor answers.
    pub events_lost: i64,
    /// Processes that were gone before it was known what they were. Beside what the vendor answers.
    pub events_unread: i64,
    /// Events that were dropped by a rule of the profile, by rule. Beside what the vendor answers.
    pub events_dropped: BTreeMap<String, i64>,
}

impl SensorRecord {
    /// A sensor that follows a profile with this id, name.
    #[must_use]
    pub fn of(sensor: &Sensor, profile: (&str, &str), known: &Known, now: Timestamp) -> Self {
        let heartbeat = known.heartbeat(&sensor.sensor_id);
        let facts = heartbeat.map(|heartbeat| &heartbeat.facts);
        let status = match heartbeat {
            Some(heartbeat) if heartbeat.stopped => "STOPPED",
            Some(heartbeat) if is_running(heartbeat.at, now) => "RUNNING",
            _ => "UNKNOWN",
        };
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let version = facts.and_then(|facts| text(&facts.version));
        let events = known.events(&sensor.sensor_id);
        let dropped = events.map(|events| &events.dropped);
        let wide = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (images, containers) = known.counts(&sensor.sensor_id);
        let obeyed = heartbeat.map(|heartbeat| &heartbeat.obeyed).filter(|obeyed| obeyed.profile_id == profile.0);
        let hostname = facts.map_or(&sensor.hostname, |facts| &facts.hostname).clone();
        Self {
            sensor_id: sensor.sensor_id.clone(),
            uuid: sensor.sensor_id.clone(),
            name: hostname.clone(),
            hostname,
            sensor_type: sensor.sensor_type.word().to_owned(),
            status: status.to_owned(),
            configuration_profile: profile.1.to_owned(),
            configuration_profile_id: profile.0.to_owned(),
            configuration_profile_revision: obeyed.and_then(|obeyed| i64::try_from(obeyed.revision).ok()),
            created: sensor.created.to_string(),
            last_checked_in: heartbeat.map(|heartbeat| heartbeat.at.0.to_string()),
            sensor_version: version.clone(),
            binary_version: version,
            os: facts.and_then(|facts| text(&facts.os)),
            platform: facts.and_then(|facts| text(&facts.platform)),
            ipv4: facts.and_then(|facts| text(&facts.ip_address)),
            privileged: facts.map(|facts| facts.privileged.to_string()),
            images,
            containers,
            missed: known.missed(&sensor.sensor_id).to_vec(),
            events_source: events.map(|events| events.source.clone()),
            events_lost: events.map_or(0, |events| wide(events.lost)),
            events_unread: events.map_or(0, |events| wide(events.unread)),
            events_dropped: dropped.into_iter().flatten().map(|(rule, count)| (rule.clone(), wide(*count))).collect(),
        }
    }
}
