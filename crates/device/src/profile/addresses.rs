//! Addresses and networks in criteria.

use std::net::IpAddr;

/// True for an address, or a network in CIDR notation; host bits may be set, as in the vendor's own tests.
pub(super) fn is_network(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| {
        prefix.bytes().all(|byte| byte.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|bits| bits <= longest)
    })
}

#[cfg(test)]
mod tests {
    use super::is_network;

    #[test]
    fn addresses_and_networks_of_both_families() {
        for text in ["10.0.0.0/8", "192.168.100.14/24", "127.0.0.1", "::1", "2001:db8::/32", "0.0.0.0/0", "::/0"] {
            assert!(is_network(text), "{text}");
        }
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "10.0.0.0/8/8", "a.b", "/8"] {
            assert!(!is_network(text), "{text}");
        }
    }
}
