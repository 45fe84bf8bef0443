//! Limits of this crate, each with its reason.

use std::time::Duration;

/// How far the signer's clock may be from ours, in both directions: the vendor's 15 minutes.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_secs(15 * 60);

/// The shortest life of a presigned URL, in seconds.
pub const PRESIGNED_SECONDS_MIN: u64 = 1;

/// The longest life of a presigned URL, in seconds: the vendor's seven days.
pub const PRESIGNED_SECONDS_MAX: u64 = 604_800;

/// Longest request target (path and query) that is verified, in bytes. Encoding can make it three times as long, and
/// the signing code needs it to stay below the 65,534 bytes of a URI.
pub const TARGET_BYTES_MAX: usize = 16 * 1024;

/// Longest `Authorization` header that is read, in bytes; real ones are below 400.
pub const AUTHORIZATION_BYTES_MAX: usize = 4096;

/// How many headers one signature may cover; real ones cover below ten.
pub const SIGNED_HEADERS_MAX: usize = 64;
