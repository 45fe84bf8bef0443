//! The device load generator: connections that publish reports with QoS 1, each with a number of them unacknowledged.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Failure, clock};

/// What becomes the report's number, ten digits.
const NUMBER: &[u8] = b"@@@@@@@@@@";
/// The first of these numbers.
const FIRST_NUMBER: u64 = 1_000_000_000;
/// CONNECT of version 3.1.1 up to the flags.
const CONNECT_HEADER: [u8; 7] = [0, 4, b'M', b'Q', b'T', b'T', 4];
/// A clean session; and with a user name and a password.
const CLEAN: u8 = 0x02;
const CREDENTIALS: u8 = 0xc0;
/// 1200 s.
const KEEP_ALIVE: [u8; 2] = [4, 176];
/// Connections from one address of this machine.
const PORTS_OF_ADDRESS: usize = 10_000;
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
    /// Seconds between two reports of a connection, as devices have them; 0 sends as fast as the window lets.
    #[arg(long, default_value_t = 0.0)]
    every: f64,
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
    /// What the connections' client ids begin with.
    #[arg(long, default_value = "")]
    prefix: String,
    /// Whom the connections say they are.
    #[arg(long, requires = "password")]
    username: Option<String>,
    /// What proves it.
    #[arg(long)]
    password: Option<String>,
    /// Counts what one more connection receives that subscribes to this filter with QoS 0.
    #[arg(long)]
    subscribe: Option<String>,
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
    /// Of every 64th report, counted over all connections, in microseconds.
    waited: Vec<u64>,
}

/// Acknowledged reports a second, and how long they waited.
pub(crate) fn measure(load: &Load) -> Result<serde_json::Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (seen, delivered) = runtime.block_on(run(load))?;
    let mut waited: Vec<u64> = seen.iter().flat_map(|seen| seen.waited.iter().copied()).collect();
    waited.sort_unstable();
    let quantile = |part: usize| waited.get((waited.len() * part / 100).min(waited.len().saturating_sub(1))).copied();
    let acknowledged: u64 = seen.iter().map(|seen| seen.acknowledged).sum();
    Ok(serde_json::json!({
        "reports_per_second": acknowledged as f64 / load.seconds,
        "acknowledged": acknowledged,
        "delivered_per_second": delivered.map(|delivered| delivered as f64 / load.seconds),
        "p50_us": quantile(50),
        "p99_us": quantile(99),
        "client_cpu_seconds": clock::process_seconds()?,
    }))
}

async fn run(load: &Load) -> Result<(Vec<Seen>, Option<u64>), Failure> {
    let body = match &load.report {
        Some(path) => std::fs::read(path)?,
        None => report(load.bytes),
    };
    let mut connections = Vec::new();
    for number in 0..load.clients {
        connections.push(connect(load, number, &format!("{}load-{number}", load.prefix)).await?);
    }
    let subscriber = match &load.subscribe {
        Some(filter) => Some(subscribe(connect(load, load.clients, "subscriber").await?, filter).await?),
        None => None,
    };
    let begin = Instant::now() + Duration::from_secs_f64(load.warm_seconds);
    let end = begin + Duration::from_secs_f64(load.seconds);
    let delivered = subscriber.map(|stream| tokio::spawn(count(stream, begin, end)));
    let mut tasks = Vec::new();
    for (number, stream) in connections.into_iter().enumerate() {
        let topics = (0..load.devices).map(|device| {
            let any = format!("load-{number}-{device}");
            load.topic.replace("{device}", &format!("load-{number}")).replace("{any}", &any)
        });
        let packets = topics.map(|topic| publish(&topic, &body)).collect::<Result<Vec<_>, _>>()?;
        // spread over the time between two reports, as the reports of a fleet are
        let every = Duration::from_secs_f64(load.every);
        let due = Instant::now() + every.mul_f64(number as f64 / load.clients as f64);
        let client = Client { stream, packets, number: number as u64, window: load.window, every, due, begin, end };
        tasks.push(tokio::spawn(client.run()));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await??);
    }
    let delivered = match delivered {
        Some(task) => Some(task.await??),
        None => None,
    };
    Ok((all, delivered))
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

async fn connect(load: &Load, number: usize, id: &str) -> Result<TcpStream, Failure> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    // One address has ports for some 28,000 connections to the same server.
    socket.bind(std::net::SocketAddr::from(([127, 0, u8::try_from(number / PORTS_OF_ADDRESS)?, 1], 0)))?;
    let mut stream = socket.connect(load.address.parse()?).await?;
    stream.set_nodelay(true)?;
    let mut body = CONNECT_HEADER.to_vec();
    body.push(if load.username.is_some() { CLEAN | CREDENTIALS } else { CLEAN });
    body.extend(KEEP_ALIVE);
    for text in [Some(id), load.username.as_deref(), load.password.as_deref()].into_iter().flatten() {
        body.extend(u16::try_from(text.len())?.to_be_bytes());
        body.extend(text.as_bytes());
    }
    let mut packet = vec![0x10];
    remaining_length(body.len(), &mut packet)?;
    packet.extend(body);
    stream.write_all(&packet).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    if answer == [0x20, 2, 0, 0] { Ok(stream) } else { Err(format!("{id} is not let in: {answer:?}").into()) }
}

async fn subscribe(mut stream: TcpStream, filter: &str) -> Result<TcpStream, Failure> {
    let mut body = vec![0, 1];
    body.extend(u16::try_from(filter.len())?.to_be_bytes());
    body.extend(filter.as_bytes());
    body.push(0);
    let mut packet = vec![0x82];
    remaining_length(body.len(), &mut packet)?;
    packet.extend(body);
    stream.write_all(&packet).await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    if answer == [0x90, 3, 0, 1, 0] { Ok(stream) } else { Err(format!("cannot subscribe: {answer:?}").into()) }
}

/// Messages that arrive between two instants.
async fn count(mut stream: TcpStream, begin: Instant, end: Instant) -> Result<u64, Failure> {
    let (mut buffer, mut held, mut delivered) = (vec![0; 1 << 20], 0, 0);
    loop {
        let now = Instant::now();
        if now >= end {
            return Ok(delivered);
        }
        let free = buffer.get_mut(held..).unwrap_or_default();
        let Ok(read) = tokio::time::timeout(end - now, stream.read(free)).await else { return Ok(delivered) };
        held += match read? {
            0 => return Err("the server closed the subscriber's connection".into()),
            bytes => bytes,
        };
        let mut at = 0;
        while let Some(length) = packet_length(buffer.get(at..held).unwrap_or_default()) {
            at += length;
            delivered += u64::from(now >= begin);
        }
        buffer.copy_within(at..held, 0);
        held -= at;
    }
}

/// How long the packet is that these bytes begin with, if all of it is there.
fn packet_length(bytes: &[u8]) -> Option<usize> {
    let mut length = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 127) << (7 * (at - 1));
        if byte & 128 == 0 {
            return (bytes.len() > at + length).then_some(at + 1 + length);
        }
    }
    None
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
    number: u64,
    window: u16,
    every: Duration,
    /// When the next report is sent, if they are paced.
    due: Instant,
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
            if !self.every.is_zero() && sent == done {
                tokio::time::sleep_until(self.due.min(self.end).into()).await;
                self.due += self.every;
            }
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
                    if (done + self.number).is_multiple_of(64)
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
