//! How many requests came lately.

use std::collections::BTreeMap;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bartizan_wire::Timestamp;

use super::plan::Plan;

/// Keys that are counted for one rule at most, twice: those that came lately, and those that came before them. Of more, the ones
/// that did not come for longest are forgotten.
pub const INSTANCES_MAX: usize = 10_000;

/// Parts of a window. A window ends within a thirtieth of its length.
const SLOTS: usize = 30;
/// A part is never shorter, in milliseconds.
const SLOT_MS_MIN: i64 = 1_000;

/// Counts requests of rate-based rules. A server counts in one place for all threads.
pub trait Counter {
    /// Counts one more request of this key, and says how many there were in the window with it. `rate` is the number of the rule in its
    /// plan.
    fn count(&mut self, rate: usize, key: &[u8], at: Timestamp) -> u64;
}

/// Counts of all rate-based rules of a plan.
#[derive(Debug, Default, Clone)]
pub struct Rates {
    rules: Vec<RuleRates>,
}

#[derive(Debug, Clone)]
struct RuleRates {
    identity: String,
    slot_ms: i64,
    slots: i64,
    /// Keys that came lately.
    young: BTreeMap<Box<[u8]>, Counts>,
    /// Keys that came before those.
    old: BTreeMap<Box<[u8]>, Counts>,
    forgotten: u64,
}

#[derive(Debug, Clone)]
struct Counts {
    /// The number of the newest slot, since the epoch.
    newest: i64,
    slots: [u32; SLOTS],
}

impl Rates {
    /// Nothing was counted yet.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        Self::after(Self::default(), plan)
    }

    /// For a plan that follows another: rules whose settings are the same keep their counts, others begin anew.
    #[must_use]
    pub fn after(mut before: Self, plan: &Plan) -> Self {
        let rules = plan.rates.iter().map(|facts| {
            let kept = before.rules.iter().position(|rule| rule.identity == facts.identity);
            kept.map(|place| before.rules.swap_remove(place)).unwrap_or_else(|| {
                let parts = i64::try_from(SLOTS).unwrap_or(i64::MAX);
                let slot_ms = (facts.window_ms / parts).max(SLOT_MS_MIN);
                RuleRates {
                    identity: facts.identity.clone(),
                    slot_ms,
                    slots: (facts.window_ms / slot_ms).clamp(1, parts),
                    young: BTreeMap::new(),
                    old: BTreeMap::new(),
                    forgotten: 0,
                }
            })
        });
        Self { rules: rules.collect() }
    }

    /// The addresses that are over the limit of a rule which counts by address, with their counts, highest first.
    #[must_use]
    pub fn limited(&self, plan: &Plan, rate: usize, at: Timestamp) -> Vec<(IpAddr, u64)> {
        let (Some(rule), Some(facts)) = (self.rules.get(rate), plan.rates.get(rate)) else { return Vec::new() };
        if !facts.by_address {
            return Vec::new();
        }
        let all = rule.young.iter().chain(&rule.old);
        let counted = all.filter_map(|(key, counts)| Some((address_of(key)?, counts.total(rule.slot(at), rule.slots))));
        let mut over: Vec<_> = counted.filter(|(_, count)| *count > facts.limit).collect();
        over.sort_by(|(left, more), (right, less)| less.cmp(more).then(left.cmp(right)));
        over
    }

    /// How many keys were forgotten because there were too many, over all rules.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.rules.iter().map(|rule| rule.forgotten).sum()
    }
}

impl Counter for Rates {
    fn count(&mut self, rate: usize, key: &[u8], at: Timestamp) -> u64 {
        self.rules.get_mut(rate).map_or(0, |rule| rule.count(key, at))
    }
}

impl RuleRates {
    fn slot(&self, at: Timestamp) -> i64 {
        at.0.div_euclid(self.slot_ms)
    }

    fn count(&mut self, key: &[u8], at: Timestamp) -> u64 {
        let slot = self.slot(at);
        if let Some(counts) = self.young.get_mut(key) {
            return counts.add(slot, self.slots);
        }
        if self.young.len() >= INSTANCES_MAX {
            self.forgotten += u64::try_from(self.old.len()).unwrap_or(u64::MAX);
            self.old = std::mem::take(&mut self.young);
        }
        let mut counts = self.old.remove(key).unwrap_or(Counts { newest: slot, slots: [0; SLOTS] });
        let total = counts.add(slot, self.slots);
        self.young.insert(key.into(), counts);
        total
    }
}

impl Counts {
    fn add(&mut self, slot: i64, slots: i64) -> u64 {
        if slot > self.newest {
            // what lies between was empty
            let parts = i64::try_from(SLOTS).unwrap_or(i64::MAX);
            let first = slot.saturating_sub(parts).max(self.newest) + 1;
            for empty in first..=slot {
                if let Some(count) = self.place(empty) {
                    *count = 0;
                }
            }
            self.newest = slot;
        }
        if self.newest - slot < slots
            && let Some(count) = self.place(slot)
        {
            *count = count.saturating_add(1);
        }
        self.total(self.newest, slots)
    }

    fn place(&mut self, slot: i64) -> Option<&mut u32> {
        self.slots.get_mut(index(slot))
    }

    /// The requests of the slots up to this one.
    fn total(&self, slot: i64, slots: i64) -> u64 {
        let oldest = slot - slots + 1;
        let known = i64::try_from(SLOTS).unwrap_or(i64::MAX);
        let first = oldest.max(self.newest - known + 1);
        (first..=slot.min(self.newest))
            .filter_map(|slot| self.slots.get(index(slot)))
            .map(|count| u64::from(*count))
            .sum()
    }
}

fn index(slot: i64) -> usize {
    let parts = i64::try_from(SLOTS).unwrap_or(i64::MAX);
    usize::try_from(slot.rem_euclid(parts)).unwrap_or_default()
}

/// The first byte of a key of one address.
const V4: u8 = 4;
const V6: u8 = 6;
/// The key of all requests whose address cannot be read.
const INVALID: u8 = 0;

/// Appends an address to a key.
pub(super) fn push_address(key: &mut Vec<u8>, address: IpAddr) {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            key.push(V4);
            key.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            key.push(V6);
            key.extend_from_slice(&address.octets());
        }
    }
}

/// Appends what stands for addresses that cannot be read.
pub(super) fn push_invalid(key: &mut Vec<u8>) {
    key.push(INVALID);
}

fn address_of(key: &[u8]) -> Option<IpAddr> {
    match key.split_first()? {
        (&V4, rest) => <[u8; 4]>::try_from(rest).ok().map(|octets| Ipv4Addr::from(octets).into()),
        (&V6, rest) => <[u8; 16]>::try_from(rest).ok().map(|octets| Ipv6Addr::from(octets).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, SLOTS};

    #[test]
    fn a_window_slides() {
        let mut counts = Counts { newest: 100, slots: [0; SLOTS] };
        assert_eq!(counts.add(100, 30), 1);
        assert_eq!(counts.add(100, 30), 2);
        assert_eq!(counts.add(129, 30), 3);
        assert_eq!(counts.add(130, 30), 2);
        assert_eq!(counts.total(159, 30), 1);
        assert_eq!(counts.total(160, 30), 0);
        // one that comes late counts in its own time
        assert_eq!(counts.add(101, 30), 3);
        assert_eq!(counts.add(99, 30), 3);
        assert_eq!(counts.add(1_000, 30), 1);
        assert_eq!(counts.add(1_001, 2), 2);
        assert_eq!(counts.add(1_002, 2), 2);
    }
}
