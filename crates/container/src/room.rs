//! [`ContainerRoom`]: what operations of this room work on beside documents.

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Foresee, Foresight};
use bartizan_policy::{Cx, Kind, lifecycle};

use crate::engine::{World, preview};
use crate::profile::{self, SensorProfile, SensorProfiles, builtin};
use crate::told;

/// Samples that a preview lists.
const LISTED_MAX: usize = 100;

/// The room's facts: none yet, because no sensor reports to it.
#[derive(Debug, Default)]
pub struct ContainerRoom;

#[async_trait::async_trait]
impl Foresee for ContainerRoom {
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        let Some(entry) = changed.iter().find(|entry| entry.key.kind == SensorProfiles::NAME) else {
            return Ok(Foresight::default());
        };
        let name = &entry.key.name;
        let found = |held: Option<SensorProfile>| held.or_else(|| builtin::find(name));
        let old = found(read(before, name).await?);
        let new = found(read(after, name).await?);
        let world = World { now: before.now, ..World::default() };
        let compile = |profile: SensorProfile| profile::plan(&profile).map_err(StoreError::Damaged);
        let (old, new) = (old.map(compile).transpose()?, new.map(compile).transpose()?);
        Ok(match (old, new) {
            (Some(old), Some(new)) => told::foresight(&preview(&old, &new, &world, LISTED_MAX), &world),
            // Nothing follows a profile before it is there, and what followed one that goes follows the default.
            _ => Foresight { summary: vec!["no sensor follows this profile".to_owned()], ..Foresight::default() },
        })
    }
}

async fn read(cx: &Cx, name: &str) -> Result<Option<SensorProfile>, StoreError> {
    let held = lifecycle::find::<SensorProfiles>(cx, name).await?;
    Ok(held.map(|held| held.document.into_inner()))
}
