//! What is known of images, containers, sensors and events: what plans are judged on.

use std::sync::Arc;

use bartizan_wire::Timestamp;

use super::exclusion::Name;
use super::registry::Schedule;

/// A vulnerability that was found in an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vulnerability {
    /// `CVE-..`, or the advisory's id.
    pub id: Arc<str>,
    /// 1 to 5, 5 the worst.
    pub severity: u8,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// The digest of its configuration, 64 hexadecimal digits.
    pub sha: Box<str>,
    /// All that it is called.
    pub names: Vec<Name>,
    /// The registries, by id, that it was found in.
    pub registries: Vec<Box<str>>,
    /// When it was made, if it says so.
    pub made: Option<Timestamp>,
    /// When it was first seen.
    pub seen: Timestamp,
    /// When it was last scanned.
    pub scanned: Option<Timestamp>,
    /// Whether it could be run when that was last tried; `None` if it never was.
    pub runs: Option<bool>,
    /// Sensors that have it, by their place in [`World::sensors`].
    pub sensors: Vec<u32>,
    /// What the last scan found.
    pub vulnerabilities: Vec<Vulnerability>,
    /// How many it found of each severity from 1 to 5, where it is not known which.
    pub counted: [u32; 5],
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Container {
    /// Its id.
    pub id: Box<str>,
    /// The digest of its image's configuration, if the runtime tells it.
    pub image_sha: Option<Box<str>>,
    /// What it was started from.
    pub image_name: Option<Name>,
    /// Whether it was scanned itself.
    pub scanned: bool,
}

/// A sensor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sensor {
    /// Its id.
    pub id: Box<str>,
    /// When it last called in.
    pub heard: Option<Timestamp>,
}

/// Events of one program, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    /// The link that the kernel shows for the program.
    pub program: Box<str>,
    /// How many were recorded.
    pub count: u64,
}

/// All that the sensors of a profile have to do with.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The time for which it is judged.
    pub now: Timestamp,
    /// Its sensors.
    pub sensors: Vec<Sensor>,
    /// Images that its sensors have, or that its registries hold.
    pub images: Vec<Image>,
    /// Containers of its sensors' hosts.
    pub containers: Vec<Container>,
    /// Schedules of all registries.
    pub schedules: Vec<Schedule>,
    /// What they are after a change, if it changes them.
    pub schedules_after: Option<Vec<Schedule>>,
    /// Recorded events of processes.
    pub events: Vec<Events>,
}
