//! Reports that come through a broker: this crate's own endpoint as one, and mosquitto.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bartizan_mqtt::{Authority, Bridge, BridgeHandle, BridgeSettings, Broker, Limits, Message, Qos, ServerFiles};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Client, Connect};
use crate::house::{House, Running};
use crate::tls::now;

/// A bridge that runs, and the host behind it.
struct Bridged {
    house: Arc<House>,
    handle: BridgeHandle,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Bridged {
    fn start(settings: BridgeSettings) -> Self {
        let house = Arc::new(House::default());
        let (bridge, handle) = Bridge::new(settings).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let host = Arc::clone(&house);
        let running = tokio::spawn(bridge.run(host as _, async {
            let _asked = stopped.await;
        }));
        Self { house, handle, stop, running }
    }

    async fn stop(self) {
        drop(self.stop);
        tokio::time::timeout(Duration::from_secs(10), self.running).await.unwrap().unwrap();
    }

    async fn took(&self, count: usize) {
        for _ in 0..1000 {
            if self.house.taken.lock().unwrap().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("only {} of {count}", self.house.taken.lock().unwrap().len());
    }
}

/// To a broker for which `$aws` is nothing special, topics are as good as any: our own keeps those to itself.
fn settings(address: SocketAddr) -> BridgeSettings {
    let broker: Broker = format!("mqtt://{address}").parse().unwrap();
    BridgeSettings { filters: vec!["reports/+".to_owned()], ..BridgeSettings::new(broker) }
}

async fn subscribed(broker: &Running) {
    broker.house.saw("connected bartizan").await;
    while broker.endpoint.deliver(&Message::new("reports/probe", "probe", Qos::AtLeastOnce)) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn reports_come_and_answers_go_through_a_broker() {
    let broker = Running::start().await;
    let bridged = Bridged::start(settings(broker.address));
    subscribed(&broker).await;
    bridged.took(1).await;
    let mut device = Client::v3(broker.address, "a").await;
    device.subscribe("reports/+/accepted", 1).await;
    for number in 0..300 {
        device.publish("reports/a", &number.to_string(), Some(number + 1)).await;
    }
    let mut answers = Vec::new();
    while answers.len() < 300 {
        let (first, body) = device.read().await;
        if first & 0xf0 == 0x30 {
            let at = 2 + "reports/a/accepted".len();
            answers.push(String::from_utf8(body[at + 2..].to_vec()).unwrap());
            device.acknowledge(u16::from_be_bytes([body[at], body[at + 1]])).await;
        }
    }
    assert_eq!(answers, (0..300).map(|number| number.to_string()).collect::<Vec<_>>());
    bridged.house.saw("received bartizan reports/a 3").await;
    // what comes from elsewhere goes the same way
    device.subscribe("exports", 0).await;
    assert!(bridged.handle.deliver(&Message::new("exports", "x", Qos::AtLeastOnce)));
    assert_eq!(device.message().await.1, "x");
    bridged.stop().await;
    broker.house.saw("disconnected bartizan Disconnected").await;
    broker.stop().await;
}

#[tokio::test]
async fn what_cannot_be_kept_comes_again_and_what_may_not_be_does_not() {
    let broker = Running::start().await;
    let bridged = Bridged::start(BridgeSettings {
        filters: vec!["reports/+".to_owned(), "secret/#".to_owned()],
        ..settings(broker.address)
    });
    // our own host lets nobody subscribe to it, and the bridge says so by trying again
    broker.house.saw("denied bartizan Subscribe secret/#").await;
    bridged.stop().await;
    let bridged = Bridged::start(settings(broker.address));
    subscribed(&broker).await;
    bridged.took(1).await;
    bridged.house.full.store(true, Ordering::SeqCst);
    broker.endpoint.deliver(&Message::new("reports/a", "once", Qos::AtLeastOnce));
    tokio::time::sleep(Duration::from_millis(300)).await;
    bridged.house.full.store(false, Ordering::SeqCst);
    bridged.took(2).await;
    assert_eq!(bridged.house.taken.lock().unwrap()[1], ("reports/a".to_owned(), b"once".to_vec()));
    bridged.stop().await;
    broker.stop().await;
}

#[tokio::test]
async fn it_connects_again_when_the_broker_is_back() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bridged = Bridged::start(settings(address));
    // a broker that closes at once, and one that speaks something else
    drop(listener.accept().await.unwrap());
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    drop((stream, listener));
    let broker = Running::at(address, Limits::default()).await;
    subscribed(&broker).await;
    bridged.took(1).await;
    bridged.stop().await;
    broker.stop().await;
}

#[tokio::test]
async fn an_encrypted_broker_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let broker = crate::tls::Encrypted::start(folder.path(), |_| (), Limits::default()).await;
    let device = broker.authority.issue_device("bridge", now()).unwrap();
    let files = ServerFiles { certificate: folder.path().join("b.crt"), key: folder.path().join("b.key") };
    std::fs::write(&files.certificate, &device.certificate_pem).unwrap();
    std::fs::write(&files.key, &device.key_pem).unwrap();
    let address: Broker = format!("mqtts://localhost:{}", broker.address.port()).parse().unwrap();
    let good = BridgeSettings {
        authorities: vec![folder.path().join("ca.crt")],
        certificate: Some(files),
        ..BridgeSettings::new(address)
    };
    let elsewhere = tempfile::tempdir().unwrap();
    Authority::open(elsewhere.path(), now()).unwrap();
    let wrong = BridgeSettings { authorities: vec![elsewhere.path().join("ca.crt")], ..good.clone() };
    let bridged = Bridged::start(wrong);
    broker.house.saw("refused - Handshake").await;
    bridged.stop().await;
    let bridged = Bridged::start(good.clone());
    broker.house.saw("connected bartizan").await;
    bridged.stop().await;
    assert!(Bridge::new(BridgeSettings { authorities: vec![], ..good }).is_err(), "nothing to verify it with");
    broker.stop().await;
}

struct Mosquitto(Child, #[expect(dead_code, reason = "removed with it")] tempfile::TempDir);

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

async fn mosquitto() -> Option<(Mosquitto, SocketAddr)> {
    let program =
        ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].into_iter().find(|path| std::path::Path::new(path).exists());
    let Some(program) = program else {
        println!("DID NOT RUN: mosquitto is not installed (apt-get install mosquitto)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let file = folder.path().join("mosquitto.conf");
    std::fs::write(&file, format!("listener {} 127.0.0.1\nallow_anonymous true\n", address.port())).unwrap();
    let child = Command::new(program).arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let running = Mosquitto(child, folder);
    for _ in 0..500 {
        if TcpStream::connect(address).await.is_ok() {
            return Some((running, address));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("mosquitto does not answer");
}

#[tokio::test]
async fn mosquitto_keeps_reports_while_the_bridge_is_away() {
    let Some((_mosquitto, address)) = mosquitto().await else { return };
    let settings = BridgeSettings::new(format!("mqtt://{address}").parse().unwrap());
    let topic = "$aws/things/a/defender/metrics/json";
    let (mut device, _) = Client::open(address, &Connect::v3("a")).await;
    device.subscribe(&format!("{topic}/+"), 1).await;
    let bridged = Bridged::start(settings.clone());
    // it is subscribed when a first report arrives
    while bridged.house.taken.lock().unwrap().is_empty() {
        device.publish(topic, "first", None).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (answered, payload, _) = device.message().await;
    assert_eq!((answered.as_str(), payload.as_str()), (&*format!("{topic}/accepted"), "first"));
    bridged.stop().await;
    device.publish(topic, "meanwhile", Some(1)).await;
    let bridged = Bridged::start(settings);
    for _ in 0..500 {
        if bridged.house.taken.lock().unwrap().iter().any(|(_, payload)| payload == b"meanwhile") {
            return bridged.stop().await;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("lost: {:?}", bridged.house.taken.lock().unwrap());
}
