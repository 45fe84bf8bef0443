//! Tags.

use bartizan_wire::Shape;
use serde::Serialize;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Unique on its resource; case matters.
    #[shape(length = 1..=128, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub key: String,
    /// May be empty.
    #[shape(length = ..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub value: String,
}

/// The tags of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagInfoForResource {
    /// Its resource name.
    #[serde(rename = "ResourceARN", skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: Option<String>,
    /// By key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..)]
    pub tag_list: Option<Vec<Tag>>,
}
