//! Limits on what a device can make this process hold, read or wait for. Those that AWS IoT Core has are the same here
//! (`docs.aws.amazon.com/general/latest/gr/iot-core.html`, message broker).

use std::time::Duration;

/// Largest payload of a message, in bytes (AWS: 128 KB).
pub const PAYLOAD_BYTES_MAX: usize = 128 * 1024;
/// Longest topic or filter, in bytes of UTF-8 (AWS).
pub const TOPIC_BYTES_MAX: usize = 256;
/// How many slashes a topic or filter may have (AWS).
pub const TOPIC_SLASHES_MAX: usize = 7;
/// Longest client id, in bytes of UTF-8 (AWS).
pub const CLIENT_ID_BYTES_MAX: usize = 128;
/// How many filters a client may be subscribed to at once (AWS).
pub const SUBSCRIPTIONS_MAX: usize = 50;
/// Largest packet, in bytes: the largest payload, the longest topic, and properties.
pub const PACKET_BYTES_MAX: u32 = 128 * 1024 + 8 * 1024;
/// The longest keep-alive, in seconds, and the one of clients that ask for none (AWS).
pub const KEEP_ALIVE_SECONDS_MAX: u16 = 1200;
/// How many topic aliases a version 5 client may set (AWS).
pub const TOPIC_ALIASES_MAX: u16 = 8;
/// How many publishes of one client may wait to become durable. Version 5 clients are told; of others no more is read
/// until some are done.
pub const PUBLISHES_IN_FLIGHT_MAX: u16 = 1024;
/// How many bytes of payload they may hold before no more is read.
pub const PUBLISH_BYTES_IN_FLIGHT_MAX: usize = 1024 * 1024;
/// How many bytes of payload those of all clients together may hold before no more is read from clients that have any.
pub const PUBLISH_BYTES_TOTAL_MAX: usize = 256 * 1024 * 1024;
/// How many QoS 1 messages a client may leave unacknowledged before it is sent no more (AWS).
pub const DELIVERIES_IN_FLIGHT_MAX: u16 = 100;
/// How many messages wait for one client.
pub const WAITING_MESSAGES_MAX: usize = 10_000;
/// How many bytes of payload wait for one client.
pub const WAITING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How much of what is written to a client waits for its socket, in bytes, before no more is read from it.
pub const UNWRITTEN_BYTES_MAX: usize = 256 * 1024;
/// How much is read at once, in bytes.
pub const READ_BYTES: usize = 64 * 1024;
/// From how many bytes on an answer is written before more is read.
pub const FLUSH_BYTES: usize = 32 * 1024;

/// How many connections are served at once; more wait unaccepted.
pub const CONNECTIONS_MAX: usize = 20_000;
/// How long a client may take for its TLS handshake.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take for CONNECT.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may refuse to take what is written to it.
pub const WRITE_STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long publishes may take to become durable after their connection has ended, or after shutdown was asked for.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the last bytes to a client may take.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a persistent session waits for its client (AWS: one hour unless changed).
pub const SESSION_TIME_MAX: Duration = Duration::from_secs(3600);
/// How many sessions without a connection are kept; beyond it those that would end first are given up.
pub const OFFLINE_SESSIONS_MAX: usize = 10_000;
/// What waits for all clients together, in bytes of payload.
pub const WAITING_BYTES_TOTAL_MAX: usize = 256 * 1024 * 1024;

/// Every limit that a device can meet: name, value, unit, and what it protects or what happens beyond it.
pub const ALL: &[(&str, u64, &str, &str)] = &[
    (
        "mqtt_connections_max",
        CONNECTIONS_MAX as u64,
        "connections",
        "memory and file handles; more wait to be accepted",
    ),
    ("mqtt_payload_bytes_max", PAYLOAD_BYTES_MAX as u64, "bytes", "as AWS; the connection is closed"),
    (
        "mqtt_topic_bytes_max",
        TOPIC_BYTES_MAX as u64,
        "bytes",
        "as AWS; the connection is closed, a subscription refused",
    ),
    ("mqtt_topic_slashes_max", TOPIC_SLASHES_MAX as u64, "slashes", "as AWS; the same"),
    ("mqtt_client_id_bytes_max", CLIENT_ID_BYTES_MAX as u64, "bytes", "as AWS; the client is not let in"),
    ("mqtt_subscriptions_max", SUBSCRIPTIONS_MAX as u64, "filters", "as AWS, of one connection; more are refused"),
    (
        "mqtt_keep_alive_max",
        KEEP_ALIVE_SECONDS_MAX as u64,
        "s",
        "as AWS; silent for half as long again, a client is cut off",
    ),
    ("mqtt_topic_aliases_max", TOPIC_ALIASES_MAX as u64, "aliases", "as AWS, of one connection; it is closed"),
    (
        "mqtt_publishes_in_flight_max",
        PUBLISHES_IN_FLIGHT_MAX as u64,
        "messages",
        "of one client that wait to be kept; no more is read",
    ),
    ("mqtt_publish_bytes_in_flight_max", PUBLISH_BYTES_IN_FLIGHT_MAX as u64, "bytes", "the same, by their payloads"),
    ("mqtt_publish_bytes_total_max", PUBLISH_BYTES_TOTAL_MAX as u64, "bytes", "the same, of all clients together"),
    (
        "mqtt_deliveries_in_flight_max",
        DELIVERIES_IN_FLIGHT_MAX as u64,
        "messages",
        "as AWS; more wait for acknowledgements",
    ),
    (
        "mqtt_waiting_messages_max",
        WAITING_MESSAGES_MAX as u64,
        "messages",
        "for one client; QoS 0 is lost, with QoS 1 it is disconnected",
    ),
    ("mqtt_waiting_bytes_max", WAITING_BYTES_MAX as u64, "bytes", "the same, by their payloads"),
    ("mqtt_waiting_bytes_total_max", WAITING_BYTES_TOTAL_MAX as u64, "bytes", "the same, of all clients together"),
    ("mqtt_handshake_timeout", HANDSHAKE_TIMEOUT.as_secs(), "s", "for TLS; the connection is closed"),
    ("mqtt_connect_timeout", CONNECT_TIMEOUT.as_secs(), "s", "for CONNECT; the connection is closed"),
    ("mqtt_write_stall_timeout", WRITE_STALL_TIMEOUT.as_secs(), "s", "a client that takes nothing; it is disconnected"),
    ("mqtt_session_time_max", SESSION_TIME_MAX.as_secs(), "s", "how long a session waits for its client"),
    (
        "mqtt_offline_sessions_max",
        OFFLINE_SESSIONS_MAX as u64,
        "sessions",
        "that wait; those that would end first are given up",
    ),
];

/// The limits that can be set, so that tests need not wait for them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// See [`CONNECTIONS_MAX`].
    pub connections: usize,
    /// See [`HANDSHAKE_TIMEOUT`].
    pub handshake: Duration,
    /// See [`CONNECT_TIMEOUT`].
    pub connect: Duration,
    /// See [`WRITE_STALL_TIMEOUT`].
    pub write_stall: Duration,
    /// See [`DRAIN_TIMEOUT`].
    pub drain: Duration,
    /// See [`SESSION_TIME_MAX`].
    pub session_time: Duration,
    /// See [`OFFLINE_SESSIONS_MAX`].
    pub offline_sessions: usize,
    /// See [`WAITING_MESSAGES_MAX`].
    pub waiting_messages: usize,
    /// See [`WAITING_BYTES_MAX`].
    pub waiting_bytes: usize,
    /// See [`WAITING_BYTES_TOTAL_MAX`].
    pub waiting_bytes_total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS_MAX,
            handshake: HANDSHAKE_TIMEOUT,
            connect: CONNECT_TIMEOUT,
            write_stall: WRITE_STALL_TIMEOUT,
            drain: DRAIN_TIMEOUT,
            session_time: SESSION_TIME_MAX,
            offline_sessions: OFFLINE_SESSIONS_MAX,
            waiting_messages: WAITING_MESSAGES_MAX,
            waiting_bytes: WAITING_BYTES_MAX,
            waiting_bytes_total: WAITING_BYTES_TOTAL_MAX,
        }
    }
}
