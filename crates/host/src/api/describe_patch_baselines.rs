//! `DescribePatchBaselines` [SSM API reference].

use bartizan_operation::{Binding, Operation, ServiceError};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::baseline::stored;
use crate::errors::HostError;
use crate::identity::{Defaults, PatchBaselineIdentity};
use crate::orchestrator::{self, PatchOrchestratorFilter};
use crate::room::HostRoom;
use crate::system::OperatingSystem;
use bartizan_operation::page::{self, Pager};

/// Lists baselines: the realm's own and the vendor's.
#[derive(Debug)]
pub struct DescribePatchBaselines;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchBaselinesRequest")]
pub struct Input {
    /// `NAME_PREFIX`, `OWNER` (`AWS`, `Self`, `All`), `OPERATING_SYSTEM`.
    #[shape(length = 0..=5)]
    pub filters: Option<Vec<PatchOrchestratorFilter>>,
    /// At most so many; 100 if absent.
    #[shape(range = 1..=100)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribePatchBaselinesResult")]
pub struct Output {
    /// By name.
    #[shape(default)]
    pub baseline_identities: Vec<PatchBaselineIdentity>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

const PAGE_DEFAULT: usize = 100;

impl Operation for DescribePatchBaselines {
    const NAME: &'static str = "DescribePatchBaselines";
    const ACTION: &'static str = "ssm:DescribePatchBaselines";
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
        orchestrator::review(
            filters,
            &[("NAME_PREFIX", &[]), ("OWNER", &["AWS", "Self", "All"]), ("OPERATING_SYSTEM", &systems)],
        )
        .map_err(HostError::from_violations)?;
        let defaults = Defaults::read(cx).await?;
        let mut listed = Vec::new();
        for found in stored::all(cx).await? {
            let passes = orchestrator::passes(filters, |key, value| match key {
                "NAME_PREFIX" => found.document.name.starts_with(value),
                "OWNER" => value == "All" || (value == "Self") == found.entry.is_some(),
                _ => found.document.operating_system.as_wire() == value,
            });
            if passes {
                // Names are not unique; the id after a byte that names do not have decides between equal ones.
                listed.push((format!("{} {}", found.document.name, found.id), defaults.identify(&found)));
            }
        }
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (baseline_identities, next_token) = page.map_err(HostError::token_is_not_modelled)?;
        Ok(Output { baseline_identities, next_token })
    }
}
