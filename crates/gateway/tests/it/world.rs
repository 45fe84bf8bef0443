//! An application that answers with what came, and a gateway before it.

use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_gateway::{Gateway, Guard, LiveTraffic, Running, Settings, TokenKey};
use bartizan_web::document::WebAcl;
use bartizan_web::engine::{Library, NoAtlas, Plan, compile};
use bartizan_wire::{Checked, Json, Timestamp};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct World {
    pub(crate) gateway: Running,
    pub(crate) guard: Arc<Guard>,
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
    let arn = format!("arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/{ID}");
    let document = json!({"Name": "edge", "Id": ID, "ARN": arn, "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("edge"),
        "Rules": rules.collect::<Vec<_>>()});
    let json = Json::parse(document.to_string().as_bytes(), Json::DEPTH_MAX).unwrap();
    let acl: WebAcl =
        Checked::decode(&json).map(Checked::into_inner).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    Arc::new(compile(&acl, &Library::default()).unwrap())
}

impl World {
    pub(crate) async fn new(inspected: usize) -> Self {
        let application = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = format!("http://{}", application.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = application.accept().await {
                tokio::spawn(echo(stream));
            }
        });
        let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let mut settings = Settings::new(listen, upstream.parse().unwrap(), "gateway".to_owned());
        settings.inspected = inspected;
        let guard = Arc::new(Guard::default());
        let traffic = Arc::new(LiveTraffic::default());
        let key = TokenKey::new(&[7; 32]).unwrap();
        let gateway =
            Gateway::start(settings, Arc::clone(&guard), vec![traffic], Arc::new(NoAtlas), key, now).await.unwrap();
        Self { gateway, guard }
    }

    /// Sends bytes on a connection of their own, and reads until the other side closes it.
    pub(crate) async fn send(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.gateway.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut got = Vec::new();
        // a connection that is reset has been closed as well
        let _ended = stream.read_to_end(&mut got).await;
        String::from_utf8_lossy(&got).into_owned()
    }

    pub(crate) async fn get(&self, uri: &str, headers: &str) -> String {
        self.send(&format!("GET {uri} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n{headers}\r\n"), b"").await
    }
}

/// Answers each request of a connection with its head and the length of its body. Knows lengths only, no chunks.
async fn echo(mut stream: TcpStream) {
    let mut buffer = Vec::new();
    loop {
        let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
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
