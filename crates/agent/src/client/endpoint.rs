//! Where the server is.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, Scheme};

/// A server's address: `http://host[:port][/prefix]`, or with `https`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    prefix: String,
}

/// Not an address that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no server's address: write it as `http://host:8470`")]
pub struct EndpointError(String);

impl Endpoint {
    /// The address of one operation.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{self}{path}")
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let malformed = || EndpointError(text.to_owned());
        let uri: Uri = text.trim().parse().map_err(|_| malformed())?;
        let known = |scheme: &&Scheme| **scheme == Scheme::HTTP || **scheme == Scheme::HTTPS;
        let scheme = uri.scheme().filter(known).cloned().ok_or_else(malformed)?;
        let authority = uri.authority().cloned().ok_or_else(malformed)?;
        if authority.host().is_empty() || authority.as_str().contains('@') || uri.query().is_some() {
            return Err(malformed());
        }
        Ok(Self { scheme, authority, prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let endpoint: Endpoint = "http://127.0.0.1:8470/prefix/".parse().unwrap();
        assert_eq!(endpoint.url("/v1/host/index"), "http://127.0.0.1:8470/prefix/v1/host/index");
        assert_eq!(endpoint.to_string(), "http://127.0.0.1:8470/prefix");
        let secure: Endpoint = "https://host".parse().unwrap();
        assert_eq!(secure.url("/v1/host/index"), "https://host/v1/host/index");
    }

    #[test]
    fn other_addresses_are_refused_with_a_way_out() {
        for text in
            ["", "host", "host:8470", "ftp://host", "http://", "http://u:p@host", "http://host/?a=1", "http:///x"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError(text.to_owned())));
        }
    }
}
