//! Bartizan's own protocol: a method, a path with labels, members in the query and in a JSON body.

use bartizan_operation::ErasedOperation;
use bartizan_wire::Json;
use http::Method;

use crate::aws_json;
use crate::failure::{Failure, Told};
use crate::members::Members;
use crate::routes::pattern::Labels;

/// The SigV4 service name of all operations of our own.
pub(crate) const SIGNING: &str = "bartizan";

/// Below this are the paths of our own operations; no service of the vendor has paths there.
const OWN: &str = "/v1";

/// True for what can only be a path of our own.
pub(crate) fn is_own(path: &str) -> bool {
    path.strip_prefix(OWN).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Says that there is nothing.
pub(crate) fn unknown(method: &Method, path: &str) -> String {
    format!("nothing is served at `{method} {}`", path.escape_debug())
}

/// The input: members of the path, of the query and of the body, each said once.
pub(crate) fn input(
    operation: &ErasedOperation,
    labels: Labels<'_>,
    query: Option<&str>,
    body: &[u8],
) -> Result<Json, Failure> {
    let mut members = Members::of_body(operation.input, body)?;
    members.add_labels(labels)?;
    members.add_query(query, own_name)?;
    Ok(members.into_json())
}

/// In our own queries members have their own names.
fn own_name(name: &str) -> Option<&str> {
    Some(name)
}

/// `{"code": .., "message": .., ..}`.
pub(crate) fn render_error(told: &Told<'_>) -> Vec<u8> {
    aws_json::object(
        "code",
        &Told { message_member: "message", code: told.code.clone(), message: told.message.clone(), ..*told },
    )
}
