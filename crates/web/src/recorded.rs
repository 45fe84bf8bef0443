//! Recorded requests: what previews are judged on. Values that open doors are not kept, and bodies only in part.

use std::net::IpAddr;

use bartizan_inspect::cookies;
use bartizan_wire::Timestamp;

use crate::engine::{Atlas, Body, Header, Place, Request, Token};

/// The track of recorded requests; the subject is the resource that they came to.
pub const TRACK: &str = "web/requests";
/// Of a body so much is kept, in bytes.
pub const BODY_BYTES: usize = 8 * 1024;
/// Headers whose values are not kept.
const SECRET: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];
/// What stands instead.
const REDACTED: &[u8] = b"REDACTED";
/// The first byte: which form this is.
const FORM: u8 = 1;

/// A recorded request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    at: Timestamp,
    client: IpAddr,
    place: Place,
    method: Vec<u8>,
    path: Vec<u8>,
    query: Option<Vec<u8>>,
    version: String,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    joined: bool,
    body: Vec<u8>,
    length: Option<u64>,
    more: bool,
    /// True if values were left out that a statement could look at.
    pub redacted: bool,
}

/// Knows where one address is.
#[derive(Debug, Clone, Copy)]
struct Known(IpAddr, Place);

impl Atlas for Known {
    fn place(&self, address: IpAddr) -> Place {
        if address == self.0 { self.1 } else { Place::default() }
    }
}

/// Writes a request for the tape.
#[must_use]
pub fn write(request: &Request<'_>) -> Vec<u8> {
    let mut out = Writer(vec![FORM]);
    match request.client {
        IpAddr::V4(address) => out.bytes(&address.octets()),
        IpAddr::V6(address) => out.bytes(&address.octets()),
    }
    let place = request.atlas.place(request.client);
    out.bytes(&place.country.unwrap_or_default());
    out.bytes(&place.region.unwrap_or_default());
    out.0.extend_from_slice(&place.asn.unwrap_or_default().to_be_bytes());
    out.bytes(request.method);
    out.bytes(request.path);
    out.flag(request.query.is_some());
    out.bytes(request.query.unwrap_or_default());
    out.bytes(request.version.as_bytes());
    let mut redacted = false;
    out.number(request.headers.len());
    for header in request.headers {
        out.bytes(header.name);
        if SECRET.iter().any(|name| header.name.eq_ignore_ascii_case(name)) {
            redacted = true;
            out.bytes(REDACTED);
        } else if header.name.eq_ignore_ascii_case(b"cookie") {
            redacted = true;
            let names = cookies(std::iter::once(header.value), request.joined)
                .map(|cookie| [cookie.name, b"=", REDACTED].concat());
            out.bytes(&names.collect::<Vec<_>>().join(&b"; "[..]));
        } else {
            out.bytes(header.value);
        }
    }
    out.flag(request.joined);
    let kept = request.body.inspected.get(..BODY_BYTES).unwrap_or(request.body.inspected);
    out.bytes(kept);
    out.flag(request.body.length.is_some());
    out.0.extend_from_slice(&request.body.length.unwrap_or_default().to_be_bytes());
    out.flag(request.body.more || kept.len() < request.body.inspected.len());
    out.flag(redacted);
    out.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number()?).ok()?;
        self.take(count)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)?.first()? == &1)
    }
}

impl Recorded {
    /// Reads a request from the tape; `None` if it is in another form.
    #[must_use]
    pub fn read(at: Timestamp, bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        if from.take(1)? != [FORM] {
            return None;
        }
        let client = match from.bytes()? {
            four if four.len() == 4 => IpAddr::from(<[u8; 4]>::try_from(four).ok()?),
            sixteen => IpAddr::from(<[u8; 16]>::try_from(sixteen).ok()?),
        };
        let country: [u8; 2] = from.bytes()?.try_into().ok()?;
        let region: [u8; 3] = from.bytes()?.try_into().ok()?;
        let asn = from.number()?;
        let place = Place {
            country: Some(country).filter(|letters| *letters != [0; 2]),
            region: Some(region).filter(|letters| *letters != [0; 3]),
            asn: Some(asn).filter(|number| *number != 0),
        };
        let (method, path) = (from.bytes()?.to_vec(), from.bytes()?.to_vec());
        let has_query = from.flag()?;
        let query = Some(from.bytes()?.to_vec()).filter(|_| has_query);
        let version = String::from_utf8_lossy(from.bytes()?).into_owned();
        let count = from.number()?;
        let mut headers = Vec::new();
        for _ in 0..count {
            headers.push((from.bytes()?.to_vec(), from.bytes()?.to_vec()));
        }
        let joined = from.flag()?;
        let body = from.bytes()?.to_vec();
        let has_length = from.flag()?;
        let length = u64::from_be_bytes(from.take(8)?.try_into().ok()?);
        let length = Some(length).filter(|_| has_length);
        let (more, redacted) = (from.flag()?, from.flag()?);
        Some(Self { at, client, place, method, path, query, version, headers, joined, body, length, more, redacted })
    }

    /// Who sent it.
    #[must_use]
    pub const fn client(&self) -> IpAddr {
        self.client
    }

    /// Where it came from: two letters, if that was known.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        self.place.country.map(|letters| String::from_utf8_lossy(&letters).into_owned())
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> String {
        String::from_utf8_lossy(&self.method).into_owned()
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }

    /// Path and query.
    #[must_use]
    pub fn uri(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{}", self.path(), String::from_utf8_lossy(query)),
            None => self.path(),
        }
    }

    /// True if only a part of the body was kept.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.more
    }

    /// The request, for judging it again.
    pub fn with<R>(&self, act: impl FnOnce(&Request<'_>) -> R) -> R {
        let headers: Vec<Header<'_>> = self.headers.iter().map(|(name, value)| Header { name, value }).collect();
        act(&Request {
            at: self.at,
            client: self.client,
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            fragment: None,
            version: &self.version,
            headers: &headers,
            joined: self.joined,
            body: Body { inspected: &self.body, length: self.length, more: self.more },
            ja3: None,
            ja4: None,
            atlas: &Known(self.client, self.place),
            token: Token::Missing,
        })
    }
}

#[cfg(test)]
mod tests {
    use bartizan_wire::Timestamp;

    use super::{Recorded, write};
    use crate::engine::{Body, Header, NoAtlas, Request, Token};

    #[test]
    fn what_is_written_is_read_and_secrets_are_not_kept() {
        let headers = [
            Header { name: b"Host", value: b"a.example" },
            Header { name: b"Authorization", value: b"Bearer s3cret" },
            Header { name: b"Cookie", value: b"session=s3cret; theme=dark" },
        ];
        let request = Request {
            at: Timestamp(5),
            client: "2001:db8::1".parse().unwrap(),
            method: b"POST",
            path: b"/p\xff",
            query: Some(b""),
            fragment: None,
            version: "HTTP/1.1",
            headers: &headers,
            joined: false,
            body: Body { inspected: &[b'x'; 9_000], length: Some(9_000), more: false },
            ja3: None,
            ja4: None,
            atlas: &NoAtlas,
            token: Token::Missing,
        };
        let written = write(&request);
        assert!(!written.windows(6).any(|window| window == b"s3cret"));
        let read = Recorded::read(Timestamp(5), &written).unwrap();
        assert!(read.redacted && read.is_cut());
        read.with(|again| {
            assert_eq!((again.path, again.query, again.client), (request.path, request.query, request.client));
            assert_eq!(again.headers[2].value, b"session=REDACTED; theme=REDACTED");
            assert_eq!((again.body.inspected.len(), again.body.length), (8_192, Some(9_000)));
            assert_eq!(write(again).len(), written.len());
        });
        for cut in 0..written.len() {
            assert_eq!(Recorded::read(Timestamp(5), &written[..cut]), None, "{cut}");
        }
    }
}
