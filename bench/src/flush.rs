//! What the disk allows: records appended to one file, and one flush for all that wait for one. Nothing that keeps
//! promises can commit faster than this, with as many writers.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Failure;

/// Records go round within a file of this length that was written before, as a write-ahead log is used again.
const FILE_BYTES: u64 = 32 << 20;

#[derive(Debug, Default)]
struct Log {
    /// Records in the file.
    written: u64,
    /// Records that a flush has covered.
    durable: u64,
    flushes: u64,
    /// A writer is flushing on behalf of all.
    flushing: bool,
}

/// Writers of one log.
struct Probe {
    log: Mutex<Log>,
    flushed: Condvar,
    file: File,
    record: Vec<u8>,
}

/// Runs `writers` for `seconds` and prints commits and flushes a second.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn measure(path: &Path, writers: usize, bytes: usize, seconds: f64) -> Result<serde_json::Value, Failure> {
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    let block = vec![1_u8; 1 << 16];
    for at in (0..FILE_BYTES).step_by(block.len()) {
        file.write_all_at(&block, at)?;
    }
    file.sync_all()?;
    let probe =
        Probe { log: Mutex::default(), flushed: Condvar::new(), file, record: vec![7; bytes.clamp(1, block.len())] };
    let started = Instant::now();
    let until = started + Duration::from_secs_f64(seconds);
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..writers.max(1)).map(|_| scope.spawn(|| probe.write(until))).collect();
        handles.into_iter().try_for_each(|handle| handle.join().map_err(|_| "a writer failed")?.map_err(Failure::from))
    })?;
    let taken = started.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    let log = probe.lock();
    #[expect(clippy::cast_precision_loss, reason = "counts of seconds stay far below 2^52")]
    let (commits, flushes) = (log.durable as f64, log.flushes as f64);
    Ok(serde_json::json!({
        "commits": commits, "flushes": flushes, "seconds": taken,
        "commits_per_second": commits / taken, "flushes_per_second": flushes / taken,
    }))
}

impl Probe {
    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends records and waits for each to be durable.
    fn write(&self, until: Instant) -> std::io::Result<()> {
        while Instant::now() < until {
            let mut log = self.lock();
            log.written += 1;
            let own = log.written;
            let length = self.record.len() as u64;
            let places = FILE_BYTES / length;
            self.file.write_all_at(&self.record, (own % places) * length)?;
            while log.durable < own {
                if log.flushing {
                    log = self.flushed.wait(log).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                log.flushing = true;
                let covers = log.written;
                drop(log);
                let outcome = self.file.sync_data();
                log = self.lock();
                log.flushing = false;
                log.flushes += 1;
                log.durable = covers;
                self.flushed.notify_all();
                outcome?;
            }
        }
        Ok(())
    }
}
