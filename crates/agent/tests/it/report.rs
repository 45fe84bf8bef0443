//! Registering, reporting and retrying, against a local server.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use bartizan_agent::agent::{Activation, register};
use bartizan_agent::client::{CallError, Patience};
use bartizan_agent::spool::{Kind, Limits};
use bartizan_agent::{Agent, AgentError, Client, Credential, Folder, Pace};
use bartizan_host::index::Content;
use bartizan_host::observe::{Facts, Inventory};
use base64::Engine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::collect::{Host, packages, release};
use crate::server::{Answer, Asked, Server};

const LIST: &str = "/var/lib/apt/lists/h_dists_s_main_binary-amd64_Packages";

fn patience() -> Patience {
    Patience {
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(5),
        attempts_max: 3,
        pause: Duration::from_millis(10),
        pause_max: Duration::from_millis(50),
    }
}

fn credential() -> Credential {
    Credential {
        instance_id: "mi-0123456789abcdef0".into(),
        access_key_id: "BZAG0123456789ABCDEF".into(),
        secret_access_key: "0123456789abcdef0123456789abcdef01234567".into(),
        region: "eu-west-1".into(),
    }
}

fn host() -> Host {
    let host = Host::debian();
    host.write("/var/lib/apt/lists/h_dists_s_InRelease", release("s", true));
    host.write(LIST, packages(&["a", "b"]));
    host
}

fn client(url: &str) -> Client {
    Client::new(url.parse().unwrap(), patience())
}

fn agent(folder: &Path, host: &Host, url: &str) -> Agent {
    let folder = Folder::open(folder).unwrap();
    if folder.credential().unwrap().is_none() {
        folder.keep(&credential()).unwrap();
    }
    Agent::open(folder, client(url), host.root(), Limits::default()).unwrap()
}

/// Takes reports, and lacks every index that it was not sent.
fn willing(_: usize, asked: &Asked) -> Answer {
    match asked.path.as_str() {
        "/v1/host/inventory" => {
            let inventory: Inventory = serde_json::from_value(asked.json()["Inventory"].clone()).unwrap();
            let missing: Vec<_> = inventory.indices.into_iter().map(|index| index.digest).collect();
            Answer::Json(200, json!({ "MissingIndices": missing }))
        }
        _ => Answer::Json(200, json!({})),
    }
}

fn index_of(asked: &Asked) -> (String, Content) {
    let body = asked.json();
    let compressed = base64::engine::general_purpose::STANDARD.decode(body["Index"].as_str().unwrap()).unwrap();
    (body["Digest"].as_str().unwrap().to_owned(), Content::decompress(&compressed).unwrap())
}

#[tokio::test]
async fn a_host_registers_once() {
    let answer = json!({
        "InstanceId": "mi-0123456789abcdef0", "AccessKeyId": "BZAG1", "SecretAccessKey": "secret", "Region": "eu-west-1",
    });
    let server = Server::start(move |_, _| Answer::Json(200, answer.clone()));
    let (temp, host) = (TempDir::new().unwrap(), host());
    let folder = Folder::open(temp.path()).unwrap();
    let activation = Activation { id: "an-id", code: "a-code" };
    let mut client = client(&server.url());
    let credential = register(&folder, &mut client, &host.root(), activation).await.unwrap();
    assert_eq!(credential.instance_id, "mi-0123456789abcdef0");
    assert_eq!(folder.credential().unwrap(), Some(credential));
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v1/host/register"));
    assert_eq!(asked.header("authorization"), "", "the code is what proves it");
    let body = asked.json();
    assert_eq!((&body["ActivationId"], &body["ActivationCode"]), (&json!("an-id"), &json!("a-code")));
    let facts: Facts = serde_json::from_value(body["Facts"].clone()).unwrap();
    assert_eq!((facts.os_id.as_str(), facts.architecture.as_str()), ("debian", "amd64"));
    let again = register(&folder, &mut client, &host.root(), activation).await.unwrap_err();
    assert!(matches!(again, AgentError::Registered(_)), "{again}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_refused_registration_keeps_nothing_and_says_why() {
    let server = Server::start(|_, _| {
        Answer::Json(400, json!({ "__type": "InvalidActivation", "message": "the activation has expired" }))
    });
    let temp = TempDir::new().unwrap();
    let folder = Folder::open(temp.path()).unwrap();
    let activation = Activation { id: "an-id", code: "a-code" };
    let error = register(&folder, &mut client(&server.url()), &host().root(), activation).await.unwrap_err();
    assert_eq!(error.to_string(), "the server refused `/v1/host/register` with status 400: the activation has expired");
    assert_eq!(folder.credential().unwrap(), None);
    let unregistered = Agent::open(folder, client(&server.url()), host().root(), Limits::default()).unwrap_err();
    assert!(unregistered.to_string().starts_with("this host is not registered"));
}

#[tokio::test]
async fn a_report_is_followed_by_the_indices_that_the_server_lacks() {
    let server = Server::start(willing);
    let (temp, host) = (TempDir::new().unwrap(), host());
    let mut agent = agent(temp.path(), &host, &server.url());
    let delivered = agent.report(|_| {}).await.unwrap();
    assert_eq!(delivered.to_string(), "sent 1 reports and 1 package indices");
    assert_eq!(server.paths(), ["/v1/host/inventory", "/v1/host/index"]);
    let asked = server.asked();
    let inventory: Inventory = serde_json::from_value(asked[0].json()["Inventory"].clone()).unwrap();
    assert_eq!((inventory.instance.as_str(), inventory.installed.len()), ("mi-0123456789abcdef0", 1));
    let (digest, content) = index_of(&asked[1]);
    assert_eq!(digest, inventory.indices[0].digest);
    assert_eq!((content.digest(), content.packages()), (digest, 2));
    assert_eq!(agent.spool().items().count(), 0);
    for asked in &asked {
        verify_signature(asked);
    }
}

/// Makes the signature by hand, from the request as it came.
fn verify_signature(asked: &Asked) {
    let Credential { access_key_id, secret_access_key, region, .. } = credential();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let moment = asked.header("x-amz-date");
    let scope = format!("{}/{region}/bartizan/aws4_request", moment.get(..8).unwrap());
    let authorization = asked.header("authorization");
    let signed = authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
    let lines: String = signed.split(';').map(|name| format!("{name}:{}\n", asked.header(name))).collect();
    let payload = hex(&Sha256::digest(&asked.body));
    assert_eq!(asked.header("x-amz-content-sha256"), payload);
    for name in ["content-type", "host", "x-amz-content-sha256", "x-amz-date"] {
        assert!(signed.split(';').any(|known| known == name), "{name} is not signed: {signed}");
    }
    let canonical = format!("{}\n{}\n\n{lines}\n{signed}\n{payload}", asked.method, asked.path);
    let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let date = bartizan_host::deb::release::parse_date(date_header(moment).as_bytes()).unwrap();
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_millis(date.0.unsigned_abs());
    let key = generate_signing_key(&secret_access_key, time, &region, "bartizan");
    let signature = calculate_signature(key, to_sign.as_bytes());
    assert_eq!(
        authorization,
        format!("AWS4-HMAC-SHA256 Credential={access_key_id}/{scope}, SignedHeaders={signed}, Signature={signature}")
    );
}

/// `20261121T005302Z` as an HTTP date.
fn date_header(moment: &str) -> String {
    let part = |from: usize, to: usize| moment.get(from..to).unwrap();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months[part(4, 6).parse::<usize>().unwrap() - 1];
    format!("{} {month} {} {}:{}:{} UTC", part(6, 8), part(0, 4), part(9, 11), part(11, 13), part(13, 15))
}

#[tokio::test]
async fn what_fails_for_now_is_tried_again() {
    let server = Server::start(|before, asked| match before {
        0 => Answer::With(503, "Retry-After", "0".to_owned()),
        1 => Answer::Close,
        _ => willing(before, asked),
    });
    let (temp, host) = (TempDir::new().unwrap(), host());
    let delivered = agent(temp.path(), &host, &server.url()).report(|_| {}).await.unwrap();
    assert_eq!((delivered.reports, delivered.indices), (1, 1));
    assert_eq!(server.paths().iter().filter(|path| *path == "/v1/host/inventory").count(), 3);
}

#[tokio::test]
async fn the_server_may_ask_for_a_longer_pause() {
    let server = Server::start(|before, asked| match before {
        0 => Answer::With(429, "Retry-After", "1".to_owned()),
        _ => willing(before, asked),
    });
    let (temp, host) = (TempDir::new().unwrap(), host());
    let folder = Folder::open(temp.path()).unwrap();
    folder.keep(&credential()).unwrap();
    let patience = Patience { pause_max: Duration::from_secs(5), ..patience() };
    let client = Client::new(server.url().parse().unwrap(), patience);
    let start = Instant::now();
    Agent::open(folder, client, host.root(), Limits::default()).unwrap().report(|_| {}).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let server = Server::start(|_, _| Answer::Silence);
    let (temp, host) = (TempDir::new().unwrap(), host());
    let folder = Folder::open(temp.path()).unwrap();
    folder.keep(&credential()).unwrap();
    let patience = Patience { answer: Duration::from_millis(100), attempts_max: 2, ..patience() };
    let client = Client::new(server.url().parse().unwrap(), patience);
    let mut agent = Agent::open(folder, client, host.root(), Limits::default()).unwrap();
    let error = agent.report(|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("no answer within 100ms"), "{error}");
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn reports_and_their_indices_outlive_a_server_that_is_away_and_a_restart() {
    // A port where nothing listens, until later.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (temp, host) = (TempDir::new().unwrap(), host());
    let url = format!("http://{address}");
    let mut first = agent(temp.path(), &host, &url);
    let error = first.report(|_| {}).await.unwrap_err();
    assert!(matches!(error, AgentError::Call(CallError::Unavailable { .. })), "{error}");
    let kinds =
        |agent: &Agent| -> Vec<bool> { agent.spool().items().map(|item| *item.kind() == Kind::Inventory).collect() };
    assert_eq!(kinds(&first), [true, false], "the report, and the index that it refers to");
    drop(first);

    // apt replaces the index, and the agent starts again.
    host.write(LIST, packages(&["c"]));
    let server = Server::listen(TcpListener::bind(address).unwrap(), willing);
    let mut second = agent(temp.path(), &host, &url);
    assert_eq!(kinds(&second), [true, false]);
    let delivered = second.report(|_| {}).await.unwrap();
    assert_eq!((delivered.reports, delivered.indices, delivered.gone), (2, 2, 0));
    let names: Vec<String> = server
        .asked()
        .iter()
        .filter(|asked| asked.path == "/v1/host/index")
        .map(|asked| index_of(asked).1.rows().next().unwrap().name.to_owned())
        .collect();
    assert_eq!(names, ["a", "c"], "the older report first, with the index that it was made of");
    assert_eq!(second.spool().items().count(), 0);
}

#[tokio::test]
async fn a_report_that_is_refused_does_not_block_the_next_ones() {
    let refuse = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&refuse);
    let server = Server::start(move |before, asked| {
        if flag.load(Ordering::SeqCst) {
            Answer::Json(400, json!({ "message": "no such node" }))
        } else {
            willing(before, asked)
        }
    });
    let (temp, host) = (TempDir::new().unwrap(), host());
    let mut agent = agent(temp.path(), &host, &server.url());
    let delivered = agent.report(|_| {}).await.unwrap();
    assert_eq!((delivered.reports, delivered.refused), (0, 1));
    assert_eq!(server.asked().len(), 1, "trying again would not help");
    refuse.store(false, Ordering::SeqCst);
    assert_eq!(agent.report(|_| {}).await.unwrap().reports, 1);
}

#[tokio::test]
async fn a_key_that_is_not_accepted_keeps_the_reports() {
    let server = Server::start(|_, _| Answer::Json(401, json!({ "message": "The security token is invalid." })));
    let (temp, host) = (TempDir::new().unwrap(), host());
    let mut agent = agent(temp.path(), &host, &server.url());
    let error = agent.report(|_| {}).await.unwrap_err();
    assert!(matches!(error, AgentError::Call(CallError::Denied(_))), "{error}");
    assert_eq!(server.asked().len(), 1);
    assert!(agent.spool().items().any(|item| *item.kind() == Kind::Inventory));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_servers() {
    let server = Server::start(|before, asked| match before {
        0 => Answer::With(401, "Date", "Tue, 21 Nov 2034 00:53:02 GMT".to_owned()),
        _ => willing(before, asked),
    });
    let (temp, host) = (TempDir::new().unwrap(), host());
    agent(temp.path(), &host, &server.url()).report(|_| {}).await.unwrap();
    let asked = server.asked();
    assert!(!asked[0].header("x-amz-date").starts_with("2034"));
    assert!(asked[1..].iter().all(|asked| asked.header("x-amz-date").starts_with("20341121T00")), "{asked:?}");
    verify_signature(&asked[1]);
}

#[tokio::test]
async fn an_answer_that_is_not_ours_is_told_from_a_refusal() {
    let server = Server::start(|_, _| Answer::Json(200, Value::from("hello")));
    let (temp, host) = (TempDir::new().unwrap(), host());
    let error = agent(temp.path(), &host, &server.url()).report(|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("a Bartizan server?"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loop_reports_changes_early_and_stops_when_told() {
    let server = Server::start(willing);
    let (temp, host) = (TempDir::new().unwrap(), host());
    let mut agent = agent(temp.path(), &host, &server.url());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let pace = Pace {
        interval: Duration::from_secs(3_600),
        watch: Duration::from_millis(20),
        retry: Duration::from_millis(50),
    };
    let running = tokio::spawn(async move { agent.run(pace, async { drop(stopped.await) }).await });
    let reports = || server.paths().iter().filter(|path| *path == "/v1/host/inventory").count();
    let until = async |count: usize| {
        let end = Instant::now() + Duration::from_secs(20);
        while reports() < count {
            assert!(Instant::now() < end, "{} reports instead of {count}", reports());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    until(1).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(reports(), 1, "nothing changed");
    host.touch("/var/lib/dpkg/status", 1_000);
    until(2).await;
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_loop_ends_where_there_is_nothing_to_read() {
    let server = Server::start(willing);
    let (temp, host) = (TempDir::new().unwrap(), Host::new());
    let mut agent = agent(temp.path(), &host, &server.url());
    let error = agent.run(Pace::default(), std::future::pending()).await.unwrap_err();
    assert!(error.to_string().contains("has no package database"), "{error}");
    assert!(server.asked().is_empty());
}
