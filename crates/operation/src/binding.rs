//! How an operation is addressed: data that `protocol` reads.

/// Addressing, by protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// AWS JSON 1.1: `X-Amz-Target: <service>.<operation>`, such as `AmazonSSM.UpdatePatchBaseline`; signed for `signing`.
    AwsJson {
        /// `AmazonSSM`.
        target: &'static str,
        /// The SigV4 service name, `ssm`.
        signing: &'static str,
    },
    /// AWS Query: a form with `Action` and `Version`; the answer is XML.
    AwsQuery {
        /// `2011-06-15`.
        version: &'static str,
        /// The SigV4 service name, `sts`.
        signing: &'static str,
        /// Namespace of the answer.
        namespace: &'static str,
    },
    /// AWS REST-JSON: a method and a path whose `{name}` segments are members of the input. Of the other members those in
    /// `query` and `elsewhere` travel where these say, all others in a JSON body.
    AwsRest {
        /// The method.
        method: Method,
        /// Such as `/security-profiles/{securityProfileName}`; a last segment `{name+}` takes the rest of the path.
        path: &'static str,
        /// Members that travel in the query under their own names.
        query: &'static [&'static str],
        /// Members that travel in the query under another name, or in a header.
        elsewhere: &'static [Elsewhere],
        /// The member, a blob, that is the raw body; there is no JSON body then.
        payload: Option<&'static str>,
        /// The SigV4 service names under which clients may sign; the first is the one that Bartizan's own use.
        signing: &'static [&'static str],
    },
    /// Qualys REST: a method and a path whose `{name}` segments are members of the input; of the other members those in
    /// `query` and `elsewhere` travel where these say, and one may be the JSON body. A token that `POST /auth` gave says who asks.
    Bearer {
        /// The method.
        method: Method,
        /// Such as `/csapi/v1.3/sensorProfile/{sensorProfileId}`.
        path: &'static str,
        /// Members that travel in the query under their own names.
        query: &'static [&'static str],
        /// Members that travel in the query under another name, or in a header.
        elsewhere: &'static [Elsewhere],
        /// The member, a document, that is the JSON body; a body means nothing where there is none.
        document: Option<&'static str>,
    },
    /// Bartizan's own: a method and a path whose `{Name}` segments are members of the input; other members come from
    /// the query (GET) or the JSON body. Signed for `bartizan`.
    Native {
        /// The method.
        method: Method,
        /// Such as `/v1/history/{Kind}/{Name}`; a last segment `{Name+}` takes the rest of the path.
        path: &'static str,
        /// Largest body in bytes.
        body_bytes_max: usize,
        /// Who may call it without a signature: registration, which carries its own secret.
        anonymous: bool,
    },
}

/// A member that travels neither under its own name nor in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// In the query, under another name.
    Query {
        /// Such as `ascendingOrder`.
        member: &'static str,
        /// Such as `isAscendingOrder`.
        name: &'static str,
    },
    /// In a header.
    Header {
        /// Such as `principal`.
        member: &'static str,
        /// Such as `x-amzn-principal`, in lower case.
        name: &'static str,
    },
}

impl Elsewhere {
    /// The member's own name.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Query { member, .. } | Self::Header { member, .. } => member,
        }
    }
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, and everything else.
    Post,
    /// Sets what is there or not.
    Put,
    /// Changes what is there.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// As HTTP spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
