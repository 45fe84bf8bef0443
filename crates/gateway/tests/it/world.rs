//! An application that answers with what came, and a gateway before it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bartizan_gateway::{Gateway, Guard, LiveTraffic, Running, Seen, Settings, TokenKey, Watcher};
use bartizan_web::document::WebAcl;
use bartizan_web::engine::{Library, NoAtlas, Plan, compile};
use bartizan_wire::{Checked, Json, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct World {
    pub(crate) gateway: Running,
    pub(crate) guard: Arc<Guard>,
    /// Requests that came to the application.
    pub(crate) arrived: Arc<AtomicUsize>,
    pub(crate) heard: Arc<Heard>,
}

/// Fingerprints of those whose requests were judged.
#[derive(Debug, Default)]
pub(crate) struct Heard(pub(crate) Mutex<Vec<(Option<String>, Option<String>)>>);

impl Watcher for Heard {
    fn seen(&self, seen: &Seen<'_>) {
        let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        self.0.lock().unwrap().push((text(seen.request.ja3), text(seen.request.ja4)));
    }
}

/// An application; tells where it listens.
pub(crate) async fn application(arrived: Arc<AtomicUsize>) -> String {
    let application = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", application.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = application.accept().await {
            tokio::spawn(echo(stream, Arc::clone(&arrived)));
        }
    });
    upstream
}

const ID: &str = "0a1b2c3d-0000-4000-8000-0123456789ab";

fn now() -> Timestamp {
    Timestamp(1_800_000_000_000)
}

/// A plan whose rules are these: name, text in the path, action.
pub(crate) fn plan(rules: &[(&str, &str, Value)]) -> Arc<Plan> {
    let seen =
        |metric: &str| json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": metric});
    let rules = rules.iter().enumerate().map(|(number, (name, text, action))| {
        let search = bartizan_wire::Blob(text.as_bytes().to_vec()).to_base64();
        json!({"Name": name, "Priority": number, "Action": action, "VisibilityConfig": seen(name), "Statement": {
            "ByteMatchStatement": {"SearchString": search, "FieldToMatch": {"UriPath": {}}, "PositionalConstraint": "CONTAINS",
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}})
    });
    compiled(&rules.collect::<Vec<_>>())
}

/// A plan that blocks clients with a fingerprint.
pub(crate) fn fingerprint_plan(field: &str, text: &str) -> Arc<Plan> {
    let search = bartizan_wire::Blob(text.as_bytes().to_vec()).to_base64();
    let seen = json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m"});
    compiled(&[
        json!({"Name": "fingerprint", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": seen, "Statement": {
        "ByteMatchStatement": {"SearchString": search, "FieldToMatch": {field: {"FallbackBehavior": "NO_MATCH"}},
            "PositionalConstraint": "EXACTLY", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}}),
    ])
}

/// A plan that reads a body many times, each time after other transformations, and finds nothing.
pub(crate) fn dear_plan() -> Arc<Plan> {
    let kinds = [
        "NONE",
        "LOWERCASE",
        "URL_DECODE",
        "COMPRESS_WHITE_SPACE",
        "HTML_ENTITY_DECODE",
        "CMD_LINE",
        "BASE64_DECODE",
        "HEX_DECODE",
    ];
    let seen = json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m"});
    let rule = |(number, (first, second)): (usize, (&str, &str))| {
        json!({"Name": format!("r{number}"), "Priority": number, "Action": {"Count": {}}, "VisibilityConfig": seen, "Statement": {
            "XssMatchStatement": {"FieldToMatch": {"Body": {"OversizeHandling": "CONTINUE"}}, "TextTransformations": [
                {"Priority": 0, "Type": first}, {"Priority": 1, "Type": second}]}}})
    };
    let pairs = kinds.into_iter().flat_map(|first| kinds.map(|second| (first, second)));
    compiled(&pairs.enumerate().map(rule).collect::<Vec<_>>())
}

fn compiled(rules: &[Value]) -> Arc<Plan> {
    let arn = format!("arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/{ID}");
    let seen = json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "edge"});
    let document = json!({"Name": "edge", "Id": ID, "ARN": arn, "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen, "Rules": rules});
    let json = Json::parse(document.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
    let acl: WebAcl =
        Checked::decode(&json).map(Checked::into_inner).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    Arc::new(compile(&acl, &Library::default()).unwrap())
}

impl World {
    pub(crate) async fn new(inspected: usize) -> Self {
        Self::with(inspected, |_| {}).await
    }

    pub(crate) async fn with(inspected: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let arrived = Arc::new(AtomicUsize::new(0));
        let upstream = application(Arc::clone(&arrived)).await;
        let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let mut settings = Settings::new(listen, vec![upstream.parse().unwrap()], "gateway".to_owned());
        settings.inspected = inspected;
        change(&mut settings);
        let guard = Arc::new(Guard::default());
        let heard = Arc::new(Heard::default());
        let traffic = Arc::new(LiveTraffic::default());
        let key = TokenKey::new(&[7; 32]).unwrap();
        let gateway = Gateway::start(
            settings,
            Arc::clone(&guard),
            vec![traffic, Arc::clone(&heard) as _],
            Arc::new(NoAtlas),
            key,
            now,
        )
        .await
        .unwrap();
        Self { gateway, guard, arrived, heard }
    }

    /// What is measured.
    pub(crate) async fn metrics(&self) -> String {
        let mut stream = TcpStream::connect(self.gateway.metrics().unwrap()).await.unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut got = String::new();
        stream.read_to_string(&mut got).await.unwrap();
        got
    }

    /// Sends bytes on a connection of their own, and reads until the other side closes it.
    pub(crate) async fn send(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.gateway.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut got = Vec::new();
        // a connection that is reset has been closed as well; one that waits for more of a body stays
        let _ended = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut got)).await;
        String::from_utf8_lossy(&got).into_owned()
    }

    pub(crate) async fn get(&self, uri: &str, headers: &str) -> String {
        self.send(&format!("GET {uri} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n{headers}\r\n"), b"").await
    }
}

/// Answers each request of a connection with its head and the length of its body. Knows lengths only, no chunks.
async fn echo(mut stream: TcpStream, arrived: Arc<AtomicUsize>) {
    let mut buffer = Vec::new();
    loop {
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        arrived.fetch_add(1, Ordering::SeqCst);
        if head.to_ascii_lowercase().contains("upgrade: websocket") {
            let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
            stream.write_all(switched.as_bytes()).await.unwrap();
            let (mut read, mut write) = stream.split();
            let _ended = tokio::io::copy(&mut read, &mut write).await;
            return;
        }
        if head.starts_with("GET /slow ") {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = buffer.split_off(end + 4);
        while body.len() < length {
            if stream.read_buf(&mut body).await.unwrap_or(0) == 0 {
                return;
            }
        }
        buffer = body.split_off(length);
        let told = format!("{head}\nbody of {length}, sum {}", body.iter().map(|byte| u64::from(*byte)).sum::<u64>());
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nX-Application: yes\r\n\r\n{told}", told.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
