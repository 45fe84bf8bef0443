//! Whatever is changed in a signed request, it is refused, and the refusal says no more than the vendor's.

use bartizan_access::{Key, SignatureCode};
use bartizan_wire::Timestamp;

use crate::requests::{NOW, Request, principal, ring};
use crate::vectors::{KEY_ID, TOKEN, VECTORS, Vector};

fn vector(name: &str) -> &'static Vector {
    VECTORS.iter().find(|vector| vector.name == name).unwrap()
}

type Change = fn(&mut Request);

/// The vector with most to change: a signed body, its hash, a content type.
fn form() -> Request {
    Request::header_form(vector("post-x-www-form-urlencoded"))
}

fn presigned() -> Request {
    Request::query_form(vector("post-x-www-form-urlencoded"))
}

fn refused(request: &Request) -> (SignatureCode, String) {
    let error = request.verify(&ring("")).expect_err("this request must not be believed");
    (error.code, error.message)
}

#[test]
fn a_change_of_any_signed_part_is_a_mismatch() {
    let changes: [(&str, Change); 8] = [
        ("method", |request| request.method = "PUT".to_owned()),
        ("path", |request| request.target = request.target.replacen('/', "/x", 1)),
        ("query", |request| request.target.push_str(if request.target.contains('?') { "&a=b" } else { "?a=b" })),
        ("host", |request| request.set("host", "example.com")),
        ("content type", |request| request.set("content-type", "application/json")),
        ("content length", |request| request.set("content-length", "14")),
        ("second content type", |request| request.add("content-type", "application/json")),
        ("body", |request| request.body[0] ^= 1),
    ];
    for (what, change) in changes {
        for mut request in [form(), presigned()] {
            assert!(request.verify(&ring("")).is_ok());
            change(&mut request);
            let (code, message) = refused(&request);
            assert_eq!(code, SignatureCode::InvalidSignature, "{what}");
            assert!(message.starts_with("The request signature we calculated does not match"), "{what}: {message}");
        }
    }
}

#[test]
fn a_wrong_secret_and_a_wrong_signature_read_the_same() {
    let with_other_secret = ring("");
    with_other_secret.insert(Key::new(KEY_ID, "another secret", principal("root")));
    let by_secret = form().verify(&with_other_secret).unwrap_err();
    for signature in ["", "00", &"0".repeat(64), "D3875051DA38690788EF43DE4DB0D8F280229D82040BFAC253562E56C3F20E0B"] {
        let mut request = form();
        request.authorize(vector("post-x-www-form-urlencoded").signed_headers, signature);
        assert_eq!(request.verify(&ring("")).unwrap_err(), by_secret, "{signature}");
    }
}

#[test]
fn an_unknown_key_is_unrecognized() {
    let ring = ring("");
    assert!(ring.remove(KEY_ID) && ring.is_empty());
    let error = form().verify(&ring).unwrap_err();
    assert_eq!(error.code.json(), "UnrecognizedClientException");
    assert_eq!(error.code.query(), "InvalidClientTokenId");
    assert_eq!(error.message, "The security token included in the request is invalid.");
}

#[test]
fn the_time_must_be_close() {
    let minutes = |count: i64| Timestamp(NOW.0 + count * 60_000);
    for (minute, believed) in [(-16, false), (-15, true), (0, true), (15, true), (16, false)] {
        let mut request = form();
        request.now = minutes(minute);
        assert_eq!(request.verify(&ring("")).is_ok(), believed, "{minute} minutes after signing");
    }
    let mut request = form();
    request.now = minutes(20);
    assert_eq!(
        refused(&request).1,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z (20150830T125600Z - 15 min.)"
    );
    request.now = minutes(-20);
    assert_eq!(
        refused(&request).1,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123100Z (20150830T121600Z + 15 min.)"
    );
    // A presigned URL lives for as long as it says, and not for the skew on top.
    for (minute, believed) in [(-16, false), (-15, true), (59, true), (60, true), (61, false)] {
        let mut request = presigned();
        request.now = minutes(minute);
        assert_eq!(request.verify(&ring("")).is_ok(), believed, "{minute} minutes after presigning");
    }
}

#[test]
fn the_scope_must_be_ours() {
    let mut request = form();
    request.services = vec!["ssm", "sts"];
    assert_eq!(refused(&request).1, "Credential should be scoped to correct service: 'ssm' or 'sts'. ");
    let mut request = form();
    let text = request.headers["authorization"].to_str().unwrap().to_owned();
    request.set("authorization", &text.replace("20150830/us-east-1/service/aws4_request", "20150831/eu-west-1/x/aws5"));
    assert_eq!(
        refused(&request),
        (
            SignatureCode::InvalidSignature,
            "Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct \
             service: 'service'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. Date \
             in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != \
             '20150830', from '20150830T123600Z'."
                .to_owned()
        )
    );
}

#[test]
fn what_is_said_twice_is_refused() {
    for name in ["authorization", "x-amz-date", "host", "x-amz-content-sha256", "x-amz-security-token", "x-amz-target"]
    {
        let mut request = form();
        let value = request.headers.get(name).map_or("x", |value| value.to_str().unwrap()).to_owned();
        request.add(name, &value);
        if !matches!(name, "x-amz-target" | "x-amz-security-token") {
            assert!(refused(&request).1.contains("more than once"), "{name}");
        }
        request.add(name, &value);
        assert!(refused(&request).1.contains("more than once"), "{name}");
    }
    for member in ["X-Amz-Date=20150830T123600Z", "X-Amz-Expires=3600", "X%2DAmz-Signature=00"] {
        let mut request = presigned();
        request.target.push('&');
        request.target.push_str(member);
        assert!(refused(&request).1.contains("more than once"), "{member}");
    }
    let mut both = presigned();
    both.set("authorization", "AWS4-HMAC-SHA256 x");
    assert!(refused(&both).1.contains("not in both"));
}

#[test]
fn a_header_that_changes_the_meaning_must_be_covered() {
    let mut request = form();
    request.add("x-amz-target", "AmazonSSM.DeletePatchBaseline");
    assert_eq!(refused(&request).1, "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
    let mut request = form();
    request.authorize("x-amz-date", "00");
    assert_eq!(refused(&request).1, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
}

#[test]
fn an_incomplete_signature_says_what_is_missing() {
    let mut request = form();
    request.headers.remove("authorization");
    assert_eq!(
        refused(&request),
        (SignatureCode::MissingAuthenticationToken, "Missing Authentication Token".to_owned())
    );
    for (authorization, text) in [
        (
            "Bearer eyJh",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
             Authorization header requires 'SignedHeaders' parameter.",
        ),
        (
            "AWS4-HMAC-SHA512 Credential=a",
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). ",
        ),
        (
            "AWS4-HMAC-SHA256 Credential= a",
            "'a' not a valid key=value pair (missing equal-sign) in Authorization header.",
        ),
        ("AWS4-HMAC-SHA256 Credential=a,Credential=b", "Authorization header has parameter 'Credential' twice."),
        (
            "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host;x-amz-date,Signature=c",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a'",
        ),
    ] {
        let mut request = form();
        request.set("authorization", authorization);
        assert_eq!(refused(&request), (SignatureCode::IncompleteSignature, text.to_owned()));
    }
    let mut request = form();
    request.headers.remove("x-amz-date");
    assert_eq!(refused(&request).1, "Authorization header requires existence of an 'X-Amz-Date' header.");
}

#[test]
fn the_life_of_a_presigned_url_is_a_plain_number_within_limits() {
    for expires in ["0", "-1", "+60", "0060", "604801", "1e3", "3600.0", ""] {
        let mut request = presigned();
        request.target = request.target.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={expires}"));
        assert!(refused(&request).1.starts_with("X-Amz-Expires must be a number of seconds"), "{expires}");
    }
}

#[test]
fn a_session_token_must_be_the_keys_own() {
    let signed = Request::header_form(vector("post-sts-header-after"));
    assert!(signed.verify(&ring(TOKEN)).is_ok());
    // The key is not a temporary one.
    assert_eq!(refused(&signed).0, SignatureCode::UnrecognizedClient);
    let mut other = signed.clone();
    other.set("x-amz-security-token", &TOKEN.replace('A', "B"));
    assert_eq!(other.verify(&ring(TOKEN)).unwrap_err().code, SignatureCode::UnrecognizedClient);
    let mut none = signed;
    none.headers.remove("x-amz-security-token");
    assert_eq!(none.verify(&ring(TOKEN)).unwrap_err().code, SignatureCode::UnrecognizedClient);
}

#[test]
fn a_temporary_key_ends() {
    let ring = ring("");
    ring.insert(Key::new(KEY_ID, crate::vectors::SECRET, principal("root")).expiring(NOW));
    assert_eq!(form().verify(&ring).unwrap_err().code.json(), "ExpiredTokenException");
    ring.insert(Key::new(KEY_ID, crate::vectors::SECRET, principal("root")).expiring(Timestamp(NOW.0 + 1)));
    assert!(form().verify(&ring).is_ok());
}

#[test]
fn an_uncovered_body_is_taken_only_where_allowed() {
    let mut request = form();
    request.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    assert_eq!(refused(&request).0, SignatureCode::InvalidSignature);
    // Allowed, but then the signature must have been made so.
    request.unsigned_payload = true;
    assert_eq!(refused(&request).0, SignatureCode::InvalidSignature);
}

#[test]
fn debug_shows_no_secret() {
    let key = Key::new(KEY_ID, "swordfish", principal("root")).with_session_token("halibut");
    let shown = format!("{key:?}");
    assert!(shown.contains(KEY_ID) && !shown.contains("swordfish") && !shown.contains("halibut"), "{shown}");
    assert!(!format!("{:?}", ring(TOKEN)).contains(crate::vectors::SECRET));
}
