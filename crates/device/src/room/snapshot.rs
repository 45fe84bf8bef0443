//! Snapshots: the state of the judgment at a position of the tape, so that a start need not replay everything.

use std::sync::Arc;

use bartizan_ledger::{Posting, Seq, StoreError, Write};
use bartizan_policy::{Cx, Position};
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

use super::window::Counts;

/// The parts of the latest snapshot, and what they are parts of.
pub(crate) const TOPIC: &str = "device/snapshot";
/// The subject that says what the parts are.
const HEAD: &str = "head";
/// Bytes of one part: a store writes it in a moment.
const PART_BYTES: usize = 4 << 20;

/// What is kept.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) memory: Memory,
    /// The engine's own form.
    pub(crate) engine: Vec<u8>,
}

/// What the room remembers beside the engine.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Everything up to here is in it.
    pub(crate) position: Position,
    /// The place in the ledger whose documents held then.
    pub(crate) seq: Seq,
    /// The time of the last recording.
    pub(crate) latest: Timestamp,
    /// Last accepted reports.
    pub(crate) throttle: Vec<(Arc<str>, Timestamp, Box<str>)>,
    /// Things that were gone, and since when; or there.
    pub(crate) gone: Vec<(Arc<str>, Option<Timestamp>)>,
    /// What was counted in the window that was open then, and marked.
    #[serde(default)]
    pub(crate) open: Vec<(Arc<str>, Counts)>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    parts: usize,
    bytes: usize,
    memory: Memory,
}

/// Keeps a snapshot in the place of the one before, all at once.
pub(crate) async fn save(cx: &Cx, snapshot: Snapshot) -> Result<(), StoreError> {
    let parts: Vec<&[u8]> = snapshot.engine.chunks(PART_BYTES).collect();
    let before = parts_before(cx).await?;
    let mut writes: Vec<Write> = Vec::with_capacity(parts.len() + 1);
    for (number, part) in parts.iter().enumerate() {
        let posting = Posting { subject: part_name(number), at: cx.now, body: part.to_vec() };
        writes.push(Write::post(TOPIC, posting));
    }
    writes.extend((parts.len()..before).map(|number| Write::remove(TOPIC, part_name(number))));
    let head = Head { parts: parts.len(), bytes: snapshot.engine.len(), memory: snapshot.memory };
    let body = serde_json::to_vec(&head).map_err(|error| StoreError::Failed(error.to_string()))?;
    writes.push(Write::post(TOPIC, Posting { subject: HEAD.to_owned(), at: cx.now, body }));
    cx.board.write(&cx.realm, writes).await
}

/// What was found in the place of the latest snapshot.
#[derive(Debug)]
pub(crate) enum Found {
    /// There never was one.
    Nothing,
    /// It is whole, as far as its parts tell.
    Whole(Snapshot),
    /// It does not read back. Of what it said of itself there may be something left.
    Damaged {
        /// What is wrong with it.
        why: String,
        /// What stood in the part that can still be read.
        memory: Option<Memory>,
    },
}

/// The latest snapshot.
///
/// # Errors
/// When the store fails. Damage is no error.
pub(crate) async fn load(cx: &Cx) -> Result<Found, StoreError> {
    let Some(posting) = cx.board.find(&cx.realm, TOPIC, HEAD).await? else { return Ok(Found::Nothing) };
    let head: Head = match serde_json::from_slice(&posting.body) {
        Ok(head) => head,
        Err(error) => return Ok(Found::Damaged { why: format!("the head of {TOPIC}: {error}"), memory: None }),
    };
    let mut engine = Vec::new();
    for number in 0..head.parts {
        match cx.board.find(&cx.realm, TOPIC, &part_name(number)).await? {
            Some(part) => engine.extend(part.body),
            None => {
                let why = format!("part {number} of {TOPIC} is missing");
                return Ok(Found::Damaged { why, memory: Some(head.memory) });
            }
        }
    }
    // An engine that remembers nothing has some bytes too.
    if engine.len() != head.bytes || engine.is_empty() {
        let why = format!("{TOPIC} has {} bytes, not {}", engine.len(), head.bytes.max(1));
        return Ok(Found::Damaged { why, memory: Some(head.memory) });
    }
    Ok(Found::Whole(Snapshot { memory: head.memory, engine }))
}

/// How many parts the latest snapshot has: as many as there may be, where its head does not tell.
async fn parts_before(cx: &Cx) -> Result<usize, StoreError> {
    let Some(posting) = cx.board.find(&cx.realm, TOPIC, HEAD).await? else { return Ok(0) };
    if let Ok(head) = serde_json::from_slice::<Head>(&posting.body) {
        return Ok(head.parts);
    }
    let mut parts = 0;
    while cx.board.find(&cx.realm, TOPIC, &part_name(parts)).await?.is_some() {
        parts += 1;
    }
    Ok(parts)
}

fn part_name(number: usize) -> String {
    format!("part-{number:06}")
}
