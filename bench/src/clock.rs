//! Processor time of this thread, which other work on the machine does not lengthen.

use std::time::{Duration, Instant};

use crate::Failure;

/// Time spent on a processor by this thread so far. The kernel brings the figure up to date when the thread gives the
/// processor up, so it does that first.
///
/// # Errors
/// The kernel does not keep the figure (`/proc/thread-self/schedstat`).
pub(crate) fn on_cpu() -> Result<Duration, Failure> {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split_whitespace().next().ok_or("schedstat is empty")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

/// Processor time of all threads of this process, to the kernel's tick (usually 10 ms), in seconds.
///
/// # Errors
/// `/proc/self/stat` is not as proc(5) says.
pub(crate) fn process_seconds() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in parentheses, may hold anything.
    let (_, after) = text.rsplit_once(')').ok_or("stat has no name")?;
    let mut fields = after.split_whitespace().skip(11);
    let mut ticks = || -> Result<f64, Failure> { Ok(fields.next().ok_or("stat is short")?.parse()?) };
    Ok((ticks()? + ticks()?) / TICKS_PER_SECOND)
}

/// `USER_HZ`, which is 100 on every Linux that this runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Runs `work` until it has taken `at_least` and says how much processor time one run took, at the median, with the
/// last result.
///
/// # Errors
/// As [`on_cpu`].
pub(crate) fn median<T>(at_least: Duration, mut work: impl FnMut() -> T) -> Result<(Duration, T), Failure> {
    const RUNS_MIN: usize = 3;
    let started = Instant::now();
    let mut times = Vec::new();
    loop {
        let before = on_cpu()?;
        let result = std::hint::black_box(work());
        times.push(on_cpu()?.saturating_sub(before));
        if times.len() >= RUNS_MIN && started.elapsed() >= at_least {
            times.sort_unstable();
            let middle = times.get(times.len() / 2).copied().unwrap_or_default();
            return Ok((middle, result));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_on_the_processor_grows_with_work_and_not_with_sleep() {
        let before = on_cpu().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let slept = on_cpu().unwrap();
        assert!(slept - before < Duration::from_millis(25), "{:?}", slept - before);
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(50) {
            std::hint::black_box(started);
        }
        assert!(on_cpu().unwrap() > slept + Duration::from_millis(1));
        assert!(process_seconds().unwrap() >= 0.0);
    }
}
