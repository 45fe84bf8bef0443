//! [`Authority`]: an authority of one's own, for devices that have no other.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bartizan_wire::Timestamp;
use bartizan_wire::time::Date;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::TlsError;

/// How long the authority lasts, in days.
const AUTHORITY_DAYS: i64 = 30 * 365;
/// How long a device's certificate lasts, in days. Those of AWS last until 2050: devices are not visited.
const DEVICE_DAYS: i64 = 20 * 365;
/// How long the server's certificate lasts, in days: it is issued anew at every start.
const SERVER_DAYS: i64 = 5 * 365;
/// Clocks of devices may be behind, in days.
const BACKDATED_DAYS: i64 = 2;
/// The name that stands in every certificate which it issues; never changed, because it is not read back from the file.
const AUTHORITY_NAME: &str = "Bartizan device authority";
const CERTIFICATE_FILE: &str = "ca.crt";
const KEY_FILE: &str = "ca.key";

/// A certificate with its key.
pub struct Issued {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// The same, in PEM.
    pub certificate_pem: String,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
    /// The same, in PEM.
    pub key_pem: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("certificate_pem", &self.certificate_pem).finish_non_exhaustive()
    }
}

/// It issues certificates for things and for the server.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    certificate_path: PathBuf,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("certificate_path", &self.certificate_path).finish_non_exhaustive()
    }
}

impl Authority {
    /// The authority of a folder, made at first use: `ca.crt` is for devices to verify the server with, `ca.key` can be
    /// read by its owner only.
    ///
    /// # Errors
    /// If the files cannot be used.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, TlsError> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(TlsError::file(folder))?;
        let certificate_path = folder.join(CERTIFICATE_FILE);
        let key_path = folder.join(KEY_FILE);
        let key = match fs::read(&key_path) {
            Ok(bytes) => {
                let bad = || TlsError::Pem { path: key_path.clone(), what: "private key" };
                let der = PrivatePkcs8KeyDer::from_pem_slice(&bytes).map_err(|_| bad())?;
                KeyPair::try_from(&der).map_err(|_| bad())?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate()?;
                write(&key_path, key.serialize_pem().as_bytes(), 0o600)?;
                key
            }
            Err(source) => return Err(TlsError::File { path: key_path, source }),
        };
        if !certificate_path.exists() {
            let certificate = params(now).self_signed(&key)?;
            write(&certificate_path, certificate.pem().as_bytes(), 0o644)?;
        }
        let mut certificates = super::read_certificates(&certificate_path)?;
        let certificate = certificates.swap_remove(0);
        Ok(Self { issuer: Issuer::new(params(now), key), certificate, certificate_path })
    }

    /// What devices verify the server with.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// Where it is, in PEM.
    #[must_use]
    pub fn certificate_path(&self) -> &Path {
        &self.certificate_path
    }

    /// A certificate for a device, with the thing's name as its common name.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn issue_device(&self, thing: &str, now: Timestamp) -> Result<Issued, TlsError> {
        self.issue(&[], thing, DEVICE_DAYS, ExtendedKeyUsagePurpose::ClientAuth, now)
    }

    /// A certificate for the server under all names and addresses that devices know it by.
    ///
    /// # Errors
    /// If one of them is neither a host name nor an address.
    pub fn issue_server(&self, names: &[String], now: Timestamp) -> Result<Issued, TlsError> {
        let name = names.first().map_or("localhost", String::as_str);
        self.issue(names, name, SERVER_DAYS, ExtendedKeyUsagePurpose::ServerAuth, now)
    }

    fn issue(
        &self,
        names: &[String],
        common_name: &str,
        days: i64,
        usage: ExtendedKeyUsagePurpose,
        now: Timestamp,
    ) -> Result<Issued, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        last(&mut params, now, days);
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate: certificate.der().clone(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }
}

/// From a little before now until so many days later.
fn last(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let day = |date: Date| date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs());
    params.not_before = day(now.plus_days(-BACKDATED_DAYS).date());
    params.not_after = day(now.plus_days(days).date());
}

fn params(now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    last(&mut params, now, AUTHORITY_DAYS);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, AUTHORITY_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), TlsError> {
    let staged = path.with_extension("new");
    // A leftover of a crash keeps its own mode, so it is removed rather than reused.
    let _nothing_left_over = fs::remove_file(&staged);
    let written = OpenOptions::new().create_new(true).write(true).mode(mode).open(&staged).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let folder = path.parent().unwrap_or(Path::new("."));
    written
        .and_then(|()| fs::rename(&staged, path))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(TlsError::file(path))
}
