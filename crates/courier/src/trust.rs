//! [`Trust`]: whose certificates are believed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Where hosts keep the certificates that they trust: Debian and its kin, Fedora and its kin, SUSE, Alpine and macOS.
const BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// Names another bundle, as for OpenSSL.
const BUNDLE_VARIABLE: &str = "SSL_CERT_FILE";

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// Those that this host trusts.
    #[default]
    Host,
    /// Those in one PEM file and no others.
    File(PathBuf),
}

impl Trust {
    /// What a TLS client needs.
    ///
    /// # Errors
    /// There are no certificates, or they cannot be read: why, in words.
    pub fn config(&self) -> Result<ClientConfig, String> {
        let file = match self {
            Self::File(file) => file.clone(),
            Self::Host => bundle()?,
        };
        let roots = read(&file)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

fn bundle() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os(BUNDLE_VARIABLE).filter(|name| !name.is_empty()) {
        return Ok(named.into());
    }
    BUNDLES.iter().map(PathBuf::from).find(|path| path.is_file()).ok_or_else(|| {
        format!(
            "this host has no bundle of trusted certificates: install its package (`ca-certificates` on most), or name \
             one in {BUNDLE_VARIABLE}"
        )
    })
}

/// Certificates of a bundle that cannot be read are left out, as every TLS library does: some bundles carry such.
fn read(file: &Path) -> Result<RootCertStore, String> {
    let unusable = |why: String| format!("the certificates in `{}` cannot be used: {why}", file.display());
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| unusable(error.to_string()))?;
    let (added, _left_out) = roots.add_parsable_certificates(certificates.filter_map(Result::ok));
    if added == 0 {
        return Err(unusable("there is none".to_owned()));
    }
    Ok(roots)
}
