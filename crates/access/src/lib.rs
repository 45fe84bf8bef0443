//! Who is asking, and may they: request signatures, access keys, authorization.
//!
//! No HTTP server, no clock, no store: a request is verified as it was received, at a time that the caller gives, with
//! keys that the caller has loaded.

pub mod authorize;
pub mod error;
pub mod get_caller_identity;
pub mod keys;
pub mod limits;
pub mod sigv4;
pub mod token;

pub use authorize::{ANONYMOUS, ROOT, Roles, principal_arn};
pub use error::{SignatureCode, SignatureError};
pub use get_caller_identity::{GetCallerIdentity, Sts};
pub use keys::{Key, KeyRing};
pub use sigv4::{Expected, Identity, Parts, verify};
