//! `ListCertificates` [IoT API reference].

use bartizan_operation::page::Pager;
use bartizan_operation::{Binding, Elsewhere, Method, Operation};
use bartizan_policy::{Cx, Permit, lifecycle};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::PAGE_ITEMS;
use super::describe_certificate::CertificateMode;
use crate::certificate::{Certificate, CertificateStatus, Certificates};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Lists certificates by when they were registered.
#[derive(Debug)]
pub struct ListCertificates;

/// In which order.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListCertificatesRequest")]
pub struct Input {
    /// At most so many; 25 if absent.
    #[shape(range = 1..=250)]
    pub page_size: Option<i32>,
    /// Of the last page.
    #[shape(length = ..=1024, pattern = r"[A-Za-z0-9+/]+={0,2}")]
    pub marker: Option<String>,
    /// The first registered first; otherwise last.
    pub ascending_order: Option<bool>,
}

/// One page.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListCertificatesResponse")]
pub struct Output {
    /// In order.
    #[shape(default)]
    pub certificates: Vec<Listed>,
    /// Leads to the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=1024, pattern = r"[A-Za-z0-9+/]+={0,2}")]
    pub next_marker: Option<String>,
}

/// A certificate.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "Certificate")]
pub struct Listed {
    /// Its ARN.
    #[shape(default)]
    pub certificate_arn: String,
    /// SHA-256 of its DER form.
    #[shape(default, length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
    /// Whether it admits.
    pub status: Option<CertificateStatus>,
    /// How it is told from others.
    pub certificate_mode: Option<CertificateMode>,
    /// When it was registered.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub creation_date: Timestamp,
}

impl Operation for ListCertificates {
    const NAME: &'static str = "ListCertificates";
    const ACTION: &'static str = "iot:ListCertificates";
    const BINDING: Binding = Binding::AwsRest {
        method: Method::Get,
        path: "/certificates",
        query: &["pageSize", "marker"],
        elsewhere: &[Elsewhere::Query { member: "ascendingOrder", name: "isAscendingOrder" }],
        payload: None,
        signing: &["iot"],
    };
    type Input = Input;
    type Output = Output;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(_cx: &Cx, _input: &Input) -> ResourceName {
        ResourceName::any()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, DeviceError> {
        let ascending = input.ascending_order == Some(true);
        let key = |certificate: &Certificate| {
            let at = certificate.creation_date.0;
            format!("{:020}{}", if ascending { at } else { i64::MAX.saturating_sub(at) }, certificate.certificate_id)
        };
        let held = lifecycle::list::<Certificates>(cx, "").await?;
        let keyed = held.into_iter().map(|held| (key(&held.document), held.document.into_inner())).collect();
        let pager = Pager::new(Self::NAME, &cx.realm, &ascending);
        // A marker is in the standard alphabet of base64, a token in the one for addresses.
        let token = input.marker.as_deref().map(|marker| marker.replace('+', "-").replace('/', "_"));
        let limit = bartizan_operation::page::limit(input.page_size, PAGE_ITEMS);
        let (page, next) = pager.page(keyed, token.as_deref().map(|token| token.trim_end_matches('=')), limit)?;
        let certificates = page
            .into_iter()
            .map(|certificate| Listed {
                certificate_arn: Certificate::arn(&cx.realm, &certificate.certificate_id).to_string(),
                certificate_id: certificate.certificate_id,
                status: Some(certificate.status),
                certificate_mode: Some(CertificateMode::SniOnly),
                creation_date: certificate.creation_date,
            })
            .collect();
        Ok(Output { certificates, next_marker: next.map(|token| token.replace('-', "+").replace('_', "/")) })
    }
}
