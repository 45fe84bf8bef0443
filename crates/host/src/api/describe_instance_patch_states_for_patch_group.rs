//! `DescribeInstancePatchStatesForPatchGroup` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::{Deserialize, Serialize};

use super::SSM;
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::scan::{self, Scan};
use crate::state::InstancePatchState;
use bartizan_operation::page::{self, Pager};

/// Answers the state of the nodes of a group, by their latest scan.
#[derive(Debug)]
pub struct DescribeInstancePatchStatesForPatchGroup;

/// Which group, and which of its nodes.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchStatesForPatchGroupRequest")]
pub struct Input {
    /// In which the nodes were when they were scanned.
    #[shape(length = 1..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub patch_group: String,
    /// All of them must hold.
    #[shape(length = 0..=4)]
    pub filters: Option<Vec<InstancePatchStateFilter>>,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; a page has five at most.
    #[shape(range = 10..=100)]
    pub max_results: Option<i32>,
}

/// A counter, compared with a number.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstancePatchStateFilter {
    /// The counter: `MissingCount`.
    #[shape(length = 1..=200)]
    pub key: String,
    /// One number, not negative.
    #[shape(length = 1..=1)]
    pub values: Vec<String>,
    /// How they are compared.
    #[serde(rename = "Type")]
    pub operator: InstancePatchStateOperatorType,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum InstancePatchStateOperatorType {
    /// The counter is the number.
    Equal,
    /// It is another.
    NotEqual,
    /// It is less.
    LessThan,
    /// It is more.
    GreaterThan,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchStatesForPatchGroupResult")]
pub struct Output {
    /// By node.
    #[shape(default, length = 1..=5)]
    pub instance_patch_states: Vec<InstancePatchState>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The vendor's model has no more in a page, whatever is asked for.
const PAGE_MAX: usize = 5;

impl Operation for DescribeInstancePatchStatesForPatchGroup {
    const NAME: &'static str = "DescribeInstancePatchStatesForPatchGroup";
    const ACTION: &'static str = "ssm:DescribeInstancePatchStatesForPatchGroup";
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
        let conditions = filters.iter().map(Condition::read).collect::<Result<Vec<_>, _>>()?;
        let mut scans = scan::all(cx).await?;
        scans.retain(|scan| scan.patch_group == input.patch_group && conditions.iter().all(|one| one.holds(scan)));
        let listed = scans.into_iter().map(|scan| (scan.instance.clone(), InstancePatchState::from(scan))).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &(&input.patch_group, filters));
        let limit = page::limit(input.max_results, PAGE_MAX).min(PAGE_MAX);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (instance_patch_states, next_token) = page.map_err(HostError::invalid_next_token)?;
        Ok(Output { instance_patch_states, next_token })
    }
}

/// A filter that was understood.
struct Condition {
    counter: fn(&Scan) -> u32,
    operator: InstancePatchStateOperatorType,
    number: u32,
}

impl Condition {
    fn read(filter: &InstancePatchStateFilter) -> Result<Self, HostError> {
        let counter: fn(&Scan) -> u32 = match filter.key.as_str() {
            "InstalledCount" => |scan| scan.counts.installed,
            "InstalledOtherCount" => |scan| scan.counts.installed_other,
            "InstalledPendingRebootCount" => |scan| scan.counts.installed_pending_reboot,
            "InstalledRejectedCount" => |scan| scan.counts.installed_rejected,
            "MissingCount" => |scan| scan.counts.missing,
            "FailedCount" => |scan| scan.counts.failed,
            "UnreportedNotApplicableCount" => |_| 0,
            "NotApplicableCount" => |scan| scan.counts.not_applicable,
            key => {
                return Err(HostError::InvalidFilter(format!("`{key}` is not a counter: use MissingCount or another")));
            }
        };
        let number = filter.values.first().and_then(|value| value.parse().ok());
        let number = number.ok_or_else(|| {
            HostError::InvalidFilter(format!("{} is compared with one whole number that is not negative", filter.key))
        })?;
        Ok(Self { counter, operator: filter.operator, number })
    }

    fn holds(&self, scan: &Scan) -> bool {
        let counted = (self.counter)(scan);
        match self.operator {
            InstancePatchStateOperatorType::Equal => counted == self.number,
            InstancePatchStateOperatorType::NotEqual => counted != self.number,
            InstancePatchStateOperatorType::LessThan => counted < self.number,
            InstancePatchStateOperatorType::GreaterThan => counted > self.number,
        }
    }
}
