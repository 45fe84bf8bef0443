//! Baselines as lists show them.

use std::collections::BTreeMap;

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, lifecycle};
use bartizan_wire::Shape;
use serde::Serialize;

use crate::baseline::stored::Found;
use crate::group::DefaultBaselines;
use crate::predefined;
use crate::system::OperatingSystem;

/// A baseline in a list [SSM API reference].
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchBaselineIdentity {
    /// The bare id of an own one, the ARN of a vendor's.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
    /// Not unique.
    #[shape(default, length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub baseline_name: String,
    /// What it is for.
    #[shape(default)]
    pub operating_system: OperatingSystem,
    /// What it is for, in words; absent if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024)]
    pub baseline_description: Option<String>,
    /// It is the default of its operating system.
    #[shape(default)]
    pub default_baseline: bool,
}

/// The default baselines of all operating systems.
#[derive(Debug)]
pub struct Defaults(BTreeMap<OperatingSystem, String>);

impl Defaults {
    /// Reads them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read(cx: &Cx) -> Result<Self, StoreError> {
        let mut defaults: BTreeMap<_, _> = predefined::all(&cx.realm)
            .iter()
            .filter(|one| one.is_default)
            .map(|one| (one.baseline.operating_system, one.arn.clone()))
            .collect();
        for held in lifecycle::list::<DefaultBaselines>(cx, "").await? {
            defaults.insert(held.document.operating_system, held.document.baseline_id.clone());
        }
        Ok(Self(defaults))
    }

    /// How a baseline is shown.
    #[must_use]
    pub fn identify(&self, found: &Found) -> PatchBaselineIdentity {
        PatchBaselineIdentity {
            baseline_id: found.id.clone(),
            baseline_name: found.document.name.clone(),
            operating_system: found.document.operating_system,
            baseline_description: found.document.description.clone(),
            default_baseline: self.0.get(&found.document.operating_system) == Some(&found.id),
        }
    }
}
