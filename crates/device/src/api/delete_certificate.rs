//! `DeleteCertificate` [IoT API reference].

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Permit};
use bartizan_wire::{Checked, ResourceName, Shape};

use super::{Nothing, iot};
use crate::certificate::{self, Certificate, CertificateStatus, Certificates};
use crate::errors::DeviceError;
use crate::room::DeviceRoom;

/// Forgets a certificate that does not admit and stands for nothing.
#[derive(Debug)]
pub struct DeleteCertificate;

/// Which one.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "DeleteCertificateRequest")]
pub struct Input {
    /// Its id.
    #[shape(length = 64..=64, pattern = r"(0x)?[a-fA-F0-9]+")]
    pub certificate_id: String,
    /// Although policies are attached to it. There are none here, so that it says nothing.
    pub force_delete: Option<bool>,
}

impl Operation for DeleteCertificate {
    const NAME: &'static str = "DeleteCertificate";
    const ACTION: &'static str = "iot:DeleteCertificate";
    const BINDING: Binding = iot(Method::Delete, "/certificates/{certificateId}", &["forceDelete"]);
    const WRITES: &'static [&'static str] = &["device/certificate"];
    type Input = Input;
    type Output = Nothing;
    type Error = DeviceError;
    type Room = DeviceRoom;

    fn resource(cx: &Cx, input: &Input) -> ResourceName {
        Certificate::arn(&cx.realm, &input.certificate_id.to_ascii_lowercase()).into()
    }

    async fn call(_room: &DeviceRoom, cx: &Cx, permit: Permit, input: Checked<Input>) -> Result<Nothing, DeviceError> {
        let turn = lifecycle::key::<Certificates>(cx, &input.certificate_id);
        let mut tries = Tries::new(cx, &turn, None).await;
        loop {
            match delete(cx, &permit, &input.certificate_id).await {
                Err(error) if tries.again(&error) => {}
                outcome => return outcome.map(|()| Nothing {}),
            }
        }
    }
}

async fn delete(cx: &Cx, permit: &Permit, id: &str) -> Result<(), DeviceError> {
    let held = certificate::known(cx, id).await?;
    let id = held.document.certificate_id.clone();
    if held.document.status == CertificateStatus::Active {
        return Err(DeviceError::CertificateState(format!(
            "the certificate {id} is ACTIVE: set it to INACTIVE before it is deleted"
        )));
    }
    if let Some(thing) = held.document.things.first() {
        return Err(DeviceError::DeleteConflict(format!("the certificate {id} stands for {thing}: detach it first")));
    }
    let mut draft = Draft::new(cx, permit);
    draft.guard::<Certificates>(&id, Some(&held.entry));
    draft.retire::<Certificates>(&id).await?;
    draft.commit().await?;
    Ok(())
}
