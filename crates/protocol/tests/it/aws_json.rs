//! AWS JSON 1.1.

use serde_json::json;

use crate::client::{USER, json as aws, once, request};
use crate::world::World;

#[tokio::test]
async fn an_operation_is_found_by_its_target_and_answered() {
    let world = World::start().await;
    let answer = once(&world, aws("Test.Echo", r#"{"Text":"hello","Count":3,"Items":["a","b"],"Unknown":{}}"#)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json(), json!({"Text": "hello", "Count": 3, "Items": ["a", "b"]}));
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.1"));
    let id = answer.header("x-amzn-requestid").unwrap();
    assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id}");
    assert_eq!(answer.header("x-bartizan-preview"), None);
    assert_eq!((world.service.stats().requests(), world.service.stats().client_errors()), (1, 0));
}

#[tokio::test]
async fn an_older_content_type_is_answered_in_kind() {
    let world = World::start().await;
    let old = aws("Test.Echo", r#"{"Text":"x"}"#).replace("json-1.1", "json-1.0; charset=utf-8");
    let answer = once(&world, old).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-amz-json-1.0")));
}

#[tokio::test]
async fn no_body_counts_as_no_members() {
    let world = World::start().await;
    let answer = once(&world, aws("Test.Echo", "")).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ValidationException"));
    let message = answer.json()["Message"].as_str().unwrap().to_owned();
    assert!(message.contains("'text' failed to satisfy constraint"), "{message}");
    assert_eq!(answer.json()["Where"], "here");
}

#[tokio::test]
async fn errors_carry_the_operations_code_status_and_members() {
    let world = World::start().await;
    let absent = once(&world, aws("Test.Echo", r#"{"Text":"absent"}"#)).await;
    assert_eq!(absent.status, 404);
    assert_eq!(
        absent.json(),
        json!({"__type": "DoesNotExistException", "Message": "there is no such thing", "Where": "here"})
    );
    let ours = once(&world, aws("Test.Echo", r#"{"Text":"ours"}"#)).await;
    assert_eq!((ours.status, ours.code().as_str()), (500, "InternalServerError"));
    assert_eq!(world.service.stats().server_errors(), 1);
}

#[tokio::test]
async fn a_wrong_type_is_a_serialization_error_and_a_broken_constraint_is_not() {
    let world = World::start().await;
    let answer = once(&world, aws("Test.Echo", r#"{"Text":"x","Count":"three"}"#)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "SerializationException"));
    let answer = once(&world, aws("Test.Echo", r#"{"Text":"x","Count":101}"#)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ValidationException"));
}

#[tokio::test]
async fn what_is_not_an_operation_is_said_so_in_json() {
    let world = World::start().await;
    for target in ["Test.Nothing", "Other.Echo", "Echo", "Test.", ".", "Test.Echo.Echo", "Test.Show", "\u{e9}"] {
        let answer = once(&world, aws(target, "{}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "UnknownOperationException"), "{target}");
    }
    let without = request("POST /", "content-type: application/x-amz-json-1.1\r\n", "{}");
    assert_eq!(once(&world, without).await.code(), "UnknownOperationException");
    let twice = request(
        "POST /",
        "x-amz-target: Test.Echo\r\nx-amz-target: Test.Keep\r\ncontent-type: application/x-amz-json-1.1\r\n",
        "{}",
    );
    assert_eq!(once(&world, twice).await.code(), "UnknownOperationException");
    let elsewhere = aws("Test.Echo", "{}").replace("POST /", "POST /elsewhere");
    assert_eq!(once(&world, elsewhere).await.code(), "UnknownOperationException");
}

#[tokio::test]
async fn another_method_or_content_type_is_refused_in_json() {
    let world = World::start().await;
    let get = once(&world, aws("Test.Echo", "").replace("POST /", "GET /")).await;
    assert_eq!(
        (get.status, get.code().as_str(), get.header("allow")),
        (405, "MethodNotAllowedException", Some("POST"))
    );
    let plain = once(&world, aws("Test.Echo", "{}").replace("application/x-amz-json-1.1", "text/plain")).await;
    assert_eq!((plain.status, plain.code().as_str()), (400, "SerializationException"));
}

#[tokio::test]
async fn another_smithy_protocol_is_told_which_one_to_use() {
    let world = World::start().await;
    let cbor = request(
        "POST /service/Test/operation/Echo",
        &format!("{USER}smithy-protocol: rpc-v2-cbor\r\ncontent-type: application/cbor\r\n"),
        "\u{1}",
    );
    let answer = once(&world, cbor).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "UnknownOperationException"));
    assert!(answer.json()["message"].as_str().unwrap().contains("`rpc-v2-cbor` is not spoken here"), "{answer:?}");
}

#[tokio::test]
async fn who_asks_is_known_before_the_body_is_read_as_json() {
    let world = World::start().await;
    let unsigned = aws("Test.Echo", "{{{").replace(USER, "");
    let answer = once(&world, unsigned).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "MissingAuthenticationTokenException"));
    assert!(
        answer.json()["message"].as_str().unwrap().ends_with("for test"),
        "the operation's own service: {answer:?}"
    );
    let denied = once(&world, aws("Test.Echo", r#"{"Text":"x"}"#).replace("test root", "test denied")).await;
    assert_eq!((denied.status, denied.code().as_str()), (400, "AccessDeniedException"));
    assert_eq!(denied.json()["Message"], "not authorized to perform: test:Echo");
}

#[tokio::test]
async fn below_preview_a_write_is_only_looked_at() {
    let world = World::start().await;
    for path in ["/preview", "/preview/"] {
        let answer = once(&world, aws("Test.Keep", r#"{"Text":"x"}"#).replace("POST /", &format!("POST {path}"))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["Previewing"], true);
        assert!(answer.header("x-bartizan-preview").is_some(), "{answer:?}");
    }
    let committed = once(&world, aws("Test.Keep", r#"{"Text":"x"}"#)).await;
    assert_eq!((committed.json()["Previewing"].clone(), committed.header("x-bartizan-preview")), (json!(false), None));
    let other = once(&world, aws("Test.Keep", "{}").replace("POST /", "POST /previews")).await;
    assert_eq!(other.code(), "UnknownOperationException");
}

#[tokio::test]
async fn reason_and_expectation_reach_the_call() {
    let world = World::start().await;
    let marked = |marks: &str| aws("Test.Tell", r#"{"Text":"x"}"#).replace(USER, &format!("{USER}{marks}"));
    let answer = once(&world, marked("x-bartizan-reason:  a test \r\nx-bartizan-expect: 7\r\n")).await.json();
    assert_eq!((answer["Reason"].as_str(), answer["Expect"].as_i64()), (Some("a test"), Some(7)));
    assert_eq!(answer["Principal"], "root");
    let long = format!("x-bartizan-reason: {}\r\n", "r".repeat(513));
    for marks in [
        long.as_str(),
        "x-bartizan-expect: -1\r\n",
        "x-bartizan-expect: +1\r\n",
        "x-bartizan-expect: 99999999999999999999\r\n",
        "x-bartizan-reason: a\r\nx-bartizan-reason: b\r\n",
    ] {
        let answer = once(&world, marked(marks)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "ValidationException"), "{marks}");
    }
}

#[tokio::test]
async fn the_request_id_is_the_one_that_the_call_knows() {
    let world = World::start().await;
    let answer = once(&world, aws("Test.Tell", r#"{"Text":"x"}"#)).await;
    assert_eq!(answer.json()["Request"].as_str(), answer.header("x-amzn-requestid"));
}
