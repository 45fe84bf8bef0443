//! `/proc/net/dev`: bytes and packets by interface since the interface exists [proc_net(5)].

use std::collections::BTreeMap;

use super::NetworkStats;
use crate::collect::{CollectError, Root};

const FILE: &str = "/proc/net/dev";
/// The interface of what never leaves the machine.
const LOOPBACK: &str = "lo";

/// The counters of every interface but the loopback.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counters(BTreeMap<String, NetworkStats>);

impl Counters {
    pub(super) fn read(root: &Root) -> Result<Self, CollectError> {
        Ok(Self::parse(&String::from_utf8_lossy(&root.require(FILE)?)))
    }

    /// Lines that have no counters, such as the heading, are left out.
    pub(super) fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (name, counters) = line.split_once(':')?;
            let fields: Vec<u64> = counters.split_whitespace().map_while(|field| field.parse().ok()).collect();
            let [bytes_in, packets_in, _, _, _, _, _, _, bytes_out, packets_out, ..] = fields[..] else { return None };
            let name = name.trim();
            let stats = NetworkStats { bytes_in, bytes_out, packets_in, packets_out };
            (name != LOOPBACK).then(|| (name.to_owned(), stats))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// What came since `earlier`. An interface whose counters went back, or that is new, began at zero.
    pub(super) fn since(&self, earlier: &Self) -> NetworkStats {
        let mut sum = NetworkStats::default();
        for (name, now) in &self.0 {
            let then = earlier.0.get(name).filter(|then| not_before(now, then)).copied().unwrap_or_default();
            sum.bytes_in += now.bytes_in - then.bytes_in;
            sum.bytes_out += now.bytes_out - then.bytes_out;
            sum.packets_in += now.packets_in - then.packets_in;
            sum.packets_out += now.packets_out - then.packets_out;
        }
        sum
    }
}

fn not_before(now: &NetworkStats, then: &NetworkStats) -> bool {
    now.bytes_in >= then.bytes_in
        && now.bytes_out >= then.bytes_out
        && now.packets_in >= then.packets_in
        && now.packets_out >= then.packets_out
}
