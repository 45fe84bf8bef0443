//! Certificates of devices: which are known, which of them admit, and which things they stand for [IoT API reference,
//! `RegisterCertificateWithoutCA`].
//!
//! A certificate is known by the SHA-256 of its DER form. Which things it stands for is kept on both sides, changed
//! together, so that a thing cannot be deleted while a certificate stands for it.

use bartizan_ledger::{Key, StoreError};
use bartizan_policy::lifecycle::{self, Tries};
use bartizan_policy::{Cx, Draft, Held, Kind, LifecycleError, Permit, References};
use bartizan_wire::{Arn, Checked, Path, Realm, Shape, Timestamp, Violations};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::errors::DeviceError;
use crate::registry;
use crate::thing::Things;

/// Things that one certificate stands for, and certificates that stand for one thing, at most: each is one document.
pub const ATTACHED_MAX: usize = 100;
/// The kinds that [`attach`] and [`detach`] commit.
pub const PRINCIPAL_WRITES: &[&str] = &["device/certificate", "device/thing-principals"];
const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const PEM_END: &str = "-----END CERTIFICATE-----";

/// The kind of certificates, by id.
#[derive(Debug)]
pub struct Certificates;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// SHA-256 of its DER form in lower-case hexadecimal.
    #[shape(pattern = r"[0-9a-f]{64}")]
    pub certificate_id: String,
    /// As it was registered.
    #[shape(length = 1..=65536)]
    pub certificate_pem: String,
    /// Only an active one admits.
    pub status: CertificateStatus,
    /// From then on it is valid.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub not_before: Timestamp,
    /// Until then it is valid.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub not_after: Timestamp,
    /// When it was registered.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub creation_date: Timestamp,
    /// When its status was changed last.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub last_modified_date: Timestamp,
    /// How often its status was changed, and once for its registration.
    #[shape(range = 1..)]
    pub version: i32,
    /// The things that it stands for, in order.
    #[shape(length = ..=100)]
    pub things: Vec<String>,
    /// It stands for one thing and no other.
    pub exclusive: bool,
}

impl Kind for Certificates {
    const NAME: &'static str = "device/certificate";
    type Document = Certificate;
    type Plan = ();

    fn review(next: &Certificate, _prior: Option<&Certificate>, out: &mut Violations) {
        if next.exclusive && next.things.len() > 1 {
            out.review(&Path::root(), "an exclusive certificate stands for one thing");
        }
    }

    fn compile(_document: &Checked<Certificate>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// Whether a certificate admits [IoT API reference, `CertificateStatus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CertificateStatus {
    /// It does.
    Active,
    /// It does not for now.
    Inactive,
    /// It does not.
    Revoked,
    /// Of transfers between accounts, which there are not here.
    PendingTransfer,
    /// The vendor's own, no longer in use.
    RegisterInactive,
    /// Of registrations by an authority, which there are not here.
    PendingActivation,
}

impl CertificateStatus {
    /// Refuses what clients cannot set.
    ///
    /// # Errors
    /// For all but the first three.
    pub fn settable(self) -> Result<Self, DeviceError> {
        match self {
            Self::Active | Self::Inactive | Self::Revoked => Ok(self),
            other => Err(DeviceError::InvalidRequest(format!(
                "the status of a certificate cannot be set to {}: use ACTIVE, INACTIVE or REVOKED",
                other.as_wire()
            ))),
        }
    }
}

impl Certificate {
    /// The ARN of the certificate of an id.
    #[must_use]
    pub fn arn(realm: &Realm, id: &str) -> Arn {
        Arn::new("iot", realm, &format!("cert/{id}"))
    }
}

/// The kind of lists of certificates, by the thing's name.
#[derive(Debug)]
pub struct ThingPrincipals;

/// The certificates that stand for one thing.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principals {
    /// The thing.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// Their ids in order.
    #[shape(length = ..=100, each(pattern = r"[0-9a-f]{64}"))]
    pub certificates: Vec<String>,
}

impl Kind for ThingPrincipals {
    const NAME: &'static str = "device/thing-principals";
    type Document = Principals;
    type Plan = ();

    fn refers_to(document: &Principals, realm: &Realm) -> Vec<Key> {
        vec![Key { realm: realm.clone(), kind: Things::NAME.to_owned(), name: document.thing_name.clone() }]
    }

    fn compile(_document: &Checked<Principals>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The id of a certificate: SHA-256 of its DER form in lower-case hexadecimal, as the vendor has it.
#[must_use]
pub fn id(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is read of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its id.
    pub id: String,
    /// From then on it is valid.
    pub not_before: Timestamp,
    /// Until then it is valid.
    pub not_after: Timestamp,
}

/// Reads the first certificate of a PEM text. Its signature is not looked at: whoever connects with it has to prove that
/// its key is theirs.
///
/// # Errors
/// Says what cannot be read.
pub fn read(pem: &str) -> Result<Read, DeviceError> {
    let wrong = |why: &str| {
        DeviceError::CertificateValidation(format!(
            "certificatePem {why}: send one X.509 certificate between `{PEM_BEGIN}` and `{PEM_END}`"
        ))
    };
    let (_, rest) = pem.split_once(PEM_BEGIN).ok_or_else(|| wrong("has no certificate"))?;
    let (inside, _) = rest.split_once(PEM_END).ok_or_else(|| wrong("has no end"))?;
    let digits: String = inside.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(digits).map_err(|_| wrong("is not base64"))?;
    let (rest, parsed) = X509Certificate::from_der(&der).map_err(|_| wrong("is not DER of a certificate"))?;
    if !rest.is_empty() {
        return Err(wrong("has more behind the certificate"));
    }
    let at = |time: i64| Timestamp(time.saturating_mul(1_000)).clamp(Timestamp::MIN, Timestamp::MAX);
    let validity = parsed.validity();
    Ok(Read {
        id: id(&der),
        not_before: at(validity.not_before.timestamp()),
        not_after: at(validity.not_after.timestamp()),
    })
}

/// The certificate of an id, in lower case or not.
///
/// # Errors
/// When it is not known, or the store fails.
pub async fn known(cx: &Cx, id: &str) -> Result<Held<Certificates>, DeviceError> {
    let found = lifecycle::find::<Certificates>(cx, &id.to_ascii_lowercase()).await?;
    found.ok_or_else(|| DeviceError::not_found("Certificate", id))
}

/// The id in the ARN of a certificate of the realm. Other principals than certificates are not known here.
///
/// # Errors
/// For anything else.
pub fn of_arn(realm: &Realm, arn: &str) -> Result<String, DeviceError> {
    let id = arn.parse::<Arn>().ok().and_then(|arn| arn.resource().strip_prefix("cert/").map(str::to_owned));
    id.filter(|id| Certificate::arn(realm, id).as_str() == arn).ok_or_else(|| {
        DeviceError::InvalidRequest(format!(
            "the principal {arn} should be a certificate of this account and region, such as {}",
            Certificate::arn(realm, "0123abcd")
        ))
    })
}

/// The certificates that stand for a thing.
///
/// # Errors
/// When the store fails.
pub async fn of_thing(cx: &Cx, thing: &str) -> Result<Vec<String>, StoreError> {
    let held = lifecycle::find::<ThingPrincipals>(cx, thing).await?;
    Ok(held.map(|held| held.document.into_inner().certificates).unwrap_or_default())
}

/// Lets a certificate stand for a thing; with `exclusive`, for no other. Twice is once.
///
/// # Errors
/// When one of them does not exist; when one of them is exclusive and the other attached elsewhere; when the store fails.
pub async fn attach(
    cx: &Cx,
    permit: &Permit,
    thing: &str,
    certificate: &str,
    exclusive: bool,
) -> Result<(), DeviceError> {
    change(cx, permit, thing, certificate, |things| {
        let others = things.iter().any(|known| known != thing);
        if exclusive && others {
            return Err(DeviceError::InvalidRequest(format!(
                "the certificate {certificate} stands for other things: detach it from them first"
            )));
        }
        if !things.iter().any(|known| known == thing) {
            things.push(thing.to_owned());
        }
        Ok(Some(exclusive))
    })
    .await
}

/// A certificate stands for a thing no longer. One that does not is no matter.
///
/// # Errors
/// When one of them does not exist, or the store fails.
pub async fn detach(cx: &Cx, permit: &Permit, thing: &str, certificate: &str) -> Result<(), DeviceError> {
    change(cx, permit, thing, certificate, |things| {
        things.retain(|known| known != thing);
        Ok(None)
    })
    .await
}

async fn change(
    cx: &Cx,
    permit: &Permit,
    thing: &str,
    certificate: &str,
    edit: impl Fn(&mut Vec<String>) -> Result<Option<bool>, DeviceError> + Send + Sync,
) -> Result<(), DeviceError> {
    let mut tries = Tries::new(cx, &lifecycle::key::<Certificates>(cx, certificate), None).await;
    loop {
        match change_once(cx, permit, thing, certificate, &edit).await {
            Err(error) if tries.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn change_once(
    cx: &Cx,
    permit: &Permit,
    thing: &str,
    certificate: &str,
    edit: &(impl Fn(&mut Vec<String>) -> Result<Option<bool>, DeviceError> + Send + Sync),
) -> Result<(), DeviceError> {
    registry::thing(cx, thing).await?;
    let held = known(cx, certificate).await?;
    let mut next = held.document.clone().into_inner();
    let id = next.certificate_id.clone();
    let exclusive = edit(&mut next.things)?;
    if next.exclusive && next.things.len() > 1 {
        return Err(DeviceError::InvalidRequest(format!(
            "the certificate {certificate} stands for {} alone: detach it there first",
            held.document.things.join(", ")
        )));
    }
    next.exclusive = exclusive.unwrap_or(next.exclusive) && !next.things.is_empty();
    next.things.sort_unstable();
    if next == *held.document {
        return Ok(());
    }
    let stored = lifecycle::find::<ThingPrincipals>(cx, thing).await?;
    let mut certificates = stored.as_ref().map(|held| held.document.certificates.clone()).unwrap_or_default();
    certificates.retain(|known| *known != id);
    if next.things.iter().any(|known| known == thing) {
        certificates.push(id.clone());
        certificates.sort_unstable();
    }
    if next.things.len().max(certificates.len()) > ATTACHED_MAX {
        return Err(DeviceError::InvalidRequest(format!(
            "a certificate stands for at most {ATTACHED_MAX} things, and at most {ATTACHED_MAX} stand for a thing: detach some"
        )));
    }
    let principals = Principals { thing_name: thing.to_owned(), certificates };
    let mut draft = Draft::new(cx, permit);
    draft.update::<Certificates, LifecycleError>(&id, Some(held.entry.revision), |_| Ok(next)).await?;
    match &stored {
        Some(held) => {
            let seen = Some(held.entry.revision);
            draft.update::<ThingPrincipals, LifecycleError>(thing, seen, |_| Ok(principals)).await?;
        }
        None => draft.create::<ThingPrincipals>(thing, principals).await?,
    }
    draft.commit().await?;
    Ok(())
}
