//! AWS Query.

use crate::client::{Answer, USER, once, request};
use crate::world::World;

async fn post(world: &World, form: &str) -> Answer {
    let headers = format!("{USER}content-type: application/x-www-form-urlencoded; charset=utf-8\r\n");
    once(world, request("POST /", &headers, form)).await
}

const CALL: &str = "Action=Reflect&Version=2011-06-15";

#[tokio::test]
async fn a_form_is_answered_in_xml() {
    let world = World::start().await;
    let answer = post(
        &world,
        &format!(
            "{CALL}&Text=a+%3C%26%3E+b&Count=7&Items.member.2=second&Items.member.1=first&Items.member.10=tenth&Deep.Flag=true\
             &Deep.Words.member.1=w&At=2015-08-30T12%3A36%3A00Z"
        ),
    )
    .await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml")), "{answer:?}");
    let id = answer.header("x-amzn-requestid").unwrap();
    assert_eq!(
        answer.body,
        format!(
            "<ReflectResponse xmlns=\"https://example.test/2011-06-15/\"><ReflectResult><At>2015-08-30T12:36:00Z</At>\
             <Count>7</Count><Deep><Flag>true</Flag><Words><member>w</member></Words></Deep><Items><member>first</member>\
             <member>second</member><member>tenth</member></Items><Text>a &lt;&amp;&gt; b</Text></ReflectResult>\
             <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></ReflectResponse>"
        )
    );
}

#[tokio::test]
async fn a_query_does_as_well() {
    let world = World::start().await;
    let answer = once(&world, request(&format!("GET /?{CALL}&Text=x&X-Amz-Expires=60"), USER, "")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.body.contains("<Text>x</Text>"), "{answer:?}");
}

#[tokio::test]
async fn an_unknown_action_is_said_so_in_xml() {
    let world = World::start().await;
    for (form, action, version) in [
        ("Action=Nothing&Version=2011-06-15", "Nothing", "2011-06-15"),
        ("Action=Reflect&Version=2012-01-01", "Reflect", "2012-01-01"),
        ("Action=Reflect", "Reflect", "NO_VERSION_SPECIFIED"),
        ("", "", "NO_VERSION_SPECIFIED"),
        ("Action=%3Cscript%3E", "&lt;script&gt;", "NO_VERSION_SPECIFIED"),
    ] {
        let answer = post(&world, form).await;
        assert_eq!((answer.status, answer.header("content-type")), (400, Some("text/xml")), "{form}");
        let id = answer.header("x-amzn-requestid").unwrap();
        assert_eq!(
            answer.body,
            format!(
                "<ErrorResponse xmlns=\"https://example.test/2011-06-15/\"><Error><Type>Sender</Type><Code>InvalidAction</Code>\
                 <Message>Could not find operation {action} for version {version}</Message></Error>\
                 <RequestId>{id}</RequestId></ErrorResponse>"
            )
        );
    }
}

#[tokio::test]
async fn errors_are_told_in_the_services_own_codes() {
    let world = World::start().await;
    for (form, headers, status, code) in [
        (format!("{CALL}&Text=x"), "", 403, "MissingAuthenticationToken"),
        (format!("{CALL}&Text=x"), "authorization: test denied\r\n", 403, "AccessDenied"),
        (format!("{CALL}&Text=absent"), USER, 404, "DoesNotExistException"),
        (CALL.to_owned(), USER, 400, "ValidationException"),
        (format!("{CALL}&Text=x&Count=y"), USER, 400, "MalformedInput"),
        (format!("{CALL}&Text=x&Text=y"), USER, 400, "MalformedInput"),
        (format!("{CALL}&A{}=1", ".x".repeat(17)), USER, 400, "ValidationError"),
        (format!("{CALL}&Text=panic"), USER, 500, "InternalFailure"),
        ((0..1001).map(|number| format!("&M{number}=")).collect(), USER, 400, "ValidationError"),
    ] {
        let form_type = "content-type: application/x-www-form-urlencoded\r\n";
        let answer = once(&world, request("POST /", &format!("{headers}{form_type}"), &form)).await;
        assert_eq!(answer.status, status, "{form}: {answer:?}");
        assert!(answer.body.contains(&format!("<Code>{code}</Code>")), "{form}: {answer:?}");
    }
}
