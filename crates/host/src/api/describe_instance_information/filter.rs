//! The filters of both forms, understood alike.

use serde::Serialize;

use super::shapes::{Input, InstanceInformation, PingStatus, PlatformType, ResourceType, SourceType};
use crate::errors::HostError;
use crate::tags::Tags;

/// A property and the values of which one is enough.
#[derive(Debug, Serialize)]
pub(super) struct Filter {
    property: Property,
    values: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
enum Property {
    InstanceIds,
    AgentVersion,
    PingStatus,
    PlatformType,
    ActivationIds,
    IamRole,
    ResourceType,
    AssociationStatus,
    SourceIds,
    SourceTypes,
    TagKey,
    Tag(String),
}

/// Reads the filters of a request.
pub(super) fn read(input: &Input) -> Result<Vec<Filter>, HostError> {
    let older = input.instance_information_filter_list.as_deref().unwrap_or_default();
    let newer = input.filters.as_deref().unwrap_or_default();
    if !older.is_empty() && !newer.is_empty() {
        return Err(HostError::Validation(
            "Filters and InstanceInformationFilterList exclude each other: use Filters".to_owned(),
        ));
    }
    let older = older.iter().map(|filter| (filter.key.as_wire(), &filter.value_set));
    let newer = newer.iter().map(|filter| (filter.key.as_str(), &filter.values));
    let mut filters = Vec::new();
    for (key, values) in older.chain(newer) {
        let filter = Filter { property: property(key)?, values: values.clone() };
        filter.review()?;
        filters.push(filter);
    }
    if filters.len() > 1 && filters.iter().any(Filter::is_about_tags) {
        return Err(HostError::InvalidInstanceInformationFilterValue(
            "a filter on tags cannot be combined with another filter".to_owned(),
        ));
    }
    Ok(filters)
}

fn property(key: &str) -> Result<Property, HostError> {
    Ok(match key {
        "InstanceIds" => Property::InstanceIds,
        "AgentVersion" => Property::AgentVersion,
        "PingStatus" => Property::PingStatus,
        "PlatformType" | "PlatformTypes" => Property::PlatformType,
        "ActivationIds" => Property::ActivationIds,
        "IamRole" => Property::IamRole,
        "ResourceType" => Property::ResourceType,
        "AssociationStatus" => Property::AssociationStatus,
        "SourceIds" => Property::SourceIds,
        "SourceTypes" => Property::SourceTypes,
        "tag-key" => Property::TagKey,
        other => match other.strip_prefix("tag:").filter(|tag| !tag.is_empty()) {
            Some(tag) => Property::Tag(tag.to_owned()),
            None => return Err(HostError::InvalidFilterKey(other.to_owned())),
        },
    })
}

impl Filter {
    pub(super) fn is_about_tags(&self) -> bool {
        matches!(self.property, Property::TagKey | Property::Tag(_))
    }

    /// Values out of closed sets must be in them; ids must look like ids.
    fn review(&self) -> Result<(), HostError> {
        let known = |value: &str| match self.property {
            Property::PingStatus => PingStatus::from_wire(&value.replace(' ', "")).is_some(),
            Property::PlatformType => PlatformType::from_wire(value).is_some(),
            Property::ResourceType => ResourceType::from_wire(value).is_some(),
            Property::SourceTypes => SourceType::from_wire(value).is_some(),
            _ => true,
        };
        for value in &self.values {
            if !known(value) {
                return Err(HostError::InvalidInstanceInformationFilterValue(format!(
                    "`{value}` is not a value that this filter takes"
                )));
            }
            let looks_like_a_node = value.starts_with("i-") || value.starts_with("mi-");
            if self.property == Property::InstanceIds && !looks_like_a_node {
                return Err(HostError::InvalidInstanceId(value.clone()));
            }
        }
        Ok(())
    }

    pub(super) fn passes(&self, shown: &InstanceInformation, tags: &Tags) -> bool {
        let one_of = |own: Option<&str>| own.is_some_and(|own| self.values.iter().any(|value| value == own));
        match &self.property {
            Property::InstanceIds => one_of(Some(&shown.instance_id)),
            Property::AgentVersion => one_of(shown.agent_version.as_deref()),
            // The older form spells it with a space.
            Property::PingStatus => {
                self.values.iter().any(|value| value.replace(' ', "") == shown.ping_status.as_wire())
            }
            Property::PlatformType => one_of(shown.platform_type.as_ref().map(PlatformType::as_wire)),
            Property::ActivationIds => one_of(Some(&shown.activation_id)),
            Property::IamRole => one_of(Some(&shown.iam_role)),
            Property::ResourceType => one_of(Some(shown.resource_type.as_wire())),
            Property::AssociationStatus => one_of(shown.association_status.as_deref()),
            Property::SourceIds => one_of(shown.source_id.as_deref()),
            Property::SourceTypes => one_of(shown.source_type.as_ref().map(SourceType::as_wire)),
            Property::TagKey => self.values.iter().any(|key| tags.value(key).is_some()),
            Property::Tag(key) => one_of(tags.value(key)),
        }
    }
}
