use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bartizan_courier::{Courier, Method, Request, Trust, Unanswered};
use bytes::Bytes;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

fn request(url: &str) -> Request<'_> {
    Request {
        method: Method::Post,
        url,
        headers: &[("x-one", "1")],
        body: Bytes::from_static(b"body"),
        signing: None,
        timeout: Duration::from_secs(5),
        answer_bytes_max: 1_000,
    }
}

/// Answers every connection with `answer`, once.
fn server(answer: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/path?a=b", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 2_000];
        let mut length = 0;
        while !asked[..length].ends_with(b"body") {
            length += stream.read(&mut asked[length..]).unwrap();
        }
        stream.write_all(answer).unwrap();
        String::from_utf8(asked[..length].to_vec()).unwrap()
    });
    (url, asked)
}

#[tokio::test]
async fn an_answer_that_refuses_is_an_answer() {
    let (url, asked) = server(b"HTTP/1.1 403 No\r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\nno");
    let answer = Courier::default().send(&request(&url)).await.unwrap();
    assert_eq!((answer.status, answer.is_success(), &answer.body[..]), (403, false, &b"no"[..]));
    assert_eq!(answer.header("retry-after"), Some("7"));
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("POST /path?a=b HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("x-one: 1\r\n") && asked.contains("content-length: 4\r\n"), "{asked}");
}

#[tokio::test]
async fn everything_has_a_limit() {
    let (url, _asked) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc");
    let small = Request { answer_bytes_max: 2, ..request(&url) };
    assert!(matches!(Courier::default().send(&small).await, Err(Unanswered::Unreachable(_))), "a large answer");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let hasty = Request { timeout: Duration::from_millis(50), ..request(&url) };
    assert_eq!(Courier::default().send(&hasty).await.unwrap_err(), Unanswered::Late(Duration::from_millis(50)));
    drop(silent);
    let refused = Courier::default().send(&hasty).await.unwrap_err();
    assert!(matches!(&refused, Unanswered::Unreachable(why) if why.contains("refused")), "{refused}");
    assert!(matches!(Courier::default().send(&request("http://")).await, Err(Unanswered::Unusable(_))));
}

#[tokio::test]
async fn over_tls_only_trusted_certificates_are_believed() {
    let folder = TempDir::new().unwrap();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, cert.pem()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut asked = [0; 2_000];
            let _length = stream.read(&mut asked).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n").await.unwrap();
            let _closed = stream.shutdown().await;
        }
    });
    let url = format!("https://localhost:{port}/");
    let answer = Courier::new(Trust::File(trusted.clone())).send(&request(&url)).await.unwrap();
    assert_eq!(answer.status, 204);

    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let stranger = folder.path().join("stranger.pem");
    std::fs::write(&stranger, other.cert.pem()).unwrap();
    let refused = Courier::new(Trust::File(stranger)).send(&request(&url)).await.unwrap_err();
    assert!(matches!(&refused, Unanswered::Unreachable(why) if why.contains("certificate")), "{refused}");
    let by_address = format!("https://127.0.0.1:{port}/");
    let refused = Courier::new(Trust::File(trusted)).send(&request(&by_address)).await.unwrap_err();
    assert!(matches!(&refused, Unanswered::Unreachable(why) if why.contains("certificate")), "{refused}");
    let absent = Courier::new(Trust::File(folder.path().join("absent.pem"))).send(&request(&url)).await.unwrap_err();
    assert!(matches!(&absent, Unanswered::Unusable(why) if why.contains("absent.pem")), "{absent}");
}
