//! `UpdateCertificate` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::certificate::{self, Certificate, CertificateStatus, Certificates};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Lets a certificate admit, or lets it admit no longer.
#[derive(Debug)]
pub struct UpdateCertificate;

/// Which one, and whether it admits.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "UpdateCertificateRequest")]
pub struct Input {
    /// Its id.
    #[shape(length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
    /// `ACTIVE`, `INACTIVE` or `REVOKED`.
    pub new_status: CertificateStatus,
}

impl Operation for UpdateCertificate {
    const NAME: &'static str = "UpdateCertificate";
    const ACTION: &'static str = "iot:UpdateCertificate";
    const BINDING: Binding = iot(Method::Put, "/certificates/{certificateId}", &["newStatus"]);
    const WRITES: &'static [&'static str] = &["device/certificate"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Certificate::arn(&cx.realm, &input.certificate_id.to_ascii_lowercase()).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let status = input.new_status.settable()?;
        let id = certificate::known(cx, &input.certificate_id).await?.document.into_inner().certificate_id;
        let edit = |stored: &Certificate| {
            let mut next = stored.clone();
            next.status = status;
            next.last_modified_date = cx.now;
            next.version = stored.version.saturating_add(1);
            Ok::<_, DeviceError>(next)
        };
        lifecycle::update::<Certificates, DeviceError>(cx, &permit, &id, cx.expect, edit).await?;
        Ok(Nothing {})
    }
}
