//! Bodies and requests that mean harm, or make no sense. All are answered in the protocol's own form.

use proptest::prelude::{Strategy, any, prop};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::client::{Connection, USER, json as aws, once, request};
use crate::world::World;

#[tokio::test]
async fn a_body_that_is_not_one_object_is_a_serialization_error() {
    let world = World::start().await;
    let deep = "[".repeat(100_000);
    let deep_object = r#"{"a":"#.repeat(100_000);
    for body in [
        "{",
        "}",
        "{\"Text\"",
        "{\"Text\":\"x\"",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}{}",
        "{},",
        "{\"Text\":\"x\",}",
        "{'Text':1}",
        "{\"Text\":NaN}",
        "{\"Text\":\"\\ud800\"}",
        "{\"Text\":\"x\",\"Text\":\"y\"}",
        "\u{feff}{}",
        "{\"Text\":\"\n\"}",
        "\u{0}",
        &deep,
        &deep_object,
    ] {
        let answer = once(&world, aws("Test.Echo", body)).await;
        let shown = &body[..body.len().min(40)];
        assert_eq!((answer.status, answer.code().as_str()), (400, "SerializationException"), "{shown}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_text_are_a_serialization_error() {
    let world = World::start().await;
    let mut bytes = aws("Test.Echo", "0123456789").into_bytes();
    let body = bytes.len() - 10;
    bytes[body..].copy_from_slice(b"{\"Te\":\"\xff\"}");
    assert_eq!(once(&world, bytes).await.code(), "SerializationException");
}

#[tokio::test]
async fn random_bodies_are_answered_in_json() {
    let world = World::start().await;
    let mut runner = TestRunner::deterministic();
    let bodies =
        prop::collection::vec(any::<u8>().prop_map(|byte| b"{}[]\":,\\ Text0e-\xf0\n"[usize::from(byte) % 18]), 0..60);
    let mut connection = Connection::open(world.address).await;
    for _ in 0..300 {
        let body = bodies.new_tree(&mut runner).unwrap().current();
        let mut bytes = aws("Test.Echo", &"x".repeat(body.len())).into_bytes();
        let start = bytes.len() - body.len();
        bytes[start..].copy_from_slice(&body);
        connection.send(bytes).await;
        let answer = connection.answer().await.unwrap();
        assert!(answer.status == 200 || answer.status == 400, "{answer:?}");
        answer.json();
    }
    assert_eq!(world.service.stats().panics(), 0);
}

#[tokio::test]
async fn random_paths_and_forms_are_answered_in_their_own_form() {
    let world = World::start().await;
    let mut runner = TestRunner::deterministic();
    let paths = "/(v1/(things|files)/)?[a-zA-Z0-9%/.?&=+;{}:@-]{0,40}";
    let forms = "Action=Reflect&Version=2011-06-15&Text=x(&(Items|Deep|Count|At|Flag|member|entry|[0-9]{1,12}|[.%=+]){1,8}){0,6}";
    let paths = prop::string::string_regex(paths).unwrap();
    let forms = prop::string::string_regex(forms).unwrap();
    let mut connection = Connection::open(world.address).await;
    for _ in 0..200 {
        let path = paths.new_tree(&mut runner).unwrap().current();
        connection.send(request(&format!("GET {path}"), USER, "")).await;
        let answer = connection.answer().await.unwrap();
        assert!(matches!(answer.status, 200 | 400 | 404 | 405), "{path}: {answer:?}");
        answer.json();
        let form = forms.new_tree(&mut runner).unwrap().current();
        let headers = format!("{USER}content-type: application/x-www-form-urlencoded\r\n");
        connection.send(request("POST /", &headers, &form)).await;
        let answer = connection.answer().await.unwrap();
        assert!(matches!(answer.status, 200 | 400), "{form}: {answer:?}");
        assert!(answer.body.starts_with('<') && answer.body.ends_with("Response>"), "{form}: {answer:?}");
    }
    assert_eq!(world.service.stats().panics(), 0);
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_is_sent() {
    let world = World::start().await;
    let head = aws("Test.Echo", "").replace("content-length: 0", "content-length: 1048577");
    let mut connection = Connection::open(world.address).await;
    connection.send(head).await;
    let answer = connection.answer().await.unwrap();
    assert_eq!((answer.status, answer.code().as_str()), (413, "RequestEntityTooLargeException"));
    assert!(connection.is_closed().await);
    // So is one that is sent nevertheless: the client reads the refusal, and not a reset.
    let larger = format!("{{}}{}", " ".repeat(4 * 1024 * 1024));
    assert_eq!(once(&world, aws("Test.Echo", &larger)).await.status, 413);
    // And one of the largest size is read.
    let whole = format!(r#"{{"Text":"x"{}}}"#, " ".repeat(1024 * 1024 - 12));
    assert_eq!(once(&world, aws("Test.Echo", &whole)).await.status, 200);
}

#[tokio::test]
async fn a_large_body_in_chunks_is_refused_when_it_is_too_large() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    connection.send(aws("Test.Echo", "").replace("content-length: 0", "transfer-encoding: chunked")).await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..17 {
        connection.send(&chunk).await;
    }
    assert_eq!(connection.answer().await.unwrap().status, 413);
}

#[tokio::test]
async fn chunks_make_a_body() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    connection.send(aws("Test.Echo", "").replace("content-length: 0", "transfer-encoding: chunked")).await;
    for piece in ["{\"Te", "xt\":", "\"pieces\"}", ""] {
        connection.send(format!("{:x}\r\n{piece}\r\n", piece.len())).await;
    }
    assert_eq!(connection.answer().await.unwrap().json()["Text"], "pieces");
}

#[tokio::test]
async fn a_panic_is_answered_and_counted_and_the_connection_goes_on() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address).await;
    for (operation, panics) in [("Test.Echo", 1), ("Test.Keep", 2)] {
        connection.send(aws(operation, r#"{"Text":"panic"}"#)).await;
        let answer = connection.answer().await.unwrap();
        assert_eq!((answer.status, answer.code().as_str()), (500, "InternalServerError"), "{operation}");
        assert_eq!(world.service.stats().panics(), panics);
    }
    connection.send(aws("Test.Echo", r#"{"Text":"still here"}"#)).await;
    assert_eq!(connection.answer().await.unwrap().status, 200);
}

#[tokio::test]
async fn strange_paths_are_nothing_and_never_html() {
    let world = World::start().await;
    for path in [
        "/",
        "//",
        "/..",
        "/../etc/passwd",
        "/v1/things/..",
        "/v1/things/.",
        "/v1/things/",
        "/v1/things//x",
        "/v1//things/x",
        "/v1/./things/x",
        "/v1/things/x/",
        "/v1/things/x/..",
        "/V1/things/x",
        "/%76%31/things/x",
        "/preview/preview/v1/things/x",
        "/preview//v1/things/x",
        "/healthz/",
        "/preview/healthz",
        "/v1/things/x%2F..%2F..?",
        "/v1/things\\x",
        "*",
        "/%00",
        "/~root",
        "/v1/things/x;a=b/y",
    ] {
        let answer = once(&world, request(&format!("GET {path}"), USER, "")).await;
        let known = path.starts_with("/v1/things/x%2F");
        assert_eq!(answer.status, if known { 200 } else { 404 }, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        answer.json();
    }
}

#[tokio::test]
async fn requests_that_are_not_http_are_refused() {
    let world = World::start().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: \x00\r\n\r\n",
    ] {
        let mut connection = Connection::open(world.address).await;
        connection.send(bytes).await;
        if let Some(answer) = connection.answer().await {
            assert!((400..500).contains(&answer.status), "{bytes:?}: {answer:?}");
            assert!(answer.body.is_empty() || answer.header("content-type") == Some("application/json"));
        }
        assert!(connection.is_closed().await, "{bytes:?}");
    }
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let world = World::start().await;
    let many: String = (0..101).map(|number| format!("x-{number}: y\r\n")).collect();
    assert_eq!(once(&world, request("GET /healthz", &many, "")).await.status, 431);
    let long = format!("x: {}\r\n", "y".repeat(40_000));
    assert_eq!(once(&world, request("GET /healthz", &long, "")).await.status, 431);
    let fine: String = (0..90).map(|number| format!("x-{number}: {}\r\n", "y".repeat(300))).collect();
    assert_eq!(once(&world, request("GET /healthz", &fine, "")).await.status, 200);
}
