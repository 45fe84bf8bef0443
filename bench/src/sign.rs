//! Signature Version 4 for one fixed set of headers, fast enough that the load generator can sign every request as it
//! sends it. Held to AWS's own signer by a test.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Of every request.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const SIGNED_HEADERS: &str = "content-type;host;x-amz-date;x-amz-target";
const BLOCK_BYTES: usize = 64;

/// Signs requests of one client at one moment; good for the 15 minutes that the vendor allows.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    host: String,
    /// `x-amz-date`.
    date: String,
    scope: String,
    access_key: String,
    key: [u8; 32],
    canonical: String,
    to_sign: String,
}

impl Signer {
    /// `date` is `YYYYMMDDTHHMMSSZ`.
    pub(crate) fn new(host: &str, access_key: &str, secret: &str, region: &str, service: &str, date: &str) -> Self {
        let day = date.split('T').next().unwrap_or_default();
        let mut key = hmac(format!("AWS4{secret}").as_bytes(), day.as_bytes());
        for part in [region, service, "aws4_request"] {
            key = hmac(&key, part.as_bytes());
        }
        Self {
            host: host.to_owned(),
            date: date.to_owned(),
            scope: format!("{day}/{region}/{service}/aws4_request"),
            access_key: access_key.to_owned(),
            key,
            canonical: String::new(),
            to_sign: String::new(),
        }
    }

    /// `x-amz-date` of what it signs.
    pub(crate) fn date(&self) -> &str {
        &self.date
    }

    /// The `Authorization` header of a POST to `/`.
    pub(crate) fn authorization(&mut self, target: &str, body: &[u8]) -> String {
        let Self { host, date, scope, access_key, key, canonical, to_sign } = self;
        canonical.clear();
        for part in [
            "POST\n/\n\ncontent-type:",
            CONTENT_TYPE,
            "\nhost:",
            host,
            "\nx-amz-date:",
            date,
            "\nx-amz-target:",
            target,
            "\n\n",
            SIGNED_HEADERS,
            "\n",
        ] {
            canonical.push_str(part);
        }
        push_hexadecimal(canonical, &Sha256::digest(body));
        to_sign.clear();
        for part in ["AWS4-HMAC-SHA256\n", date, "\n", scope, "\n"] {
            to_sign.push_str(part);
        }
        push_hexadecimal(to_sign, &Sha256::digest(canonical.as_bytes()));
        let mut header = String::with_capacity(256);
        for part in
            ["AWS4-HMAC-SHA256 Credential=", access_key, "/", scope, ", SignedHeaders=", SIGNED_HEADERS, ", Signature="]
        {
            header.push_str(part);
        }
        push_hexadecimal(&mut header, &hmac(key, to_sign.as_bytes()));
        header
    }
}

fn push_hexadecimal(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// RFC 2104 over SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK_BYTES];
    if key.len() > BLOCK_BYTES {
        for (to, from) in block.iter_mut().zip(Sha256::digest(key)) {
            *to = from;
        }
    } else {
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;

    #[test]
    fn it_signs_as_the_vendor_does() {
        let long_secret = "s".repeat(80);
        for (secret, body) in
            [("wJalrXUtnFEMI/K7MDENG", "{}"), (long_secret.as_str(), "{\"BaselineId\":\"pb-0\u{e9}\"}")]
        {
            let mut signer =
                Signer::new("127.0.0.1:8470", "AKIDEXAMPLE", secret, "us-east-1", "ssm", "20260102T030405Z");
            let target = "AmazonSSM.GetPatchBaseline";
            let ours = signer.authorization(target, body.as_bytes());
            let identity = Credentials::from_keys("AKIDEXAMPLE", secret, None).into();
            let mut settings = SigningSettings::default();
            settings.payload_checksum_kind = aws_sigv4::http_request::PayloadChecksumKind::NoHeader;
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
            let params = v4::SigningParams::builder()
                .identity(&identity)
                .region("us-east-1")
                .name("ssm")
                .time(time)
                .settings(settings)
                .build()
                .unwrap()
                .into();
            let headers = [("content-type", CONTENT_TYPE), ("host", "127.0.0.1:8470"), ("x-amz-target", target)];
            let request = SignableRequest::new(
                "POST",
                "http://127.0.0.1:8470/",
                headers.into_iter(),
                SignableBody::Bytes(body.as_bytes()),
            )
            .unwrap();
            let (instructions, _) = sign(request, &params).unwrap().into_parts();
            let theirs = instructions.headers().find(|(name, _)| *name == "authorization").unwrap().1;
            assert_eq!(ours, theirs);
        }
    }
}
