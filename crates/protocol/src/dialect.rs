//! [`Dialect`]: in which form a client wants to be answered.

/// The protocol of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// AWS JSON, as the client spelled its version.
    AwsJson(JsonVersion),
    /// AWS Query: XML in this namespace.
    AwsQuery {
        /// Such as `https://sts.amazonaws.com/doc/2011-06-15/`.
        namespace: &'static str,
    },
    /// AWS REST-JSON.
    AwsRest,
    /// Qualys REST.
    Bearer,
    /// Bartizan's own.
    Native,
}

/// Version of AWS JSON; they differ in the content type alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonVersion {
    /// Tolerated.
    One0,
    /// What the services that we speak for use.
    One1,
}

impl Dialect {
    /// The answer's content type.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::AwsJson(JsonVersion::One0) => "application/x-amz-json-1.0",
            Self::AwsJson(JsonVersion::One1) => "application/x-amz-json-1.1",
            Self::AwsQuery { .. } => "text/xml",
            Self::AwsRest | Self::Bearer | Self::Native => "application/json",
        }
    }
}
