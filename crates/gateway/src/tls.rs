//! [`Tls`]: certificates from files, one for each name, read again when the files change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::client::verify_server_name;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};

/// What clients may ask for by ALPN, what is liked most first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where a certificate and its key are, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those above it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or does not hold what it should.
    #[error("{path}: {why}; it should hold a {what} in PEM", path = path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Certificate and key do not go together, or are of a kind that nobody takes.
    #[error("{path}: {why}", path = path.display())]
    Unusable {
        /// The certificate.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// The certificates that are shown to clients.
pub(crate) struct Tls {
    files: Vec<TlsFiles>,
    current: RwLock<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    /// When the files were changed, as far as that is known.
    changed: Vec<Option<SystemTime>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    pub(crate) fn new(files: Vec<TlsFiles>) -> Result<Self, TlsError> {
        let changed = changed(&files);
        let current = RwLock::new(Current { config: configure(&files)?, changed });
        Ok(Self { files, current })
    }

    /// What new connections get.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config)
    }

    /// Reads the files again if they have changed; true if they had. If they cannot be used, what was read before stays, and
    /// it is said once.
    pub(crate) fn reload(&self) -> Result<bool, TlsError> {
        let changed = changed(&self.files);
        if self.current.read().unwrap_or_else(PoisonError::into_inner).changed == changed {
            return Ok(false);
        }
        let read = configure(&self.files);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.changed = changed;
        current.config = read?;
        Ok(true)
    }
}

fn changed(files: &[TlsFiles]) -> Vec<Option<SystemTime>> {
    let modified = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    files.iter().flat_map(|pair| [modified(&pair.certificate), modified(&pair.key)]).collect()
}

fn configure(files: &[TlsFiles]) -> Result<Arc<ServerConfig>, TlsError> {
    let shown = Shown(files.iter().map(read).collect::<Result<_, _>>()?);
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(|error| unusable(Path::new("TLS"), &error))?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config))
}

fn unusable(path: &Path, why: &dyn fmt::Display) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), why: why.to_string() }
}

fn read(files: &TlsFiles) -> Result<Arc<CertifiedKey>, TlsError> {
    let pem = |path: &Path, what, why: String| TlsError::Pem { path: path.to_owned(), what, why };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| pem(&files.certificate, "certificate", error.to_string()))?;
    if chain.is_empty() {
        return Err(pem(&files.certificate, "certificate", "there is none".to_owned()));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| pem(&files.key, "private key", error.to_string()))?;
    let provider = aws_lc_rs::default_provider();
    let certified =
        CertifiedKey::from_der(chain, key, &provider).map_err(|error| unusable(&files.certificate, &error))?;
    certified
        .end_entity_cert()
        .and_then(ParsedCertificate::try_from)
        .map_err(|error| unusable(&files.certificate, &error))?;
    Ok(Arc::new(certified))
}

/// Finds the certificate for a name: the first that is made out for it, or the first of all.
#[derive(Debug)]
struct Shown(Vec<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let fits = |certified: &&Arc<CertifiedKey>| {
            let Some(name) = &named else { return false };
            let parsed = certified.end_entity_cert().and_then(ParsedCertificate::try_from);
            parsed.is_ok_and(|parsed| verify_server_name(&parsed, name).is_ok())
        };
        self.0.iter().find(fits).or_else(|| self.0.first()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Tls, TlsFiles};

    fn write(folder: &std::path::Path, name: &str) -> TlsFiles {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let files = TlsFiles { certificate: folder.join("a.pem"), key: folder.join("a.key") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    fn touch(files: &TlsFiles, seconds: u64) {
        let file = std::fs::File::options().append(true).open(&files.certificate).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        file.set_modified(before + Duration::from_secs(seconds)).unwrap();
    }

    #[test]
    fn files_are_read_again_when_they_change_and_only_if_they_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), "a.example");
        let tls = Tls::new(vec![files.clone()]).unwrap();
        let first = tls.current();
        assert!(!tls.reload().unwrap());
        write(folder.path(), "b.example");
        touch(&files, 5);
        assert!(tls.reload().unwrap());
        let second = tls.current();
        assert!(!std::sync::Arc::ptr_eq(&first, &second));
        std::fs::write(&files.certificate, "nothing").unwrap();
        touch(&files, 10);
        assert!(tls.reload().is_err());
        assert!(!tls.reload().unwrap(), "it is said once");
        assert!(std::sync::Arc::ptr_eq(&second, &tls.current()));
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, two) = (write(one.path(), "a.example"), write(two.path(), "a.example"));
        let wrong = TlsFiles { certificate: one.certificate, key: two.key };
        assert!(Tls::new(vec![wrong]).is_err());
    }
}
