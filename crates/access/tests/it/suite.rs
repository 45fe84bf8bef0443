//! The vendor's own vectors verify, in both forms.

use crate::requests::{Request, ring};
use crate::vectors::{KEY_ID, VECTORS};

/// The vendor omits the token of this one while signing and adds it later; its presigned form is not one that we take,
/// because then nothing ties the token to the request.
const TOKEN_ADDED_LATER: &str = "post-sts-header-after";

#[test]
fn every_request_signed_in_a_header_is_believed() {
    for vector in VECTORS {
        let identity = Request::header_form(vector).verify(&ring(vector.token));
        assert_eq!(
            identity.map(|identity| identity.access_key_id().to_owned()).as_deref(),
            Ok(KEY_ID),
            "{}",
            vector.name
        );
    }
    assert_eq!(VECTORS.len(), 28);
}

#[test]
fn every_presigned_request_is_believed() {
    for vector in VECTORS.iter().filter(|vector| vector.name != TOKEN_ADDED_LATER) {
        let identity = Request::query_form(vector).verify(&ring(vector.token));
        assert_eq!(
            identity.map(|identity| identity.principal().name.clone()).as_deref(),
            Ok("root"),
            "{}",
            vector.name
        );
    }
}
