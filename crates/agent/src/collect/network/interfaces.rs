//! Which interface an address of this machine belongs to: version 4 by the routes of `/proc/net/route`, version 6 by the
//! addresses in `/proc/net/if_inet6`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::sockets::word;
use crate::collect::{CollectError, Root};

const LOOPBACK: &str = "lo";

#[derive(Debug, Default)]
pub(super) struct Interfaces {
    /// Network, mask and name, the narrowest network first.
    networks: Vec<(u32, u32, String)>,
    addresses: BTreeMap<Ipv6Addr, String>,
}

impl Interfaces {
    /// A machine without one of the files has no such addresses.
    pub(super) fn read(root: &Root) -> Result<Self, CollectError> {
        let text = |path| root.read(path).map(|bytes| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned());
        Ok(Self::parse(&text("/proc/net/route")?, &text("/proc/net/if_inet6")?))
    }

    pub(super) fn parse(routes: &str, addresses: &str) -> Self {
        let mut networks: Vec<_> = routes.lines().filter_map(route).collect();
        networks.sort_by_key(|(_, mask, _)| std::cmp::Reverse(*mask));
        Self { networks, addresses: addresses.lines().filter_map(six).collect() }
    }

    /// The interface's name, `0.0.0.0` or `::` for all of them, `None` if it is not known.
    pub(super) fn of(&self, address: IpAddr) -> Option<String> {
        if address.is_unspecified() {
            return Some(address.to_string());
        }
        if address.is_loopback() {
            return Some(LOOPBACK.to_owned());
        }
        match address {
            IpAddr::V4(address) => {
                let address = u32::from(address);
                let network = self.networks.iter().find(|(network, mask, _)| address & mask == *network);
                network.map(|(_, _, name)| name.clone())
            }
            IpAddr::V6(address) => self.addresses.get(&address).cloned(),
        }
    }
}

/// Interface, destination, gateway, flags, three counts, mask. The way to everywhere else says nothing about an address.
fn route(line: &str) -> Option<(u32, u32, String)> {
    let mut fields = line.split_whitespace();
    let name = fields.next()?;
    let number = |text: Option<&str>| Some(u32::from(Ipv4Addr::from(word(text?)?)));
    let destination = number(fields.next())?;
    let mask = number(fields.nth(5))?;
    (mask != 0).then(|| (destination, mask, name.to_owned()))
}

/// Address, index, length of the prefix, scope, flags, interface.
fn six(line: &str) -> Option<(Ipv6Addr, String)> {
    let mut fields = line.split_whitespace();
    let address = u128::from_str_radix(fields.next()?, 16).ok()?;
    Some((Ipv6Addr::from(address), fields.nth(4)?.to_owned()))
}
