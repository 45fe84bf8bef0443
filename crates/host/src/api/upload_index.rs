//! `POST /v1/host/index`: a managed node sends the content of a package index that `ReportInventory` asked for. It is
//! sent once for all hosts that hold the same.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, aside};
use bartizan_wire::{Arn, Blob, Checked, ResourceName, Shape};
use serde::Serialize;

use super::not_previewed;
use crate::errors::HostError;
use crate::index::Content;
use crate::node;
use crate::room::HostRoom;

/// Takes the content of an index.
#[derive(Debug)]
pub struct UploadIndex;

/// The index.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "UploadIndexRequest")]
pub struct Input {
    /// SHA-256 of its canonical form, lower-case hexadecimal.
    #[shape(length = 64..=64, pattern = r"^[0-9a-f]{64}$")]
    pub digest: String,
    /// The compressed form.
    #[shape(length = 1..=16777216)]
    pub index: Blob,
}

/// Nothing.
#[derive(Debug, Shape, Serialize)]
#[shape(name = "UploadIndexResponse")]
pub struct Output {}

/// Largest body, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Operation for UploadIndex {
    const NAME: &'static str = "UploadIndex";
    const ACTION: &'static str = "bartizan:UploadIndex";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/host/index",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    /// An index belongs to nobody, but who sends one is known: agents do for themselves.
    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("bartizan", &cx.realm, &format!("package-index/{}", cx.principal.name)).into()
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        not_previewed(cx)?;
        let Input { digest, index: Blob(compressed) } = input.into_inner();
        if room.has_index(cx, &digest).await? {
            return Ok(Output {});
        }
        // Only what a node has reported is taken, so that nobody can fill the store.
        if !node::all(cx).await?.iter().any(|node| node.indices.contains(&digest)) {
            return Err(HostError::Validation(format!(
                "no node holds the index `{digest}`: report its inventory first"
            )));
        }
        let (compressed, content) = aside(move || {
            let content = Content::decompress(&compressed);
            (compressed, content.map(|content| (content.digest(), content.to_index())))
        })
        .await?;
        let (actual, content) =
            content.map_err(|error| HostError::Validation(format!("the index cannot be read: {error}")))?;
        if actual != digest {
            return Err(HostError::Validation(format!("the index has the digest `{actual}`, not `{digest}`")));
        }
        room.receive(cx, &digest, compressed, content).await?;
        Ok(Output {})
    }
}
