//! Qualys REST: tokens, members in their places, headers of answers, and errors of one form.

use serde_json::json;

use crate::client::{Answer, USER, once, request};
use crate::world::World;

async fn log_in(world: &World, form: &str) -> Answer {
    once(world, request("POST /auth", "", form)).await
}

async fn put(world: &World, path: &str, headers: &str, body: &str) -> Answer {
    once(world, request(&format!("PUT {path}"), &format!("{USER}{headers}"), body)).await
}

#[tokio::test]
async fn a_token_is_given_as_bare_text_for_a_name_and_its_password() {
    let world = World::start().await;
    let answer = log_in(&world, "username=ann+b&password=right&token=true&permissions=true").await;
    assert_eq!((answer.status, answer.body.as_str()), (201, "test.ann b"), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    let refused = log_in(&world, "username=ann&password=wrong&token=true").await;
    assert_eq!((refused.status, refused.json()["errorCode"].as_str()), (401, Some("401 UNAUTHORIZED")));
    for form in ["", "username=ann", "username=ann&password=right&token=false", "{}"] {
        let refused = log_in(&world, form).await;
        assert_eq!((refused.status, refused.json()["errorCode"].as_str()), (400, Some("400 BAD_REQUEST")), "{form}");
    }
    assert_eq!(log_in(&world, &"x".repeat(5000)).await.status, 413);
    let got = once(&world, request("GET /auth", "", "")).await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
}

#[tokio::test]
async fn members_come_from_the_path_the_query_headers_and_the_body_as_one() {
    let world = World::start().await;
    let answer = put(&world, "/portal/v1/things/a?Count=7&Flag=false", "x-flag: true\r\n", r#"{"Flag":false}"#).await;
    assert_eq!(answer.json(), json!({"Text": "a", "Count": 7, "Flag": true, "Deep": {"Flag": false}}), "{answer:?}");
    assert_eq!(answer.header("etag"), Some("a"));
    let bare = put(&world, "/portal/v1/things/a", "", "").await;
    assert_eq!(bare.json(), json!({"Text": "a"}));
    for body in ["{", "[1]", r#"{"Flag":1}"#] {
        let refused = put(&world, "/portal/v1/things/a", "", body).await;
        assert_eq!((refused.status, refused.json()["errorCode"].as_str()), (400, Some("400 BAD_REQUEST")), "{body}");
    }
}

#[tokio::test]
async fn errors_have_a_code_of_the_status_a_message_and_a_time() {
    let world = World::start().await;
    let unknown = put(&world, "/portal/v2", "", "").await;
    assert_eq!(unknown.status, 404);
    let said = unknown.json();
    assert_eq!(said["errorCode"], "404 NOT_FOUND");
    assert_eq!(said["timestamp"], 1_440_938_160_000_i64);
    assert_eq!(said["message"], "nothing is served at `PUT /portal/v2`");
    assert_eq!(put(&world, "/portal/v1/things/absent", "", "").await.json()["message"], "there is no such thing");
    let ours = put(&world, "/portal/v1/things/panic", "", "").await;
    assert_eq!((ours.status, ours.json()["errorCode"].as_str()), (500, Some("500 INTERNAL_SERVER_ERROR")));
    let nobody = once(&world, request("PUT /portal/v1/things/a", "", "")).await;
    assert_eq!((nobody.status, nobody.json()["errorCode"].as_str()), (401, Some("401 UNAUTHORIZED")));
    let method = once(&world, request("POST /portal/v1/things/a", USER, "")).await;
    assert_eq!((method.status, method.json()["errorCode"].as_str()), (405, Some("405 METHOD_NOT_ALLOWED")));
}
