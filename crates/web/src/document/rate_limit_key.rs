//! What requests that are counted together agree in.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

use super::fallback::FallbackBehavior;
use super::text_transformation::TextTransformation;

one_of! {
    /// What requests that are counted together agree in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum RateBasedStatementCustomKey {
        /// A header's value.
        Header(RateLimitHeader) = "Header",
        /// A cookie's value.
        Cookie(RateLimitCookie) = "Cookie",
        /// An argument's value.
        QueryArgument(RateLimitQueryArgument) = "QueryArgument",
        /// The query string.
        QueryString(RateLimitQueryString) = "QueryString",
        /// The method.
        HttpMethod(RateLimitHttpMethod) = "HTTPMethod",
        /// The first forwarded address; never alone.
        ForwardedIp(RateLimitForwardedIp) = "ForwardedIP",
        /// The client's address; never alone.
        Ip(RateLimitIp) = "IP",
        /// The labels of a name space.
        LabelNamespace(RateLimitLabelNamespace) = "LabelNamespace",
        /// The path.
        UriPath(RateLimitUriPath) = "UriPath",
        /// The JA3 fingerprint.
        Ja3Fingerprint(RateLimitJa3Fingerprint) = "JA3Fingerprint",
        /// The JA4 fingerprint.
        Ja4Fingerprint(RateLimitJa4Fingerprint) = "JA4Fingerprint",
        /// The autonomous system.
        Asn(RateLimitAsn) = "ASN",
    }
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitHeader {
    /// Its name.
    #[shape(length = 1..=64, pattern = r".*\S.*")]
    pub name: String,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
}

/// A cookie.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitCookie {
    /// Its name.
    #[shape(length = 1..=64, pattern = r".*\S.*")]
    pub name: String,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
}

/// An argument.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitQueryArgument {
    /// Its name.
    #[shape(length = 1..=64, pattern = r".*\S.*")]
    pub name: String,
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
}

/// The query string.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitQueryString {
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
}

/// The path.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitUriPath {
    /// What is done to the text before, in order of their priorities.
    #[shape(length = 1..)]
    pub text_transformations: Vec<TextTransformation>,
}

/// A name space of labels.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitLabelNamespace {
    /// With a colon at the end.
    #[shape(length = 1..=1024, pattern = r"^[0-9A-Za-z_\-:]+:$")]
    pub namespace: String,
}

/// The JA3 fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RateLimitJA3Fingerprint")]
pub struct RateLimitJa3Fingerprint {
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
}

/// The JA4 fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RateLimitJA4Fingerprint")]
pub struct RateLimitJa4Fingerprint {
    /// What to say when there is nothing to look at.
    pub fallback_behavior: FallbackBehavior,
}

/// The method.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[shape(name = "RateLimitHTTPMethod")]
pub struct RateLimitHttpMethod {}

/// The forwarded address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[shape(name = "RateLimitForwardedIP")]
pub struct RateLimitForwardedIp {}

/// The address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[shape(name = "RateLimitIP")]
pub struct RateLimitIp {}

/// The autonomous system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct RateLimitAsn {}
