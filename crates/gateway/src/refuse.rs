//! Requests that two servers could read differently. What hyper's parser lets through and is not plain is refused here.

use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::uri::Scheme;
use http::{HeaderMap, Method, Version, request};

/// Why a request is refused, in a word or two for the log.
pub(crate) fn refuse(parts: &request::Parts) -> Option<&'static str> {
    let headers = &parts.headers;
    if parts.method == Method::CONNECT {
        return Some("CONNECT");
    }
    let hosts = headers.get_all(HOST).iter().count();
    if hosts > 1 || (hosts == 0 && parts.version >= Version::HTTP_11) {
        return Some("not exactly one Host");
    }
    if let (Some(authority), Some(host)) = (parts.uri.authority(), headers.get(HOST))
        && !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes())
    {
        return Some("a target for another host");
    }
    if parts.uri.authority().is_some() && parts.uri.scheme().is_none() {
        return Some("a target without a path");
    }
    if parts.uri.scheme().is_some_and(|scheme| *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS) {
        return Some("a scheme other than http or https");
    }
    if parts.uri.path() == "*" && parts.method != Method::OPTIONS {
        return Some("a target for OPTIONS only");
    }
    if parts.uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Some("a user name in the target");
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        if headers.contains_key(CONTENT_LENGTH) {
            return Some("both a length and a transfer encoding");
        }
        if parts.version < Version::HTTP_11 {
            return Some("a transfer encoding in HTTP/1.0");
        }
        let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
        let only = codings.next().is_some_and(|one| one.as_bytes().eq_ignore_ascii_case(b"chunked"));
        if !only || codings.next().is_some() {
            return Some("a transfer encoding other than chunked");
        }
    }
    if headers.get_all(CONTENT_LENGTH).iter().count() > 1 {
        return Some("several lengths");
    }
    let length = headers.get(CONTENT_LENGTH).map(http::HeaderValue::as_bytes);
    if length.is_some_and(|text| text.is_empty() || !text.iter().all(u8::is_ascii_digit)) {
        return Some("a length that is no number");
    }
    // servers that read `_` as `-` would see another header than was judged
    let odd = headers.keys().any(|name| matches!(name.as_str(), "content_length" | "transfer_encoding"));
    odd.then_some("a header that looks like another")
}

/// Removes what concerns one connection only: the headers that say so, and those that they name.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        // a client must not make us forget what was judged, or whom we forward
        .filter(|name| {
            !matches!(
                name.as_str(),
                "host" | "x-forwarded-for" | "x-forwarded-proto" | "cookie" | "authorization" | "content-length"
            )
        })
        .collect();
    let always = [
        CONNECTION,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    for name in always.into_iter().chain(named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{refuse, remove_hop_by_hop};

    fn refused(uri: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refuse(&request.body(()).unwrap().into_parts().0).is_some()
    }

    #[test]
    fn what_two_servers_could_read_differently_is_refused() {
        let host = ("host", "a.example");
        assert!(!refused("/", &[host]));
        assert!(!refused("/", &[host, ("transfer-encoding", "Chunked")]));
        assert!(!refused("http://a.example/x", &[host]));
        for (uri, headers) in [
            ("/", vec![]),
            ("/", vec![host, host]),
            ("http://b.example/", vec![host]),
            ("http://u@a.example/", vec![("host", "u@a.example")]),
            ("/", vec![host, ("transfer-encoding", "chunked"), ("content-length", "3")]),
            ("/", vec![host, ("transfer-encoding", "gzip, chunked")]),
            ("/", vec![host, ("transfer-encoding", "chunked"), ("transfer-encoding", "identity")]),
            ("/", vec![host, ("content-length", "+3")]),
            ("/", vec![host, ("content-length", "3"), ("content-length", "3")]),
            ("/", vec![host, ("content_length", "3")]),
            ("/", vec![host, ("content-length", "3, 3")]),
            ("/", vec![host, ("content-length", "0x3")]),
            ("/", vec![host, ("content-length", "")]),
            ("/", vec![host, ("transfer-encoding", "chunked, chunked")]),
            ("/", vec![host, ("transfer-encoding", "\tchunked")]),
            ("/", vec![host, ("transfer-encoding", "chunked;q=1")]),
            ("/", vec![host, ("transfer-encoding", "")]),
            ("/", vec![host, ("transfer_encoding", "chunked")]),
            ("a.example", vec![host]),
            ("ftp://a.example/", vec![host]),
            ("*", vec![host]),
        ] {
            assert!(refused(uri, &headers), "{uri} {headers:?}");
        }
    }

    #[test]
    fn headers_of_one_connection_end_with_it() {
        let request =
            Request::builder().header("connection", "close, X-Own, host").header("x-own", "1").header("host", "a");
        let mut headers =
            request.header("te", "trailers").header("x-kept", "1").body(()).unwrap().into_parts().0.headers;
        remove_hop_by_hop(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["host", "x-kept"]);
    }
}
