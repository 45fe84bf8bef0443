//! `DescribeInstanceInformation` [SSM API reference].

mod filter;
mod shapes;

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Timestamp};

use super::SSM;
use crate::activation::{ManagedInstance, ManagedInstances};
use crate::errors::HostError;
use crate::node::{self, INACTIVE_AFTER_MS, Node, ONLINE_WITHIN_MS};
use crate::room::HostRoom;
use crate::tags::{Tagged, Tags};
use bartizan_operation::page::{self, Pager};

pub use shapes::{
    Input, InstanceAggregatedAssociationOverview, InstanceInformation, InstanceInformationFilter,
    InstanceInformationFilterKey, InstanceInformationStringFilter, Output, PingStatus, PlatformType, ResourceType,
    SourceType,
};

/// Lists managed nodes with what they last said of themselves.
#[derive(Debug)]
pub struct DescribeInstanceInformation;

const PAGE_DEFAULT: usize = 10;

impl Operation for DescribeInstanceInformation {
    const NAME: &'static str = "DescribeInstanceInformation";
    const ACTION: &'static str = "ssm:DescribeInstanceInformation";
    const BINDING: Binding = SSM;
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &HostRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let filters = filter::read(&input)?;
        let needs_tags = filters.iter().any(filter::Filter::is_about_tags);
        let mut listed = Vec::new();
        for held in lifecycle::list::<ManagedInstances>(cx, "").await? {
            let instance = held.document.into_inner();
            let tags = if needs_tags { tags_of(cx, &instance.instance_id).await? } else { Tags::default() };
            let node = node::find(cx, &instance.instance_id).await?;
            let shown = show(instance, node, cx.now);
            if filters.iter().all(|filter| filter.passes(&shown, &tags)) {
                listed.push((shown.instance_id.clone(), shown));
            }
        }
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (instance_information_list, next_token) = page.map_err(HostError::invalid_next_token)?;
        Ok(Output { instance_information_list, next_token })
    }
}

async fn tags_of(cx: &Cx, instance: &str) -> Result<Tags, HostError> {
    let name = Tags::name(crate::tags::ResourceType::ManagedInstance, instance);
    let held = lifecycle::find::<Tagged>(cx, &name).await?;
    Ok(held.map(|held| held.document.into_inner()).unwrap_or_default())
}

fn show(instance: ManagedInstance, node: Option<Node>, now: Timestamp) -> InstanceInformation {
    // A node that has not reported yet was last heard of when it registered.
    let heard_at = node.as_ref().map_or(instance.registration_date, |node| node.heard_at);
    let silent = now.0.saturating_sub(heard_at.0);
    let ping_status = if silent <= ONLINE_WITHIN_MS {
        PingStatus::Online
    } else if silent <= INACTIVE_AFTER_MS {
        PingStatus::ConnectionLost
    } else {
        PingStatus::Inactive
    };
    let facts = node.map(|node| node.facts);
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    InstanceInformation {
        ping_status,
        last_ping_date_time: Some(heard_at),
        agent_version: facts.as_ref().and_then(|facts| said(&facts.agent_version)),
        is_latest_version: None,
        platform_type: Some(PlatformType::Linux),
        platform_name: facts.as_ref().and_then(|facts| said(&facts.pretty_name)),
        platform_version: facts.as_ref().and_then(|facts| said(&facts.os_version)),
        activation_id: instance.activation_id,
        iam_role: instance.iam_role,
        registration_date: Some(instance.registration_date),
        resource_type: ResourceType::ManagedInstance,
        name: instance.name,
        ip_address: facts.as_ref().and_then(|facts| said(&facts.ip_address)),
        computer_name: facts.as_ref().and_then(|facts| said(&facts.hostname)),
        association_status: None,
        last_association_execution_date: None,
        last_successful_association_execution_date: None,
        association_overview: None,
        source_id: Some(instance.instance_id.clone()),
        source_type: Some(SourceType::ManagedInstance),
        source_location: None,
        instance_id: instance.instance_id,
    }
}
