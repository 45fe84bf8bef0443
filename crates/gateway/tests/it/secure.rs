//! Clients with TLS, and HTTP/2.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bartizan_gateway::TlsFiles;
use http::{Request, Version};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::frames::{self, Fields};
use crate::world::{World, fingerprint_plan, plan};

/// A certificate for names, and its key.
fn certificate(folder: &Path, file: &str, names: &[&str]) -> TlsFiles {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let files = TlsFiles { certificate: folder.join(format!("{file}.pem")), key: folder.join(format!("{file}.key")) };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

fn read(files: &TlsFiles) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&files.certificate).unwrap()
}

/// A client that trusts these certificates and asks for these protocols.
async fn connect(
    world: &World,
    trusted: &[&TlsFiles],
    name: &str,
    protocols: &[&[u8]],
) -> Option<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for files in trusted {
        roots.add(read(files)).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(world.gateway.address()).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()
}

async fn get(mut stream: TlsStream<TcpStream>, host: &str) -> String {
    let head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).await.unwrap();
    String::from_utf8(got).unwrap()
}

#[tokio::test]
async fn the_certificate_is_that_of_the_name_and_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let one = certificate(folder.path(), "one", &["a.example"]);
    let two = certificate(folder.path(), "two", &["*.b.example"]);
    let files = vec![one.clone(), two.clone()];
    let world = World::with(100, |settings| settings.certificates = files).await;
    let got = get(connect(&world, &[&one], "a.example", &[]).await.unwrap(), "a.example").await;
    assert!(got.starts_with("HTTP/1.1 200") && got.contains("x-forwarded-proto: https"), "{got}");
    assert!(connect(&world, &[&two], "www.b.example", &[]).await.is_some());
    assert!(connect(&world, &[&two], "a.b.b.example", &[]).await.is_none());
    assert!(connect(&world, &[&one, &two], "c.example", &[]).await.is_none());
    let shown = |stream: &TlsStream<TcpStream>| stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    let before = connect(&world, &[&one], "a.example", &[]).await.unwrap();
    assert_eq!(shown(&before), read(&one));

    let renewed = certificate(folder.path(), "one", &["a.example"]);
    let key = std::fs::File::options().append(true).open(&renewed.key).unwrap();
    key.set_modified(key.metadata().unwrap().modified().unwrap() + Duration::from_secs(10)).unwrap();
    let mut tries = 0;
    while connect(&world, &[&renewed], "a.example", &[]).await.is_none() {
        tries += 1;
        assert!(tries < 100, "the new certificate is not shown");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // who is connected stays so
    assert!(get(before, "a.example").await.starts_with("HTTP/1.1 200"));
    // and who speaks no TLS is not served
    assert!(!world.get("/", "").await.contains("X-Application"));
}

#[tokio::test]
async fn requests_of_the_second_version_arrive_as_those_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let one = certificate(folder.path(), "one", &["a.example"]);
    let files = vec![one.clone()];
    let world = World::with(1_000, |settings| settings.certificates = files).await;
    world.guard.set(Some(plan(&[("bad", "/bad", json!({"Block": {}}))])));
    let stream = connect(&world, &[&one], "a.example", &[b"h2", b"http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("https://a.example/x?y").version(Version::HTTP_2);
    let request = request
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .body(Full::<bytes::Bytes>::new(vec![b'x'; 5_000].into()));
    let answer = client.send_request(request.unwrap()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    let got = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(got.starts_with("POST /x?y HTTP/1.1"), "{got}");
    let lower = got.to_lowercase();
    assert!(lower.contains("host: a.example") && lower.contains("cookie: a=1; b=2"), "{got}");
    assert!(lower.contains("x-forwarded-proto: https") && lower.contains("body of 5000,"), "{got}");
    // several at once, judged each
    let ask = |path: &str| Request::get(format!("https://a.example{path}")).body(Full::default()).unwrap();
    let mut other = client.clone();
    let (slow, bad) = tokio::join!(client.send_request(ask("/slow")), other.send_request(ask("/bad")));
    assert_eq!((slow.unwrap().status().as_u16(), bad.unwrap().status().as_u16()), (200, 403));

    // the same client again, known by its fingerprint
    let (ja3, ja4) = world.heard.0.lock().unwrap().last().unwrap().clone();
    let (ja3, ja4) = (ja3.unwrap(), ja4.unwrap());
    assert_eq!((ja3.len(), ja4.len()), (32, 36), "{ja3} {ja4}");
    assert!(ja4.starts_with("t13d") && ja4.get(8..11) == Some("h2_"), "{ja4}");
    for (field, text) in [("JA3Fingerprint", &ja3), ("JA4Fingerprint", &ja4)] {
        world.guard.set(Some(fingerprint_plan(field, text)));
        let answer = client.send_request(ask("/")).await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{field}");
        world.guard.set(Some(fingerprint_plan(field, &text.replace(|digit: char| digit.is_ascii_digit(), "0"))));
        assert_eq!(client.send_request(ask("/")).await.unwrap().status().as_u16(), 200, "{field}");
    }
}

#[tokio::test]
async fn pseudo_headers_smuggle_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let one = certificate(folder.path(), "one", &["a.example"]);
    let files = vec![one.clone()];
    let world = World::with(100, |settings| settings.certificates = files).await;
    let usual: Fields = &[(":method", "GET"), (":scheme", "https"), (":authority", "a.example"), (":path", "/")];
    let with = |more: Fields| [usual, more].concat();
    let instead = |name: &str, value: &'static str| -> Vec<(&'static str, &'static str)> {
        usual.iter().map(|field| if field.0 == name { (field.0, value) } else { *field }).collect()
    };
    let stream = connect(&world, &[&one], "a.example", &[b"h2"]).await.unwrap();
    frames::send(stream, usual, b"").await;
    assert_eq!(world.arrived.load(Ordering::SeqCst), 1, "what is usual arrives");
    for (fields, body) in [
        (instead(":path", "/x HTTP/1.1\r\nX: y"), ""),
        (instead(":path", "/ HTTP/1.1\r\nHost: b\r\n\r\nGET /admin"), ""),
        (instead(":path", ""), ""),
        (instead(":path", "x"), ""),
        (instead(":path", "*"), ""),
        (instead(":path", "//\0"), ""),
        (instead(":method", "GET / HTTP/1.1\r\nX: y"), ""),
        (instead(":method", "CONNECT"), ""),
        (instead(":authority", "a.example\r\nX: y"), ""),
        (instead(":authority", "u@a.example"), ""),
        (instead(":authority", "a.example/x"), ""),
        (instead(":authority", ""), ""),
        (instead(":scheme", "https://b.example/?"), ""),
        (instead(":scheme", "ftp"), ""),
        (with(&[(":path", "/again")]), ""),
        (with(&[(":status", "200")]), ""),
        (with(&[(":protocol", "websocket")]), ""),
        (with(&[("x", "y"), (":method", "POST")]), ""),
        (with(&[("host", "b.example")]), ""),
        (with(&[("host", "a.example"), ("host", "b.example")]), ""),
        (with(&[("transfer-encoding", "chunked")]), "0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"),
        (with(&[("connection", "close")]), ""),
        (with(&[("connection", "upgrade"), ("upgrade", "websocket")]), ""),
        (with(&[("te", "chunked")]), ""),
        (with(&[("content-length", "3")]), "abcdef"),
        (with(&[("content-length", "6")]), "abc"),
        (with(&[("content-length", "3"), ("content-length", "3")]), "abc"),
        (with(&[("content-length", "+3")]), "abc"),
        (with(&[("x", "a\r\nTransfer-Encoding: chunked")]), ""),
        (with(&[("x", "a\nb")]), ""),
        (with(&[("x", "a\0b")]), ""),
        (with(&[("x: y\r\nz", "1")]), ""),
        (with(&[("X-Upper", "1")]), ""),
        (with(&[("x y", "1")]), ""),
        (with(&[("", "1")]), ""),
        (with(&[("transfer_encoding", "chunked")]), ""),
        (usual[..3].to_vec(), ""),
        (usual[1..].to_vec(), ""),
    ] {
        let stream = connect(&world, &[&one], "a.example", &[b"h2"]).await.unwrap();
        frames::send(stream, &fields, body.as_bytes()).await;
        assert_eq!(world.arrived.load(Ordering::SeqCst), 1, "{fields:?} {body:?} arrived");
    }
}
