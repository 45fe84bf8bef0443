//! Mitigation actions: what may be done about a violation [IoT API reference, `CreateMitigationAction`].
//!
//! All of the vendor's actions can be kept and described. The one that tasks on violations can carry out is
//! `addThingsToThingGroupParams`, as at the vendor's; the others belong to its audits.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Arn, Checked, Path, Realm, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

pub mod execution;
pub mod start;
pub mod suspects;
pub mod task;
pub mod work;

/// Actions that a realm has at most [IoT Device Defender quotas].
pub const ACTIONS_MAX: usize = 100;

/// The kind of mitigation actions, by name.
#[derive(Debug)]
pub struct MitigationActions;

/// An action as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredAction {
    /// Never changes.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9_-]+")]
    pub action_name: String,
    /// A UUID.
    #[shape(length = 36..=36)]
    pub action_id: String,
    /// Kept and answered; roles have no meaning here.
    #[shape(length = 20..=2048)]
    pub role_arn: String,
    /// What it does.
    pub action_params: MitigationActionParams,
    /// When it was created.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// When it was changed last.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub last_modified_date: Timestamp,
}

impl Kind for MitigationActions {
    const NAME: &'static str = "device/mitigation-action";
    type Document = StoredAction;
    type Plan = ();

    fn review(next: &StoredAction, _prior: Option<&StoredAction>, out: &mut Violations) {
        let root = Path::root();
        let given = next.action_params.given();
        if given.len() != 1 {
            let found = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
            out.review(&root, format!("actionParams should have exactly one member; found {found}"));
        }
        let mut arns = vec![("roleArn", &next.role_arn)];
        if let Some(params) = &next.action_params.enable_io_t_logging_params {
            arns.push(("roleArnForLogging", &params.role_arn_for_logging));
        }
        if let Some(params) = &next.action_params.publish_finding_to_sns_params {
            arns.push(("topicArn", &params.topic_arn));
        }
        for (member, text) in arns {
            if text.parse::<Arn>().is_err() {
                out.review(
                    &root,
                    format!("{member} {text} should be an ARN, such as arn:aws:iam::123456789012:role/x"),
                );
            }
        }
    }

    fn compile(_document: &Checked<StoredAction>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl StoredAction {
    /// The ARN of the action of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("mitigationaction/{name}"))
    }
}

/// What an action does: exactly one member is present.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MitigationActionParams {
    /// For findings of audits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_device_certificate_params: Option<UpdateDeviceCertificateParams>,
    /// For findings of audits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "updateCACertificateParams")]
    pub update_ca_certificate_params: Option<UpdateCaCertificateParams>,
    /// Puts things into groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_things_to_thing_group_params: Option<AddThingsToThingGroupParams>,
    /// For findings of audits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace_default_policy_version_params: Option<ReplaceDefaultPolicyVersionParams>,
    /// For findings of audits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "enableIoTLoggingParams")]
    pub enable_io_t_logging_params: Option<EnableIoTLoggingParams>,
    /// For findings of audits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_finding_to_sns_params: Option<PublishFindingToSnsParams>,
}

impl MitigationActionParams {
    /// Every member with the type that it makes the action, and whether it is present.
    fn members(&self) -> [(MitigationActionType, &'static str, bool); 6] {
        use MitigationActionType as Type;
        [
            (
                Type::UpdateDeviceCertificate,
                "updateDeviceCertificateParams",
                self.update_device_certificate_params.is_some(),
            ),
            (Type::UpdateCaCertificate, "updateCACertificateParams", self.update_ca_certificate_params.is_some()),
            (
                Type::AddThingsToThingGroup,
                "addThingsToThingGroupParams",
                self.add_things_to_thing_group_params.is_some(),
            ),
            (
                Type::ReplaceDefaultPolicyVersion,
                "replaceDefaultPolicyVersionParams",
                self.replace_default_policy_version_params.is_some(),
            ),
            (Type::EnableIotLogging, "enableIoTLoggingParams", self.enable_io_t_logging_params.is_some()),
            (Type::PublishFindingToSns, "publishFindingToSnsParams", self.publish_finding_to_sns_params.is_some()),
        ]
    }

    /// The members that are present.
    fn given(&self) -> Vec<&'static str> {
        self.members().into_iter().filter(|(_, _, given)| *given).map(|(_, name, _)| name).collect()
    }

    /// What kind of action they make; `None` only before they were reviewed.
    #[must_use]
    pub fn action_type(&self) -> Option<MitigationActionType> {
        self.members().into_iter().find(|(_, _, given)| *given).map(|(kind, _, _)| kind)
    }
}

/// What kind of action it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MitigationActionType {
    /// Of `updateDeviceCertificateParams`.
    UpdateDeviceCertificate,
    /// Of `updateCACertificateParams`.
    UpdateCaCertificate,
    /// Of `addThingsToThingGroupParams`.
    AddThingsToThingGroup,
    /// Of `replaceDefaultPolicyVersionParams`.
    ReplaceDefaultPolicyVersion,
    /// Of `enableIoTLoggingParams`.
    EnableIotLogging,
    /// Of `publishFindingToSnsParams`.
    PublishFindingToSns,
}

/// Puts things into groups.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddThingsToThingGroupParams {
    /// These groups; they need not exist yet.
    #[shape(length = 1..=10, each(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+"))]
    pub thing_group_names: Vec<String>,
    /// Makes room by leaving a dynamic group. There are none here, so that it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_dynamic_groups: Option<bool>,
}

/// Changes the certificates of devices.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateDeviceCertificateParams {
    /// How.
    pub action: CertificateUpdateAction,
}

/// Changes the certificates of authorities.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateCACertificateParams")]
pub struct UpdateCaCertificateParams {
    /// How.
    pub action: CertificateUpdateAction,
}

/// What happens to a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[shape(name = "DeviceCertificateUpdateAction")]
pub enum CertificateUpdateAction {
    /// It admits nobody any more.
    Deactivate,
}

/// Replaces the policies of devices.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceDefaultPolicyVersionParams {
    /// By what.
    pub template_name: PolicyTemplateName,
}

/// Policies that the vendor has ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyTemplateName {
    /// Allows nothing.
    BlankPolicy,
}

/// Switches the vendor's logs on.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnableIoTLoggingParams {
    /// As which role.
    #[shape(length = 20..=2048)]
    pub role_arn_for_logging: String,
    /// How much.
    pub log_level: LogLevel,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    Info,
    /// What fails.
    Error,
    /// What may fail.
    Warn,
    /// Nothing.
    Disabled,
}

/// Tells a topic.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishFindingToSnsParams {
    /// Which topic.
    #[shape(length = ..=350)]
    pub topic_arn: String,
}
