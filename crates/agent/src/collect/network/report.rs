//! The report's document, with the vendor's long names.

use serde::Serialize;

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Which report.
    pub header: Header,
    /// What was measured.
    pub metrics: Metrics,
}

/// Which report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Seconds since the epoch.
    pub report_id: i64,
    /// Of the form.
    pub version: String,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Ports that wait for connections.
    pub listening_tcp_ports: Ports,
    /// Ports that wait for datagrams.
    pub listening_udp_ports: Ports,
    /// Traffic since the last report.
    pub network_stats: NetworkStats,
    /// Connections.
    pub tcp_connections: TcpConnections,
}

/// Some ports of all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ports {
    /// By number.
    pub ports: Vec<Port>,
    /// How many there are in all.
    pub total: usize,
}

/// A port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Port {
    /// Its number.
    pub port: u16,
    /// The interface's name; `0.0.0.0` or `::` for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// Traffic since the last report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct NetworkStats {
    /// Received.
    pub bytes_in: u64,
    /// Sent.
    pub bytes_out: u64,
    /// Received.
    pub packets_in: u64,
    /// Sent.
    pub packets_out: u64,
}

/// Connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TcpConnections {
    /// Those that stand.
    pub established_connections: Connections,
}

/// Some connections of all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Connections {
    /// By remote address.
    pub connections: Vec<Connection>,
    /// How many there are in all.
    pub total: usize,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Connection {
    /// Address and port.
    pub remote_addr: String,
    /// The interface's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_interface: Option<String>,
    /// This end's port.
    pub local_port: u16,
}
