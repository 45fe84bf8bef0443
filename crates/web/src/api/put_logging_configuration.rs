//! `PutLoggingConfiguration` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{FieldToMatch, LogScope, LogType, LoggingConfiguration};
use crate::entity;
use crate::errors::WebError;
use crate::kind::logging;
use crate::kind::{LoggingConfigurations, WebAcls};
use crate::room::WebRoom;
use crate::settling;

/// Sets where logs of a web ACL go.
#[derive(Debug)]
pub struct PutLoggingConfiguration;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PutLoggingConfigurationRequest")]
pub struct Input {
    /// The configuration.
    pub logging_configuration: LoggingConfiguration,
}

/// The answer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "PutLoggingConfigurationResponse")]
pub struct Output {
    /// The configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_configuration: Option<LoggingConfiguration>,
}

impl Operation for PutLoggingConfiguration {
    const NAME: &'static str = "PutLoggingConfiguration";
    const ACTION: &'static str = "wafv2:PutLoggingConfiguration";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/logging-configuration"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.logging_configuration.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let configuration = &input.logging_configuration;
        settling::refuse(logging::review(configuration))?;
        let _turn = entity::turn(cx).await;
        let (named, held) = entity::find_arn::<WebAcls>(cx, &configuration.resource_arn).await?;
        if configuration.log_destination_configs.len() > DESTINATIONS_MAX {
            let text = "a web ACL has one destination for its logs".to_owned();
            return Err(WebError::LimitsExceeded { source_type: "LOG_DESTINATION", text });
        }
        let scope = configuration.log_scope.unwrap_or(LogScope::Customer);
        let mut next = configuration.clone();
        next.log_type = Some(next.log_type.unwrap_or(LogType::WafLogs));
        next.log_scope = Some(scope);
        next.managed_by_firewall_manager = Some(false);
        for field in next.redacted_fields.iter_mut().flatten() {
            if let FieldToMatch::SingleHeader(header) = field {
                header.name.make_ascii_lowercase();
            }
        }
        let mut draft = Draft::new(cx, &permit);
        draft.guard::<WebAcls>(&named.stored(), Some(&held.entry));
        draft.put::<LoggingConfigurations>(&logging::stored(&named.stored(), scope), next.clone()).await?;
        draft.commit().await?;
        Ok(Output { logging_configuration: Some(next) })
    }
}

/// Destinations of one configuration at most [WAFV2 API reference, `LoggingConfiguration`].
const DESTINATIONS_MAX: usize = 1;
