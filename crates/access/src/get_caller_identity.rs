//! `GetCallerIdentity` of AWS STS: which account and principal a signature belongs to. Clients call it first.
//! Source: AWS Security Token Service API reference, GetCallerIdentity.

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_operation::{Binding, ErrorBody, Fault, Operation, ServiceError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Violations};
use serde::Serialize;

use crate::principal_arn;

/// Says who is asking.
#[derive(Debug)]
pub struct GetCallerIdentity;

/// Takes nothing.
#[derive(Debug, Shape)]
#[shape(name = "GetCallerIdentityRequest")]
pub struct Input {}

/// The caller.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "GetCallerIdentityResponse")]
pub struct Output {
    /// Unique id of the principal: the account's for its root.
    pub user_id: Option<String>,
    /// The realm's account.
    pub account: Option<String>,
    /// `arn:aws:iam::<account>:root`, or the agent's assumed-role form.
    #[shape(length = 20..=2048)]
    pub arn: Option<String>,
}

/// Nothing can go wrong beyond what every request shares.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.render())]
pub struct StsError(Violations);

impl ServiceError for StsError {
    fn body(&self) -> ErrorBody {
        ErrorBody {
            code: "ValidationError".to_owned(),
            message: self.to_string(),
            message_member: "Message",
            status: 400,
            fault: Fault::Client,
            members: serde_json::Map::new(),
        }
    }

    fn from_violations(violations: Violations) -> Self {
        Self(violations)
    }
}

/// STS has no facts of its own, and changes nothing.
#[derive(Debug)]
pub struct Sts;

#[async_trait]
impl Foresee for Sts {
    async fn foresee(&self, _before: &Cx, _after: &Cx, _changed: &[Entry]) -> Result<Foresight, StoreError> {
        Ok(Foresight::default())
    }
}

impl Operation for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    const ACTION: &'static str = "sts:GetCallerIdentity";
    const BINDING: Binding = Binding::AwsQuery {
        version: "2011-06-15",
        signing: "sts",
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    type Input = Input;
    type Output = Output;
    type Error = StsError;
    type Room = Sts;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &Sts, cx: &Cx, _permit: Permit, _input: Checked<Input>) -> Result<Output, StsError> {
        let account = &cx.realm.account;
        let user_id =
            cx.principal.name.split_once('/').map_or_else(|| account.clone(), |(role, id)| format!("{role}:{id}"));
        Ok(Output { user_id: Some(user_id), account: Some(account.clone()), arn: Some(principal_arn(&cx.principal)) })
    }
}
