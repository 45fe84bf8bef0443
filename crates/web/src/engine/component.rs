//! Parts of a request, as statements name them.

use bartizan_inspect::{JsonSelector, Names, PreParse, Scope};

/// A part of a request. Two statements that look at the same part share what is done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Component {
    Method,
    Path,
    Query,
    Fragment,
    Body,
    Ja3,
    Ja4,
    Header(Vec<u8>),
    Headers(Names, Scope),
    HeaderOrder,
    Cookies(Names, Scope),
    /// One cookie, by its exact name.
    Cookie(Vec<u8>),
    Argument(Vec<u8>, Vec<PreParse>),
    Arguments(Vec<PreParse>),
    Json(JsonSelector),
}

impl Component {
    /// Where it is, as logs spell it.
    pub(super) const fn location(&self) -> &'static str {
        match self {
            Self::Method => "METHOD",
            Self::Path => "URI",
            Self::Query => "QUERY_STRING",
            Self::Fragment => "URI_FRAGMENT",
            Self::Body => "BODY",
            Self::Header(_) | Self::Headers(..) => "HEADER",
            Self::Cookies(..) | Self::Cookie(_) => "COOKIE",
            Self::Argument(..) => "SINGLE_QUERY_ARG",
            Self::Arguments(_) => "ALL_QUERY_ARGS",
            Self::HeaderOrder => "HEADER_ORDER",
            Self::Ja3 => "JA3",
            Self::Ja4 => "JA4",
            Self::Json(_) => "UNKNOWN",
        }
    }

    /// The name of the one header or argument that it is.
    pub(super) fn field_name(&self) -> String {
        match self {
            Self::Header(name) | Self::Argument(name, _) | Self::Cookie(name) => {
                String::from_utf8_lossy(name).into_owned()
            }
            _ => String::new(),
        }
    }
}
