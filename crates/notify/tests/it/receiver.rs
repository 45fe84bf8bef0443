//! A receiver that answers what the test wants, and remembers what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request as it came, and what was answered.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) status: u16,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }
}

/// A status, and what follows it: header lines and body.
pub(crate) type Answer = (u16, &'static str, &'static str);

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// `answer` is called with each request and the number of those before it; status 0 answers nothing.
    pub(crate) fn start(answer: impl Fn(usize, &Received) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    pub(crate) fn listen(
        listener: TcpListener,
        answer: impl Fn(usize, &Received) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (record, answer) = (Arc::clone(&received), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &record, answer.as_ref()));
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Ids of what was answered with success, in the order of arrival.
    pub(crate) fn taken(&self) -> Vec<String> {
        let taken = |one: &Received| one.status / 100 == 2;
        self.received().iter().filter(|one| taken(one)).map(|one| one.id().to_owned()).collect()
    }

    /// Waits until so many requests were answered with success.
    pub(crate) async fn took(&self, count: usize) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        while self.taken().len() < count {
            assert!(Instant::now() < until, "{} of {count} arrived: {:?}", self.taken().len(), self.received());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.taken()
    }
}

fn serve(stream: TcpStream, record: &Mutex<Vec<Received>>, answer: &dyn Fn(usize, &Received) -> Answer) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(mut received) = read(&mut reader) {
        let (status, more, body) = {
            let mut record = record.lock().unwrap();
            let answered = answer(record.len(), &received);
            received.status = answered.0;
            record.push(received);
            answered
        };
        if status == 0 {
            std::thread::sleep(PATIENCE);
            return;
        }
        let length = body.len();
        let text = format!("HTTP/1.1 {status} x\r\n{more}content-length: {length}\r\n\r\n{body}");
        if writer.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.append(name.parse::<HeaderName>().unwrap(), value.trim().parse::<HeaderValue>().unwrap());
    }
    let length = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { target, headers, body: String::from_utf8(body).ok()?, status: 0 })
}
