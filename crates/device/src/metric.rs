//! The built-in metrics [IoT Device Defender developer guide, "Cloud-side metrics" and "Device-side metrics"].

/// Where a metric is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// By the broker, in windows of [`PERIOD_SECONDS`] that end at multiples of it.
    Cloud,
    /// By the device, in its reports.
    Device,
}

/// What a metric's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// A number of events since the last datapoint: summed over `durationSeconds`. `count`.
    Counter,
    /// A number as it stands: the newest counts. `count`.
    Gauge,
    /// Addresses. `cidrs`.
    Cidrs,
    /// Ports. `ports`.
    Ports,
    /// A custom number. `number`.
    Number,
    /// Custom numbers. `numbers`.
    Numbers,
    /// Custom texts. `strings`.
    Strings,
}

/// A built-in metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Such as `aws:num-messages-sent`.
    pub name: &'static str,
    /// Where it is measured.
    pub side: Side,
    /// What its values are.
    pub measure: Measure,
    /// It may be narrowed by a dimension.
    pub dimension: bool,
    /// It may be compared with a percentile of the fleet.
    pub statistical: bool,
    /// It may be judged by a model.
    pub ml: bool,
    /// Static criteria must say `durationSeconds` (decision 1 of the reference).
    pub duration: bool,
}

/// Seconds between two datapoints of a cloud-side metric, and least between two reports of a device.
pub const PERIOD_SECONDS: i64 = 300;

/// Bytes of the messages that a thing published. A window tells three datapoints: their total under this name, and the
/// least and the most of one message under the two below, which static criteria are compared with.
pub const MESSAGE_BYTE_SIZE: &str = "aws:message-byte-size";
/// Bytes of the smallest message of a window: what `greater-than` is compared with.
pub const MESSAGE_BYTE_SIZE_MIN: &str = "aws:message-byte-size-min";
/// Bytes of the largest message of a window: what `less-than` is compared with.
pub const MESSAGE_BYTE_SIZE_MAX: &str = "aws:message-byte-size-max";
/// Seconds that a thing has not been connected; zero while it is. Criteria give minutes (decision 22 of the reference).
pub const DISCONNECT_DURATION: &str = "aws:disconnect-duration";

/// Values that `durationSeconds` may have.
pub const DURATIONS_SECONDS: [i32; 5] = [300, 600, 900, 1800, 3600];

const fn metric(name: &'static str, side: Side, measure: Measure) -> BuiltIn {
    BuiltIn { name, side, measure, dimension: false, statistical: false, ml: false, duration: false }
}

const fn counted(name: &'static str, side: Side, measure: Measure, duration: bool) -> BuiltIn {
    BuiltIn { statistical: true, ml: true, duration, ..metric(name, side, measure) }
}

const fn by_topic(metric: BuiltIn) -> BuiltIn {
    BuiltIn { dimension: true, ..metric }
}

/// All of them.
pub const BUILT_IN: &[BuiltIn] = &[
    by_topic(counted("aws:message-byte-size", Side::Cloud, Measure::Counter, false)),
    by_topic(counted("aws:num-messages-sent", Side::Cloud, Measure::Counter, true)),
    by_topic(counted("aws:num-messages-received", Side::Cloud, Measure::Counter, true)),
    by_topic(counted("aws:num-authorization-failures", Side::Cloud, Measure::Counter, true)),
    by_topic(metric("aws:source-ip-address", Side::Cloud, Measure::Cidrs)),
    counted("aws:num-connection-attempts", Side::Cloud, Measure::Counter, true),
    counted("aws:num-disconnects", Side::Cloud, Measure::Counter, true),
    metric("aws:disconnect-duration", Side::Cloud, Measure::Gauge),
    counted("aws:all-bytes-out", Side::Device, Measure::Counter, true),
    counted("aws:all-bytes-in", Side::Device, Measure::Counter, true),
    counted("aws:all-packets-out", Side::Device, Measure::Counter, true),
    counted("aws:all-packets-in", Side::Device, Measure::Counter, true),
    counted("aws:num-listening-tcp-ports", Side::Device, Measure::Gauge, false),
    counted("aws:num-listening-udp-ports", Side::Device, Measure::Gauge, false),
    counted("aws:num-established-tcp-connections", Side::Device, Measure::Gauge, false),
    metric("aws:destination-ip-addresses", Side::Device, Measure::Cidrs),
    metric("aws:listening-tcp-ports", Side::Device, Measure::Ports),
    metric("aws:listening-udp-ports", Side::Device, Measure::Ports),
];

/// The built-in metric of a name.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|metric| metric.name == name)
}
