//! `DescribePatchGroups` [SSM API reference].

use std::collections::BTreeMap;

use bartizan_operation::{Binding, Operation, ServiceError};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::baseline::stored;
use crate::errors::HostError;
use crate::group::PatchGroups;
use crate::identity::{Defaults, PatchBaselineIdentity};
use crate::orchestrator::{self, PatchOrchestratorFilter};
use crate::room::HostRoom;
use crate::system::OperatingSystem;
use bartizan_operation::page::{self, Pager};

/// Lists the registrations of baselines for groups.
#[derive(Debug)]
pub struct DescribePatchGroups;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchGroupsRequest")]
pub struct Input {
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub max_results: Option<i32>,
    /// `NAME_PREFIX` (of the group), `OPERATING_SYSTEM`.
    #[shape(length = 0..=5)]
    pub filters: Option<Vec<PatchOrchestratorFilter>>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchGroupsResult")]
pub struct Output {
    /// By group.
    #[shape(default)]
    pub mappings: Vec<PatchGroupPatchBaselineMapping>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A group and its baseline.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchGroupPatchBaselineMapping {
    /// The value of the hosts' tag.
    #[shape(default, length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// Its id is spelled as it was registered.
    #[shape(default)]
    pub baseline_identity: PatchBaselineIdentity,
}

const PAGE_DEFAULT: usize = 100;

impl Operation for DescribePatchGroups {
    const NAME: &'static str = "DescribePatchGroups";
    const ACTION: &'static str = "ssm:DescribePatchGroups";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let filters = input.filters.as_deref().unwrap_or_default();
        let systems = OperatingSystem::ALL.map(|system| system.as_wire());
        orchestrator::review(filters, &[("NAME_PREFIX", &[]), ("OPERATING_SYSTEM", &systems)])
            .map_err(HostError::from_violations)?;
        let defaults = Defaults::read(cx).await?;
        let baselines: BTreeMap<_, _> =
            stored::all(cx).await?.into_iter().map(|found| (found.id.clone(), found)).collect();
        let mut listed = Vec::new();
        for held in lifecycle::list::<PatchGroups>(cx, "").await? {
            let group = held.document.into_inner();
            let passes = orchestrator::passes(filters, |key, value| match key {
                "NAME_PREFIX" => group.patch_group.starts_with(value),
                _ => group.operating_system.as_wire() == value,
            });
            // A baseline cannot be deleted while a group is registered for it; the lists are read one after the other.
            if let Some(found) = baselines.get(&group.baseline(&cx.realm)).filter(|_| passes) {
                let mut identity = defaults.identify(found);
                identity.baseline_id = group.baseline_id;
                let key = format!("{}\u{0}{}", group.patch_group, group.operating_system);
                let mapping =
                    PatchGroupPatchBaselineMapping { patch_group: group.patch_group, baseline_identity: identity };
                listed.push((key, mapping));
            }
        }
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (mappings, next_token) = page.map_err(HostError::token_is_not_modelled)?;
        Ok(Output { mappings, next_token })
    }
}
