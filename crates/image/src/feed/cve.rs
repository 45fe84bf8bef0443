//! CVE records (JSON 5), as far as they score: the CNA's and others' vectors, and CISA's decision points.

use serde::Deserialize;
use serde_json::Value;

use super::compile::Compiler;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    cve_metadata: Metadata,
    containers: Containers,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    date_updated: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Containers {
    #[serde(default)]
    cna: Container,
    #[serde(default)]
    adp: Vec<Container>,
}

#[derive(Debug, Default, Deserialize)]
struct Container {
    #[serde(default)]
    metrics: Vec<Value>,
}

const METRICS: [&str; 4] = ["cvssV3_1", "cvssV3_0", "cvssV4_0", "cvssV2_0"];

pub(super) fn take(record: &Record, out: &mut Compiler) {
    if record.cve_metadata.state == "REJECTED" {
        return;
    }
    if let Some(updated) = &record.cve_metadata.date_updated {
        out.seen(updated);
    }
    let containers = &record.containers;
    let metrics = containers.cna.metrics.iter().chain(containers.adp.iter().flat_map(|container| &container.metrics));
    let known = out.enrich(&record.cve_metadata.cve_id);
    for metric in metrics {
        for vector in METRICS.iter().filter_map(|name| metric.get(name)?.get("vectorString")?.as_str()) {
            if !known.vectors.iter().any(|known| known == vector) {
                known.vectors.push(vector.to_owned());
            }
        }
        let options = metric.pointer("/other/content/options").and_then(Value::as_array);
        for option in options.into_iter().flatten() {
            if let Some(exploitation) = option.get("Exploitation").and_then(Value::as_str) {
                exploitation.clone_into(&mut known.exploitation);
            }
        }
    }
}
