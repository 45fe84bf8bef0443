//! Addresses of an IP set: CIDR notation of one family.

use std::net::IpAddr;

use crate::document::IpAddressVersion;

/// A network: an address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    /// As written; bits that do not count may be set.
    pub address: IpAddr,
    /// 1 to 32, or 1 to 128.
    pub bits: u8,
}

/// Reads `192.0.2.0/24` or `2001:db8::/32`. `None` for anything else, also for a single address without its length, and
/// for `/0`, which the vendor refuses.
#[must_use]
pub fn read(version: IpAddressVersion, text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/')?;
    let plain = !bits.is_empty() && bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits: u8 = bits.parse().ok().filter(|_| plain)?;
    let address: IpAddr = address.parse().ok()?;
    let most = match (version, address) {
        (IpAddressVersion::Ipv4, IpAddr::V4(_)) => 32,
        (IpAddressVersion::Ipv6, IpAddr::V6(_)) => 128,
        _ => return None,
    };
    (1..=most).contains(&bits).then_some(Network { address, bits })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::document::IpAddressVersion::{Ipv4, Ipv6};

    #[test]
    fn one_family_with_its_length() {
        for text in ["192.0.2.0/24", "192.0.2.44/32", "128.0.0.0/1"] {
            assert!(read(Ipv4, text).is_some(), "{text}");
            assert!(read(Ipv6, text).is_none(), "{text}");
        }
        for text in ["2001:db8::/32", "::1/128", "::ffff:192.0.2.1/128"] {
            assert!(read(Ipv6, text).is_some(), "{text}");
        }
        for text in ["", "192.0.2.1", "0.0.0.0/0", "192.0.2.0/33", "192.0.2/24", "192.0.2.0/+4", "010.0.0.0/8", "a/8"] {
            assert!(read(Ipv4, text).is_none(), "{text}");
        }
    }
}
