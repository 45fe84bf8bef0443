//! What this machine does on the network, as a device reports it to AWS IoT Device Defender [IoT Device Defender
//! developer guide, "Device-side metrics", "Metrics from devices"].
//!
//! Everything comes from `/proc/net`, so that no program is run and no privilege is needed. The loopback interface's
//! traffic is not counted: it never leaves the device.

mod counters;
mod interfaces;
mod report;
mod sockets;

use bartizan_wire::Timestamp;

use super::{CollectError, Root};
use counters::Counters;
use interfaces::Interfaces;
pub use report::{Connection, Connections, Header, Metrics, NetworkStats, Port, Ports, Report, TcpConnections};
use sockets::{Proto, Socket, State};

/// Ports that a report lists at most; its totals are true in any case.
pub const PORTS_MAX: usize = 200;
/// Connections that a report lists at most. With both, a report stays well under the 128 KB of the vendor's limit.
pub const CONNECTIONS_MAX: usize = 200;
/// The version of the report's form.
const VERSION: &str = "1.0";

/// What is remembered from one report to the next.
#[derive(Debug)]
pub struct NetworkState {
    root: Root,
    /// As of the last report that arrived; `None` before the first.
    counted: Option<Counters>,
}

/// A report, and what is to be remembered if it arrives.
#[derive(Debug)]
pub struct Look {
    /// The report.
    pub report: Report,
    counted: Counters,
}

impl NetworkState {
    /// Nothing was reported yet of the machine under `root`.
    #[must_use]
    pub fn new(root: Root) -> Self {
        Self { root, counted: None }
    }

    /// What there is to report `now`. Traffic is counted since the last report that [`arrived`](Self::arrived); the first
    /// has zeros.
    ///
    /// # Errors
    /// `/proc/net` cannot be read.
    pub fn look(&self, now: Timestamp) -> Result<Look, CollectError> {
        let counted = Counters::read(&self.root)?;
        let interfaces = Interfaces::read(&self.root)?;
        let tcp = sockets::read(&self.root, Proto::Tcp)?;
        let udp = sockets::read(&self.root, Proto::Udp)?;
        let since = self.counted.as_ref().unwrap_or(&counted);
        let metrics = Metrics {
            listening_tcp_ports: ports(&tcp, &interfaces),
            listening_udp_ports: ports(&udp, &interfaces),
            network_stats: counted.since(since),
            tcp_connections: TcpConnections { established_connections: connections(&tcp, &interfaces) },
        };
        let report_id = now.0.div_euclid(1_000);
        let report = Report { header: Header { report_id, version: VERSION.to_owned() }, metrics };
        Ok(Look { report, counted })
    }

    /// The report of `look` has arrived: the next one counts from there.
    pub fn arrived(&mut self, look: Look) {
        self.counted = Some(look.counted);
    }
}

/// A report of this machine at `now`, of which nobody doubts that it arrives.
///
/// # Errors
/// `/proc/net` cannot be read.
pub fn device_report(state: &mut NetworkState, now: Timestamp) -> Result<Report, CollectError> {
    let look = state.look(now)?;
    let report = look.report.clone();
    state.arrived(look);
    Ok(report)
}

fn ports(sockets: &[Socket], interfaces: &Interfaces) -> Ports {
    let listening = sockets.iter().filter(|socket| socket.state == State::Listening);
    let port = |socket: &Socket| Port { port: socket.local.port(), interface: interfaces.of(socket.local.ip()) };
    let mut ports: Vec<Port> = listening.map(port).collect();
    // Several sockets may share a port.
    ports.sort();
    ports.dedup();
    let total = ports.len();
    ports.truncate(PORTS_MAX);
    Ports { ports, total }
}

fn connections(sockets: &[Socket], interfaces: &Interfaces) -> Connections {
    let established = sockets.iter().filter(|socket| socket.state == State::Established);
    let mut connections: Vec<Connection> = established
        .map(|socket| Connection {
            // With brackets around addresses of version 6, as the standard library writes them.
            remote_addr: socket.remote.to_string(),
            local_interface: interfaces.of(socket.local.ip()),
            local_port: socket.local.port(),
        })
        .collect();
    connections.sort();
    let total = connections.len();
    connections.truncate(CONNECTIONS_MAX);
    Connections { connections, total }
}

#[cfg(test)]
mod tests;
