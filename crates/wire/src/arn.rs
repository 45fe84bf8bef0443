//! Names of resources.

use serde::{Deserialize, Serialize};

/// An Amazon resource name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Arn(pub String);

/// What authorization is asked about: an ARN, or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ResourceName(pub String);
