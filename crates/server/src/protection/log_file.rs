//! Log records in files: one JSON object a line, a file a destination, moved aside when it is large.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use bartizan_gateway::{Seen, Watcher};
use bartizan_web::record::{Source, keeps, log};

use tokio::sync::mpsc::Sender;

use super::follow::Loggings;

/// A file is moved aside when it has so many bytes.
const FILE_BYTES_MAX: u64 = 75 * 1024 * 1024;
/// Files of a destination that are kept beside the one that is written.
const FILES_KEPT: u32 = 5;
/// Records that wait to be written; more are dropped and counted.
const WAITING_MAX: usize = 10_000;
/// How long records may wait in memory.
const FLUSH: Duration = Duration::from_millis(500);

/// Writes log records of requests.
#[derive(Debug)]
pub(super) struct WebLog {
    loggings: Arc<Loggings>,
    records: SyncSender<(String, String)>,
    /// They are sent somewhere, too.
    sent: Option<Sender<(String, String)>>,
    dropped: AtomicU64,
}

impl WebLog {
    pub(super) fn start(folder: PathBuf, loggings: Arc<Loggings>, sent: Option<Sender<(String, String)>>) -> Self {
        let (records, waiting) = sync_channel(WAITING_MAX);
        // writing to a disk blocks; the thread ends when nobody can send any more
        std::thread::spawn(move || write_all(&folder, &waiting));
        Self { loggings, records, sent, dropped: AtomicU64::new(0) }
    }
}

impl Watcher for WebLog {
    fn seen(&self, seen: &Seen<'_>) {
        let Some(logging) = self.loggings.of(seen.plan.arn()) else { return };
        if !keeps(logging.filter.as_ref(), seen.judgment) {
            return;
        }
        let request_id = format!("{:x}-{:08x}", seen.request.at.0, seen.number);
        let source = Source { name: "ALB", id: seen.resource, request_id: &request_id, status: seen.status };
        let record = log(seen.plan, seen.request, seen.judgment, &source, &logging.redaction);
        let record = (logging.destination.clone(), record.to_string());
        let lost = self.sent.as_ref().is_some_and(|sent| sent.try_send(record.clone()).is_err());
        if (self.records.try_send(record).is_err() || lost)
            && self.dropped.fetch_add(1, Ordering::Relaxed).is_multiple_of(1_000)
        {
            tracing::error!("log records of requests are dropped: the disk or the receiver does not keep up");
        }
    }
}

fn write_all(folder: &Path, waiting: &Receiver<(String, String)>) {
    let mut files: BTreeMap<String, BufWriter<File>> = BTreeMap::new();
    loop {
        match waiting.recv_timeout(FLUSH) {
            Ok((destination, record)) => {
                if let Err(error) = write(folder, &mut files, &destination, &record) {
                    files.remove(&destination);
                    tracing::error!(%error, destination, "a log record of a request could not be written");
                }
            }
            Err(ended) => {
                for (destination, file) in &mut files {
                    if let Err(error) = file.flush() {
                        tracing::error!(%error, destination, "log records of requests could not be written");
                    }
                }
                if ended == RecvTimeoutError::Disconnected {
                    return;
                }
            }
        }
    }
}

fn write(
    folder: &Path,
    files: &mut BTreeMap<String, BufWriter<File>>,
    destination: &str,
    record: &str,
) -> io::Result<()> {
    let path = folder.join(format!("{destination}.log"));
    if !files.contains_key(destination) {
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        files.insert(destination.to_owned(), BufWriter::new(file));
    }
    let Some(file) = files.get_mut(destination) else { return Ok(()) };
    writeln!(file, "{record}")?;
    if file.get_ref().metadata()?.len() >= FILE_BYTES_MAX {
        file.flush()?;
        files.remove(destination);
        turn(&path)?;
    }
    Ok(())
}

/// Moves a file aside: `.1` is the newest, and the oldest is gone.
fn turn(path: &Path) -> io::Result<()> {
    let numbered = |number: u32| path.with_extension(format!("log.{number}"));
    for number in (1..FILES_KEPT).rev() {
        match std::fs::rename(numbered(number), numbered(number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::rename(path, numbered(1))
}

#[cfg(test)]
mod tests {
    use super::{FILES_KEPT, turn};

    #[test]
    fn files_are_moved_aside_and_the_oldest_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        for number in 0..FILES_KEPT + 2 {
            std::fs::write(&path, number.to_string()).unwrap();
            turn(&path).unwrap();
        }
        let read = |name: String| std::fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("a.log.1".to_owned()), Some((FILES_KEPT + 1).to_string()));
        assert_eq!(read(format!("a.log.{FILES_KEPT}")), Some("2".to_owned()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), usize::try_from(FILES_KEPT).unwrap());
    }
}
