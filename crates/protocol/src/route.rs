//! What a request is addressed to, decided from its head alone.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Table};
use http::request::Parts;
use http::{HeaderMap, Method};

use crate::aws_query;
use crate::bearer;
use crate::dialect::{Dialect, JsonVersion};
use crate::failure::Failure;
use crate::limits::BODY_BYTES_MAX;
use crate::routes::pattern::Labels;
use crate::routes::{Found, Routes};
use crate::{aws_json, native};

/// Below this, nothing is committed and everything is previewed.
const PREVIEW: &str = "/preview";
const HEALTH: &str = "/healthz";

/// A request's address.
#[derive(Debug)]
pub(crate) struct Routed<'s> {
    pub(crate) dialect: Dialect,
    pub(crate) previewing: bool,
    pub(crate) aim: Aim<'s>,
    /// Largest body.
    pub(crate) body_bytes_max: usize,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Aim<'s> {
    /// An operation of AWS JSON.
    Json(&'s Arc<ErasedOperation>),
    /// An operation of AWS Query: which one stands in the form.
    Query,
    /// An operation with a path of its own, with what the path says.
    Path { operation: &'s Arc<ErasedOperation>, labels: Labels<'s>, anonymous: bool },
    /// A token for a name and a password.
    Login,
    /// The document about the API of sensor profiles.
    Description,
    /// Is this process ready?
    Health,
    /// Nothing that there is.
    Refused(Failure),
}

/// Finds out. `namespace` is that of AWS Query errors before the operation is known.
pub(crate) fn route<'s>(parts: &'s Parts, table: &'s Table, routes: &'s Routes, namespace: &'static str) -> Routed<'s> {
    let (previewing, path) = strip_preview(parts.uri.path());
    let routed = |dialect, aim| Routed { dialect, previewing, aim, body_bytes_max: BODY_BYTES_MAX };
    let version = aws_json::version(&parts.headers);
    if parts.headers.contains_key(aws_json::TARGET) || version.is_some() {
        let aim = json(parts, path, version, table);
        return routed(Dialect::AwsJson(version.unwrap_or(JsonVersion::One1)), aim);
    }
    if let Some(other) = other_smithy_protocol(&parts.headers) {
        return routed(
            Dialect::AwsJson(JsonVersion::One1),
            Aim::Refused(Failure::Unknown(format!(
                "`{other}` is not spoken here: configure the client for the protocol `aws.json`"
            ))),
        );
    }
    if path == "/" && aws_query::is_asked_for(parts) {
        return routed(Dialect::AwsQuery { namespace }, Aim::Query);
    }
    if path == HEALTH && !previewing {
        let readable = parts.method == Method::GET || parts.method == Method::HEAD;
        let aim = if readable { Aim::Health } else { Aim::Refused(Failure::Method("GET")) };
        return routed(Dialect::Native, aim);
    }
    if path == bearer::LOGIN && !previewing {
        let aim = if parts.method == Method::POST { Aim::Login } else { Aim::Refused(Failure::Method("POST")) };
        return Routed { body_bytes_max: bearer::LOGIN_BYTES_MAX, ..routed(Dialect::Bearer, aim) };
    }
    if routes.are_described_at(path) && !previewing {
        let readable = parts.method == Method::GET || parts.method == Method::HEAD;
        let aim = if readable { Aim::Description } else { Aim::Refused(Failure::Method("GET")) };
        return routed(Dialect::Bearer, aim);
    }
    match routes.find(&parts.method, path) {
        Found::Route(route, labels) => Routed {
            body_bytes_max: route.body_bytes_max,
            ..routed(route.dialect, Aim::Path { operation: &route.operation, labels, anonymous: route.anonymous })
        },
        Found::OtherMethod(dialect @ (Dialect::Native | Dialect::Bearer), allowed) => {
            routed(dialect, Aim::Refused(Failure::Method(allowed)))
        }
        Found::Nothing if routes.are_bearers(path) => {
            routed(Dialect::Bearer, Aim::Refused(Failure::Unknown(native::unknown(&parts.method, path))))
        }
        // Paths outside of our own are the vendor's, whose answer to another method is that to another path.
        Found::Nothing if native::is_own(path) => {
            routed(Dialect::Native, Aim::Refused(Failure::Unknown(native::unknown(&parts.method, path))))
        }
        Found::OtherMethod(..) | Found::Nothing => {
            routed(Dialect::AwsRest, Aim::Refused(Failure::Unknown(native::unknown(&parts.method, path))))
        }
    }
}

/// `/preview/x` is `/x`, only looked at.
fn strip_preview(path: &str) -> (bool, &str) {
    match path.strip_prefix(PREVIEW) {
        Some("") => (true, "/"),
        Some(rest) if rest.starts_with('/') => (true, rest),
        _ => (false, path),
    }
}

fn json<'s>(parts: &Parts, path: &str, version: Option<JsonVersion>, table: &'s Table) -> Aim<'s> {
    if parts.method != Method::POST {
        return Aim::Refused(Failure::Method("POST"));
    }
    if path != "/" {
        return Aim::Refused(Failure::Unknown("send AWS JSON requests to the path `/`, or to `/preview`".to_owned()));
    }
    let mut targets = parts.headers.get_all(aws_json::TARGET).iter();
    let target = match (targets.next().map(|value| value.to_str()), targets.next()) {
        (Some(Ok(target)), None) => target,
        (None, _) => {
            return Aim::Refused(Failure::Unknown("name an operation in the header `X-Amz-Target`".to_owned()));
        }
        _ => return Aim::Refused(Failure::Unknown("name one operation in the header `X-Amz-Target`".to_owned())),
    };
    let Some(operation) = table.by_target(target) else {
        return Aim::Refused(Failure::Unknown(format!(
            "`{}` is not an operation of this server",
            target.escape_debug()
        )));
    };
    if version.is_none() {
        return Aim::Refused(Failure::Serialization("send the content type `application/x-amz-json-1.1`".to_owned()));
    }
    Aim::Json(operation)
}

/// A protocol of newer SDKs that is not spoken here, such as `rpc-v2-cbor`.
fn other_smithy_protocol(headers: &HeaderMap) -> Option<String> {
    headers.get("smithy-protocol").map(|value| String::from_utf8_lossy(value.as_bytes()).escape_debug().to_string())
}

/// The SigV4 service names under which an operation may be signed.
pub(crate) fn signing(binding: &Binding) -> &[&'static str] {
    match binding {
        Binding::AwsJson { signing, .. } | Binding::AwsQuery { signing, .. } => std::slice::from_ref(signing),
        Binding::AwsRest { signing, .. } => signing,
        // Nothing is signed: a token says who asks.
        Binding::Bearer { .. } => &[],
        Binding::Native { .. } => &[native::SIGNING],
    }
}
