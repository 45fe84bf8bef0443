//! `DescribeInstancePatchStates` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::scan;
use crate::state::InstancePatchState;
use bartizan_operation::page::{self, Pager};

/// Answers the state of nodes by their latest scan. Nodes that are not known, or were never judged, are left out.
#[derive(Debug)]
pub struct DescribeInstancePatchStates;

/// Which nodes.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchStatesRequest")]
pub struct Input {
    /// At most 50.
    #[shape(length = 0..=50, each(pattern = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)"))]
    pub instance_ids: Vec<String>,
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 50 if absent.
    #[shape(range = 10..=100)]
    pub max_results: Option<i32>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstancePatchStatesResult")]
pub struct Output {
    /// By node.
    #[shape(default)]
    pub instance_patch_states: Vec<InstancePatchState>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

const PAGE_DEFAULT: usize = 50;

impl Operation for DescribeInstancePatchStates {
    const NAME: &'static str = "DescribeInstancePatchStates";
    const ACTION: &'static str = "ssm:DescribeInstancePatchStates";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let mut asked = input.instance_ids.clone();
        asked.sort();
        asked.dedup();
        let pager = Pager::new(Self::NAME, &cx.realm, &asked);
        let mut listed = Vec::with_capacity(asked.len());
        for instance in asked {
            if let Some(scan) = scan::find(cx, &instance).await? {
                listed.push((instance, InstancePatchState::from(scan)));
            }
        }
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (instance_patch_states, next_token) = page.map_err(HostError::invalid_next_token)?;
        Ok(Output { instance_patch_states, next_token })
    }
}
