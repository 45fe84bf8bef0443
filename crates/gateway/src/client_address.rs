//! Who the client is, where proxies stand before us.

use std::net::IpAddr;

use bartizan_web::engine::AddressSet;
use http::HeaderMap;
use http::header::HeaderName;

/// The header in which proxies say whom they forward.
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The peer, unless it is a proxy that is trusted: then the last address that it names and that is no trusted proxy itself.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &AddressSet) -> IpAddr {
    let mut client = peer.to_canonical();
    if !trusted.contains(client) {
        return client;
    }
    let values: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).iter().map(http::HeaderValue::as_bytes).collect();
    for entry in values.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b',')) {
        let text = std::str::from_utf8(entry).unwrap_or_default().trim();
        let Ok(address) = text.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !trusted.contains(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use bartizan_web::engine::{AddressSet, Network};
    use http::HeaderMap;

    use super::client;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = AddressSet::new(["10.0.0.0/8".parse::<Network>().unwrap()]);
        let ask = |peer: &str, values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            client(peer.parse::<IpAddr>().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(ask("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(ask("10.0.0.1", &["203.0.113.9, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(ask("10.0.0.1", &["203.0.113.9", "192.0.2.7, 10.0.0.2"]), "192.0.2.7");
        assert_eq!(ask("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(ask("10.0.0.1", &["203.0.113.9, nobody"]), "10.0.0.1");
        assert_eq!(ask("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(ask("::ffff:192.0.2.1", &[]), "192.0.2.1");
    }
}
