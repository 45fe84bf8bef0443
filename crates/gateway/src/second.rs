//! Requests of HTTP/2 in the form that those of HTTP/1.1 have [RFC 9113, 8.2.3, 8.3.1]: rules are written for that, and the
//! application gets it.

use http::header::{COOKIE, HOST};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Version, request};

/// Brings a request of HTTP/2 into that form; says why if it has none.
pub(crate) fn plain(parts: &mut request::Parts) -> Option<&'static str> {
    if parts.version != Version::HTTP_2 {
        return None;
    }
    if !parts.uri.scheme().is_some_and(|scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS) {
        return Some("a scheme other than http or https");
    }
    if !parts.headers.contains_key(HOST) {
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        let Some(host) = authority.and_then(|authority| HeaderValue::try_from(authority).ok()) else {
            return Some("no authority");
        };
        // it came before all headers
        let mut headers = HeaderMap::with_capacity(parts.headers.len() + 1);
        headers.insert(HOST, host);
        headers.extend(std::mem::take(&mut parts.headers));
        parts.headers = headers;
    }
    if parts.headers.get_all(COOKIE).iter().nth(1).is_some() {
        let pieces: Vec<&[u8]> = parts.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
        if let Ok(joined) = HeaderValue::from_bytes(&pieces.join(&b"; "[..])) {
            parts.headers.insert(COOKIE, joined);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use http::{Request, Version};

    use super::plain;

    #[test]
    fn authority_and_cookies_are_as_in_the_first_version() {
        let request = Request::builder().version(Version::HTTP_2).uri("https://a.example/x");
        let request = request.header("accept", "*/*").header("cookie", "a=1").header("cookie", "b=2");
        let mut parts = request.body(()).unwrap().into_parts().0;
        assert_eq!(plain(&mut parts), None);
        let headers: Vec<_> =
            parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(headers, [("host", "a.example"), ("accept", "*/*"), ("cookie", "a=1; b=2")]);
    }

    #[test]
    fn what_has_no_such_form_is_refused() {
        for uri in ["/x", "ftp://a.example/x"] {
            let mut parts = Request::builder().version(Version::HTTP_2).uri(uri).body(()).unwrap().into_parts().0;
            assert!(plain(&mut parts).is_some(), "{uri}");
        }
    }
}
