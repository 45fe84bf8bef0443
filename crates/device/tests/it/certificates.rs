//! Certificates and the things that they stand for, as clients use them.

use bartizan_device::certificate;
use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use crate::things::all;
use crate::world::World;

/// Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 3650`; the key is forgotten.
const FIRST: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUfush/+SheCWiVNnW/tPzcjPv+oYwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZGV2LTcwHhcNMjYxMTI1MjI0NTIwWhcNMzYxMTIyMjI0NTIw
WjAQMQ4wDAYDVQQDDAVkZXYtNzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKzE
bNc0JlTQqbyA+ro2psOgiLyV4oVqooGOS6ks9EgAP9tFu4ULjq9MJhgajDyPgBG9
JX0uVgCPTYQDeL9UMtmjUzBRMB0GA1UdDgQWBBR0L6rsY5aMKCdQD6I8iq2qUeOd
9zAfBgNVHSMEGDAWgBR0L6rsY5aMKCdQD6I8iq2qUeOd9zAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCICUARzh8485OsD0mmf5+ZFySl2mQ4Xk6dcCJ
TA1akwH2AiEA7CpCdWRJXOzsEREYT/Gmiymr7DfST4ATPCg8wjwh5lA=
-----END CERTIFICATE-----
";
/// What `openssl x509 -fingerprint -sha256` says of it.
const FIRST_ID: &str = "9b22f5fae04138644d2e4a4be0c81caed5dbaabff4028e9d1959e4caa34e93a6";
/// What `openssl x509 -dates` says of it, in seconds.
const FIRST_VALIDITY: [i64; 2] = [1_795_646_720, 2_111_006_720];
/// Another one, which is valid until after 2050 and so writes that date in the other form.
const SECOND: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUbs5uPBnil1rFknRdNwjLAPA3SMowCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZGV2LTgwIBcNMjYxMTI1MjI0NTIwWhgPMjEyNjExMDEyMjQ1
MjBaMBAxDjAMBgNVBAMMBWRldi04MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
a6Hff4VXCnOGcuxDCUhn9jNX395z3TUoLjzx7MBussJl5pbQLG4qrcuWv8QsvBnE
hW6IG1LvXoJFmJ49YN+gS6NTMFEwHQYDVR0OBBYEFCBc7tqwyk8FXTI/7ZHD+ZBr
SvJyMB8GA1UdIwQYMBaAFCBc7tqwyk8FXTI/7ZHD+ZBrSvJyMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgIP8KoXF4qOoAYdK4KHtAQvCDSLqOWScO
O7lQLVuqDCQCIQDLKGF5tz1/WdXcPQ57+dP33EIkjzxcIzXw+DMsHLi45w==
-----END CERTIFICATE-----
";
/// What `openssl x509 -fingerprint -sha256` says of it.
const SECOND_ID: &str = "7df2779aa9fd533be50c982d5c7e8f2d61a713fec18f0680ae2dde967098e285";
/// What `openssl x509 -dates` says of its end, in seconds.
const SECOND_END: i64 = 4_949_246_720;

fn arn(id: &str) -> String {
    format!("arn:aws:iot:us-east-1:123456789012:cert/{id}")
}

async fn register(world: &World, pem: &str, status: &str) -> Value {
    world.iot("RegisterCertificateWithoutCA", json!({ "certificatePem": pem, "status": status })).await
}

fn pair(thing: &str, id: &str) -> Value {
    json!({ "thingName": thing, "principal": arn(id) })
}

#[tokio::test]
async fn a_certificate_lives_from_registration_to_deletion() {
    let world = World::new();
    let registered = register(&world, FIRST, "ACTIVE").await;
    assert_eq!(registered, json!({ "certificateArn": arn(FIRST_ID), "certificateId": FIRST_ID }));
    let again = json!({ "certificatePem": FIRST });
    assert_eq!(world.iot_code("RegisterCertificateWithoutCA", again).await, "ResourceAlreadyExistsException");
    let which = json!({ "certificateId": FIRST_ID });
    let described = world.iot("DescribeCertificate", which.clone()).await["certificateDescription"].clone();
    assert_eq!(described["validity"]["notBefore"], FIRST_VALIDITY[0] as f64);
    assert_eq!(described["validity"]["notAfter"], FIRST_VALIDITY[1] as f64);
    assert_eq!((&described["status"], &described["certificatePem"]), (&json!("ACTIVE"), &json!(FIRST)));
    assert_eq!((&described["customerVersion"], &described["ownedBy"]), (&json!(1), &json!("123456789012")));
    assert_eq!(world.iot_code("DeleteCertificate", which.clone()).await, "CertificateStateException");
    let off = json!({ "certificateId": FIRST_ID.to_uppercase(), "newStatus": "INACTIVE" });
    assert_eq!(world.iot("UpdateCertificate", off).await, json!({}));
    let described = world.iot("DescribeCertificate", which.clone()).await["certificateDescription"].clone();
    assert_eq!((&described["status"], &described["customerVersion"]), (&json!("INACTIVE"), &json!(2)));
    let pending = json!({ "certificateId": FIRST_ID, "newStatus": "PENDING_TRANSFER" });
    assert_eq!(world.iot_code("UpdateCertificate", pending).await, "InvalidRequestException");
    world.iot("DeleteCertificate", which.clone()).await;
    for operation in ["DescribeCertificate", "DeleteCertificate"] {
        assert_eq!(world.iot_code(operation, which.clone()).await, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let world = World::new();
    let cut: String =
        FIRST.lines().enumerate().filter(|(number, _)| *number != 3).map(|(_, line)| format!("{line}\n")).collect();
    for pem in ["x", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", &cut] {
        let input = json!({ "certificatePem": pem });
        assert_eq!(
            world.iot_code("RegisterCertificateWithoutCA", input).await,
            "CertificateValidationException",
            "{pem}"
        );
    }
    let read = certificate::read(SECOND).unwrap();
    assert_eq!((read.id.as_str(), read.not_after), (SECOND_ID, Timestamp(SECOND_END * 1_000)));
}

#[tokio::test]
async fn certificates_stand_for_things() {
    let world = World::new();
    for thing in ["dev-7", "dev-8"] {
        world.iot("CreateThing", json!({ "thingName": thing })).await;
    }
    register(&world, FIRST, "ACTIVE").await;
    register(&world, SECOND, "INACTIVE").await;
    for _ in 0..2 {
        assert_eq!(world.iot("AttachThingPrincipal", pair("dev-7", FIRST_ID)).await, json!({}));
    }
    world.iot("AttachThingPrincipal", pair("dev-8", FIRST_ID)).await;
    world.iot("AttachThingPrincipal", pair("dev-7", SECOND_ID)).await;
    let mut both = [arn(FIRST_ID), arn(SECOND_ID)];
    both.sort();
    let listed = all(&world, "ListThingPrincipals", json!({ "thingName": "dev-7" }), "principals", 1).await;
    assert_eq!(listed, both);
    let things = all(&world, "ListPrincipalThings", json!({ "principal": arn(FIRST_ID) }), "things", 1).await;
    assert_eq!(things, ["dev-7", "dev-8"]);
    // What an endpoint asks when a device connects.
    let roster = world.room.roster();
    roster.follow(&world.cx).await.unwrap();
    let now = world.cx.now;
    let holder = roster.holder(&world.cx.realm, FIRST_ID).unwrap();
    assert_eq!(holder.things.to_vec(), ["dev-7".into(), "dev-8".into()]);
    assert!(holder.active);
    let valid = Timestamp(FIRST_VALIDITY[0] * 1_000);
    assert_eq!((holder.admits(valid), holder.admits(Timestamp(0))), (true, false));
    assert!(!roster.holder(&world.cx.realm, SECOND_ID).unwrap().admits(now));
    assert_eq!(roster.holder(&world.cx.realm, &"0".repeat(64)), None);
    assert_eq!(world.iot_code("DeleteThing", json!({ "thingName": "dev-7" })).await, "InvalidRequestException");
    let attached = json!({ "certificateId": SECOND_ID });
    assert_eq!(world.iot_code("DeleteCertificate", attached.clone()).await, "DeleteConflictException");
    for _ in 0..2 {
        world.iot("DetachThingPrincipal", pair("dev-7", SECOND_ID)).await;
    }
    world.iot("DeleteCertificate", attached).await;
    world.iot("DetachThingPrincipal", pair("dev-7", FIRST_ID)).await;
    world.iot("DeleteThing", json!({ "thingName": "dev-7" })).await;
    world.iot("CreateThing", json!({ "thingName": "dev-7" })).await;
    let listed = world.iot("ListThingPrincipals", json!({ "thingName": "dev-7" })).await;
    assert_eq!(listed, json!({ "principals": [] }));
    for (thing, principal) in [("nobody", arn(FIRST_ID)), ("dev-7", arn(&"0".repeat(64)))] {
        let input = json!({ "thingName": thing, "principal": principal });
        assert_eq!(world.iot_code("AttachThingPrincipal", input).await, "ResourceNotFoundException");
    }
    let cognito = json!({ "thingName": "dev-7", "principal": "us-east-1:1a2b" });
    assert_eq!(world.iot_code("AttachThingPrincipal", cognito).await, "InvalidRequestException");
}

#[tokio::test]
async fn an_exclusive_certificate_stands_for_one_thing() {
    let world = World::new();
    for thing in ["dev-7", "dev-8"] {
        world.iot("CreateThing", json!({ "thingName": thing })).await;
    }
    register(&world, FIRST, "ACTIVE").await;
    let exclusive = |thing: &str| {
        let mut input = pair(thing, FIRST_ID);
        input["thingPrincipalType"] = json!("EXCLUSIVE_THING");
        input
    };
    world.iot("AttachThingPrincipal", pair("dev-8", FIRST_ID)).await;
    assert_eq!(world.iot_code("AttachThingPrincipal", exclusive("dev-7")).await, "InvalidRequestException");
    world.iot("DetachThingPrincipal", pair("dev-8", FIRST_ID)).await;
    world.iot("AttachThingPrincipal", exclusive("dev-7")).await;
    assert_eq!(world.iot_code("AttachThingPrincipal", pair("dev-8", FIRST_ID)).await, "InvalidRequestException");
    world.iot("DetachThingPrincipal", pair("dev-7", FIRST_ID)).await;
    world.iot("AttachThingPrincipal", pair("dev-8", FIRST_ID)).await;
}

#[tokio::test]
async fn certificates_are_listed_in_the_order_of_their_registration() {
    let world = World::new();
    for (pem, later) in [(FIRST, 0), (SECOND, 1_000)] {
        let mut cx = world.cx.clone();
        cx.now = Timestamp(cx.now.0 + later);
        world.ask(&cx, "RegisterCertificateWithoutCA", &json!({ "certificatePem": pem })).await.unwrap();
    }
    for (ascending, order) in [(true, [FIRST_ID, SECOND_ID]), (false, [SECOND_ID, FIRST_ID])] {
        let first = world.iot("ListCertificates", json!({ "pageSize": 1, "ascendingOrder": ascending })).await;
        let next = json!({ "pageSize": 1, "ascendingOrder": ascending, "marker": first["nextMarker"] });
        let second = world.iot("ListCertificates", next).await;
        assert_eq!(first["certificates"][0]["certificateId"], order[0]);
        assert_eq!(second["certificates"][0]["certificateId"], order[1]);
        assert_eq!((first["certificates"][0]["status"].clone(), second.get("nextMarker")), (json!("INACTIVE"), None));
    }
}
