//! Where the server is.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// A server's address: `http://host[:port][/prefix]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    authority: Authority,
    /// Without a slash at its end.
    prefix: String,
}

/// Why an address is none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address.
    #[error("`{0}` is no server's address: write it as `http://host:8470`")]
    Malformed(String),
    /// Encrypted.
    #[error("`{0}` needs TLS, which this agent does not speak: use `http` to a proxy on this host, or a tunnel")]
    Tls(String),
}

impl Endpoint {
    /// The address of one operation.
    pub(super) fn uri(&self, path: &'static str) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        let whole = format!("{}{path}", self.prefix);
        parts.path_and_query = PathAndQuery::from_str(&whole).ok();
        Uri::from_parts(parts).unwrap_or_default()
    }

    /// Host and port as they are signed: without the port that is the scheme's own.
    pub(super) fn authority(&self) -> &str {
        let text = self.authority.as_str();
        text.strip_suffix(":80").unwrap_or(text)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let malformed = || EndpointError::Malformed(text.to_owned());
        let uri: Uri = text.trim().parse().map_err(|_| malformed())?;
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => {}
            Some(scheme) if *scheme == Scheme::HTTPS => return Err(EndpointError::Tls(text.to_owned())),
            _ => return Err(malformed()),
        }
        let authority = uri.authority().cloned().ok_or_else(malformed)?;
        if authority.host().is_empty() || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(malformed());
        }
        Ok(Self { authority, prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let endpoint: Endpoint = "http://127.0.0.1:8470/prefix/".parse().unwrap();
        assert_eq!(endpoint.uri("/v1/host/index").to_string(), "http://127.0.0.1:8470/prefix/v1/host/index");
        assert_eq!(endpoint.to_string(), "http://127.0.0.1:8470/prefix");
        assert_eq!("http://host:80".parse::<Endpoint>().unwrap().authority(), "host");
        assert_eq!("http://host:8080".parse::<Endpoint>().unwrap().authority(), "host:8080");
    }

    #[test]
    fn other_addresses_are_refused_with_a_way_out() {
        for text in
            ["", "host", "host:8470", "ftp://host", "http://", "http://u:p@host", "http://host/?a=1", "http:///x"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError::Malformed(text.to_owned())));
        }
        assert_eq!("https://host".parse::<Endpoint>(), Err(EndpointError::Tls("https://host".to_owned())));
    }
}
