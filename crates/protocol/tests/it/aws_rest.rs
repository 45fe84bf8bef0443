//! AWS REST-JSON.

use serde_json::json;

use crate::client::{Answer, USER, once, request};
use crate::world::World;

async fn send(world: &World, line: &str, body: &str) -> Answer {
    once(world, request(line, USER, body)).await
}

#[tokio::test]
async fn members_come_from_where_the_binding_says() {
    let world = World::start().await;
    let headers = format!("{USER}x-amzn-bytes: AAE=\r\n");
    let line = "PATCH /things/a%3Ab%2Fc?Count=7&Items=x&Items=y+z&isAt=2015-08-30T12:36:00.500Z&Flag=true&Unknown=1";
    let answer = once(&world, request(line, &headers, r#"{"Deep":{"Flag":true},"At":7,"Count":9,"Text":"no"}"#)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // What travels elsewhere is not read from the body.
    assert_eq!(
        answer.json(),
        json!({
            "Text": "a:b/c", "Count": 7, "Items": ["x", "y z"], "Deep": {"Flag": true}, "At": 1_440_938_160.5,
            "Flag": true, "Bytes": "AAE=",
        })
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-amzn-requestid").is_some());
}

#[tokio::test]
async fn no_body_has_no_members_and_no_members_are_an_object() {
    let world = World::start().await;
    assert_eq!(send(&world, "GET /things/x?isAt=1440938160.5", "").await.json()["At"], 1_440_938_160.5);
    let answer = send(&world, "DELETE /things/x", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    assert_eq!(send(&world, "PATCH /things/x", "{}").await.status, 200);
}

#[tokio::test]
async fn a_raw_body_is_a_member() {
    let world = World::start().await;
    let answer = send(&world, "POST /topics/$aws%2Fthings/x?Count=1", "not {json").await;
    assert_eq!(answer.json(), json!({"Text": "$aws/things/x", "Count": 1, "Bytes": "bm90IHtqc29u"}));
    assert_eq!(send(&world, "POST /topics/x", "").await.json()["Bytes"], "");
}

#[tokio::test]
async fn literal_segments_come_before_labels() {
    let world = World::start().await;
    assert_eq!(send(&world, "PUT /things/first/x", "").await.body, "{}");
    assert_eq!(send(&world, "PUT /things/second/x", "").await.json()["Text"], "second");
    // A method that only the more general path has is found there.
    assert_eq!(send(&world, "GET /things/first", "").await.json()["Text"], "first");
}

#[tokio::test]
async fn errors_have_their_code_in_a_header() {
    let world = World::start().await;
    let tell = |answer: &Answer| (answer.status, answer.header("x-amzn-errortype").unwrap_or_default().to_owned());
    let absent = send(&world, "GET /things/absent", "").await;
    assert_eq!(tell(&absent), (404, "DoesNotExistException".to_owned()));
    assert_eq!(absent.json(), json!({"message": "there is no such thing", "Where": "here"}));
    for (line, body) in [
        ("PATCH /things/x", "{"),
        ("PATCH /things/x", "[1]"),
        ("PATCH /things/%zz", "{}"),
        ("PATCH /things/x?Count=1&Count=2", "{}"),
        ("PATCH /things/x?Count=seven", "{}"),
        ("PATCH /things/x?Flag=yes", "{}"),
        ("PATCH /things/x?isAt=tomorrow", "{}"),
    ] {
        let answer = send(&world, line, body).await;
        assert_eq!(tell(&answer), (400, "SerializationException".to_owned()), "{line} {body}");
    }
    let denied = once(&world, request("GET /things/x", "authorization: test denied\r\n", "")).await;
    assert_eq!(tell(&denied), (403, "AccessDeniedException".to_owned()));
    let unknown = once(&world, request("GET /things/x", "", "")).await;
    assert_eq!(tell(&unknown), (403, "MissingAuthenticationTokenException".to_owned()));
    assert!(unknown.json()["message"].as_str().unwrap().ends_with("for rest,restdata"), "{unknown:?}");
    for line in ["GET /nothing", "POST /things/x", "GET /things", "GET /things/x/", "GET /v2/things", "GET /"] {
        assert_eq!(tell(&send(&world, line, "").await), (404, "UnknownOperationException".to_owned()), "{line}");
    }
    let ours = send(&world, "GET /things/ours", "").await;
    assert_eq!(tell(&ours), (500, "InternalServerError".to_owned()));
    let panicked = send(&world, "GET /things/panic", "").await;
    assert_eq!(tell(&panicked), (500, "InternalFailureException".to_owned()));
}

#[tokio::test]
async fn below_preview_it_is_one() {
    let world = World::start().await;
    let answer = send(&world, "PUT /preview/things/x", r#"{"Deep":{}}"#).await;
    assert_eq!(answer.json()["Previewing"], true);
    assert!(answer.header("x-bartizan-preview").is_some());
    assert_eq!(tell_previewing(&send(&world, "PUT /things/x", "").await), json!(false));
}

fn tell_previewing(answer: &Answer) -> serde_json::Value {
    answer.json()["Previewing"].clone()
}
