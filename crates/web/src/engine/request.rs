use core::fmt;
use core::net::IpAddr;

use bartizan_inspect::Pair;
use bartizan_wire::Timestamp;

use super::token::Token;

/// A request as it came. Nothing of it is decoded or normalised.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// When it came.
    pub at: Timestamp,
    /// Whom it came from.
    pub client: IpAddr,
    /// Such as `GET`.
    pub method: &'a [u8],
    /// What stands before `?`.
    pub path: &'a [u8],
    /// What stands behind `?`; `None` without one.
    pub query: Option<&'a [u8]>,
    /// What stands behind `#`.
    pub fragment: Option<&'a [u8]>,
    /// Such as `HTTP/1.1`.
    pub version: &'a str,
    /// In the order in which they came; of HTTP/2 without pseudo headers, but with `host`.
    pub headers: &'a [Pair<'a>],
    /// True if headers of one name arrived joined by commas.
    pub joined: bool,
    /// The body, as far as it is inspected.
    pub body: Body<'a>,
    /// The client's TLS fingerprint, 32 hexadecimal digits.
    pub ja3: Option<&'a [u8]>,
    /// The client's TLS fingerprint, 36 characters.
    pub ja4: Option<&'a [u8]>,
    /// Where addresses are.
    pub atlas: &'a dyn Atlas,
    /// What the request's token says.
    pub token: Token,
}

/// A body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Body<'a> {
    /// Its beginning, up to the limit of inspection.
    pub inspected: &'a [u8],
    /// Its length in bytes, if that is known.
    pub length: Option<u64>,
    /// True if there is more than was inspected.
    pub more: bool,
}

/// Where an address is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Two letters (ISO 3166-1).
    pub country: Option<[u8; 2]>,
    /// The part of the country: up to three letters or digits (ISO 3166-2), filled up with zeros.
    pub region: Option<[u8; 3]>,
    /// The autonomous system.
    pub asn: Option<u32>,
}

/// Knows where addresses are.
pub trait Atlas: fmt::Debug + Send + Sync {
    /// Where an address is, as far as that is known.
    fn place(&self, address: IpAddr) -> Place;
}

/// Knows of no address where it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAtlas;

impl Atlas for NoAtlas {
    fn place(&self, _address: IpAddr) -> Place {
        Place::default()
    }
}

impl<'a> Request<'a> {
    /// The values of all headers of a name, in the order in which they came.
    pub fn header<'n>(&self, name: &'n [u8]) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a, 'n> {
        self.headers.iter().filter(move |pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value)
    }
}
