//! [`Tls`]: what encrypted listeners show to devices, and which certificates of theirs they accept.

mod authority;
mod subject;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

pub use authority::{Authority, Issued};
pub(crate) use subject::common_name;

/// What devices may ask for by ALPN; those that ask for nothing are served as well. The AWS SDKs use the first on port 443.
const PROTOCOLS: [&[u8]; 2] = [b"x-amzn-mqtt-ca", b"mqtt"];

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path} holds no {what} in PEM", path = path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// A certificate cannot be made.
    #[error("a certificate cannot be made: {0}")]
    Issue(#[from] rcgen::Error),
    /// Certificate, key or authorities cannot be used.
    #[error("the certificate, its key or the authorities cannot be used: {0}")]
    Unusable(String),
}

impl TlsError {
    fn file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

/// Where the server's certificate and key are kept, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFiles {
    /// The certificate, followed by those above it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// What the server shows.
#[derive(Debug)]
pub enum Identity {
    /// From files, read again when they change.
    Files(ServerFiles),
    /// Issued by the own authority, for as long as the process runs.
    Own(Issued),
}

/// TLS of all encrypted listeners.
#[derive(Debug)]
pub struct Tls {
    identity: Identity,
    /// Files of authorities whose client certificates are accepted, and the own authority.
    authority_files: Vec<PathBuf>,
    own_authority: Option<CertificateDer<'static>>,
    /// A client certificate is required.
    required: bool,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    /// When the files were changed, as far as that is known.
    changed: Vec<Option<SystemTime>>,
}

impl Tls {
    /// Reads what there is to read.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn new(
        identity: Identity,
        authority_files: Vec<PathBuf>,
        own_authority: Option<CertificateDer<'static>>,
        required: bool,
    ) -> Result<Self, TlsError> {
        let changed = changed(&identity, &authority_files);
        let config = configure(&identity, &authority_files, own_authority.as_ref(), required)?;
        let current = RwLock::new(Current { config, changed });
        Ok(Self { identity, authority_files, own_authority, required, current })
    }

    /// What new connections get.
    pub(crate) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config)
    }

    /// Reads the files again if they have changed; true if they had. Connections that are there go on as they are.
    ///
    /// # Errors
    /// If what they hold now cannot be used: what was read before stays.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let changed = changed(&self.identity, &self.authority_files);
        if self.current.read().unwrap_or_else(PoisonError::into_inner).changed == changed {
            return Ok(false);
        }
        let config = configure(&self.identity, &self.authority_files, self.own_authority.as_ref(), self.required)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { config, changed };
        Ok(true)
    }
}

fn changed(identity: &Identity, authority_files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    let own = match identity {
        Identity::Files(files) => vec![&files.certificate, &files.key],
        Identity::Own(_) => vec![],
    };
    let modified = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    own.into_iter().chain(authority_files).map(modified).collect()
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn configure(
    identity: &Identity,
    authority_files: &[PathBuf],
    own_authority: Option<&CertificateDer<'static>>,
    required: bool,
) -> Result<Arc<ServerConfig>, TlsError> {
    let unusable = |error: &dyn std::fmt::Display| TlsError::Unusable(error.to_string());
    let (chain, key) = match identity {
        Identity::Files(files) => (read_certificates(&files.certificate)?, read_key(&files.key)?),
        Identity::Own(issued) => (vec![issued.certificate.clone()], issued.key.clone_key()),
    };
    let mut roots = RootCertStore::empty();
    for certificate in own_authority.cloned().into_iter().chain(read_all(authority_files)?) {
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    let builder = ServerConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| unusable(&error))?;
    let builder = if roots.is_empty() && !required {
        builder.with_no_client_auth()
    } else {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
        let verifier = if required { verifier } else { verifier.allow_unauthenticated() };
        builder.with_client_cert_verifier(verifier.build().map_err(|error| unusable(&error))?)
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|error| unusable(&error))?;
    config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

pub(crate) fn read_all(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut all = Vec::new();
    for file in files {
        all.extend(read_certificates(file)?);
    }
    Ok(all)
}

pub(crate) fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = std::fs::read(path).map_err(TlsError::file(path))?;
    let bad = || TlsError::Pem { path: path.to_owned(), what: "certificate" };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    certificates.ok().filter(|certificates| !certificates.is_empty()).ok_or_else(bad)
}

pub(crate) fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bytes = std::fs::read(path).map_err(TlsError::file(path))?;
    PrivateKeyDer::from_pem_slice(&bytes)
        .map_err(|_| TlsError::Pem { path: path.to_owned(), what: "private key without a passphrase" })
}
