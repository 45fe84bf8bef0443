//! Parts of a request.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

use super::fallback::FallbackBehavior;
use super::fallback::OversizeHandling;
use super::headers::Cookies;
use super::headers::HeaderOrder;
use super::headers::Headers;
use super::json_body::JsonBody;

one_of! {
    /// The part of a request that a statement looks at.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum FieldToMatch {
        /// One header.
        SingleHeader(SingleHeader) = "SingleHeader",
        /// One argument of the query string.
        SingleQueryArgument(SingleQueryArgument) = "SingleQueryArgument",
        /// The values of all arguments of the query string.
        AllQueryArguments(AllQueryArguments) = "AllQueryArguments",
        /// What stands before the query string, as it came.
        UriPath(UriPath) = "UriPath",
        /// What stands behind the question mark.
        QueryString(QueryString) = "QueryString",
        /// The body as it came.
        Body(Body) = "Body",
        /// The method.
        Method(Method) = "Method",
        /// Elements of a JSON body.
        JsonBody(JsonBody) = "JsonBody",
        /// Several headers.
        Headers(Headers) = "Headers",
        /// Several cookies.
        Cookies(Cookies) = "Cookies",
        /// The names of the headers in their order, with colons between them.
        HeaderOrder(HeaderOrder) = "HeaderOrder",
        /// Of the TLS client.
        Ja3Fingerprint(Ja3Fingerprint) = "JA3Fingerprint",
        /// Of the TLS client.
        Ja4Fingerprint(Ja4Fingerprint) = "JA4Fingerprint",
        /// What stands behind a number sign.
        UriFragment(UriFragment) = "UriFragment",
    }
}

/// One header, every value of it.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SingleHeader {
    /// Its case does not matter; Get answers it in lower case.
    #[shape(length = 1..=64, pattern = r".*\S.*")]
    pub name: String,
}

/// One argument of the query string, every value of it.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SingleQueryArgument {
    /// Its case does not matter.
    #[shape(length = 1..=64, pattern = r".*\S.*")]
    pub name: String,
}

/// The values of all arguments.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct AllQueryArguments {}

/// The path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct UriPath {}

/// The query string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct QueryString {}

/// The method.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct Method {}

/// The body.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Body {
    /// What to say when there is more than what is inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oversize_handling: Option<OversizeHandling>,
}

/// The fragment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UriFragment {
    /// What to say when there is nothing to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_behavior: Option<FallbackBehavior>,
}

/// 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "JA3Fingerprint")]
pub struct Ja3Fingerprint {
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
}

/// 36 characters.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "JA4Fingerprint")]
pub struct Ja4Fingerprint {
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
}
