//! Certificates for devices, from the server's own authority.

use std::sync::Arc;

use bartizan_device::room::{Issued, Issuer};
use bartizan_mqtt::Authority;
use bartizan_wire::Timestamp;

/// Issues certificates.
#[derive(Debug)]
pub(crate) struct Clerk(pub(crate) Arc<Authority>);

impl Issuer for Clerk {
    fn issue(&self, thing: &str, now: Timestamp) -> Result<Issued, String> {
        let issued = self.0.issue_device(thing, now).map_err(|error| error.to_string())?;
        let path = self.0.certificate_path();
        let authority_pem =
            std::fs::read_to_string(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        Ok(Issued { certificate_pem: issued.certificate_pem, private_key_pem: issued.key_pem, authority_pem })
    }
}
