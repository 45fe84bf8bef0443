//! A security profile as lists name it.

use bartizan_wire::{Realm, Shape};
use serde::Serialize;

use crate::profile::SecurityProfile;

/// Name and ARN.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityProfileIdentifier {
    /// Its name.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl SecurityProfileIdentifier {
    pub(super) fn of(realm: &Realm, name: &str) -> Self {
        Self { name: name.to_owned(), arn: SecurityProfile::arn(realm, name).to_string() }
    }
}

/// The ARN of a target.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityProfileTarget {
    /// Its ARN.
    pub arn: String,
}
