//! Sets of IP addresses, and addresses in headers that proxies write.

mod forwarded;
mod network;

use std::net::IpAddr;

pub use forwarded::{ADDRESSES_MAX, Addresses, Forwarded, ForwardedPlace};
pub use network::{Network, NetworkError};

/// Many networks, for finding out whether an address is in one of them. IPv4 and IPv6 are apart; an IPv4 address that is
/// written as an IPv6 one (`::ffff:192.0.2.1`) counts as IPv4.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressSet {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
}

impl AddressSet {
    /// The set of all addresses of these networks. Networks that touch or overlap are kept as one range.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = Network>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            // of an IPv4 network that is written as an IPv6 one, all addresses are written so
            match (network.first().to_canonical(), network.last().to_canonical()) {
                (IpAddr::V4(first), IpAddr::V4(last)) => v4.push((u32::from(first), u32::from(last))),
                (IpAddr::V6(first), IpAddr::V6(last)) => v6.push((u128::from(first), u128::from(last))),
                // a larger IPv6 network that begins or ends among them
                _ => {
                    if let (IpAddr::V6(first), IpAddr::V6(last)) = (network.first(), network.last()) {
                        v6.push((u128::from(first), u128::from(last)));
                    }
                }
            }
        }
        Self { v4: Ranges::new(v4, |last| last.checked_add(1)), v6: Ranges::new(v6, |last| last.checked_add(1)) }
    }

    /// True if the address is in one of the networks. Takes time in proportion to the logarithm of their number.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(u32::from(address)),
            IpAddr::V6(address) => {
                let mapped = address.to_ipv4_mapped().is_some_and(|address| self.v4.contains(u32::from(address)));
                mapped || self.v6.contains(u128::from(address))
            }
        }
    }

    /// How many ranges are left after networks were joined.
    #[must_use]
    pub fn ranges(&self) -> usize {
        self.v4.firsts.len() + self.v6.firsts.len()
    }
}

/// Ranges that do not touch, in ascending order. First and last are apart, so that a search reads few lines of memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ranges<T> {
    firsts: Vec<T>,
    lasts: Vec<T>,
}

impl<T: Copy + Ord> Ranges<T> {
    fn new(mut all: Vec<(T, T)>, next: impl Fn(T) -> Option<T>) -> Self {
        all.sort_unstable();
        let mut ranges = Self { firsts: Vec::new(), lasts: Vec::new() };
        for (first, last) in all {
            match ranges.lasts.last_mut() {
                // nothing is beyond the greatest address
                Some(before) if next(*before).is_none_or(|next| first <= next) => *before = last.max(*before),
                _ => {
                    ranges.firsts.push(first);
                    ranges.lasts.push(last);
                }
            }
        }
        ranges
    }

    fn contains(&self, address: T) -> bool {
        let after = self.firsts.partition_point(|first| *first <= address);
        let last = after.checked_sub(1).and_then(|at| self.lasts.get(at));
        last.is_some_and(|last| address <= *last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(networks: &[&str]) -> AddressSet {
        AddressSet::new(networks.iter().map(|text| text.parse::<Network>().unwrap()))
    }

    fn has(set: &AddressSet, address: &str) -> bool {
        set.contains(address.parse().unwrap())
    }

    #[test]
    fn addresses_are_found_in_their_networks() {
        let networks = set(&["192.0.2.0/24", "10.0.0.1/32", "2001:db8::/32", "255.255.255.255/32", "ffff::/16"]);
        for address in
            ["192.0.2.0", "192.0.2.255", "10.0.0.1", "2001:db8:ffff::1", "::ffff:192.0.2.7", "255.255.255.255"]
        {
            assert!(has(&networks, address), "{address}");
        }
        for address in ["192.0.1.255", "192.0.3.0", "10.0.0.2", "2001:db9::", "::c000:207", "0.0.0.0", "::"] {
            assert!(!has(&networks, address), "{address}");
        }
        assert!(!has(&AddressSet::default(), "10.0.0.1"));
        let written_otherwise = set(&["::ffff:192.0.2.128/124", "::/80"]);
        assert!(has(&written_otherwise, "192.0.2.130") && has(&written_otherwise, "::ffff:192.0.2.130"));
        assert!(!has(&written_otherwise, "192.0.2.144") && has(&written_otherwise, "::ffff:1.2.3.4"));
    }

    #[test]
    fn networks_that_touch_become_one() {
        let set = set(&["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25", "10.0.3.0/24", "255.0.0.0/8", "255.255.0.0/16"]);
        assert_eq!(set.ranges(), 3);
        assert!(has(&set, "10.0.1.255") && !has(&set, "10.0.2.0") && has(&set, "10.0.3.0"));
    }
}
