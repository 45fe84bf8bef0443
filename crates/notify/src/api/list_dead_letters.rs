//! `GET /v1/notify/dead`: alerts that could not be delivered, oldest first.

use bartizan_operation::{Binding, Method, Operation};
use bartizan_policy::{Cx, Permit};
use bartizan_wire::{Checked, ResourceName, Shape, Timestamp};
use serde::Serialize;

use super::{Alerts, dead_letter};
use crate::AlertsError;
use crate::dead::{DEAD, DeadLetter};

/// Lists dead letters.
#[derive(Debug)]
pub struct ListDeadLetters;

/// Which ones.
#[derive(Debug, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListDeadLettersRequest")]
pub struct Input {
    /// Only those behind this one: `Next` of the answer before.
    #[shape(length = 1..=1024)]
    pub after: Option<String>,
    /// At most this many; 50 if absent.
    #[shape(range = 1..=500)]
    pub limit: Option<i32>,
}

/// Dead letters, oldest first.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "ListDeadLettersResponse")]
pub struct Output {
    /// Oldest first.
    pub dead_letters: Vec<Line>,
    /// There are more, behind this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An alert that could not be delivered.
#[derive(Debug, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "DeadLetter")]
pub struct Line {
    /// For `RetryDeadLetter`.
    pub id: String,
    /// The ARN that it was meant for.
    pub target: String,
    /// When it happened, in seconds since the epoch.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub at: Timestamp,
    /// When it was given up, in seconds since the epoch.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub died: Timestamp,
    /// Deliveries that were tried.
    pub attempts: i64,
    /// Why it was given up, and what to do about it.
    pub reason: String,
    /// The vendor's document.
    pub message: String,
}

/// Dead letters returned where the caller does not say.
const LIMIT_DEFAULT: u16 = 50;

impl Operation for ListDeadLetters {
    const NAME: &'static str = "ListDeadLetters";
    const ACTION: &'static str = "bartizan:ListDeadLetters";
    const BINDING: Binding =
        Binding::Native { method: Method::Get, path: "/v1/notify/dead", body_bytes_max: 0, anonymous: false };
    type Input = Input;
    type Output = Output;
    type Error = AlertsError;
    type Room = Alerts;

    fn resource(cx: &Cx, _input: &Input) -> ResourceName {
        dead_letter(cx, "*")
    }

    async fn call(_room: &Alerts, cx: &Cx, _permit: Permit, input: Checked<Input>) -> Result<Output, AlertsError> {
        let limit = input.limit.and_then(|limit| u16::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT);
        let postings = cx.board.list(&cx.realm, DEAD, input.after.as_deref(), limit).await?;
        let full = postings.len() == usize::from(limit);
        let next = postings.last().filter(|_| full).map(|last| last.subject.clone());
        let mut dead_letters = Vec::with_capacity(postings.len());
        for posting in postings {
            let letter: DeadLetter = serde_json::from_slice(&posting.body)
                .map_err(|error| AlertsError::Internal(format!("dead letter `{}`: {error}", posting.subject)))?;
            let waiting = letter.waiting;
            dead_letters.push(Line {
                id: posting.subject,
                target: waiting.alert.target,
                at: waiting.alert.at,
                died: letter.died,
                attempts: waiting.attempts.into(),
                reason: waiting.error.unwrap_or_default(),
                message: waiting.alert.message,
            });
        }
        Ok(Output { dead_letters, next })
    }
}
