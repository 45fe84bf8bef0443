//! The vendor's SDK for telephones: none here.

use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use super::tag::Tag;

/// A release of the vendor's SDK: none here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MobileSdkRelease {
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub release_version: Option<String>,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub timestamp: Option<Timestamp>,
    /// What is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_notes: Option<String>,
    /// Key and value pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..)]
    pub tags: Option<Vec<Tag>>,
}

/// A release in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReleaseSummary {
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=64, pattern = r"^[\w#:\.\-/]+$")]
    pub release_version: Option<String>,
    /// When it was released.
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub timestamp: Option<Timestamp>,
}

/// Of a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Platform {
    /// iOS.
    Ios,
    /// Android.
    Android,
}
