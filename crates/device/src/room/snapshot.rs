//! Snapshots: the state of the judgment at a position of the tape, so that a start need not replay everything.

use std::sync::Arc;

use bartizan_ledger::{Posting, Seq, StoreError, Write};
use bartizan_policy::{Cx, Position};
use bartizan_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// The parts of the latest snapshot, and what they are parts of.
pub(crate) const TOPIC: &str = "device/snapshot";
/// The subject that says what the parts are.
const HEAD: &str = "head";
/// Bytes of one part: a store writes it in a moment.
const PART_BYTES: usize = 4 << 20;

/// What is kept.
#[derive(Debug, Default)]
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
    let before = read_head(cx).await?.map_or(0, |head| head.parts);
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

/// The latest snapshot.
pub(crate) async fn load(cx: &Cx) -> Result<Option<Snapshot>, StoreError> {
    let Some(head) = read_head(cx).await? else { return Ok(None) };
    let mut engine = Vec::with_capacity(head.bytes);
    for number in 0..head.parts {
        let part = cx.board.find(&cx.realm, TOPIC, &part_name(number)).await?;
        engine.extend(part.ok_or_else(|| StoreError::Damaged(format!("part {number} of {TOPIC} is missing")))?.body);
    }
    if engine.len() != head.bytes {
        return Err(StoreError::Damaged(format!("{TOPIC} has {} bytes, not {}", engine.len(), head.bytes)));
    }
    Ok(Some(Snapshot { memory: head.memory, engine }))
}

async fn read_head(cx: &Cx) -> Result<Option<Head>, StoreError> {
    let Some(posting) = cx.board.find(&cx.realm, TOPIC, HEAD).await? else { return Ok(None) };
    let head = serde_json::from_slice(&posting.body);
    head.map(Some).map_err(|error| StoreError::Damaged(format!("the head of {TOPIC}: {error}")))
}

fn part_name(number: usize) -> String {
    format!("part-{number:06}")
}
