//! Signs requests as AWS clients do (Signature Version 4).
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use bartizan_wire::Timestamp;
use bytes::Bytes;

/// With which key requests are signed.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Such as `AKIA...`.
    pub access_key_id: String,
    /// Never logged.
    pub secret_access_key: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// How one request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// By whom.
    pub key: &'a AccessKey,
    /// For which region.
    pub region: &'a str,
    /// For which service, such as `sns`.
    pub service: &'a str,
    /// When: a server refuses signatures that are some minutes off its own clock.
    pub at: Timestamp,
}

impl Signing<'_> {
    /// Adds the headers of a signature, the digest of the body among them.
    pub(crate) fn sign(&self, request: &mut http::Request<Bytes>) -> Result<(), String> {
        let key = self.key;
        let identity =
            Credentials::new(&key.access_key_id, &key.secret_access_key, None, None, "bartizan-courier").into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let since_epoch = Duration::from_millis(u64::try_from(self.at.0).unwrap_or_default());
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::UNIX_EPOCH + since_epoch)
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?;
        let uri = request.uri().to_string();
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let signed = sign(signable.map_err(|error| error.to_string())?, &parameters.into());
        signed.map_err(|error| error.to_string())?.into_parts().0.apply_to_request_http1x(request);
        Ok(())
    }
}
