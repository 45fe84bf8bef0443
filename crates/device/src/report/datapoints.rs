//! What a report says, as datapoints of metrics.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::document::{Custom, Established, Listening, Metrics};
use super::number::Count;
use super::{Code, Rejected, Report};
use crate::behavior::MetricValue;
use crate::engine::Network;
use crate::metric::Measure;
use crate::observe::{Datapoint, Measured};

/// The metrics that a report tells of, made once and shared.
struct Names {
    bytes_in: Arc<str>,
    bytes_out: Arc<str>,
    packets_in: Arc<str>,
    packets_out: Arc<str>,
    tcp: Arc<str>,
    tcp_total: Arc<str>,
    udp: Arc<str>,
    udp_total: Arc<str>,
    destinations: Arc<str>,
    established: Arc<str>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names {
    bytes_in: "aws:all-bytes-in".into(),
    bytes_out: "aws:all-bytes-out".into(),
    packets_in: "aws:all-packets-in".into(),
    packets_out: "aws:all-packets-out".into(),
    tcp: "aws:listening-tcp-ports".into(),
    tcp_total: "aws:num-listening-tcp-ports".into(),
    udp: "aws:listening-udp-ports".into(),
    udp_total: "aws:num-listening-udp-ports".into(),
    destinations: "aws:destination-ip-addresses".into(),
    established: "aws:num-established-tcp-connections".into(),
});

impl Report {
    /// What it says. `custom` knows the registered custom metrics; others are passed over (decision 24). Lists are sorted,
    /// each element once.
    ///
    /// # Errors
    /// A custom metric has a value of another type than it is registered with (decision 25), or comes twice.
    pub fn datapoints(&self, custom: impl Fn(&str) -> Option<Measure>) -> Result<Vec<Datapoint>, Rejected> {
        let mut points = Vec::new();
        if let Some(metrics) = &self.document.metrics {
            built_in(metrics, &mut points);
        }
        let refuse = |message: String| Rejected { code: Code::InvalidPayload, message, report_id: Some(self.id) };
        let mut seen = BTreeSet::new();
        for (name, value) in self.document.custom_metrics.iter().flat_map(|metrics| &metrics.0) {
            if !seen.insert(name) {
                return Err(refuse(format!("Malformed metrics report: custom metric {name} is there twice")));
            }
            let Some(measure) = custom(name) else { continue };
            let value = custom_value(value, measure).ok_or_else(|| {
                let expected = member_of(measure);
                refuse(format!("Malformed metrics report: custom metric {name} must have a {expected}"))
            })?;
            points.push(datapoint(&Arc::from(&**name), value));
        }
        Ok(points)
    }
}

fn built_in(metrics: &Metrics, points: &mut Vec<Datapoint>) {
    let names = &*NAMES;
    if let Some(stats) = &metrics.network_stats {
        for (name, value) in [
            (&names.bytes_in, stats.bytes_in),
            (&names.bytes_out, stats.bytes_out),
            (&names.packets_in, stats.packets_in),
            (&names.packets_out, stats.packets_out),
        ] {
            points.extend(value.map(|Count(value)| datapoint(name, count(value))));
        }
    }
    let established = metrics.tcp_connections.as_ref().and_then(|tcp| tcp.established_connections.as_ref());
    if let Some(established) = established {
        connections(established, points);
    }
    for (listening, ports, total) in [
        (&metrics.listening_tcp_ports, &names.tcp, &names.tcp_total),
        (&metrics.listening_udp_ports, &names.udp, &names.udp_total),
    ] {
        if let Some(listening) = listening {
            sockets(listening, ports, total, points);
        }
    }
}

/// Agents cut long lists and keep the true total, so the total counts.
fn total(total: Option<Count>, items: Option<usize>) -> Option<MetricValue> {
    let items = items.map(|items| i64::try_from(items).unwrap_or(i64::MAX));
    total.map(|Count(total)| total).or(items).map(count)
}

fn connections(established: &Established, points: &mut Vec<Datapoint>) {
    let list = established.connections.as_ref().map(|items| &items.0);
    let total = total(established.total, list.map(Vec::len));
    points.extend(total.map(|total| datapoint(&NAMES.established, total)));
    if let Some(list) = list {
        let addresses = list.iter().filter_map(|connection| connection.remote_addr?.0);
        let addresses: BTreeSet<_> = addresses.map(|address| address.to_canonical()).collect();
        let cidrs = addresses.iter().map(ToString::to_string).collect();
        points.push(datapoint(&NAMES.destinations, MetricValue { cidrs: Some(cidrs), ..MetricValue::default() }));
    }
}

fn sockets(listening: &Listening, ports: &Arc<str>, totals: &Arc<str>, points: &mut Vec<Datapoint>) {
    let list = listening.ports.as_ref().map(|items| &items.0);
    points.extend(total(listening.total, list.map(Vec::len)).map(|total| datapoint(totals, total)));
    if let Some(list) = list {
        let distinct: BTreeSet<i32> = list.iter().map(|socket| socket.port.0).collect();
        let value = MetricValue { ports: Some(distinct.into_iter().collect()), ..MetricValue::default() };
        points.push(datapoint(ports, value));
    }
}

fn custom_value(value: &Custom, measure: Measure) -> Option<MetricValue> {
    let none = MetricValue::default();
    Some(match (value, measure) {
        (Custom::Number(number), Measure::Number) => MetricValue { number: Some(*number), ..none },
        (Custom::Numbers(numbers), Measure::Numbers) => {
            let mut numbers = numbers.clone();
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            MetricValue { numbers: Some(numbers), ..none }
        }
        (Custom::Strings(strings), Measure::Strings) => {
            let distinct: BTreeSet<&String> = strings.iter().collect();
            MetricValue { strings: Some(distinct.into_iter().cloned().collect()), ..none }
        }
        (Custom::Addresses(addresses), Measure::Cidrs) => {
            let readable = addresses.iter().filter(|text| text.parse::<Network>().is_ok());
            let distinct: BTreeSet<&String> = readable.collect();
            MetricValue { cidrs: Some(distinct.into_iter().cloned().collect()), ..none }
        }
        _ => return None,
    })
}

const fn member_of(measure: Measure) -> &'static str {
    match measure {
        Measure::Numbers => "number_list",
        Measure::Strings => "string_list",
        Measure::Cidrs => "ip_list",
        Measure::Counter | Measure::Gauge | Measure::Ports | Measure::Number => "number",
    }
}

fn count(count: i64) -> MetricValue {
    MetricValue { count: Some(count), ..MetricValue::default() }
}

fn datapoint(metric: &Arc<str>, value: MetricValue) -> Datapoint {
    Datapoint { measured: Measured { metric: metric.clone(), dimension: None }, value }
}
