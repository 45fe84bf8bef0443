//! What a change of policy would do to the devices: the behaviors that it touches are replayed over what was recorded, as
//! they are and as they would be.

mod judged;
mod recorded;
mod said;

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Span, aside};
use bartizan_wire::Timestamp;

use super::DeviceRoom;
use super::book::is_of_matter;
use super::keep::DAYS;
use super::record::TRACK;
use super::rules::Rules;
use super::work::entries_between;
use crate::roster::Fleet;
pub(super) use judged::Side;
use judged::compared;
use recorded::Recorded;

/// What is judged by, as of now, and what was recorded.
pub(super) struct Now {
    pub(super) rules: Rules,
    pub(super) fleet: Arc<Fleet>,
    /// Changes that the room has not followed yet.
    pub(super) newer: Vec<Entry>,
    pub(super) recorded: Recorded,
    pub(super) span: Span,
}

#[async_trait]
impl Foresee for DeviceRoom {
    async fn foresee(&self, before: &Cx, _after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        if !changed.iter().any(|entry| is_of_matter(&entry.key.kind)) {
            return Ok(Foresight {
                summary: vec!["no device is judged by what this changes".to_owned()],
                ..Foresight::default()
            });
        }
        let now = self.now(before).await?;
        let changed = changed.to_vec();
        aside(move || {
            let mut both = now.newer.clone();
            both.extend(changed);
            let was = Side::new(&now.rules, &now.fleet, &now.newer)?;
            let will = Side::new(&now.rules, &now.fleet, &both)?;
            let compared = compared(&was, &will, &now.fleet, &now.recorded, now.span)?;
            Ok(said::foresight(&compared, &now.recorded))
        })
        .await?
    }
}

impl DeviceRoom {
    /// What is judged by, and what was recorded. Nobody is held up but while this is taken: the turn keeps a seal from
    /// moving values into columns between the look at the one and at the other.
    pub(super) async fn now(&self, cx: &Cx) -> Result<Now, StoreError> {
        let ward = self.ready(cx).await?;
        let sealing = self.sealing_turn(cx).await;
        let taken = ward.look(|state| {
            (state.book.rules.clone(), Arc::clone(&state.book.fleet), state.book.seq(), state.unsealed.clone())
        });
        let Some((rules, fleet, seq, unsealed)) = taken else {
            return Err(StoreError::Failed("the room is not ready".to_owned()));
        };
        let sealed = cx.series.view(&cx.realm, TRACK)?;
        drop(sealing);
        let (newer, _) = entries_between(cx, seq, None).await?;
        let recorded = Recorded::new(cx, sealed, unsealed).await?;
        let span = Span { from: cx.now.plus_days(-DAYS), to: Timestamp(cx.now.0.saturating_add(1)) };
        Ok(Now { rules, fleet, newer, recorded, span })
    }
}
