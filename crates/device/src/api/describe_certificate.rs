//! `DescribeCertificate` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::iot;
use crate::certificate::{self, Certificate, CertificateStatus};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Tells what is known of a certificate.
#[derive(Debug)]
pub struct DescribeCertificate;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeCertificateRequest")]
pub struct Input {
    /// Its id.
    #[shape(length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
}

/// The certificate.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DescribeCertificateResponse")]
pub struct Output {
    /// The whole of it.
    pub certificate_description: Option<CertificateDescription>,
}

/// A certificate.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateDescription {
    /// Its ARN.
    #[shape(default)]
    pub certificate_arn: String,
    /// SHA-256 of its DER form.
    #[shape(default, length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
    /// Never answered: authorities are not registered here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub ca_certificate_id: Option<String>,
    /// Whether it admits.
    pub status: Option<CertificateStatus>,
    /// As it was registered.
    #[shape(default, length = 1..=65536, pattern = r"[\s\S]*")]
    pub certificate_pem: String,
    /// This account.
    #[shape(default, length = 12..=12, pattern = r"[0-9]+")]
    pub owned_by: String,
    /// Never answered: certificates are not transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 12..=12, pattern = r"[0-9]+")]
    pub previous_owned_by: Option<String>,
    /// When it was registered.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
    /// When its status was changed last.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_modified_date: Timestamp,
    /// One more with each change of its status.
    #[shape(default, range = 1..)]
    pub customer_version: i32,
    /// Never answered: certificates are not transferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer_data: Option<TransferData>,
    /// Never answered: the vendor's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation_id: Option<String>,
    /// From when until when.
    pub validity: Option<CertificateValidity>,
    /// How it is told from others.
    pub certificate_mode: Option<CertificateMode>,
}

/// What happened at a transfer.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransferData {
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=128, pattern = r"[\s\S]*")]
    pub transfer_message: Option<String>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=128, pattern = r"[\s\S]*")]
    pub reject_reason: Option<String>,
    /// When.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub transfer_date: Option<Timestamp>,
    /// When it was accepted.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub accept_date: Option<Timestamp>,
    /// When it was rejected.
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    pub reject_date: Option<Timestamp>,
}

/// From when until when a certificate is valid.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateValidity {
    /// From then on.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub not_before: Timestamp,
    /// Until then.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub not_after: Timestamp,
}

/// How a certificate is told from others [IoT API reference, `CertificateMode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CertificateMode {
    /// By its authority as well.
    Default,
    /// By itself: it was registered without one.
    SniOnly,
}

impl Operation for DescribeCertificate {
    const NAME: &'static str = "DescribeCertificate";
    const ACTION: &'static str = "iot:DescribeCertificate";
    const BINDING: Binding = iot(Method::Get, "/certificates/{certificateId}", &[]);
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Certificate::arn(&cx.realm, &input.certificate_id.to_ascii_lowercase()).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let certificate = certificate::known(cx, &input.certificate_id).await?.document.into_inner();
        Ok(Output {
            certificate_description: Some(CertificateDescription {
                certificate_arn: Certificate::arn(&cx.realm, &certificate.certificate_id).to_string(),
                certificate_id: certificate.certificate_id,
                ca_certificate_id: None,
                status: Some(certificate.status),
                certificate_pem: certificate.certificate_pem,
                owned_by: cx.realm.account.clone(),
                previous_owned_by: None,
                creation_date: certificate.creation_date,
                last_modified_date: certificate.last_modified_date,
                customer_version: certificate.version,
                transfer_data: None,
                generation_id: None,
                validity: Some(CertificateValidity {
                    not_before: certificate.not_before,
                    not_after: certificate.not_after,
                }),
                certificate_mode: Some(CertificateMode::SniOnly),
            }),
        })
    }
}
