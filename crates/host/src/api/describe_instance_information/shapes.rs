//! What travels, as the vendor's model has it.

use std::collections::BTreeMap;

use bartizan_wire::{Shape, Timestamp};
use serde::{Deserialize, Serialize};

/// Which nodes.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstanceInformationRequest")]
pub struct Input {
    /// The older form of filters; not together with `Filters`.
    #[shape(length = 0..)]
    pub instance_information_filter_list: Option<Vec<InstanceInformationFilter>>,
    /// All of them must hold.
    #[shape(length = 0..)]
    pub filters: Option<Vec<InstanceInformationStringFilter>>,
    /// At most so many; 10 if absent.
    #[shape(range = 5..=50)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// A filter of the older form.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "camelCase")]
pub struct InstanceInformationFilter {
    /// The property.
    pub key: InstanceInformationFilterKey,
    /// One of these.
    #[shape(length = 1..=100, each(length = 1..))]
    pub value_set: Vec<String>,
}

/// Properties that filters of the older form know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum InstanceInformationFilterKey {
    /// The node.
    InstanceIds,
    /// Of the node's agent.
    AgentVersion,
    /// Whether it was heard of.
    PingStatus,
    /// Its operating system's kind.
    PlatformTypes,
    /// With which it registered.
    ActivationIds,
    /// The activation's.
    IamRole,
    /// How it is managed.
    ResourceType,
    /// Nodes have no associations here.
    AssociationStatus,
}

/// A filter.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceInformationStringFilter {
    /// The property, `tag-key`, or `tag:` and a key.
    #[shape(length = 1..)]
    pub key: String,
    /// One of these.
    #[shape(length = 1..=100, each(length = 1..))]
    pub values: Vec<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeInstanceInformationResult")]
pub struct Output {
    /// By node.
    #[shape(default)]
    pub instance_information_list: Vec<InstanceInformation>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A managed node.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceInformation {
    /// The node.
    #[shape(default, pattern = r"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)")]
    pub instance_id: String,
    /// Whether it was heard of.
    #[shape(default)]
    pub ping_status: PingStatus,
    /// When it was last heard of.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub last_ping_date_time: Option<Timestamp>,
    /// Of the node's agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(pattern = r"^[0-9]{1,6}(\.[0-9]{1,6}){2,3}$")]
    pub agent_version: Option<String>,
    /// Not known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_latest_version: Option<bool>,
    /// Its operating system's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_type: Option<PlatformType>,
    /// Its operating system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_name: Option<String>,
    /// Its release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// With which it registered.
    #[shape(default, pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub activation_id: String,
    /// The activation's.
    #[shape(default, length = ..=64)]
    pub iam_role: String,
    /// When it registered.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub registration_date: Option<Timestamp>,
    /// How it is managed.
    #[shape(default)]
    pub resource_type: ResourceType,
    /// The activation's default name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// By which it can be told from others.
    #[serde(rename = "IPAddress", skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=46, sensitive)]
    pub ip_address: Option<String>,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=255)]
    pub computer_name: Option<String>,
    /// Nodes have no associations here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_status: Option<String>,
    /// Nodes have no associations here.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub last_association_execution_date: Option<Timestamp>,
    /// Nodes have no associations here.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub last_successful_association_execution_date: Option<Timestamp>,
    /// Nodes have no associations here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association_overview: Option<InstanceAggregatedAssociationOverview>,
    /// The node.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=128, pattern = r"^[a-zA-Z0-9:_-]*$")]
    pub source_id: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_type: Option<SourceType>,
    /// Not known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"^.{1,128}$")]
    pub source_location: Option<String>,
}

/// Whether a node was heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
pub enum PingStatus {
    /// Not long ago.
    #[default]
    Online,
    /// Not for a while.
    ConnectionLost,
    /// Not for very long.
    Inactive,
}

/// Kinds of operating systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum PlatformType {
    /// Of Microsoft.
    Windows,
    /// Of many.
    Linux,
    /// Of Apple.
    #[serde(rename = "MacOS")]
    MacOs,
}

/// How a node is managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
pub enum ResourceType {
    /// By an activation.
    #[default]
    ManagedInstance,
    /// By the vendor's cloud.
    #[serde(rename = "EC2Instance")]
    Ec2Instance,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum SourceType {
    /// A machine of the vendor's cloud.
    #[serde(rename = "AWS::EC2::Instance")]
    Ec2Instance,
    /// A device.
    #[serde(rename = "AWS::IoT::Thing")]
    Thing,
    /// A machine that registered.
    #[serde(rename = "AWS::SSM::ManagedInstance")]
    ManagedInstance,
    /// A machine of another cloud.
    #[serde(rename = "Microsoft.Compute/virtualMachines")]
    AzureMachine,
    /// A machine of another cloud.
    #[serde(rename = "compute.googleapis.com/Instance")]
    GoogleInstance,
}

/// Nodes have no associations here.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceAggregatedAssociationOverview {
    /// Never answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detailed_status: Option<String>,
    /// Never answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_association_status_aggregated_count: Option<BTreeMap<String, i32>>,
}
