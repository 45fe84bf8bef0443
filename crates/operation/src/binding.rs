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

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Everything else.
    Post,
}
