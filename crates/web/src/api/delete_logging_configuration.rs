//! `DeleteLoggingConfiguration` [WAFV2 API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::WAF;
use super::summary;
use crate::document::{LogScope, LogType};
use crate::entity;
use crate::errors::WebError;
use crate::kind::logging;
use crate::kind::{LoggingConfigurations, WebAcls};
use crate::room::WebRoom;

/// Writes logs of a web ACL no longer.
#[derive(Debug)]
pub struct DeleteLoggingConfiguration;

/// What is asked for.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeleteLoggingConfigurationRequest")]
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
#[shape(name = "DeleteLoggingConfigurationResponse")]
pub struct Output {}

impl Operation for DeleteLoggingConfiguration {
    const NAME: &'static str = "DeleteLoggingConfiguration";
    const ACTION: &'static str = "wafv2:DeleteLoggingConfiguration";
    const BINDING: Binding = WAF;
    const WRITES: &'static [&'static str] = &["web/logging-configuration"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, input: &Input) -> ResourceName {
        summary::arn_resource(&input.resource_arn)
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let _turn = entity::turn(cx).await;
        let (named, _) = entity::find_arn::<WebAcls>(cx, &input.resource_arn).await?;
        let scope = input.log_scope.unwrap_or(LogScope::Customer);
        let mut draft = Draft::new(cx, &permit);
        if !draft.retire::<LoggingConfigurations>(&logging::stored(&named.stored(), scope)).await? {
            return Err(WebError::nonexistent("the logging configuration of", &named.name));
        }
        draft.commit().await?;
        Ok(Output {})
    }
}
