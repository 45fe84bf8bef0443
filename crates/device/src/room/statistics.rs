//! What the room has done since the program started.

/// Counts since the start, and what there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Reports that came.
    pub reports: u64,
    /// Reports that were taken in.
    pub accepted: u64,
    /// Reports that came twice and were acknowledged again.
    pub repeated: u64,
    /// Reports that came too soon.
    pub throttled: u64,
    /// Reports that could not be read.
    pub malformed: u64,
    /// Observations that were judged.
    pub judged: u64,
    /// Datapoints that could not be judged.
    pub blind: u64,
    /// Alarms that began.
    pub alarms: u64,
    /// Alarms that were cleared or invalidated.
    pub ended: u64,
    /// Alarms that hold.
    pub active: u64,
    /// Recorded observations that wait for judgment.
    pub backlog: u64,
    /// The most observations that were recorded with one flush of the disk.
    pub largest_batch: u64,
    /// Flushes of the disk that carried observations.
    pub flushes: u64,
    /// Broker events of things beyond what one window holds.
    pub unseen: u64,
}
