//! `CreatePatchBaseline` [SSM API reference].

use bartizan_operation::{Binding, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Arn, Checked, ResourceName, Shape};
use serde::Serialize;

use super::SSM;
use crate::activation;
use crate::baseline::{
    self, BASELINES_MAX, Fields, PatchAction, PatchBaselines, PatchComplianceLevel, PatchComplianceStatus,
    PatchFilterGroup, PatchRuleGroup, PatchSource,
};
use crate::errors::HostError;
use crate::room::HostRoom;
use crate::system::OperatingSystem;
use crate::tags::{ResourceType, TAGS_MAX, Tag, Tagged, Tags};
use crate::token::{ClientToken, ClientTokens, TOKEN_REMEMBERED_MS};

/// Creates a baseline.
#[derive(Debug)]
pub struct CreatePatchBaseline;

/// A new baseline.
#[derive(Debug, Clone, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreatePatchBaselineRequest")]
pub struct Input {
    /// `WINDOWS` if absent.
    pub operating_system: Option<OperatingSystem>,
    /// Not unique.
    #[shape(length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub name: String,
    /// None if absent.
    pub global_filters: Option<PatchFilterGroup>,
    /// None if absent.
    pub approval_rules: Option<PatchRuleGroup>,
    /// None if absent.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub approved_patches: Option<Vec<String>>,
    /// `UNSPECIFIED` if absent.
    pub approved_patches_compliance_level: Option<PatchComplianceLevel>,
    /// `false` if absent.
    pub approved_patches_enable_non_security: Option<bool>,
    /// None if absent.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub rejected_patches: Option<Vec<String>>,
    /// `ALLOW_AS_DEPENDENCY` if absent.
    pub rejected_patches_action: Option<PatchAction>,
    /// What it is for.
    #[shape(length = 1..=1024)]
    pub description: Option<String>,
    /// None if absent.
    #[shape(length = 0..=20)]
    pub sources: Option<Vec<PatchSource>>,
    /// Windows only.
    pub available_security_updates_compliance_status: Option<PatchComplianceStatus>,
    /// The same request with the same token creates one baseline.
    #[shape(length = 1..=64)]
    pub client_token: Option<String>,
    /// Of the new baseline.
    #[shape(length = ..=1000)]
    pub tags: Option<Vec<Tag>>,
}

/// The new baseline's id.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreatePatchBaselineResult")]
pub struct Output {
    /// `pb-` and 17 hexadecimal digits.
    #[shape(default, length = 20..=128, pattern = r"^[a-zA-Z0-9_\-:/]{20,128}$")]
    pub baseline_id: String,
}

impl Input {
    fn fields(&self) -> Fields {
        Fields {
            name: Some(self.name.clone()),
            global_filters: self.global_filters.clone(),
            approval_rules: self.approval_rules.clone(),
            approved_patches: self.approved_patches.clone(),
            approved_patches_compliance_level: self.approved_patches_compliance_level,
            approved_patches_enable_non_security: self.approved_patches_enable_non_security,
            rejected_patches: self.rejected_patches.clone(),
            rejected_patches_action: self.rejected_patches_action,
            description: self.description.clone(),
            sources: self.sources.clone(),
            available_security_updates_compliance_status: self.available_security_updates_compliance_status,
        }
    }

    /// Everything but the token, which requests that are sent twice have in common.
    fn digest(&self) -> String {
        let body = Self { client_token: None, ..self.clone() };
        activation::digest(&serde_json::to_string(&body).unwrap_or_default())
    }
}

impl Operation for CreatePatchBaseline {
    const NAME: &'static str = "CreatePatchBaseline";
    const ACTION: &'static str = "ssm:CreatePatchBaseline";
    const BINDING: Binding = SSM;
    const WRITES: &'static [&'static str] = &["host/patch-baseline", "host/tags", "host/client-token"];
    type Input = Input;
    type Output = Output;
    type Error = HostError;
    type Room = HostRoom;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        Arn::new("ssm", &cx.realm, "patchbaseline/*").into()
    }

    async fn call(_room: &HostRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, HostError> {
        let tags = Tags::default().with(input.tags.as_deref().unwrap_or_default());
        if tags.tags.len() > TAGS_MAX {
            return Err(HostError::TooManyTags);
        }
        // One turn for all creations of a realm, so that the limit is kept and a token is used once.
        let turn = lifecycle::key::<PatchBaselines>(cx, "");
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match create(cx, &permit, &input, &tags).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome,
            }
        }
    }
}

async fn create(cx: &Cx, permit: &Permit, input: &Input, tags: &Tags) -> Result<Output, HostError> {
    let mut draft = Draft::new(cx, permit);
    let id = baseline::mint(cx);
    if let Some(token) = &input.client_token {
        let used = lifecycle::find::<ClientTokens>(cx, token).await?;
        let remembered = used
            .as_ref()
            .filter(|held| cx.now.0 - held.entry.stamp.at.0 <= TOKEN_REMEMBERED_MS)
            .map(|held| &held.document);
        match remembered {
            Some(known) if known.request_digest == input.digest() => {
                return Ok(Output { baseline_id: known.baseline_id.clone() });
            }
            Some(_) => return Err(HostError::TokenMismatch(token.clone())),
            None => {}
        }
        let use_of_token = ClientToken { request_digest: input.digest(), baseline_id: id.clone() };
        match used {
            Some(forgotten) => {
                let revision = Some(forgotten.entry.revision);
                draft.update::<ClientTokens, HostError>(token, revision, |_| Ok(use_of_token)).await?;
            }
            None => draft.create::<ClientTokens>(token, use_of_token).await?,
        }
    }
    if lifecycle::list::<PatchBaselines>(cx, "").await?.len() >= BASELINES_MAX {
        return Err(HostError::LimitExceeded(format!(
            "there are {BASELINES_MAX} patch baselines, which is the limit: delete one that is not used first"
        )));
    }
    let system = input.operating_system.unwrap_or_default();
    let document = baseline::create(system, &input.name, input.fields(), cx.now);
    draft.create::<PatchBaselines>(&id, document).await?;
    if !tags.tags.is_empty() {
        draft.create::<Tagged>(&Tags::name(ResourceType::PatchBaseline, &id), tags.clone()).await?;
    }
    draft.commit().await?;
    Ok(Output { baseline_id: id })
}
