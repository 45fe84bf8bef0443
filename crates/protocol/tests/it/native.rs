//! Bartizan's own protocol.

use serde_json::json;

use crate::client::{Answer, USER, once, request};
use crate::world::World;

async fn get(world: &World, path: &str) -> Answer {
    once(world, request(&format!("GET {path}"), USER, "")).await
}

#[tokio::test]
async fn members_come_from_the_path_and_the_query_by_their_types() {
    let world = World::start().await;
    let answer = get(&world, "/v1/things/a%2Fb%20c?Count=7&Items=x&Items=y+z&At=2015-08-30T12:36:00Z&Unknown=1").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json(), json!({"Text": "a/b c", "Count": 7, "Items": ["x", "y z"], "At": 1_440_938_160.0}));
    assert!(answer.header("x-amzn-requestid").is_some());
}

#[tokio::test]
async fn members_come_from_the_body() {
    let world = World::start().await;
    let post = |path: &str, body: &str| request(&format!("POST {path}"), USER, body);
    let answer = once(&world, post("/v1/files/etc/passwd", r#"{"Count":1,"Deep":{"Flag":true}}"#)).await;
    assert_eq!(answer.json(), json!({"Text": "etc/passwd", "Count": 1, "Deep": {"Flag": true}}));
    for (path, body) in [
        ("/v1/files/x", r#"{"Text":"y"}"#),
        ("/v1/files/x?Count=1", r#"{"Count":1}"#),
        ("/v1/files/x?Count=1&Count=2", "{}"),
        ("/v1/files/x?Text=y", ""),
        ("/v1/files/%FF", ""),
        ("/v1/files/%zz", ""),
        ("/v1/files/x", "[1]"),
        ("/v1/files/x", "{"),
        ("/v1/files/x?Count=seven", ""),
    ] {
        let answer = once(&world, post(path, body)).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some("SerializationException")),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn errors_have_a_code_a_message_and_a_status() {
    let world = World::start().await;
    let absent = get(&world, "/v1/things/absent").await;
    assert_eq!(absent.status, 404);
    assert_eq!(
        absent.json(),
        json!({"code": "DoesNotExistException", "message": "there is no such thing", "Where": "here"})
    );
    let nothing = get(&world, "/v1/nothing").await;
    assert_eq!((nothing.status, nothing.json()["code"].as_str()), (404, Some("UnknownOperationException")));
    assert_eq!(nothing.json()["message"], "nothing is served at `GET /v1/nothing`");
    let denied = once(&world, request("GET /v1/things/x", "authorization: test denied\r\n", "")).await;
    assert_eq!((denied.status, denied.json()["code"].as_str()), (403, Some("AccessDeniedException")));
    let unknown = once(&world, request("GET /v1/things/x", "", "")).await;
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (401, Some("MissingAuthenticationTokenException")));
    assert!(unknown.json()["message"].as_str().unwrap().ends_with("for bartizan"), "{unknown:?}");
    let invalid = get(&world, "/v1/things/x?Count=101").await;
    assert_eq!((invalid.status, invalid.json()["code"].as_str()), (400, Some("ValidationException")));
}

#[tokio::test]
async fn another_method_is_told_the_right_one() {
    let world = World::start().await;
    let answer = once(&world, request("DELETE /v1/things/x", USER, "")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
    let answer = once(&world, request("GET /v1/files/x", USER, "")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    let answer = once(&world, request("POST /healthz", "", "")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
}

#[tokio::test]
async fn each_operation_has_its_own_largest_body() {
    let world = World::start().await;
    let answer = once(&world, request("GET /v1/things/x", USER, "{}")).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["message"], "send a body of at most 0 bytes");
    let answer = once(&world, request("POST /v1/files/x", USER, &format!("{{}}{}", " ".repeat(299_998)))).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_needs_no_signature_needs_none_but_believes_no_wrong_one() {
    let world = World::start().await;
    let body = r#"{"Text":"x"}"#;
    let answer = once(&world, request("POST /v1/register", "", body)).await;
    assert_eq!((answer.status, answer.json()["Principal"].as_str()), (200, Some("anonymous")));
    let answer = once(&world, request("POST /v1/register", USER, body)).await;
    assert_eq!(answer.json()["Principal"], "root");
    let answer = once(&world, request("POST /v1/register", "authorization: forged\r\n", body)).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn health_is_readiness() {
    let world = World::start().await;
    assert_eq!(once(&world, request("GET /healthz", "", "")).await.status, 200);
    world.set_ready(false);
    let answer = once(&world, request("GET /healthz", "", "")).await;
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"status":"not ready"}"#));
}

#[tokio::test]
async fn a_preview_of_our_own_operations_is_one_too() {
    let world = World::start().await;
    let answer = once(&world, request("POST /preview/v1/register", USER, r#"{"Text":"x"}"#)).await;
    assert_eq!(answer.json()["Previewing"], true);
    assert!(answer.header("x-bartizan-preview").is_some());
    // What only reads answers as always.
    let answer = once(&world, request("GET /preview/v1/things/x", USER, "")).await;
    assert_eq!((answer.status, answer.header("x-bartizan-preview")), (200, None));
}
