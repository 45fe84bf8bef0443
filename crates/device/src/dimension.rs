//! Dimensions: the topics for which a cloud-side metric is counted [IoT API reference, `CreateDimension`].

use bartizan_policy::{Kind, References};
use bartizan_wire::{Arn, Checked, Path, Realm, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

/// Dimensions of an account in a region at most [IoT Device Defender quotas].
pub const DIMENSIONS_MAX: usize = 10;

/// The kind of dimensions, by name.
#[derive(Debug)]
pub struct Dimensions;

/// Topic filters by one name.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dimension {
    /// What kind of values it has. Never changes.
    #[serde(rename = "type")]
    pub dimension_type: DimensionType,
    /// MQTT topic filters, in which `${iot:ClientId}` stands for the device.
    #[shape(length = 1..=100, each(length = 1..=256))]
    pub string_values: Vec<String>,
    /// When it was created. When it was modified is its entry's time.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// The token of the request that created it: the same request may come again.
    pub client_request_token: String,
    /// It is about to be deleted, and nothing may refer to it any more.
    #[shape(default)]
    pub retiring: bool,
}

/// What kind of values a dimension has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DimensionType {
    /// MQTT topic filters.
    #[default]
    TopicFilter,
}

impl Dimension {
    /// The ARN of the dimension of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("dimension/{name}"))
    }
}

impl Kind for Dimensions {
    const NAME: &'static str = "device/dimension";
    type Document = Dimension;
    type Plan = ();

    fn review(next: &Dimension, _prior: Option<&Dimension>, out: &mut Violations) {
        for filter in next.string_values.iter().filter(|filter| !is_filter(filter)) {
            out.review(
                &Path::root(),
                format!("stringValues {filter} should be an MQTT topic filter such as fleet/+/data"),
            );
        }
    }

    fn compile(_document: &Checked<Dimension>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// True for an MQTT topic filter: wildcards stand alone in their level, and `#` in the last one
/// [MQTT 3.1.1, section 4.7.1].
fn is_filter(filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    !filter.contains('\0')
        && levels.iter().enumerate().all(|(index, level)| match *level {
            "+" => true,
            "#" => index + 1 == levels.len(),
            other => !other.contains(['+', '#']),
        })
}

#[cfg(test)]
mod tests {
    use super::is_filter;

    #[test]
    fn wildcards_stand_alone() {
        for filter in ["a", "a/+/b", "#", "a/#", "+", "$aws/things/${iot:ClientId}/#", "/"] {
            assert!(is_filter(filter), "{filter}");
        }
        for filter in ["a#", "a/#/b", "a+/b", "#/a"] {
            assert!(!is_filter(filter), "{filter}");
        }
    }
}
