//! `DescribeInstancePatches` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, Json, Path, ResourceName, Schema, SchemaKind, Shape, Timestamp, Violations};
use serde::{Serialize, Serializer};

use super::{SSM, node_resource};
use crate::activation::ManagedInstances;
use crate::engine::State;
use crate::errors::HostError;
use crate::orchestrator::{self, PatchOrchestratorFilter};
use crate::room::HostRoom;
use crate::scan::{self, Package};
use bartizan_operation::page::{self, Pager};

/// Lists the packages of a node with their states, by its latest scan.
#[derive(Debug)]
pub struct DescribeInstancePatches;

/// Which node, and which of its packages.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchesRequest")]
pub struct Input {
    /// The node.
    #[shape(pattern = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)")]
    pub instance_id: String,
    /// `Classification`, `KBId`, `Severity`, `State`.
    #[shape(length = 0..=5)]
    pub filters: Option<Vec<PatchOrchestratorFilter>>,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 50 if absent.
    #[shape(range = 10..=100)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchesResult")]
pub struct Output {
    /// By `KBId`.
    #[shape(default)]
    pub patches: Vec<PatchComplianceData>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A package and its state.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchComplianceData {
    /// `name.arch:version`.
    pub title: String,
    /// `name.arch`.
    #[serde(rename = "KBId")]
    pub kb_id: String,
    /// `Security`, or nothing.
    pub classification: String,
    /// The vendor's; for apt families the priority. Empty for what no rule matched.
    pub severity: String,
    /// As responses spell it: `InstalledOther`.
    pub state: PatchComplianceDataState,
    /// When it was installed; the epoch for what is missing, and where it is not known.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub installed_time: Timestamp,
    /// Never answered for apt families, whose indices name none.
    #[serde(rename = "CVEIds", skip_serializing_if = "Option::is_none")]
    pub cve_ids: Option<String>,
}

/// A state. The vendor's model spells it `INSTALLED_OTHER` and the vendor's responses `InstalledOther`; so do ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchComplianceDataState(pub State);

impl Shape for PatchComplianceDataState {
    const SCHEMA: &'static Schema = &Schema {
        name: "PatchComplianceDataState",
        kind: SchemaKind::Enum(&[
            "INSTALLED",
            "INSTALLED_OTHER",
            "INSTALLED_PENDING_REBOOT",
            "INSTALLED_REJECTED",
            "MISSING",
            "NOT_APPLICABLE",
            "FAILED",
            "AVAILABLE_SECURITY_UPDATE",
        ]),
    };

    fn decode(json: &Json, at: &mut Path, out: &mut Violations) -> Option<Self> {
        let state = json.as_str().and_then(State::parse);
        if state.is_none() {
            out.review(at, "a state is spelled like InstalledOther");
        }
        state.map(Self)
    }

    fn check(&self, _at: &mut Path, _out: &mut Violations) {}

    fn render(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Serialize for PatchComplianceDataState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

const PAGE_DEFAULT: usize = 50;

impl Operation for DescribeInstancePatches {
    const NAME: &'static str = "DescribeInstancePatches";
    const ACTION: &'static str = "ssm:DescribeInstancePatches";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        node_resource(cx, &input.instance_id)
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let filters = input.filters.as_deref().unwrap_or_default();
        let keys: &[(&str, &[&str])] = &[("Classification", &[]), ("KBId", &[]), ("Severity", &[]), ("State", &[])];
        orchestrator::review(filters, keys).map_err(|found| HostError::InvalidFilter(found.render()))?;
        for state in filters.iter().filter(|filter| filter.key() == "State").flat_map(PatchOrchestratorFilter::values) {
            if State::parse(state).is_none() {
                return Err(HostError::InvalidFilter(format!("`{state}` is not a State: use Missing or another")));
            }
        }
        let instance = &input.instance_id;
        if lifecycle::find::<ManagedInstances>(cx, instance).await?.is_none() {
            return Err(HostError::InvalidInstanceId(instance.clone()));
        }
        let mut packages = scan::packages(cx, instance).await?;
        packages.retain(|package| orchestrator::passes(filters, |key, value| matches(package, key, value)));
        let listed = packages.into_iter().map(|package| (package.id.clone(), PatchComplianceData::from(package)));
        let pager = Pager::new(Self::NAME, &cx.realm, &(instance, filters));
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed.collect(), input.next_token.as_deref(), limit);
        let (patches, next_token) = page.map_err(HostError::invalid_next_token)?;
        Ok(Output { patches, next_token })
    }
}

fn matches(package: &Package, key: &str, value: &str) -> bool {
    match key {
        "Classification" => package.classification == value,
        "KBId" => package.id == value,
        "Severity" => package.severity.eq_ignore_ascii_case(value),
        _ => State::parse(value) == Some(package.state),
    }
}

impl From<Package> for PatchComplianceData {
    fn from(package: Package) -> Self {
        Self {
            title: package.title,
            kb_id: package.id,
            classification: package.classification,
            severity: package.severity,
            state: PatchComplianceDataState(package.state),
            installed_time: package.installed_at.unwrap_or_default(),
            cve_ids: None,
        }
    }
}
