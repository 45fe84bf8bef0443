//! What receivers can check.

use bartizan_access::{Expected, Key, KeyRing, Parts, verify};
use bartizan_notify::sink::signature;
use bartizan_policy::Principal;
use bartizan_wire::{Realm, Timestamp};

use crate::receiver::{Received, Receiver};
use crate::world::{START, TOPIC, World, alert, pace, sinks, webhook};

/// The base64 of the secret that webhooks here have, decoded.
const SECRET_BYTES: &[u8] = &[
    0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3,
    0x62, 0xda, 0x2d, 0xa4, 0xb0,
];

fn sns(url: &str) -> String {
    format!(
        r#"{{"Arn":"arn:aws:sns:*","Sns":{{"Endpoint":"{url}","AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"s3cret"}}}}"#
    )
}

/// True if a server of that region and service believes the request.
fn believed(received: &Received, secret: &str, now: Timestamp) -> bool {
    let ring = KeyRing::new();
    let realm = Realm::new("123456789012", "eu-west-1").unwrap();
    ring.insert(Key::new("AKIDEXAMPLE", secret, Principal { name: "bartizan".to_owned(), realm }));
    let parts =
        Parts { method: "POST", target: &received.target, headers: &received.headers, body: received.body.as_bytes() };
    verify(&ring, &parts, &Expected { now, services: &["sns"], unsigned_payload: false }).is_ok()
}

fn fields(received: &Received) -> Vec<(String, String)> {
    let plus_is_space = received.body.replace('+', "%20");
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes().iter();
        while let Some(byte) = rest.next() {
            let hex = |byte: Option<&u8>| char::from(*byte.unwrap()).to_digit(16).unwrap();
            bytes.push(match byte {
                b'%' => u8::try_from(hex(rest.next()) * 16 + hex(rest.next())).unwrap(),
                byte => *byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    plus_is_space
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[tokio::test]
async fn a_topic_s_endpoint_can_verify_what_is_published() {
    let receiver = Receiver::start(|_, _| (200, "", "<PublishResponse/>"));
    let mut world = World::new();
    world.run(sinks(&[sns(&format!("http://{}", receiver.address))]), pace());
    let fifo = format!("{TOPIC}.fifo");
    world.tell(&[alert(TOPIC, "a", 1), alert(&fifo, "b", 2)]).await;
    world.drained().await;
    world.stop().await;
    let mut received = receiver.received();
    received.sort_by_key(|one| one.body.len());
    let [plain, ordered] = &received[..] else { panic!("{received:?}") };
    assert_eq!(plain.target, "/");
    assert_eq!(plain.header("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let message = alert(TOPIC, "a", 1).message;
    let expected =
        [pair("Action", "Publish"), pair("TopicArn", TOPIC), pair("Message", &message), pair("Version", "2010-03-31")];
    assert_eq!(fields(plain), expected);
    assert!(fields(ordered).contains(&pair("MessageGroupId", "b")), "{ordered:?}");
    assert!(fields(ordered).contains(&pair("MessageDeduplicationId", "b.2")), "{ordered:?}");
    for one in &received {
        assert!(believed(one, "s3cret", START), "{one:?}");
        assert!(!believed(one, "another", START));
        assert!(!believed(one, "s3cret", Timestamp(START.0 + 3_600_000)), "a signature carries its time");
        let mut forged = one.clone();
        forged.body.push('x');
        assert!(!believed(&forged, "s3cret", START));
    }
}

#[tokio::test]
async fn a_webhook_can_verify_and_tell_repetitions() {
    let receiver = Receiver::start(|before, _| if before == 0 { (500, "", "") } else { (204, "", "") });
    let mut world = World::new();
    let ocsf = webhook(&receiver.url(), "*")
        .replace("\"Secret\"", "\"Form\":\"Ocsf\",\"Headers\":{\"x-token\":\"t\"},\"Secret\"");
    world.run(sinks(&[ocsf]), pace());
    world.tell(&[alert(TOPIC, "a", 1)]).await;
    world.drained().await;
    world.stop().await;
    let received = receiver.received();
    assert_eq!(received.len(), 2, "{received:?}");
    for one in &received {
        assert_eq!(one.target, "/hook");
        assert_eq!((one.id(), one.header("content-type"), one.header("x-token")), ("a.1", "application/json", "t"));
        assert_eq!(one.body, r#"{"class_uid":2004,"number":1}"#);
        let seconds: i64 = one.header("webhook-timestamp").parse().unwrap();
        assert!((0..20).contains(&(seconds - START.0 / 1_000)), "{seconds}");
        assert_eq!(one.header("webhook-signature"), signature(SECRET_BYTES, "a.1", seconds, &one.body));
    }
}
