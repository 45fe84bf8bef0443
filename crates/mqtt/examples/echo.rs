//! An endpoint with the smallest host that keeps what it takes: reports are appended to a file, one flush for all that
//! wait, and answered with themselves.
//!
//! ```console
//! cargo run --release -p bartizan-mqtt --example echo -- /tmp/echo 127.0.0.1:1883 127.0.0.1:8883
//! ```

use std::error::Error;
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use bartizan_mqtt::{Event, Guest, Hello, Host, Limits, Listeners, Message, Published, Refused, Unavailable};
use bartizan_wire::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

/// How many publishes wait for the writer.
const WAITING_MAX: usize = 4096;

struct Keeper(mpsc::Sender<(Message, oneshot::Sender<()>)>);

#[async_trait]
impl Host for Keeper {
    fn admit(&self, hello: &Hello<'_>) -> Result<Guest, Refused> {
        let name = hello.common_name().unwrap_or_else(|| hello.client_id.to_owned());
        Ok(Guest::new(hello, name))
    }

    fn may_publish(&self, _: &Guest, _: &str) -> bool {
        true
    }

    fn may_subscribe(&self, _: &Guest, _: &str) -> bool {
        true
    }

    async fn publish(&self, _: &Guest, message: Message) -> Published {
        let (done, durable) = oneshot::channel();
        let reply = Message::new(format!("{}/accepted", message.topic), message.payload.clone(), message.qos);
        self.0.send((message, done)).await.map_err(|_| Unavailable)?;
        durable.await.map_err(|_| Unavailable)?;
        Ok(vec![reply])
    }

    fn noticed(&self, event: &Event<'_>) {
        if !matches!(event, Event::Received { .. } | Event::Sent { .. }) {
            println!("{event:?}");
        }
    }
}

/// Writes and flushes all that wait, and says so.
fn keep(mut file: File, mut waiting: mpsc::Receiver<(Message, oneshot::Sender<()>)>) -> std::io::Result<()> {
    let (mut batch, mut bytes) = (Vec::new(), Vec::new());
    while waiting.blocking_recv_many(&mut batch, WAITING_MAX) > 0 {
        bytes.clear();
        for (message, _) in &batch {
            bytes.extend_from_slice(message.topic.as_bytes());
            bytes.push(b'\n');
            bytes.extend_from_slice(&message.payload);
            bytes.push(b'\n');
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        for (_, done) in batch.drain(..) {
            let _its_connection_has_ended = done.send(());
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: echo FOLDER PLAIN_ADDRESS [TLS_ADDRESS..]")?);
    let plain = arguments.next().map(|address| address.parse()).transpose()?.into_iter().collect();
    let encrypted = arguments.map(|address| address.parse()).collect::<Result<_, _>>()?;
    create_dir_all(&folder)?;
    let listeners = Listeners { plain, encrypted, ..Listeners::default() };
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?;
    let now = Timestamp(i64::try_from(now.as_millis())?);
    let bound = listeners.bind(&folder, now).await?;
    if let Some(authority) = bound.authority() {
        let issued = authority.issue_device("device", now)?;
        std::fs::write(folder.join("device.crt"), issued.certificate_pem)?;
        std::fs::write(folder.join("device.key"), issued.key_pem)?;
    }
    println!("listening on {:?} and with TLS on {:?}", bound.plain(), bound.encrypted());
    let (sender, waiting) = mpsc::channel(WAITING_MAX);
    let file = File::create(folder.join("reports"))?;
    thread::spawn(move || {
        if let Err(error) = keep(file, waiting) {
            eprintln!("nothing more can be kept: {error}");
        }
    });
    let (stop, stopped) = watch::channel(false);
    let (_, serving) = bound.serve(Arc::new(Keeper(sender)), Limits::default(), stopped);
    let serving = tokio::spawn(serving);
    tokio::signal::ctrl_c().await?;
    stop.send_replace(true);
    serving.await?;
    Ok(())
}
