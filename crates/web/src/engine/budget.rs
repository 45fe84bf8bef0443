//! What one request may cost.

/// Bytes that are read for one request at most, by transformations, searches, regular expressions and detectors together. A
/// request that needs more is not judged to its end: whoever asked decides whether it passes. 64 KiB of body that a hundred
/// regular expressions have to read are within it.
pub const STEPS_MAX: usize = 16 * 1024 * 1024;

/// Bytes of transformed text that are kept for one request at most.
pub const MEMORY_MAX: usize = 8 * 1024 * 1024;

/// Readers of the detectors look at a byte about so many times.
pub(super) const DETECTOR_STEPS: usize = 4;
