//! `POST /v1/web/vendors`: an operator registers who may publish managed rule sets.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::BODY_BYTES_MAX;
use crate::entity;
use crate::errors::WebError;
use crate::kind::{Vendor, Vendors, vendor};
use crate::room::WebRoom;

/// Registers a vendor.
#[derive(Debug)]
pub struct RegisterVendor;

/// Who.
#[derive(Debug, Clone, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterVendorRequest")]
pub struct Input {
    /// As customers name it.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// As labels name it; made of the name if absent.
    #[shape(length = 1..=128, pattern = r"^[0-9A-Za-z_\-]+$")]
    pub label_slug: Option<String>,
    /// Where news of its versions are told.
    #[shape(length = 20..=2048)]
    pub sns_topic_arn: Option<String>,
}

/// The vendor.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "RegisterVendorResponse")]
pub struct Output {
    /// As it is registered.
    pub vendor: Vendor,
}

impl Operation for RegisterVendor {
    const NAME: &'static str = "RegisterVendor";
    const ACTION: &'static str = "bartizan:RegisterVendor";
    const BINDING: Binding = Binding::Native {
        method: Method::Post,
        path: "/v1/web/vendors",
        body_bytes_max: BODY_BYTES_MAX,
        anonymous: false,
    };
    const WRITES: &'static [&'static str] = &["web/vendor"];
    type Input = Input;
    type Output = Output;
    type Error = WebError;
    type Room = WebRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &WebRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, WebError> {
        let _turn = entity::turn(cx).await;
        let slug = input.label_slug.clone().unwrap_or_else(|| vendor::slug(&input.vendor_name));
        let known = lifecycle::list::<Vendors>(cx, "").await?;
        let taken =
            known.iter().any(|held| held.document.label_slug == slug || held.document.vendor_name == input.vendor_name);
        if taken {
            let text = format!("there is a vendor `{}` or one of label slug `{slug}` already", input.vendor_name);
            return Err(WebError::Duplicate(text));
        }
        let vendor = Vendor {
            vendor_name: input.vendor_name.clone(),
            label_slug: slug.clone(),
            sns_topic_arn: input.sns_topic_arn.clone(),
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Vendors>(&slug, vendor.clone()).await?;
        draft.commit().await?;
        Ok(Output { vendor })
    }
}
