//! Signs requests as AWS clients do (Signature Version 4), for the service `bartizan`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningParams, SigningSettings, sign as sign_request,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use bartizan_wire::Timestamp;
use http::Request;

use crate::credential::Credential;

/// The service in a signature's scope.
const SERVICE: &str = "bartizan";

/// Adds the headers of a signature made at `now`.
pub(super) fn sign<B>(
    request: &mut Request<B>,
    body: &[u8],
    credential: &Credential,
    now: Timestamp,
) -> Result<(), String> {
    let identity: Identity =
        Credentials::new(&credential.access_key_id, &credential.secret_access_key, None, None, "bartizan-agent").into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let since_epoch = Duration::from_millis(u64::try_from(now.0).unwrap_or_default());
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(&credential.region)
        .name(SERVICE)
        .time(SystemTime::UNIX_EPOCH + since_epoch)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let uri = request.uri().to_string();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, SignableBody::Bytes(body))
        .map_err(|error| error.to_string())?;
    let (instructions, _) = sign_request(signable, &params).map_err(|error| error.to_string())?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(())
}
