//! The document of a report, as far as it is understood.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::fmt;
use std::marker::PhantomData;

use cbor4ii::core::dec::{Read, Reference};
use cbor4ii::core::error::Never;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::number::{Count, Measured, Port, ReportId};
use super::{CBOR_DEPTH_MAX, CUSTOM_METRICS_MAX, LIST_ITEMS_MAX};

/// The whole. Every member has a long and a short name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Document {
    #[serde(default, alias = "hed")]
    pub(super) header: Option<Header>,
    #[serde(default, alias = "met")]
    pub(super) metrics: Option<Metrics>,
    #[serde(default, alias = "cmet")]
    pub(super) custom_metrics: Option<CustomMetrics>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Header {
    #[serde(default, alias = "rid")]
    pub(super) report_id: Option<ReportId>,
    #[serde(default, alias = "v")]
    pub(super) version: Option<String>,
}

/// The id of a document of which the rest is not understood.
#[derive(Debug, Deserialize)]
pub(super) struct IdOnly {
    #[serde(default, alias = "hed")]
    header: Option<IdInHeader>,
}

#[derive(Debug, Deserialize)]
struct IdInHeader {
    #[serde(default, alias = "rid")]
    report_id: Option<ReportId>,
}

impl IdOnly {
    pub(super) fn report_id(&self) -> Option<ReportId> {
        self.header.as_ref()?.report_id
    }
}

/// `Major.Minor`
pub(super) fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Metrics {
    #[serde(default, alias = "tc")]
    pub(super) tcp_connections: Option<TcpConnections>,
    #[serde(default, alias = "tp")]
    pub(super) listening_tcp_ports: Option<Listening>,
    #[serde(default, alias = "up")]
    pub(super) listening_udp_ports: Option<Listening>,
    #[serde(default, alias = "ns")]
    pub(super) network_stats: Option<NetworkStats>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct TcpConnections {
    #[serde(default, alias = "ec")]
    pub(super) established_connections: Option<Established>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Established {
    #[serde(default, alias = "cs")]
    pub(super) connections: Option<Items<Connection>>,
    #[serde(default, alias = "t")]
    pub(super) total: Option<Count>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Connection {
    #[serde(default, alias = "rad")]
    pub(super) remote_addr: Option<Remote>,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Listening {
    #[serde(default, alias = "pts")]
    pub(super) ports: Option<Items<Socket>>,
    #[serde(default, alias = "t")]
    pub(super) total: Option<Count>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Socket {
    #[serde(alias = "pt")]
    pub(super) port: Port,
}

#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct NetworkStats {
    #[serde(default, alias = "bi")]
    pub(super) bytes_in: Option<Count>,
    #[serde(default, alias = "bo")]
    pub(super) bytes_out: Option<Count>,
    #[serde(default, alias = "pi")]
    pub(super) packets_in: Option<Count>,
    #[serde(default, alias = "po")]
    pub(super) packets_out: Option<Count>,
}

/// A remote address without its port; none where it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remote(pub(super) Option<IpAddr>);

impl<'de> Deserialize<'de> for Remote {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Remote;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address with its port")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Remote, E> {
                Ok(Remote(address(text)))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// `10.0.0.1:443`, `[a::c]:443`, `a:b::c:443`. The port is what stands behind the last colon.
fn address(text: &str) -> Option<IpAddr> {
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    let (host, port) = text.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    // a link-local address may name its interface
    let bare = bare.split_once('%').map_or(bare, |(bare, _)| bare);
    bare.parse::<Ipv6Addr>().map(IpAddr::V6).or_else(|_| bare.parse::<Ipv4Addr>().map(IpAddr::V4)).ok()
}

/// A list of at most [`LIST_ITEMS_MAX`] items.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Items<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    if items.len() == LIST_ITEMS_MAX {
                        return Err(A::Error::custom(format_args!("a list has more than {LIST_ITEMS_MAX} items")));
                    }
                    items.push(item);
                }
                Ok(items)
            }
        }

        deserializer.deserialize_seq(List(PhantomData)).map(Self)
    }
}

/// Custom metrics by name, in the order of the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CustomMetrics(pub(super) Vec<(Box<str>, Custom)>);

impl<'de> Deserialize<'de> for CustomMetrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName;

        impl<'de> Visitor<'de> for ByName {
            type Value = Vec<(Box<str>, Custom)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("custom metrics by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut metrics: Self::Value = Vec::new();
                while let Some(name) = map.next_key::<Box<str>>()? {
                    if metrics.len() == CUSTOM_METRICS_MAX {
                        return Err(A::Error::custom(format_args!("there are more than {CUSTOM_METRICS_MAX} metrics")));
                    }
                    let Items(values) = map.next_value::<Items<Custom>>()?;
                    let [value] = <[Custom; 1]>::try_from(values).map_err(|values| {
                        A::Error::custom(format_args!("`{name}` has {} values instead of one", values.len()))
                    })?;
                    metrics.push((name, value));
                }
                Ok(metrics)
            }
        }

        deserializer.deserialize_map(ByName).map(Self)
    }
}

/// The value of a custom metric; the name of its member says of which type it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "CustomMembers")]
pub(super) enum Custom {
    Number(f64),
    Numbers(Vec<f64>),
    Strings(Vec<String>),
    Addresses(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct CustomMembers {
    #[serde(default)]
    number: Option<Measured>,
    #[serde(default)]
    number_list: Option<Items<Measured>>,
    #[serde(default)]
    string_list: Option<Items<String>>,
    #[serde(default)]
    ip_list: Option<Items<String>>,
}

impl TryFrom<CustomMembers> for Custom {
    type Error = &'static str;

    fn try_from(members: CustomMembers) -> Result<Self, Self::Error> {
        match members {
            CustomMembers { number: Some(number), number_list: None, string_list: None, ip_list: None } => {
                Ok(Self::Number(number.0))
            }
            CustomMembers { number: None, number_list: Some(list), string_list: None, ip_list: None } => {
                Ok(Self::Numbers(list.0.into_iter().map(|number| number.0).collect()))
            }
            CustomMembers { number: None, number_list: None, string_list: Some(list), ip_list: None } => {
                Ok(Self::Strings(list.0))
            }
            CustomMembers { number: None, number_list: None, string_list: None, ip_list: Some(list) } => {
                Ok(Self::Addresses(list.0))
            }
            _ => Err("a custom metric has not exactly one of number, number_list, string_list and ip_list"),
        }
    }
}

/// Bytes of a CBOR document, and how deep it may still nest.
pub(super) struct Slice<'a> {
    rest: &'a [u8],
    levels: usize,
}

impl<'a> Slice<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, levels: CBOR_DEPTH_MAX }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Read<'a> for Slice<'a> {
    type Error = Never;

    fn fill<'b>(&'b mut self, want: usize) -> Result<Reference<'a, 'b>, Never> {
        Ok(Reference::Long(self.rest.get(..want).unwrap_or(self.rest)))
    }

    fn advance(&mut self, n: usize) {
        self.rest = self.rest.get(n..).unwrap_or_default();
    }

    fn step_in(&mut self) -> bool {
        let left = self.levels.checked_sub(1);
        self.levels = left.unwrap_or(0);
        left.is_some()
    }

    fn step_out(&mut self) {
        self.levels += 1;
    }
}
