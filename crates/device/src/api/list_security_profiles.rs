//! `ListSecurityProfiles` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::identifier::SecurityProfileIdentifier;
use super::{iot, listing};
use crate::errors::DeviceError;
use crate::metric;
use crate::profile::{Known, SecurityProfile, SecurityProfiles};
use crate::room::DeviceRoom;

/// Lists security profiles by name.
#[derive(Debug)]
pub struct ListSecurityProfiles;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListSecurityProfilesRequest")]
pub struct Input {
    /// Of the last page.
    pub next_token: Option<String>,
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub max_results: Option<i32>,
    /// Those that use it.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub dimension_name: Option<String>,
    /// Those that judge or keep it; not together with a dimension.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub metric_name: Option<String>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListSecurityProfilesResponse")]
pub struct Output {
    /// By name.
    #[shape(default)]
    pub security_profile_identifiers: Vec<SecurityProfileIdentifier>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListSecurityProfiles {
    const NAME: &'static str = "ListSecurityProfiles";
    const ACTION: &'static str = "iot:ListSecurityProfiles";
    const BINDING: Binding =
        iot(Method::Get, "/security-profiles", &["nextToken", "maxResults", "dimensionName", "metricName"]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let (metric, dimension) = (input.metric_name.as_deref(), input.dimension_name.as_deref());
        if metric.is_some() && dimension.is_some() {
            return Err(DeviceError::InvalidRequest(
                "dimensionName and metricName exclude each other: send one of the two".to_owned(),
            ));
        }
        let known = Known::find(cx, metric.into_iter(), dimension.into_iter()).await?;
        if let Some(name) =
            metric.filter(|name| metric::built_in(name).is_none() && !known.custom_metrics.contains_key(*name))
        {
            return Err(DeviceError::not_found("Metric", name));
        }
        if let Some(name) = dimension.filter(|name| !known.dimensions.contains(*name)) {
            return Err(DeviceError::not_found("Dimension", name));
        }
        let keep = |profile: &SecurityProfile| {
            metric.is_none_or(|name| profile.metrics().any(|used| used == name))
                && dimension.is_none_or(|name| profile.dimensions().any(|used| used == name))
        };
        let pager = Pager::new(Self::NAME, &cx.realm, &(metric, dimension));
        let token = input.next_token.as_deref();
        let (found, next_token) = listing::page::<SecurityProfiles>(cx, &pager, token, input.max_results, keep).await?;
        let identify = |name: &String| SecurityProfileIdentifier::of(&cx.realm, name);
        let security_profile_identifiers = found.iter().map(|held| identify(&held.entry.key.name)).collect();
        Ok(Output { security_profile_identifiers, next_token })
    }
}
