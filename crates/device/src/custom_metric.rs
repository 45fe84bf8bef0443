//! Custom metrics: what devices measure beside the built-in metrics [IoT API reference, `CreateCustomMetric`].

use bartizan_policy::{Kind, References};
use bartizan_wire::{Arn, Checked, Realm, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

/// Custom metrics of an account in a region at most [IoT Device Defender quotas].
pub const CUSTOM_METRICS_MAX: usize = 100;

/// The kind of custom metrics, by name.
#[derive(Debug)]
pub struct CustomMetrics;

/// A metric of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomMetric {
    /// What its values are. Never changes.
    pub metric_type: CustomMetricType,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=128, pattern = r"[\p{Graph}\x20]*")]
    pub display_name: Option<String>,
    /// When it was created. When it was modified is its entry's time.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// The token of the request that created it: the same request may come again.
    pub client_request_token: String,
    /// It is about to be deleted, and nothing may refer to it any more.
    #[shape(default)]
    pub retiring: bool,
}

/// What the values of a custom metric are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Shape, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustomMetricType {
    /// Texts.
    StringList,
    /// Addresses.
    IpAddressList,
    /// Numbers.
    NumberList,
    /// One number.
    Number,
}

impl CustomMetric {
    /// The ARN of the custom metric of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("custommetric/{name}"))
    }
}

impl Kind for CustomMetrics {
    const NAME: &'static str = "device/custom-metric";
    type Document = CustomMetric;
    type Plan = ();

    fn compile(_document: &Checked<CustomMetric>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}
