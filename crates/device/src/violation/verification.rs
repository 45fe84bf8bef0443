//! What somebody said about a violation after looking at it.

use std::collections::BTreeMap;

use bartizan_ledger::{Posting, StoreError};
use bartizan_policy::Cx;
use bartizan_wire::Shape;
use serde::{Deserialize, Serialize};

/// By the violation's id.
pub const TOPIC: &str = "device/verification";
/// Postings that are read at once.
const BATCH: u16 = 500;

/// [IoT API reference, `VerificationState`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VerificationState {
    /// Nothing is wrong with the device.
    FalsePositive,
    /// Expected.
    BenignPositive,
    /// An incident.
    TruePositive,
    /// Nobody looked yet.
    #[default]
    Unknown,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verification {
    /// The verdict.
    pub state: VerificationState,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What was said of a violation; unknown if nothing was.
///
/// # Errors
/// When the store fails.
pub async fn of(cx: &Cx, id: &str) -> Result<Verification, StoreError> {
    let Some(posting) = cx.board.find(&cx.realm, TOPIC, id).await? else { return Ok(Verification::default()) };
    read(&posting)
}

/// What was said of every violation that is known, by their ids.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<BTreeMap<String, VerificationState>, StoreError> {
    let (mut found, mut after) = (BTreeMap::new(), None);
    loop {
        let postings = cx.board.list(&cx.realm, TOPIC, after.as_deref(), BATCH).await?;
        let full = postings.len() >= usize::from(BATCH);
        for posting in postings {
            let verification = read(&posting)?;
            after = Some(posting.subject.clone());
            found.insert(posting.subject, verification.state);
        }
        if !full {
            return Ok(found);
        }
    }
}

fn read(posting: &Posting) -> Result<Verification, StoreError> {
    serde_json::from_slice(&posting.body)
        .map_err(|error| StoreError::Damaged(format!("the verification of `{}`: {error}", posting.subject)))
}

/// Keeps what is said.
///
/// # Errors
/// When the store fails.
pub async fn put(cx: &Cx, id: &str, verification: &Verification) -> Result<(), StoreError> {
    let body = serde_json::to_vec(verification).map_err(|error| StoreError::Failed(error.to_string()))?;
    cx.board.post(&cx.realm, TOPIC, Posting { subject: id.to_owned(), at: cx.now, body }).await
}
