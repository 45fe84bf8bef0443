//! Addresses and networks, and sets of them.

use core::net::IpAddr;
use std::str::FromStr;

/// An address or a network, as the range of its addresses. IPv4 and the IPv6 addresses that map it are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    first: u128,
    last: u128,
}

/// The text is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoNetwork;

const BITS: u32 = 128;
const BITS_V4: u32 = 32;

impl FromStr for Network {
    type Err = NoNetwork;

    /// Reads `10.0.0.1`, `10.0.0.0/8`, `2001:db8::/32`. Host bits may be set: `192.168.100.14/24` is the whole network.
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (bits, value) = match address.parse().map_err(|_| NoNetwork)? {
            IpAddr::V4(v4) => (BITS_V4, v4.to_ipv6_mapped()),
            IpAddr::V6(v6) => (BITS, v6),
        };
        let prefix = match prefix {
            None => bits,
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|prefix| *prefix <= bits).ok_or(NoNetwork)?
            }
            Some(_) => return Err(NoNetwork),
        };
        let value = u128::from(value);
        let host = u128::MAX.checked_shr(BITS - bits + prefix).unwrap_or(0);
        Ok(Self { first: value & !host, last: value | host })
    }
}

/// A set of addresses: sorted ranges that neither meet nor touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        let mut all: Vec<Network> = networks.into_iter().collect();
        all.sort_unstable();
        let mut ranges: Vec<Network> = Vec::with_capacity(all.len());
        for network in all {
            match ranges.last_mut() {
                Some(last) if network.first <= last.last.saturating_add(1) => last.last = last.last.max(network.last),
                _ => ranges.push(network),
            }
        }
        Self(ranges)
    }
}

impl Networks {
    /// Every address of the network is in the set.
    #[must_use]
    pub fn contain(&self, network: Network) -> bool {
        self.from(network).is_some_and(|range| range.first <= network.first && network.last <= range.last)
    }

    /// Some address of the network is in the set.
    #[must_use]
    pub fn meet(&self, network: Network) -> bool {
        self.from(network).is_some_and(|range| range.first <= network.last)
    }

    /// The first range that ends at or behind the network's beginning.
    fn from(&self, network: Network) -> Option<&Network> {
        self.0.get(self.0.partition_point(|range| range.last < network.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn set(texts: &[&str]) -> Networks {
        texts.iter().map(|text| network(text)).collect()
    }

    #[test]
    fn reads_addresses_and_networks() {
        assert_eq!(network("192.168.100.14/24"), network("192.168.100.0/24"));
        assert_eq!(network("10.1.2.3"), network("10.1.2.3/32"));
        assert_eq!(network("2001:db8::1"), network("2001:DB8::1/128"));
        assert_eq!(network("::ffff:10.1.2.3"), network("10.1.2.3"));
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", "::1/129", "a.b", "10.0.0.0/8/8", "/8"] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
    }

    #[test]
    fn contains_and_meets() {
        let some = set(&["10.0.0.0/9", "10.128.0.0/9", "192.168.0.7", "2001:db8::/32"]);
        assert_eq!(some.0.len(), 3, "neighbours are one range");
        assert!(some.contain(network("10.0.0.0/8")) && some.contain(network("2001:db8:ffff::1")));
        assert!(!some.contain(network("192.168.0.0/24")) && some.meet(network("192.168.0.0/24")));
        assert!(
            !some.meet(network("192.168.0.8")) && !some.meet(network("9.255.255.255")) && !some.meet(network("::1"))
        );
        let every = set(&["0.0.0.0/0", "::/0"]);
        assert!(every.contain(network("255.255.255.255")) && every.contain(network("ffff::")));
        assert!(!Networks::default().meet(network("10.0.0.1")));
        assert!(!set(&["0.0.0.0/0"]).contain(network("::1")));
    }
}
