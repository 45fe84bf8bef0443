//! The device load generator: connections that publish reports with QoS 1, each with a number of them unacknowledged.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Failure, clock};

/// What becomes the report's number, ten digits.
const NUMBER: &[u8] = b"@@@@@@@@@@";
/// The first of these numbers.
const FIRST_NUMBER: u64 = 1_000_000_000;
/// CONNECT of version 3.1.1, a clean session, keep-alive 1200 s.
const CONNECT_HEADER: [u8; 10] = [0, 4, b'M', b'Q', b'T', b'T', 4, 2, 4, 176];
/// Length of PUBACK.
const PUBACK_BYTES: usize = 4;
/// How long to wait for what was not acknowledged when the time is over.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to send, where, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Load {
    /// `127.0.0.1:1883`.
    address: String,
    /// Connections.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Reports of one connection that wait for their acknowledgement.
    #[arg(long, default_value_t = 64)]
    window: u16,
    /// Length of a report; a file's own length if there is one.
    #[arg(long, default_value_t = 1024)]
    bytes: usize,
    /// What to send, with `@@@@@@@@@@` for the number of the report.
    #[arg(long)]
    report: Option<std::path::PathBuf>,
    /// `{device}` is the connection's client id, `{any}` one of `--devices` in turn.
    #[arg(long, default_value = "$aws/things/{device}/defender/metrics/json")]
    topic: String,
    /// How many devices a connection speaks for.
    #[arg(long, default_value_t = 1)]
    devices: usize,
    /// Before anything is counted.
    #[arg(long, default_value_t = 1.0)]
    warm_seconds: f64,
    /// Length of the measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

/// What one connection saw.
#[derive(Debug, Default)]
struct Seen {
    acknowledged: u64,
    /// Of every 64th report, in microseconds.
    waited: Vec<u64>,
}

/// Acknowledged reports a second, and how long they waited.
pub(crate) fn measure(load: &Load) -> Result<serde_json::Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = runtime.block_on(run(load))?;
    let mut waited: Vec<u64> = seen.iter().flat_map(|seen| seen.waited.iter().copied()).collect();
    waited.sort_unstable();
    let quantile = |part: usize| waited.get((waited.len() * part / 100).min(waited.len().saturating_sub(1))).copied();
    let acknowledged: u64 = seen.iter().map(|seen| seen.acknowledged).sum();
    Ok(serde_json::json!({
        "reports_per_second": acknowledged as f64 / load.seconds,
        "acknowledged": acknowledged,
        "p50_us": quantile(50),
        "p99_us": quantile(99),
        "client_cpu_seconds": clock::process_seconds()?,
    }))
}

async fn run(load: &Load) -> Result<Vec<Seen>, Failure> {
    let body = match &load.report {
        Some(path) => std::fs::read(path)?,
        None => report(load.bytes),
    };
    let mut connections = Vec::new();
    for number in 0..load.clients {
        connections.push(connect(&load.address, &format!("load-{number}")).await?);
    }
    let begin = Instant::now() + Duration::from_secs_f64(load.warm_seconds);
    let end = begin + Duration::from_secs_f64(load.seconds);
    let mut tasks = Vec::new();
    for (number, stream) in connections.into_iter().enumerate() {
        let topics = (0..load.devices).map(|device| {
            let any = format!("load-{number}-{device}");
            load.topic.replace("{device}", &format!("load-{number}")).replace("{any}", &any)
        });
        let packets = topics.map(|topic| publish(&topic, &body)).collect::<Result<Vec<_>, _>>()?;
        let client = Client { stream, packets, window: load.window, begin, end };
        tasks.push(tokio::spawn(client.run()));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await??);
    }
    Ok(all)
}

/// A report of at least so many bytes: ports that listen, as many as it takes.
fn report(bytes: usize) -> Vec<u8> {
    let mut report = br#"{"header":{"report_id":@@@@@@@@@@,"version":"1.0"},"metrics":{"network_stats":{"bytes_in":5200,"bytes_out":7300,"packets_in":52,"packets_out":61},"tcp_connections":{"established_connections":{"total":6}},"listening_tcp_ports":{"ports":[{"port":22}"#.to_vec();
    let mut port = 1024;
    while report.len() + 16 < bytes {
        port += 1;
        report.extend(format!(",{{\"port\":{port}}}").as_bytes());
    }
    report.extend(b"],\"total\":1}}}");
    report
}

fn remaining_length(mut length: usize, packet: &mut Vec<u8>) -> Result<(), Failure> {
    loop {
        let byte = u8::try_from(length % 128)?;
        length /= 128;
        packet.push(if length > 0 { byte | 128 } else { byte });
        if length == 0 {
            return Ok(());
        }
    }
}

async fn connect(address: &str, id: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut packet = vec![0x10];
    remaining_length(CONNECT_HEADER.len() + 2 + id.len(), &mut packet)?;
    packet.extend(CONNECT_HEADER);
    packet.extend(u16::try_from(id.len())?.to_be_bytes());
    packet.extend(id.as_bytes());
    stream.write_all(&packet).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    if answer == [0x20, 2, 0, 0] { Ok(stream) } else { Err(format!("{id} is not let in: {answer:?}").into()) }
}

/// PUBLISH, and where packet id and number stand in it.
#[derive(Debug)]
struct Packet {
    bytes: Vec<u8>,
    id_at: usize,
    number_at: Option<usize>,
}

fn publish(topic: &str, body: &[u8]) -> Result<Packet, Failure> {
    let mut bytes = vec![0x32];
    remaining_length(2 + topic.len() + 2 + body.len(), &mut bytes)?;
    bytes.extend(u16::try_from(topic.len())?.to_be_bytes());
    bytes.extend(topic.as_bytes());
    let id_at = bytes.len();
    bytes.extend([0, 0]);
    let number_at = memchr::memmem::find(body, NUMBER).map(|at| at + bytes.len());
    bytes.extend(body);
    Ok(Packet { bytes, id_at, number_at })
}

struct Client {
    stream: TcpStream,
    packets: Vec<Packet>,
    window: u16,
    begin: Instant,
    end: Instant,
}

impl Client {
    async fn run(mut self) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let (mut sent, mut done) = (0_u64, 0_u64);
        let (mut out, mut acknowledgements) = (Vec::new(), vec![0; 4096]);
        let mut since = vec![self.begin; usize::from(self.window)];
        let mut partial = 0;
        loop {
            let now = Instant::now();
            out.clear();
            while now < self.end && sent - done < u64::from(self.window) {
                self.add(sent, &mut out)?;
                if let Some(slot) = slot(&mut since, sent) {
                    *slot = now;
                }
                sent += 1;
            }
            if now >= self.end && sent == done {
                return Ok(seen);
            }
            self.stream.write_all(&out).await?;
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut acknowledgements)).await;
            let bytes = read.map_err(|_| "reports are not acknowledged")??;
            if bytes == 0 {
                return Err("the server closed a connection".into());
            }
            partial += bytes;
            let now = Instant::now();
            for _ in 0..partial / PUBACK_BYTES {
                if now >= self.begin && now < self.end {
                    seen.acknowledged += 1;
                    if done.is_multiple_of(64)
                        && let Some(slot) = slot(&mut since, done)
                    {
                        seen.waited.push(u64::try_from((now - *slot).as_micros())?);
                    }
                }
                done += 1;
            }
            partial %= PUBACK_BYTES;
        }
    }

    fn add(&mut self, sent: u64, out: &mut Vec<u8>) -> Result<(), Failure> {
        let count = u64::try_from(self.packets.len())?;
        let packet = self.packets.get_mut(usize::try_from(sent % count)?).ok_or("no topic to publish to")?;
        let id = u16::try_from(sent % u64::from(u16::MAX) + 1)?;
        if let Some(place) = packet.bytes.get_mut(packet.id_at..packet.id_at + 2) {
            place.copy_from_slice(&id.to_be_bytes());
        }
        if let Some(at) = packet.number_at
            && let Some(place) = packet.bytes.get_mut(at..at + NUMBER.len())
        {
            place.copy_from_slice((FIRST_NUMBER + sent).to_string().as_bytes());
        }
        out.extend_from_slice(&packet.bytes);
        Ok(())
    }
}

fn slot(since: &mut [Instant], number: u64) -> Option<&mut Instant> {
    let count = u64::try_from(since.len()).ok()?;
    since.get_mut(usize::try_from(number.checked_rem(count)?).ok()?)
}
