//! A table of operations that do little, in all four protocols.

use std::time::Duration;

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_operation::{Binding, Elsewhere, ErrorBody, Fault, Method, Operation, ServiceError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Blob, Checked, ResourceName, Shape, Timestamp, Violations};
use serde::Serialize;

/// Foresees nothing.
#[derive(Debug)]
pub(crate) struct Nowhere;

#[async_trait]
impl Foresee for Nowhere {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("{}", .0.render())]
    Input(Violations),
    #[error("there is no such thing")]
    Absent,
    #[error("the disk is on fire")]
    Ours,
}

impl ServiceError for Wrong {
    fn body(&self) -> ErrorBody {
        let (code, status, fault) = match self {
            Self::Input(_) => ("ValidationException", 400, Fault::Client),
            Self::Absent => ("DoesNotExistException", 404, Fault::Client),
            Self::Ours => ("InternalServerError", 500, Fault::Server),
        };
        let mut members = serde_json::Map::new();
        members.insert("Where".to_owned(), "here".into());
        ErrorBody {
            code: code.to_owned(),
            message: self.to_string(),
            message_member: "Message",
            status,
            fault,
            members,
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self::Input(violations)
    }
}

#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "Thing")]
pub(crate) struct Thing {
    #[shape(length = 1..=2000)]
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..=100)]
    pub(crate) count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deep: Option<Deep>,
    #[serde(skip_serializing_if = "Option::is_none", with = "bartizan_wire::time::wire_seconds::option")]
    pub(crate) at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<Blob>,
}

#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "Deep")]
pub(crate) struct Deep {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) words: Option<Vec<String>>,
}

/// What the call was told, for tests to look at.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "Told")]
pub(crate) struct Told {
    pub(crate) principal: String,
    pub(crate) previewing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expect: Option<i64>,
    pub(crate) request: String,
}

fn told(cx: &Cx) -> Told {
    Told {
        principal: cx.principal.name.clone(),
        previewing: cx.previewing,
        reason: cx.reason.clone(),
        expect: cx.expect.map(|revision| i64::try_from(revision.0).unwrap()),
        request: cx.request.clone(),
    }
}

async fn misbehave(text: &str) -> Result<(), Wrong> {
    match text {
        "panic" => panic!("asked to"),
        "ours" => Err(Wrong::Ours),
        "absent" => Err(Wrong::Absent),
        "slow" => {
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

macro_rules! operation {
    ($name:ident, $output:ty, $binding:expr, $writes:expr, |$cx:ident, $input:ident| $body:expr) => {
        #[derive(Debug)]
        pub(crate) struct $name;

        impl Operation for $name {
            const NAME: &'static str = stringify!($name);
            const ACTION: &'static str = concat!("test:", stringify!($name));
            const BINDING: Binding = $binding;
            const WRITES: &'static [&'static str] = $writes;
            type Input = Thing;
            type Output = $output;
            type Error = Wrong;
            type Room = Nowhere;

            fn resource(_cx: &Cx, _input: &Thing) -> ResourceName {
                ResourceName::any()
            }

            async fn call(
                _room: &Nowhere,
                $cx: &Cx,
                _permit: Permit,
                $input: Checked<Thing>,
            ) -> Result<$output, Wrong> {
                misbehave(&$input.text).await?;
                Ok($body)
            }
        }
    };
}

const JSON: Binding = Binding::AwsJson { target: "Test", signing: "test" };

operation!(Echo, Thing, JSON, &[], |_cx, input| (*input).clone());
operation!(Tell, Told, JSON, &[], |cx, _input| told(cx));
operation!(Keep, Told, JSON, &["test/thing"], |cx, _input| told(cx));
operation!(
    Reflect,
    Thing,
    Binding::AwsQuery { version: "2011-06-15", signing: "sts", namespace: "https://example.test/2011-06-15/" },
    &[],
    |_cx, input| (*input).clone()
);
operation!(
    Show,
    Thing,
    Binding::Native { method: Method::Get, path: "/v1/things/{Text}", body_bytes_max: 0, anonymous: false },
    &[],
    |_cx, input| (*input).clone()
);
operation!(
    File,
    Thing,
    Binding::Native { method: Method::Post, path: "/v1/files/{Text+}", body_bytes_max: 300_000, anonymous: false },
    &[],
    |_cx, input| (*input).clone()
);
operation!(
    Register,
    Told,
    Binding::Native { method: Method::Post, path: "/v1/register", body_bytes_max: 1000, anonymous: true },
    &["test/thing"],
    |cx, _input| told(cx)
);

/// Asked for with a token; answers with a header of its own.
#[derive(Debug)]
pub(crate) struct Tagged;

impl Operation for Tagged {
    const NAME: &'static str = "Tagged";
    const ACTION: &'static str = "test:Tagged";
    const BINDING: Binding = Binding::Bearer {
        method: Method::Put,
        path: "/portal/v1/things/{Text}",
        query: &["Count"],
        elsewhere: &[Elsewhere::Header { member: "Flag", name: "x-flag" }],
        document: Some("Deep"),
    };
    type Input = Thing;
    type Output = Thing;
    type Error = Wrong;
    type Room = Nowhere;

    fn resource(_cx: &Cx, _input: &Thing) -> ResourceName {
        ResourceName::any()
    }

    fn headers(output: &Thing) -> Vec<(&'static str, String)> {
        vec![("etag", output.text.clone())]
    }

    async fn call(_room: &Nowhere, _cx: &Cx, _permit: Permit, input: Checked<Thing>) -> Result<Thing, Wrong> {
        misbehave(&input.text).await?;
        Ok((*input).clone())
    }
}

/// How an operation of AWS REST-JSON is addressed, with members in all places.
const fn rest(method: Method, path: &'static str) -> Binding {
    Binding::AwsRest {
        method,
        path,
        query: &["Count", "Items", "Flag"],
        elsewhere: &[
            Elsewhere::Query { member: "At", name: "isAt" },
            Elsewhere::Header { member: "Bytes", name: "x-amzn-bytes" },
        ],
        payload: None,
        signing: &["rest", "restdata"],
    }
}

operation!(RestShow, Thing, rest(Method::Get, "/things/{Text}"), &[], |_cx, input| (*input).clone());
operation!(RestKeep, Told, rest(Method::Put, "/things/{Text}"), &["test/thing"], |cx, _input| told(cx));
operation!(RestEdit, Thing, rest(Method::Patch, "/things/{Text}"), &[], |_cx, input| (*input).clone());
operation!(RestEmpty, Nothing, rest(Method::Delete, "/things/{Text}"), &[], |_cx, _input| Nothing {});
operation!(RestFirst, Nothing, rest(Method::Put, "/things/first/{Text}"), &[], |_cx, _input| Nothing {});
operation!(RestAny, Thing, rest(Method::Put, "/things/{Text}/{Any}"), &[], |_cx, input| (*input).clone());
operation!(
    RestPublish,
    Thing,
    Binding::AwsRest {
        method: Method::Post,
        path: "/topics/{Text+}",
        query: &["Count"],
        elsewhere: &[],
        payload: Some("Bytes"),
        signing: &["rest", "restdata"],
    },
    &[],
    |_cx, input| (*input).clone()
);

/// No members.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "Nothing")]
pub(crate) struct Nothing {}
