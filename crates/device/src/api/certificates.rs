//! Certificates and the things that they stand for: the list of their operations.

use std::sync::Arc;

use bartizan_operation::{Elsewhere, ErasedOperation};

use super::{
    attach_thing_principal, delete_certificate, describe_certificate, detach_thing_principal, list_certificates,
    list_principal_things, list_thing_principals, register_certificate_without_ca, update_certificate,
};
use crate::room::DeviceRoom;

/// Where the vendor's clients say which principal.
pub(super) const PRINCIPAL: Elsewhere = Elsewhere::Header { member: "principal", name: "x-amzn-principal" };

/// All of them.
pub(super) fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<attach_thing_principal::AttachThingPrincipal>(Arc::clone(room)),
        ErasedOperation::of::<delete_certificate::DeleteCertificate>(Arc::clone(room)),
        ErasedOperation::of::<describe_certificate::DescribeCertificate>(Arc::clone(room)),
        ErasedOperation::of::<detach_thing_principal::DetachThingPrincipal>(Arc::clone(room)),
        ErasedOperation::of::<list_certificates::ListCertificates>(Arc::clone(room)),
        ErasedOperation::of::<list_principal_things::ListPrincipalThings>(Arc::clone(room)),
        ErasedOperation::of::<list_thing_principals::ListThingPrincipals>(Arc::clone(room)),
        ErasedOperation::of::<register_certificate_without_ca::RegisterCertificateWithoutCA>(Arc::clone(room)),
        ErasedOperation::of::<update_certificate::UpdateCertificate>(Arc::clone(room)),
    ]
}
