//! [`Watch`]: a thread that hears of processes and reads what they are, and the queue in which they wait.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

use bartizan_agent::clock;
use bartizan_wire::Timestamp;

use super::connector::{Connector, Raw};
use super::process::{Process, space};

/// Events that wait; more are counted as lost.
const QUEUE: usize = 16_384;
/// Processes that are remembered until they end.
const REMEMBERED_MAX: usize = 65_536;

/// Something that a process did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub process: Process,
    /// When it was heard of.
    pub at: Timestamp,
    /// It ended, with this code: 0 to 255, or 128 and the number of a signal.
    pub exit_code: Option<u32>,
}

/// What was not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that the kernel or the queue dropped.
    pub lost: u64,
    /// Processes that were gone before it was known what they were.
    pub unread: u64,
}

/// Hears of processes until it is dropped.
#[derive(Debug)]
pub struct Watch {
    queue: Receiver<Seen>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    lost: AtomicU64,
    unread: AtomicU64,
    ended: AtomicBool,
}

impl Watch {
    /// Begins.
    ///
    /// # Errors
    /// The kernel does not let this process listen, or has no process connector.
    pub fn begin() -> io::Result<Self> {
        let connector = Connector::open()?;
        let shared = Arc::new(Shared::default());
        let (sender, queue) = sync_channel(QUEUE);
        let own = Arc::clone(&shared);
        let thread = Builder::new().name("processes".to_owned()).spawn(move || listen(connector, &sender, &own))?;
        Ok(Self { queue, shared, thread: Some(thread) })
    }

    /// What has happened since the last time, at most so much.
    #[must_use]
    pub fn take(&self, max: usize) -> Vec<Seen> {
        self.queue.try_iter().take(max).collect()
    }

    /// What was not seen since the last time.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            lost: self.shared.lost.swap(0, Ordering::Relaxed),
            unread: self.shared.unread.swap(0, Ordering::Relaxed),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn listen(mut connector: Connector, queue: &SyncSender<Seen>, shared: &Shared) {
    let own_space = space(std::process::id());
    let mut known: HashMap<u32, Process> = HashMap::new();
    let mut events = Vec::new();
    while !shared.ended.load(Ordering::Relaxed) {
        events.clear();
        if let Err(error) = connector.next(&mut events) {
            tracing::error!(%error, "processes are not heard of any more");
            return;
        }
        shared.lost.fetch_add(std::mem::take(&mut connector.lost), Ordering::Relaxed);
        for event in &events {
            let seen = match *event {
                Raw::Exec { pid } => match Process::read(pid, own_space) {
                    Some(process) => {
                        if known.len() < REMEMBERED_MAX || known.contains_key(&pid) {
                            known.insert(pid, process.clone());
                        }
                        Seen { process, at: clock::now(), exit_code: None }
                    }
                    None => {
                        shared.unread.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                },
                // One that ran before this began is not known, and ends unseen.
                Raw::Exit { pid, code } => match known.remove(&pid) {
                    Some(process) => Seen { process, at: clock::now(), exit_code: Some(exit_code(code)) },
                    None => continue,
                },
            };
            if let Err(TrySendError::Full(_)) = queue.try_send(seen) {
                shared.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// As a shell shows it.
fn exit_code(status: u32) -> u32 {
    match status & 0x7f {
        0 => (status >> 8) & 0xff,
        signal => 128 + signal,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_program_that_starts_and_ends_is_seen() {
        let Ok(watch) = Watch::begin() else {
            // A kernel that lets nobody but root listen, or none at all.
            return;
        };
        let status = Command::new("/bin/sleep").arg("0.3").status().unwrap();
        assert!(status.success());
        let mut seen = Vec::new();
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end
            && !seen.iter().any(|one: &Seen| one.exit_code.is_some() && one.process.name() == "sleep")
        {
            seen.extend(watch.take(1000));
            std::thread::sleep(Duration::from_millis(20));
        }
        let ours: Vec<&Seen> = seen.iter().filter(|one| one.process.command == "/bin/sleep 0.3").collect();
        assert_eq!(ours.iter().map(|one| one.exit_code).collect::<Vec<_>>(), [None, Some(0)]);
        assert_eq!(ours[0].process.parent, std::process::id());
    }
}
