//! `RegisterCertificateWithoutCA` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Draft, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape};
use serde::Serialize;

use super::iot;
use crate::certificate::{self, Certificate, CertificateStatus, Certificates};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Makes a certificate known, whoever has signed it.
#[derive(Debug)]
pub struct RegisterCertificateWithoutCA;

/// The certificate.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegisterCertificateWithoutCARequest")]
pub struct Input {
    /// In PEM form.
    #[shape(length = 1..=65536, pattern = r"[\s\S]*")]
    pub certificate_pem: String,
    /// `ACTIVE`, `INACTIVE` or `REVOKED`; `INACTIVE` if absent.
    pub status: Option<CertificateStatus>,
}

/// Its names.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "RegisterCertificateWithoutCAResponse")]
pub struct Output {
    /// Its ARN.
    #[shape(default)]
    pub certificate_arn: String,
    /// SHA-256 of its DER form.
    #[shape(default, length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
}

impl Operation for RegisterCertificateWithoutCA {
    const NAME: &'static str = "RegisterCertificateWithoutCA";
    const ACTION: &'static str = "iot:RegisterCertificateWithoutCA";
    const BINDING: Binding = iot(Method::Post, "/certificate/register-no-ca", &[]);
    const WRITES: &'static [&'static str] = &["device/certificate"];
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let read = certificate::read(&input.certificate_pem)?;
        let status = input.status.unwrap_or(CertificateStatus::Inactive).settable()?;
        let arn = Certificate::arn(&cx.realm, &read.id);
        if lifecycle::find::<Certificates>(cx, &read.id).await?.is_some() {
            return Err(DeviceError::already_exists("Certificate", &read.id, &arn));
        }
        let document = Certificate {
            certificate_id: read.id.clone(),
            certificate_pem: input.into_inner().certificate_pem,
            status,
            not_before: read.not_before,
            not_after: read.not_after,
            creation_date: cx.now,
            last_modified_date: cx.now,
            version: 1,
            things: Vec::new(),
            exclusive: false,
        };
        let mut draft = Draft::new(cx, &permit);
        draft.create::<Certificates>(&read.id, document).await?;
        draft.commit().await?;
        Ok(Output { certificate_arn: arn.to_string(), certificate_id: read.id })
    }
}
