//! `DescribeActivations` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::{Deserialize, Serialize};

use super::SSM;
use crate::activation::{Activation, Activations};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::tags::Tag;
use bartizan_operation::page::{self, Pager};

/// Lists activations, without their codes.
#[derive(Debug)]
pub struct DescribeActivations;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeActivationsRequest")]
pub struct Input {
    /// All of them must hold.
    pub filters: Option<Vec<DescribeActivationsFilter>>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=50)]
    pub max_results: Option<i32>,
    /// Of the last page.
    pub next_token: Option<String>,
}

/// A property and the values that it may have.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeActivationsFilter {
    /// The property.
    pub filter_key: Option<DescribeActivationsFilterKeys>,
    /// One of these.
    pub filter_values: Option<Vec<String>>,
}

/// Properties of activations that filters know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
pub enum DescribeActivationsFilterKeys {
    /// Its id.
    ActivationIds,
    /// Its default name.
    DefaultInstanceName,
    /// Its role.
    IamRole,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DescribeActivationsResult")]
pub struct Output {
    /// By id.
    #[shape(default)]
    pub activation_list: Vec<Listed>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// An activation without its code.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "Activation")]
pub struct Listed {
    /// A UUID.
    #[shape(default, pattern = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    pub activation_id: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=256)]
    pub description: Option<String>,
    /// How nodes are called that register with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 0..=256, pattern = r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$")]
    pub default_instance_name: Option<String>,
    /// As given.
    #[shape(default, length = ..=64)]
    pub iam_role: String,
    /// How many hosts may register with it.
    #[shape(default, range = 1..=1000)]
    pub registration_limit: i32,
    /// How many have; the vendor's model has it begin at 1, and so does an answer that follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 1..=1000)]
    pub registrations_count: Option<i32>,
    /// Until when it is of use.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub expiration_date: Timestamp,
    /// It is of no use any more.
    #[shape(default)]
    pub expired: bool,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub created_date: Timestamp,
    /// Of nodes that register with it.
    #[shape(default, length = ..=1000)]
    pub tags: Vec<Tag>,
}

const PAGE_DEFAULT: usize = 50;

impl Operation for DescribeActivations {
    const NAME: &'static str = "DescribeActivations";
    const ACTION: &'static str = "ssm:DescribeActivations";
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
        if filters.iter().any(|filter| filter.filter_key.is_none() || filter.filter_values.is_none()) {
            return Err(HostError::InvalidFilter("a filter has a FilterKey and FilterValues: give both".to_owned()));
        }
        let held = lifecycle::list::<Activations>(cx, "").await?;
        let listed = held.into_iter().map(|held| held.document.into_inner());
        let listed = listed.filter(|activation| filters.iter().all(|filter| passes(filter, activation)));
        let listed = listed.map(|activation| (activation.activation_id.clone(), show(activation, cx.now))).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &filters);
        let limit = page::limit(input.max_results, PAGE_DEFAULT);
        let page = pager.page(listed, input.next_token.as_deref(), limit);
        let (activation_list, next_token) = page.map_err(HostError::invalid_next_token)?;
        Ok(Output { activation_list, next_token })
    }
}

fn passes(filter: &DescribeActivationsFilter, activation: &Activation) -> bool {
    let value = match filter.filter_key {
        Some(DescribeActivationsFilterKeys::ActivationIds) => Some(&activation.activation_id),
        Some(DescribeActivationsFilterKeys::DefaultInstanceName) => activation.default_instance_name.as_ref(),
        Some(DescribeActivationsFilterKeys::IamRole) => Some(&activation.iam_role),
        None => None,
    };
    value.is_some_and(|value| filter.filter_values.as_deref().unwrap_or_default().contains(value))
}

fn show(activation: Activation, now: Timestamp) -> Listed {
    Listed {
        expired: activation.is_expired(now),
        activation_id: activation.activation_id,
        description: activation.description,
        default_instance_name: activation.default_instance_name,
        iam_role: activation.iam_role,
        registration_limit: activation.registration_limit,
        registrations_count: Some(activation.registrations_count).filter(|count| *count > 0),
        expiration_date: activation.expiration_date,
        created_date: activation.created_date,
        tags: activation.tags,
    }
}
