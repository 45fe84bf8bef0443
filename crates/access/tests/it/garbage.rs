//! Nothing that a client can send makes the verifier panic, and none of it is believed.

use bartizan_access::{Expected, Parts, verify};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::{Strategy, any, prop, proptest};

use crate::requests::{NOW, Request, ring};
use crate::vectors::VECTORS;

fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("allowed in a header", |byte| *byte >= 32 && *byte != 127), 0..200)
}

proptest! {
    #[test]
    fn any_authorization(bytes in header_bytes(), target in "/[ -~]{0,60}", date in header_bytes()) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("x"));
        headers.insert("authorization", HeaderValue::from_bytes(&bytes).unwrap());
        headers.insert("x-amz-date", HeaderValue::from_bytes(&date).unwrap());
        let parts = Parts { method: "POST", target: &target, headers: &headers, body: b"{}" };
        let expected = Expected { now: NOW, services: &["service"], unsigned_payload: false };
        assert!(verify(&ring(""), &parts, &expected).is_err());
    }

    #[test]
    fn a_well_formed_claim_about_anything(
        signed in "[a-z;-]{0,40}",
        signature in "[0-9a-f]{0,70}",
        target in "/?[\\PC]{0,80}",
        method in "\\PC{0,10}",
        name in "[a-z-]{1,12}",
        value in header_bytes(),
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut request = Request::header_form(&VECTORS[0]);
        request.authorize(&format!("host;x-amz-date;{name};{signed}"), &signature);
        request.headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(&value).unwrap());
        request.target = target;
        request.method = method;
        request.body = body;
        assert!(request.verify(&ring("")).is_err());
    }

    #[test]
    fn any_presigned_query(query in "[A-Za-z0-9%&=;+/-]{0,120}", which in 0_usize..20) {
        let mut request = Request::query_form(&VECTORS[which]);
        request.target.push('&');
        request.target.push_str(&query);
        // A lone separator changes nothing that is signed.
        if query.bytes().any(|byte| byte != b'&') {
            assert!(request.verify(&ring("")).is_err());
        }
    }

    #[test]
    fn one_changed_byte_of_the_authorization(which in 0_usize..20, at in 0_usize..200, byte in 33_u8..127) {
        let mut request = Request::header_form(&VECTORS[which]);
        let mut bytes = request.headers["authorization"].as_bytes().to_vec();
        let at = at % bytes.len();
        // Blanks and commas both separate.
        let separates = |byte: u8| byte == b' ' || byte == b',';
        if bytes[at] != byte && !(separates(bytes[at]) && separates(byte)) {
            bytes[at] = byte;
            request.headers.insert("authorization", HeaderValue::from_bytes(&bytes).unwrap());
            assert!(request.verify(&ring("")).is_err());
        }
    }
}

#[test]
fn a_target_that_grows_by_encoding_does_not_overflow() {
    let mut request = Request::header_form(&VECTORS[0]);
    for length in [1_000, 16_000, 16_384, 70_000] {
        request.target = format!("/?{}", "\u{1234}".repeat(length / 3));
        assert!(request.verify(&ring("")).is_err());
        request.target = format!("/?{}", "\"=\"&".repeat(length / 4));
        assert!(request.verify(&ring("")).is_err());
    }
}
