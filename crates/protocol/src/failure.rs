//! [`Failure`]: why a request gets no answer, and how each dialect says so.

use std::borrow::Cow;

use bartizan_operation::{ErrorBody, Fault, Refusal};
use serde_json::{Map, Value};

use crate::Unauthenticated;
use crate::dialect::Dialect;

/// Why a request gets no answer, free of any dialect.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing here is addressed so.
    Unknown(String),
    /// Another method would do; these are the ones.
    Method(&'static str),
    /// The body or a member of it cannot be read.
    Serialization(String),
    /// Something beside the body does not hold.
    Invalid(String),
    /// Larger than so many bytes.
    TooLarge(usize),
    /// The body did not come in time.
    Slow,
    /// All room for large bodies is taken.
    Busy,
    /// It is not known who asks.
    Unauthenticated(Unauthenticated),
    /// It is known, and they ask too often.
    Throttled,
    /// It is known, and they may not.
    Denied(String),
    /// The operation's own error.
    Service(Box<ErrorBody>),
    /// Ours.
    Internal,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Serialization(text) => Self::Serialization(text),
            Refusal::Denied(text) => Self::Denied(text),
            Refusal::Service(body) => Self::Service(Box::new(body)),
            Refusal::Internal => Self::Internal,
        }
    }
}

/// A failure in the terms of one dialect.
#[derive(Debug)]
pub(crate) struct Told<'f> {
    pub(crate) status: u16,
    pub(crate) code: Cow<'f, str>,
    pub(crate) message: Cow<'f, str>,
    pub(crate) message_member: &'static str,
    pub(crate) fault: Fault,
    pub(crate) members: Option<&'f Map<String, Value>>,
}

impl Failure {
    /// True if the rest of the request may still be on its way, so that nothing can follow it on the connection.
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::Slow | Self::Busy)
    }

    /// Code, status and text as the dialect has them. AWS JSON services answer 400 to everything about the caller,
    /// AWS Query and AWS REST-JSON services 403.
    pub(crate) fn tell(&self, dialect: Dialect) -> Told<'_> {
        let query = matches!(dialect, Dialect::AwsQuery { .. });
        let by_path = matches!(dialect, Dialect::AwsRest | Dialect::Bearer | Dialect::Native);
        let told = |status: u16, json: &'static str, in_query: &'static str, message: Cow<'static, str>| Told {
            status,
            code: Cow::Borrowed(if query { in_query } else { json }),
            message,
            message_member: "message",
            fault: if status < 500 { Fault::Client } else { Fault::Server },
            members: None,
        };
        match self {
            Self::Unknown(text) => told(
                if by_path { 404 } else { 400 },
                "UnknownOperationException",
                "InvalidAction",
                Cow::Owned(text.clone()),
            ),
            Self::Method(allowed) => told(
                405,
                "MethodNotAllowedException",
                "MethodNotAllowed",
                Cow::Owned(format!("use the method {allowed} here")),
            ),
            Self::Serialization(text) => {
                told(400, "SerializationException", "MalformedInput", Cow::Owned(text.clone()))
            }
            Self::Invalid(text) => told(400, "ValidationException", "ValidationError", Cow::Owned(text.clone())),
            Self::TooLarge(bytes) => told(
                413,
                "RequestEntityTooLargeException",
                "RequestEntityTooLarge",
                Cow::Owned(format!("send a body of at most {bytes} bytes")),
            ),
            Self::Slow => told(
                408,
                "RequestTimeoutException",
                "RequestTimeout",
                Cow::Borrowed("the request did not arrive in time: send it again over a faster connection"),
            ),
            Self::Busy => told(
                503,
                "ServiceUnavailableException",
                "ServiceUnavailable",
                Cow::Borrowed("too many large requests are arriving at once: try again"),
            ),
            Self::Unauthenticated(error) => Told {
                status: match dialect {
                    Dialect::AwsJson(_) => 400,
                    Dialect::AwsQuery { .. } => error.query_status,
                    Dialect::AwsRest => 403,
                    Dialect::Bearer | Dialect::Native => 401,
                },
                code: Cow::Borrowed(if query { error.query_code } else { error.code }),
                message: Cow::Borrowed(&error.message),
                message_member: "message",
                fault: Fault::Client,
                members: None,
            },
            Self::Throttled => told(
                429,
                "ThrottlingException",
                "Throttling",
                Cow::Borrowed("too many requests: wait as many seconds as the header Retry-After says"),
            ),
            Self::Denied(text) => Told {
                status: if query || by_path { 403 } else { 400 },
                code: Cow::Borrowed(if query { "AccessDenied" } else { "AccessDeniedException" }),
                message: Cow::Borrowed(text),
                // As the vendor's authorization spells it, whatever the service.
                message_member: "Message",
                fault: Fault::Client,
                members: None,
            },
            Self::Service(body) => Told {
                status: body.status,
                code: Cow::Borrowed(&body.code),
                message: Cow::Borrowed(&body.message),
                message_member: body.message_member,
                fault: body.fault,
                members: Some(&body.members),
            },
            Self::Internal => told(
                500,
                if dialect == Dialect::AwsRest { "InternalFailureException" } else { "InternalServerError" },
                "InternalFailure",
                Cow::Borrowed("an internal error occurred: try again, and report the request id if it stays"),
            ),
        }
    }
}
