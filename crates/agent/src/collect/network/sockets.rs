//! `/proc/net/{tcp,tcp6,udp,udp6}`: sockets [proc_net(5); Linux, Documentation/networking/proc_net_tcp].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::collect::{CollectError, Root};

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proto {
    Tcp,
    Udp,
}

/// What a socket does, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Listening,
    Established,
}

/// A socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    pub(super) state: State,
}

/// The kernel's numbers of states.
const ESTABLISHED: &str = "01";
/// Of a datagram socket that is connected to nobody.
const CLOSE: &str = "07";
const LISTEN: &str = "0A";

/// Sockets over both versions of IP. A kernel without the sixth has no file for it.
pub(super) fn read(root: &Root, proto: Proto) -> Result<Vec<Socket>, CollectError> {
    let (four, six) = match proto {
        Proto::Tcp => ("/proc/net/tcp", "/proc/net/tcp6"),
        Proto::Udp => ("/proc/net/udp", "/proc/net/udp6"),
    };
    let mut sockets = parse(&String::from_utf8_lossy(&root.require(four)?), proto);
    sockets.extend(parse(&String::from_utf8_lossy(&root.read(six)?.unwrap_or_default()), proto));
    Ok(sockets)
}

/// Lines of other states, and the heading, are left out.
pub(super) fn parse(text: &str, proto: Proto) -> Vec<Socket> {
    let line = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote) = (address(fields.next()?)?, address(fields.next()?)?);
        let state = match (proto, fields.next()?) {
            (Proto::Tcp, LISTEN) | (Proto::Udp, CLOSE) => State::Listening,
            (Proto::Tcp, ESTABLISHED) => State::Established,
            _ => return None,
        };
        Some(Socket { local, remote, state })
    };
    text.lines().filter_map(line).collect()
}

/// Such as `0100007F:1F90`: words of 32 bits as the machine keeps them, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(address)?)),
        32 => {
            let mut bytes = [0; 16];
            for (index, into) in bytes.chunks_exact_mut(4).enumerate() {
                into.copy_from_slice(&word(address.get(8 * index..8 * index + 8)?)?);
            }
            // What is mapped from version 4 is of version 4.
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// The bytes of a word in the order of the network.
pub(super) fn word(text: &str) -> Option<[u8; 4]> {
    u32::from_str_radix(text, 16).ok().map(u32::to_ne_bytes)
}
