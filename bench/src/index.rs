//! Reading a `Packages` index: six fields of every paragraph, as a peer reads them too, and all that Bartizan keeps.

use std::path::Path;
use std::time::Duration;

use bartizan_host::deb::control::{Scanner, Wanted};
use bartizan_host::deb::packages;

use crate::versions::Fnv;
use crate::{Failure, clock};

const AT_LEAST: Duration = Duration::from_millis(400);

static SIX: Wanted<6> = Wanted::new(["Package", "Version", "Architecture", "Source", "Section", "Priority"]);

/// Prints megabytes a second of processor time, and a checksum of the six fields.
///
/// # Errors
/// The file cannot be read, or is no index.
pub(crate) fn measure(path: &Path) -> Result<serde_json::Value, Failure> {
    let text = std::fs::read(path)?;
    let mut sum = Fnv::default();
    let mut stanzas = 0_u64;
    for stanza in Scanner::new(&SIX, &text) {
        stanzas += 1;
        for value in stanza.or_empty() {
            sum.add(value);
            sum.add(b"\n");
        }
    }
    let (content, faults) = packages::read(&text)?;
    if faults.total > 0 {
        return Err(format!("the index is malformed: {:?}", faults.kept).into());
    }

    let lengths = |text: &[u8]| {
        Scanner::new(&SIX, text)
            .map(|stanza| stanza.or_empty().iter().map(|value| value.len()).sum::<usize>())
            .sum::<usize>()
    };
    // The peer opens and reads the file itself, so this does too.
    let (six, total) = clock::median(AT_LEAST, || std::fs::read(path).map(|text| lengths(&text)))?;
    let (scan, again) = clock::median(AT_LEAST, || lengths(&text))?;
    let (whole, _) = clock::median(AT_LEAST, || packages::read(&text).is_ok())?;
    let (lines, _) = clock::median(AT_LEAST, || memchr::memchr_iter(b'\n', &text).count())?;
    if total? != again {
        return Err("two readings of one file differ".into());
    }
    #[expect(clippy::cast_precision_loss, reason = "an index has far fewer than 2^52 bytes")]
    let rate = |time: Duration| text.len() as f64 / 1e6 / time.as_secs_f64();
    Ok(serde_json::json!({
        "six": rate(six), "scan": rate(scan), "whole": rate(whole), "lines": rate(lines),
        "stanzas": stanzas, "packages": content.packages(), "lengths": again, "check": format!("{:016x}", sum.0),
    }))
}
