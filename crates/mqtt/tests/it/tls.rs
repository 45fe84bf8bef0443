//! Encrypted listeners, and the authority that needs no other.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bartizan_mqtt::{Authority, Issued, Limits, Listeners, ServerFiles};
use bartizan_wire::Timestamp;
use proptest::prelude::*;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::Connect;
use crate::house::House;

/// Certificates are verified against the real clock.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

pub(crate) struct Encrypted {
    pub(crate) house: Arc<House>,
    pub(crate) address: SocketAddr,
    pub(crate) authority: Arc<Authority>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Encrypted {
    pub(crate) async fn start(folder: &Path, change: impl FnOnce(&mut Listeners), limits: Limits) -> Self {
        let mut listeners = Listeners { encrypted: vec!["127.0.0.1:0".parse().unwrap()], ..Listeners::default() };
        change(&mut listeners);
        let bound = listeners.bind(folder, now()).await.unwrap();
        let (address, authority) = (bound.encrypted()[0], Arc::clone(bound.authority().unwrap()));
        let house = Arc::new(House::default());
        let (stop, stopped) = watch::channel(false);
        let (_, serving) = bound.serve(Arc::clone(&house) as _, limits, stopped);
        Self { house, address, authority, stop, serving: tokio::spawn(serving) }
    }

    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        self.serving.await.unwrap();
    }

    async fn connect(&self, device: Option<&Issued>, protocols: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        connect(self.address, self.authority.certificate(), device, protocols).await
    }
}

async fn connect(
    address: SocketAddr,
    authority: &CertificateDer<'static>,
    device: Option<&Issued>,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let mut config = match device {
        Some(issued) => {
            builder.with_client_auth_cert(vec![issued.certificate.clone()], issued.key.clone_key()).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

/// CONNACK, or an error where the server did not want the certificate.
async fn greet(stream: &mut TlsStream<TcpStream>, connect: &Connect) -> std::io::Result<[u8; 4]> {
    stream.write_all(&connect.bytes()).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_device_with_a_certificate_is_known_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let running = Encrypted::start(folder.path(), |_| (), Limits::default()).await;
    let device = running.authority.issue_device("thing:7", now()).unwrap();
    for protocols in [&[][..], &["x-amzn-mqtt-ca"], &["mqtt"], &["other", "mqtt"]] {
        let mut stream = running.connect(Some(&device), protocols).await.unwrap();
        assert_eq!(
            greet(&mut stream, &Connect::v3("a").kept()).await.unwrap(),
            [0x20, 2, u8::from(!protocols.is_empty()), 0]
        );
        // a message of many TLS records, and goodbye
        let mut body = crate::client::text("$aws/things/a/x");
        body.extend([0, 1]);
        body.extend(vec![b'x'; 100_000]);
        stream.write_all(&crate::client::packet(0x32, &body)).await.unwrap();
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, [0x40, 2, 0, 1]);
        stream.write_all(&[0xe0, 0]).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    }
    // that the second connection resumed the session shows that the name was the same; another's name is another
    let other = running.authority.issue_device("thing:8", now()).unwrap();
    let mut stream = running.connect(Some(&other), &[]).await.unwrap();
    assert_eq!(greet(&mut stream, &Connect::v3("a").kept()).await.unwrap(), [0x20, 2, 0, 0]);
    drop(stream);
    running.stop().await;
}

#[tokio::test]
async fn other_certificates_and_protocols_are_refused() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = Encrypted::start(folder.path(), |_| (), Limits::default()).await;
    let foreign = Authority::open(elsewhere.path(), now()).unwrap().issue_device("a", now()).unwrap();
    // a server's certificate is none for clients
    let server = running.authority.issue_server(&["localhost".to_owned()], now()).unwrap();
    let expired = running.authority.issue_device("a", Timestamp(0)).unwrap();
    for wrong in [None, Some(&foreign), Some(&server), Some(&expired)] {
        // in TLS 1.3 the client hears of it with its first read
        let refused = match running.connect(wrong, &[]).await {
            Ok(mut stream) => greet(&mut stream, &Connect::v3("a")).await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
    assert!(running.connect(None, &["http/1.1"]).await.is_err());
    running.house.saw("refused - Handshake").await;
    assert!(!running.house.events.lock().unwrap().iter().any(|event| event.starts_with("connected")));
    running.stop().await;
}

#[tokio::test]
async fn a_certificate_may_be_optional() {
    let folder = tempfile::tempdir().unwrap();
    let optional = |listeners: &mut Listeners| listeners.certificates_optional = true;
    let running = Encrypted::start(folder.path(), optional, Limits::default()).await;
    let mut stream = running.connect(None, &[]).await.unwrap();
    let connect = Connect { user: Some(("user", "right")), ..Connect::v3("a") };
    assert_eq!(greet(&mut stream, &connect).await.unwrap(), [0x20, 2, 0, 0]);
    drop(stream);
    running.stop().await;
}

#[tokio::test]
async fn who_never_finishes_the_handshake_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { handshake: Duration::from_millis(200), ..Limits::default() };
    let running = Encrypted::start(folder.path(), |_| (), limits).await;
    for bytes in [&b""[..], b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n\r\n", &Connect::v3("a").bytes()] {
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        let _reset =
            tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.expect("still open");
    }
    running.house.saw("refused - Handshake").await;
    running.stop().await;
}

#[tokio::test]
async fn the_authority_is_made_once_and_kept_secret() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("tls");
    let first = Authority::open(&folder, now()).unwrap();
    let key = std::fs::read(folder.join("ca.key")).unwrap();
    assert_eq!(std::fs::metadata(folder.join("ca.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    let second = Authority::open(&folder, now()).unwrap();
    assert_eq!(std::fs::read(folder.join("ca.key")).unwrap(), key);
    assert_eq!(first.certificate(), second.certificate());
    // what the reopened one issues, the first one's certificate verifies
    let running = Encrypted::start(&folder, |_| (), Limits::default()).await;
    let device = second.issue_device("a", now()).unwrap();
    let mut stream = connect(running.address, first.certificate(), Some(&device), &[]).await.unwrap();
    assert_eq!(greet(&mut stream, &Connect::v3("a")).await.unwrap(), [0x20, 2, 0, 0]);
    drop(stream);
    running.stop().await;
    std::fs::write(folder.join("ca.key"), "nonsense").unwrap();
    let error = Authority::open(&folder, now()).unwrap_err().to_string();
    assert!(error.ends_with("ca.key holds no private key in PEM"), "{error}");
}

#[tokio::test]
async fn certificate_files_are_read_again() {
    let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let authority = Authority::open(files.path(), now()).unwrap();
    let paths = ServerFiles { certificate: files.path().join("server.crt"), key: files.path().join("server.key") };
    let write = |issued: &Issued| {
        std::fs::write(&paths.certificate, &issued.certificate_pem).unwrap();
        std::fs::write(&paths.key, &issued.key_pem).unwrap();
    };
    let (first, second) =
        (authority.issue_server(&["a.example".into()], now()), authority.issue_server(&["b.example".into()], now()));
    let (first, second) = (first.unwrap(), second.unwrap());
    write(&first);
    let tls = bartizan_mqtt::Tls::new(bartizan_mqtt::Identity::Files(paths.clone()), vec![], None, false).unwrap();
    assert!(!tls.reload().unwrap());
    tokio::time::sleep(Duration::from_millis(20)).await;
    write(&second);
    assert!(tls.reload().unwrap() && !tls.reload().unwrap());
    tokio::time::sleep(Duration::from_millis(20)).await;
    std::fs::write(&paths.key, &first.key_pem).unwrap();
    assert!(tls.reload().is_err(), "key and certificate do not belong together");
    // and the listener shows what the files hold, to clients of the authority that issued it
    write(&second);
    let local = authority.issue_server(&["localhost".into()], now()).unwrap();
    write(&local);
    let own = files.path().join("ca.crt");
    let change = |listeners: &mut Listeners| {
        listeners.certificate = Some(paths.clone());
        listeners.client_authorities = vec![own];
    };
    let running = Encrypted::start(folder.path(), change, Limits::default()).await;
    let device = authority.issue_device("a", now()).unwrap();
    let mut stream = connect(running.address, authority.certificate(), Some(&device), &[]).await.unwrap();
    assert_eq!(greet(&mut stream, &Connect::v3("a")).await.unwrap(), [0x20, 2, 0, 0]);
    drop(stream);
    running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_listened_on_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listeners = Listeners { plain: vec![taken.local_addr().unwrap()], ..Listeners::default() };
    let error = listeners.bind(folder.path(), now()).await.unwrap_err().to_string();
    assert!(error.contains(&taken.local_addr().unwrap().to_string()), "{error}");
    assert!(!folder.path().join("ca.key").exists(), "without TLS there is no need of an authority");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// A certificate that was changed anywhere has a name, or none, and never makes it panic.
    #[test]
    fn no_certificate_makes_it_panic(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().unwrap();
        let issued = Authority::open(folder.path(), Timestamp(0)).unwrap().issue_device("thing", Timestamp(0)).unwrap();
        let mut der = issued.certificate.to_vec();
        let at = at.index(der.len());
        der[at] = byte;
        der.truncate(cut.index(der.len()) + 1);
        let certificates = [CertificateDer::from(der)];
        let hello = bartizan_mqtt::Hello {
            client_id: "a",
            username: None,
            password: None,
            certificates: &certificates,
            address: "127.0.0.1:1".parse().unwrap(),
            encrypted: true,
        };
        let _any = hello.common_name();
    }
}
