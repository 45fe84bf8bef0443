//! `GetLoggingConfiguration` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{LogScope, LogType, LoggingConfiguration};
use crate::entity;
use crate::errors::WebError;
use crate::kind::logging;
use crate::kind::{LoggingConfigurations, WebAcls};
use crate::room::WebRoom;

/// Reads where logs of a web ACL go.
#[derive(Debug)]
pub struct GetLoggingConfiguration;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetLoggingConfigurationRequest")]
pub struct Input {
    /// Its ARN.
    #[shape(length = 20..=2048, pattern = r".*\S.*")]
    pub resource_arn: String,
    /// Of the only type.
    pub log_type: Option<LogType>,
    /// Whose it is; `CUSTOMER` if absent.
    pub log_scope: Option<LogScope>,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetLoggingConfigurationResponse")]
pub struct Output {
    /// The configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_configuration: Option<LoggingConfiguration>,
}

impl Operation for GetLoggingConfiguration {
    const NAME: &'static str = "GetLoggingConfiguration";
    const ACTION: &'static str = "wafv2:GetLoggingConfiguration";
    const BINDING: Binding = WAF;
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let (named, _) = entity::find_arn::<WebAcls>(cx, &input.resource_arn).await?;
        let scope = input.log_scope.unwrap_or(LogScope::Customer);
        let stored = logging::stored(&named.stored(), scope);
        let held = lifecycle::find::<LoggingConfigurations>(cx, &stored).await?;
        let held = held.ok_or_else(|| WebError::nonexistent("the logging configuration of", &named.name))?;
        Ok(Output { logging_configuration: Some(held.document.into_inner()) })
    }
}
