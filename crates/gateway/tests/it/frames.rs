//! HTTP/2 by hand, for what no client sends.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

pub(crate) type Fields<'a> = &'a [(&'static str, &'static str)];

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), data].concat()
}

/// Literal fields, without any table and without Huffman's code [RFC 7541, 6.2.2].
fn block(fields: Fields<'_>) -> Vec<u8> {
    let text = |text: &str| {
        assert!(text.len() < 127);
        [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
    };
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// Sends one request, and waits until it is answered, or refused in whatever way.
pub(crate) async fn send(mut stream: impl AsyncRead + AsyncWrite + Unpin, fields: Fields<'_>, body: &[u8]) {
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(SETTINGS, 0, 0, &[]));
    let last = if body.is_empty() { END_STREAM } else { 0 };
    sent.extend(frame(HEADERS, END_HEADERS | last, 1, &block(fields)));
    if !body.is_empty() {
        sent.extend(frame(DATA, END_STREAM, 1, body));
    }
    stream.write_all(&sent).await.unwrap();
    let answered = async {
        loop {
            let mut head = [0; 9];
            if stream.read_exact(&mut head).await.is_err() {
                return;
            }
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut data = vec![0; usize::try_from(length).unwrap()];
            if stream.read_exact(&mut data).await.is_err() || matches!(head[3], HEADERS | RESET | GOAWAY) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), answered).await.expect("an answer of some kind");
}
