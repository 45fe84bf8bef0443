//! Metrics export: what a security profile has published to an MQTT topic, in batches [IoT Device Defender developer
//! guide, "Detect metrics export", "Metrics export schema"].
//!
//! Documents only; who publishes them is not decided here. The schema does not say in what unit its times are: ours are
//! milliseconds since the epoch, as in alerts. Nor does it name the three values of message sizes: ours end in `-min`,
//! `-max` and `-total` (decision 28 of the reference).

use bartizan_wire::Timestamp;
use serde::Serialize;

use crate::behavior::{DimensionValueOperator, MetricDimension, MetricValue};
use crate::metric::{MESSAGE_BYTE_SIZE, MESSAGE_BYTE_SIZE_MAX, MESSAGE_BYTE_SIZE_MIN};
use crate::observe::Datapoint;
use crate::profile::SecurityProfile;

/// Bytes of the largest message that the vendor's broker takes.
pub const PAYLOAD_BYTES_MAX: usize = 128 * 1024;
/// The name under which the sum of message sizes is exported.
const MESSAGE_BYTE_SIZE_TOTAL: &str = "aws:message-byte-size-total";
/// The version of the batch's form.
const BATCH_VERSION: &str = "1.0";
/// Of several values of one thing, metric and time the one with the highest version counts. Here a value never changes.
const VALUE_VERSION: u32 = 1;
/// Bytes of a batch around its entries, at most.
const FRAME_BYTES: usize = 64;

/// What a profile exports, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exports {
    /// The MQTT topic.
    pub topic: String,
    metrics: Vec<(String, Option<MetricDimension>)>,
}

/// One value of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry<'a> {
    name: &'a str,
    thing: &'a str,
    value: &'a MetricValue,
    version: u32,
    timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension: Option<Dimension<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Dimension<'a> {
    name: &'a str,
    operator: DimensionValueOperator,
}

impl Exports {
    /// What `profile` exports; `None` for one that exports nothing.
    #[must_use]
    pub fn of(profile: &SecurityProfile) -> Option<Self> {
        let topic = profile.metrics_export_config.as_ref()?.mqtt_topic.clone();
        let behaviors = profile.behaviors.iter().filter(|behavior| behavior.export_metric == Some(true));
        let of_behaviors =
            behaviors.filter_map(|behavior| Some((behavior.metric.clone()?, &behavior.metric_dimension)));
        let retained =
            profile.additional_metrics_to_retain.iter().filter(|retained| retained.export_metric == Some(true));
        let of_retained = retained.map(|retained| (retained.metric.clone(), &retained.metric_dimension));
        let mut metrics: Vec<_> =
            of_behaviors.chain(of_retained).map(|(metric, dimension)| (metric, dimension.clone())).collect();
        metrics.sort();
        metrics.dedup();
        (!metrics.is_empty()).then_some(Self { topic, metrics })
    }

    /// The values among `datapoints` that are exported.
    pub fn entries<'a>(
        &self,
        thing: &'a str,
        at: Timestamp,
        datapoints: &'a [Datapoint],
    ) -> impl Iterator<Item = Entry<'a>> {
        let exported = datapoints.iter().filter(|datapoint| self.covers(datapoint));
        exported.map(move |datapoint| Entry {
            name: match datapoint.measured.metric.as_ref() {
                MESSAGE_BYTE_SIZE => MESSAGE_BYTE_SIZE_TOTAL,
                name => name,
            },
            thing,
            value: &datapoint.value,
            version: VALUE_VERSION,
            timestamp: at.0,
            dimension: datapoint
                .measured
                .dimension
                .as_ref()
                .map(|(name, operator)| Dimension { name, operator: *operator }),
        })
    }

    fn covers(&self, datapoint: &Datapoint) -> bool {
        let metric = match datapoint.measured.metric.as_ref() {
            MESSAGE_BYTE_SIZE_MIN | MESSAGE_BYTE_SIZE_MAX => MESSAGE_BYTE_SIZE,
            name => name,
        };
        self.metrics.iter().any(|(name, dimension)| {
            let narrowed = dimension
                .as_ref()
                .map(|dimension| (dimension.dimension_name.as_str(), dimension.operator.unwrap_or_default()));
            let measured = datapoint.measured.dimension.as_ref().map(|(name, operator)| (name.as_ref(), *operator));
            name == metric && narrowed == measured
        })
    }
}

impl Entry<'_> {
    /// As JSON.
    #[must_use]
    pub fn text(&self) -> String {
        // A struct of texts and numbers has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Messages that carry all of `entries`, as text, in their order, each of at most [`PAYLOAD_BYTES_MAX`]. A single value
/// that is larger has a message of its own.
#[must_use]
pub fn batches(entries: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut batches = Vec::new();
    let mut open = String::new();
    for text in entries {
        if !open.is_empty() && open.len() + text.len() + FRAME_BYTES > PAYLOAD_BYTES_MAX {
            batches.push(close(&std::mem::take(&mut open)));
        }
        if !open.is_empty() {
            open.push(',');
        }
        open.push_str(&text);
    }
    if !open.is_empty() {
        batches.push(close(&open));
    }
    batches
}

fn close(entries: &str) -> String {
    format!(r#"{{"version":"{BATCH_VERSION}","metrics":[{entries}]}}"#)
}

#[cfg(test)]
mod tests;
