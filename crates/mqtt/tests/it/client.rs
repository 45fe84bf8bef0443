//! A client made of bytes, so that it can do what no client should.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);

/// First byte and remaining length before a body.
pub(crate) fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut length = body.len();
    loop {
        let byte = u8::try_from(length % 128).unwrap();
        length /= 128;
        packet.push(if length > 0 { byte | 128 } else { byte });
        if length == 0 {
            break;
        }
    }
    packet.extend(body);
    packet
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    let mut bytes = u16::try_from(text.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// CONNECT.
#[derive(Clone)]
pub(crate) struct Connect {
    pub(crate) version: u8,
    pub(crate) id: String,
    pub(crate) clean: bool,
    pub(crate) keep_alive: u16,
    pub(crate) user: Option<(&'static str, &'static str)>,
    pub(crate) will: Option<(&'static str, &'static str)>,
    /// Of version 5, encoded.
    pub(crate) properties: Vec<u8>,
}

impl Connect {
    pub(crate) fn v3(id: &str) -> Self {
        let id = id.to_owned();
        Self { version: 4, id, clean: true, keep_alive: 60, user: None, will: None, properties: vec![] }
    }

    pub(crate) fn v5(id: &str) -> Self {
        Self { version: 5, ..Self::v3(id) }
    }

    pub(crate) fn kept(self) -> Self {
        let properties = if self.version == 5 { vec![17, 0, 0, 14, 16] } else { vec![] };
        Self { clean: false, properties, ..self }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut flags = u8::from(self.clean) << 1;
        flags |= self.user.map_or(0, |_| 0xc0) | self.will.map_or(0, |_| 0x0c);
        let mut body = text("MQTT");
        body.extend([self.version, flags]);
        body.extend(self.keep_alive.to_be_bytes());
        if self.version == 5 {
            body.push(u8::try_from(self.properties.len()).unwrap());
            body.extend(&self.properties);
        }
        body.extend(text(&self.id));
        if let Some((topic, payload)) = self.will {
            if self.version == 5 {
                body.push(0);
            }
            body.extend(text(topic));
            body.extend(text(payload));
        }
        if let Some((name, password)) = self.user {
            body.extend(text(name));
            body.extend(text(password));
        }
        packet(0x10, &body)
    }
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    version: u8,
}

impl Client {
    /// Not introduced yet.
    pub(crate) async fn raw(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self { stream, version: 4 }
    }

    /// Connected, and whether its session was there.
    pub(crate) async fn open(address: SocketAddr, connect: &Connect) -> (Self, bool) {
        let mut client = Self::raw(address).await;
        client.version = connect.version;
        client.write(&connect.bytes()).await;
        let (first, body) = client.read().await;
        assert_eq!((first, body[1]), (0x20, 0), "{body:?}");
        (client, body[0] == 1)
    }

    pub(crate) async fn v3(address: SocketAddr, id: &str) -> Self {
        Self::open(address, &Connect::v3(id)).await.0
    }

    pub(crate) async fn v5(address: SocketAddr, id: &str) -> Self {
        Self::open(address, &Connect::v5(id)).await.0
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next packet, or none if the connection was closed.
    pub(crate) async fn try_read(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(PATIENCE, async {
            let first = self.stream.read_u8().await.ok()?;
            let (mut length, mut shift) = (0, 0);
            loop {
                let byte = self.stream.read_u8().await.ok()?;
                length |= usize::from(byte & 127) << shift;
                shift += 7;
                if byte < 128 {
                    break;
                }
            }
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.ok()?;
            Some((first, body))
        })
        .await
        .expect("the server neither answered nor closed")
    }

    pub(crate) async fn read(&mut self) -> (u8, Vec<u8>) {
        self.try_read().await.expect("the connection was closed")
    }

    /// Reads what is left until the connection is closed.
    pub(crate) async fn closed(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _reset_is_closed_as_well = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("still open");
        rest
    }

    fn properties(&self) -> &'static [u8] {
        if self.version == 5 { &[0] } else { &[] }
    }

    pub(crate) fn publish_bytes(&self, topic: &str, payload: &[u8], qos1: Option<u16>) -> Vec<u8> {
        let mut body = text(topic);
        body.extend(qos1.map(u16::to_be_bytes).iter().flatten());
        body.extend(self.properties());
        body.extend(payload);
        packet(0x30 | if qos1.is_some() { 2 } else { 0 }, &body)
    }

    pub(crate) async fn publish(&mut self, topic: &str, payload: &str, qos1: Option<u16>) {
        let bytes = self.publish_bytes(topic, payload.as_bytes(), qos1);
        self.write(&bytes).await;
    }

    /// Subscribes and gives the answer's code.
    pub(crate) async fn subscribe(&mut self, filter: &str, options: u8) -> u8 {
        let mut body = vec![0, 9];
        body.extend(self.properties());
        body.extend(text(filter));
        body.push(options);
        self.write(&packet(0x82, &body)).await;
        let (first, body) = self.read().await;
        assert_eq!(first, 0x90);
        *body.last().unwrap()
    }

    /// The next message: topic, payload, and the packet id of QoS 1, with whether it was sent before.
    pub(crate) async fn message(&mut self) -> (String, String, Option<(u16, bool)>) {
        let (first, body) = self.read().await;
        assert_eq!(first & 0xf0, 0x30, "{first:x} {body:?}");
        let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
        let topic = String::from_utf8(body[2..2 + length].to_vec()).unwrap();
        let mut at = 2 + length;
        let packet = (first & 6 != 0).then(|| (u16::from_be_bytes([body[at], body[at + 1]]), first & 8 != 0));
        at += if packet.is_some() { 2 } else { 0 };
        at += if self.version == 5 { 1 + usize::from(body[at]) } else { 0 };
        (topic, String::from_utf8(body[at..].to_vec()).unwrap(), packet)
    }

    pub(crate) async fn acknowledge(&mut self, id: u16) {
        let [high, low] = id.to_be_bytes();
        self.write(&[0x40, 2, high, low]).await;
    }

    /// Everything sent so far has been taken in when this returns, and nothing else came meanwhile.
    pub(crate) async fn settle(&mut self) {
        self.write(&[0xc0, 0]).await;
        assert_eq!(self.read().await, (0xd0, vec![]));
    }

    pub(crate) async fn disconnect(mut self) {
        self.write(&[0xe0, 0]).await;
        self.closed().await;
    }
}
