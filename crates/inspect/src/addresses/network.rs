use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in CIDR notation: `192.0.2.0/24`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There is no `/` with a number behind it.
    #[error("it has no prefix length; write one address as /32 or /128")]
    NoPrefix,
    /// What is before the `/` is no address.
    #[error("what is before the `/` is no IP address")]
    NoAddress,
    /// The number is larger than the address has bits.
    #[error("the prefix length is larger than the address has bits")]
    LongPrefix,
}

impl Network {
    /// The address as it was written: bits behind the prefix may be set.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits all addresses of the network have in common.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The first address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !self.host_bits_v4()).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !self.host_bits_v6()).into(),
        }
    }

    /// The last address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() | self.host_bits_v4()).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() | self.host_bits_v6()).into(),
        }
    }

    /// True if the address has bits set behind the prefix.
    #[must_use]
    pub fn has_host_bits(&self) -> bool {
        self.first() != self.address
    }

    fn host_bits_v4(&self) -> u32 {
        u32::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0)
    }

    fn host_bits_v6(&self) -> u128 {
        u128::MAX.checked_shr(u32::from(self.prefix)).unwrap_or(0)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = text.split_once('/').ok_or(NetworkError::NoPrefix)?;
        if prefix.is_empty() || prefix.len() > 3 || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NetworkError::NoPrefix);
        }
        let address: IpAddr = address.parse().map_err(|_| NetworkError::NoAddress)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.parse().ok().filter(|prefix| *prefix <= most).ok_or(NetworkError::LongPrefix)?;
        Ok(Self { address, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_read_as_it_is_written() {
        let network: Network = "192.0.2.77/24".parse().unwrap();
        assert_eq!(
            (network.first().to_string(), network.last().to_string()),
            ("192.0.2.0".into(), "192.0.2.255".into())
        );
        assert!(network.has_host_bits());
        let all: Network = "::/0".parse().unwrap();
        assert_eq!(all.last().to_string(), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        let one: Network = "2001:db8::1/128".parse().unwrap();
        assert_eq!((one.first(), one.has_host_bits()), (one.last(), false));
    }

    #[test]
    fn what_is_none_is_refused() {
        let why = |text: &str| text.parse::<Network>().unwrap_err();
        assert_eq!(why("192.0.2.1"), NetworkError::NoPrefix);
        assert_eq!(why("192.0.2.1/"), NetworkError::NoPrefix);
        assert_eq!(why("192.0.2.1/+8"), NetworkError::NoPrefix);
        assert_eq!(why("192.0.2/24"), NetworkError::NoAddress);
        assert_eq!(why("192.0.2.0/33"), NetworkError::LongPrefix);
        assert_eq!(why("2001:db8::/129"), NetworkError::LongPrefix);
        assert_eq!(why(""), NetworkError::NoPrefix);
    }
}
