//! A client that sends exactly what a test says.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::world::World;

/// Longer than every timeout of a test's service.
const PATIENCE: Duration = Duration::from_secs(5);

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Code of an AWS JSON error.
    pub(crate) fn code(&self) -> String {
        self.json()["__type"].as_str().unwrap_or_else(|| panic!("no code: {self:?}")).to_owned()
    }
}

pub(crate) struct Connection(TcpStream, Vec<u8>);

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap(), Vec::new())
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The server may have closed already: what it said before is then read.
        let _sent = self.0.write_all(bytes.as_ref()).await;
    }

    /// The next answer; `None` if the connection ended without one.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        timeout(PATIENCE, self.read_answer()).await.expect("the server must answer or close in time")
    }

    async fn read_answer(&mut self) -> Option<Answer> {
        loop {
            if let Some(end) = self.1.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8(self.1[..end].to_vec()).unwrap();
                let length = head
                    .lines()
                    .filter_map(|line| line.split_once(':'))
                    .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                    .map_or(0, |(_, value)| value.trim().parse::<usize>().unwrap());
                let whole = end + 4 + length;
                if self.1.len() >= whole {
                    let body = String::from_utf8(self.1[end + 4..whole].to_vec()).unwrap();
                    self.1.drain(..whole);
                    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                    if status == 100 {
                        continue;
                    }
                    return Some(Answer { status, head, body });
                }
            }
            let mut more = [0; 4096];
            match self.0.read(&mut more).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.1.extend_from_slice(&more[..count]),
            }
        }
    }

    /// True if the server closes the connection without another byte.
    pub(crate) async fn is_closed(&mut self) -> bool {
        self.answer().await.is_none()
    }
}

/// One request on a connection of its own.
pub(crate) async fn once(world: &World, request: impl AsRef<[u8]>) -> Answer {
    let mut connection = Connection::open(world.address).await;
    connection.send(request).await;
    connection.answer().await.expect("an answer")
}

/// A request with these header lines and a length.
pub(crate) fn request(line: &str, headers: &str, body: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub(crate) const USER: &str = "authorization: test root\r\n";

/// An AWS JSON request of root.
pub(crate) fn json(target: &str, body: &str) -> String {
    let headers = format!("{USER}x-amz-target: {target}\r\ncontent-type: application/x-amz-json-1.1\r\n");
    request("POST /", &headers, body)
}
