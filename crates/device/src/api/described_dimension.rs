//! A dimension as `DescribeDimension` and `UpdateDimension` answer it.

use bartizan_policy::Cx;
use bartizan_policy::lifecycle::Held;
use bartizan_wire::{Shape, Timestamp};
use serde::Serialize;

use crate::dimension::{Dimension, DimensionType, Dimensions};

/// The whole dimension.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DimensionDescription")]
pub struct DescribedDimension {
    /// Its name.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub name: String,
    /// Its ARN.
    #[shape(default)]
    pub arn: String,
    /// What kind of values it has.
    #[serde(rename = "type")]
    #[shape(default)]
    pub dimension_type: DimensionType,
    /// MQTT topic filters.
    #[shape(default, length = 1..=100, each(length = 1..=256))]
    pub string_values: Vec<String>,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
    /// When it was last changed.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_modified_date: Timestamp,
}

/// The dimension as it was read or committed.
pub(super) fn describe(cx: &Cx, held: Held<Dimensions>) -> DescribedDimension {
    let Held { document, entry } = held;
    let dimension = document.into_inner();
    DescribedDimension {
        arn: Dimension::arn(&cx.realm, &entry.key.name).to_string(),
        name: entry.key.name,
        dimension_type: dimension.dimension_type,
        string_values: dimension.string_values,
        creation_date: dimension.creation_date,
        last_modified_date: entry.stamp.at,
    }
}
