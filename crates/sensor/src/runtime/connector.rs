//! The kernel's process connector [Documentation/driver-api/connector.rst, include/uapi/linux/cn_proc.h].

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::sockopt::{Timeout, set_socket_recv_buffer_size, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send, socket_with};

/// The group of process events.
const GROUP: u32 = 1;
const CN_IDX_PROC: u32 = 1;
const CN_VAL_PROC: u32 = 1;
const LISTEN: u32 = 1;
const NLMSG_DONE: u16 = 3;
const NETLINK_HEADER: usize = 16;
const CONNECTOR_HEADER: usize = 20;
const EVENT_HEADER: usize = 16;
const EXEC: u32 = 0x0000_0002;
const EXIT: u32 = 0x8000_0000;
/// Bytes that the kernel may hold for this socket: some tens of thousands of events.
const BUFFER_BYTES: usize = 8 << 20;
/// Bytes of one message at most.
const MESSAGE_BYTES_MAX: usize = 8192;
/// How long to wait for an event before looking up.
const PATIENCE: Duration = Duration::from_millis(200);

/// What happened to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    /// It runs another program now.
    Exec {
        /// Which.
        pid: u32,
    },
    /// It ended.
    Exit {
        /// Which.
        pid: u32,
        /// As `wait` gives it.
        code: u32,
    },
}

/// A socket that hears of all processes.
#[derive(Debug)]
pub(super) struct Connector {
    socket: OwnedFd,
    buffer: Vec<u8>,
    /// The number of the last event of each processor.
    last: BTreeMap<u32, u32>,
    /// Events that the kernel did not deliver.
    pub(super) lost: u64,
}

impl Connector {
    /// Begins to listen. Needs root, or a kernel from 6.6 on.
    pub(super) fn open() -> io::Result<Self> {
        let kind = SocketType::DGRAM;
        let socket = socket_with(AddressFamily::NETLINK, kind, SocketFlags::CLOEXEC, Some(netlink::CONNECTOR))?;
        // More than the system's limit is cut to it; events that do not fit are counted as lost.
        let _as_much_as_may_be = set_socket_recv_buffer_size(&socket, BUFFER_BYTES);
        set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
        bind(&socket, &SocketAddrNetlink::new(0, GROUP))?;
        send(&socket, &subscription(), SendFlags::empty())?;
        Ok(Self { socket, buffer: vec![0; MESSAGE_BYTES_MAX], last: BTreeMap::new(), lost: 0 })
    }

    /// The next events; none if there were none for a while.
    pub(super) fn next(&mut self, out: &mut Vec<Raw>) -> io::Result<()> {
        let length = match recv(&self.socket, self.buffer.as_mut_slice(), RecvFlags::empty()) {
            Ok((length, _)) => length,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(()),
            // The kernel's own words for events that it dropped; how many shows in the gap that follows.
            Err(Errno::NOBUFS) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let messages = self.buffer.get(..length).unwrap_or_default();
        self.lost += read(messages, &mut self.last, out);
        Ok(())
    }
}

/// Reads messages, and says how many events are missing before them.
fn read(mut messages: &[u8], last: &mut BTreeMap<u32, u32>, out: &mut Vec<Raw>) -> u64 {
    let mut lost = 0;
    while let Some(length) = number(messages, 0).and_then(|length| usize::try_from(length).ok()) {
        let Some(message) = messages.get(..length).filter(|message| message.len() >= NETLINK_HEADER) else { break };
        let body = message.get(NETLINK_HEADER..).unwrap_or_default();
        if number(body, 0) == Some(CN_IDX_PROC) && number(body, 4) == Some(CN_VAL_PROC) {
            let event = body.get(CONNECTOR_HEADER..).unwrap_or_default();
            if let (Some(number), Some(what), Some(processor)) = (number(body, 8), number(event, 0), number(event, 4)) {
                // The answer to the subscription has neither a processor nor a number.
                if what != 0 {
                    if let Some(before) = last.insert(processor, number) {
                        lost += u64::from(number.wrapping_sub(before).wrapping_sub(1).min(u32::MAX / 2));
                    }
                    out.extend(one(what, event.get(EVENT_HEADER..).unwrap_or_default()));
                }
            }
        }
        // Messages begin at multiples of four.
        messages = messages.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    lost
}

/// An event of a process; those of its other threads are none.
fn one(what: u32, event: &[u8]) -> Option<Raw> {
    let (pid, group) = (number(event, 0)?, number(event, 4)?);
    match what {
        EXEC if pid == group => Some(Raw::Exec { pid }),
        EXIT if pid == group => Some(Raw::Exit { pid, code: number(event, 8)? }),
        _ => None,
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn subscription() -> Vec<u8> {
    let total = u32::try_from(NETLINK_HEADER + CONNECTOR_HEADER + 4).unwrap_or(0);
    let mut message = Vec::new();
    message.extend(total.to_ne_bytes());
    message.extend(NLMSG_DONE.to_ne_bytes());
    message.extend(0_u16.to_ne_bytes());
    message.extend([0_u32, 0].into_iter().flat_map(u32::to_ne_bytes));
    message.extend([CN_IDX_PROC, CN_VAL_PROC, 0, 0].into_iter().flat_map(u32::to_ne_bytes));
    message.extend(4_u16.to_ne_bytes());
    message.extend(0_u16.to_ne_bytes());
    message.extend(LISTEN.to_ne_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u32, what: u32, processor: u32, rest: &[u32]) -> Vec<u8> {
        let mut message = Vec::new();
        let words = [0, 0, 0, 0, CN_IDX_PROC, CN_VAL_PROC, number, 0, 0, what, processor, 0, 0];
        message.extend(words.iter().chain(rest).flat_map(|word: &u32| word.to_ne_bytes()));
        let length = u32::try_from(message.len()).unwrap().to_ne_bytes();
        message[..4].copy_from_slice(&length);
        message
    }

    #[test]
    fn events_are_read_and_gaps_are_counted() {
        let mut last = BTreeMap::new();
        let mut out = Vec::new();
        let bytes = [
            message(7, EXEC, 0, &[10, 10]),
            message(8, EXEC, 0, &[11, 10]),
            message(9, 1, 0, &[10, 10, 12, 12]),
            message(3, EXIT, 1, &[10, 10, 256, 17]),
            message(14, EXIT, 0, &[12, 12, 0, 17]),
        ]
        .concat();
        assert_eq!(read(&bytes, &mut last, &mut out), 4, "10 to 13 of the first processor");
        assert_eq!(out, [Raw::Exec { pid: 10 }, Raw::Exit { pid: 10, code: 256 }, Raw::Exit { pid: 12, code: 0 }]);
        for cut in 0..bytes.len() {
            let _whatever = read(&bytes[..cut], &mut BTreeMap::new(), &mut Vec::new());
        }
    }
}
