//! `DescribeAvailablePatches` [SSM API reference].

use bartizan_operation::{Binding, Operation, ServiceError};
use bartizan_policy::{Cx, Permit, aside};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::orchestrator::{self, PatchOrchestratorFilter};
use crate::patch::Patch;
use crate::room::{First, HostRoom};
use bartizan_operation::page::{self, Pager};

/// Lists what the package indices of the realm's hosts offer. The vendor lists its own knowledge of Windows and Amazon
/// Linux instead, and nothing for other systems.
#[derive(Debug)]
pub struct DescribeAvailablePatches;

/// Which patches.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeAvailablePatchesRequest")]
pub struct Input {
    /// `PRODUCT`, `NAME`, `SEVERITY`, `EPOCH`, `VERSION`, `RELEASE`, `ARCH`, `REPOSITORY`, `CLASSIFICATION`; what indices
    /// of apt do not say (`CVE_ID`) is known as a key, and matches nothing.
    #[shape(length = 0..=5)]
    pub filters: Option<Vec<PatchOrchestratorFilter>>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=100)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeAvailablePatchesResult")]
pub struct Output {
    /// By product, name and architecture.
    #[shape(default)]
    pub patches: Vec<Patch>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

const PAGE_DEFAULT: usize = 50;
/// The keys of Windows and of Linux, none of which is an error.
const KEYS: [&str; 16] = [
    "PATCH_SET",
    "PRODUCT",
    "PRODUCT_FAMILY",
    "CLASSIFICATION",
    "MSRC_SEVERITY",
    "PATCH_ID",
    "NAME",
    "SEVERITY",
    "EPOCH",
    "VERSION",
    "RELEASE",
    "ARCH",
    "REPOSITORY",
    "ADVISORY_ID",
    "CVE_ID",
    "BUGZILLA_ID",
];

impl Operation for DescribeAvailablePatches {
    const NAME: &'static str = "DescribeAvailablePatches";
    const ACTION: &'static str = "ssm:DescribeAvailablePatches";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let input = input.into_inner();
        let filters = input.filters.unwrap_or_default();
        let keys: Vec<(&str, &[&str])> = KEYS.iter().map(|key| (*key, &[][..])).collect();
        orchestrator::review(&filters, &keys).map_err(HostError::from_violations)?;
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let after = pager.open(input.next_token.as_deref()).map_err(HostError::token_is_not_modelled)?;
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let facts = room.facts(&cx.realm);
        let (patches, last) = aside(move || {
            let mut first = First::new(after, limit);
            facts.offered(|group, _, name, _, version| {
                first.offer(Patch::key(group.product(), name, version), || {
                    let patch = Patch::of(group.product(), name, version);
                    orchestrator::passes(&filters, |key, value| matches(&patch, key, value)).then_some(patch)
                });
            });
            first.finish()
        })
        .await?;
        Ok(Output { patches, next_token: last.map(|last| pager.seal(&last)) })
    }
}

fn matches(patch: &Patch, key: &str, value: &str) -> bool {
    let own = match key {
        "PRODUCT" => &patch.product,
        "NAME" => &patch.name,
        "SEVERITY" => &patch.severity,
        "VERSION" => &patch.version,
        "RELEASE" => &patch.release,
        "ARCH" => &patch.arch,
        "REPOSITORY" => &patch.repository,
        "CLASSIFICATION" => &patch.classification,
        "EPOCH" => return patch.epoch.is_some_and(|epoch| epoch.to_string() == value),
        _ => return false,
    };
    own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(value))
}
