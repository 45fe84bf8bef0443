//! What a change would do to images: both worlds are asked which profile each sensor follows, and sensors whose profile is
//! another one, or says something else, are judged under both.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Blind, Evidence, Foresee, Foresight};
use bartizan_policy::{Cx, Kind, lifecycle};
use serde_json::json;

use crate::api::{self, Known as KnownProfile};
use crate::engine::{Plan, Schedule, World, preview};
use crate::profile::{ProfileType, SensorProfiles, plan};
use crate::registry::{self, Registries, Schedules};
use crate::room::ContainerRoom;
use crate::sensor::Sensors;
use crate::told;

/// Samples that a preview lists.
const LISTED_MAX: usize = 100;
/// Kinds that decide what sensors do.
const DECISIVE: [&str; 4] = [SensorProfiles::NAME, Sensors::NAME, Registries::NAME, Schedules::NAME];

/// Profiles by id, and which of them each sensor follows.
struct Side {
    profiles: BTreeMap<String, KnownProfile>,
    follows: BTreeMap<String, String>,
    schedules: Vec<Schedule>,
}

#[async_trait::async_trait]
impl Foresee for ContainerRoom {
    async fn foresee(&self, before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Foresight, StoreError> {
        if !changed.iter().any(|entry| DECISIVE.contains(&entry.key.kind.as_str())) {
            return Ok(Foresight::default());
        }
        let (old, new) = (side(before).await?, side(after).await?);
        let groups = groups(&old, &new, changed);
        let mut told = Vec::new();
        for ((from, to), sensors) in &groups {
            let (Some(from), Some(to)) = (old.profiles.get(from), new.profiles.get(to)) else { continue };
            let (Ok(from_plan), Ok(to_plan)) = (plan(&from.profile), plan(&to.profile)) else { continue };
            let world = self.world(before, sensors, (&from_plan, &old), (&to_plan, &new));
            let mut foresight = told::foresight(&preview(&from_plan, &to_plan, &world, LISTED_MAX), &world);
            let unlisted = unlisted(&from_plan, &to_plan, &world);
            if unlisted > 0 {
                let why = "registries whose images no sensor has listed yet";
                foresight.summary.push(format!("not certain: {unlisted} {why}"));
                foresight.evidence.blind.push(Blind { why: why.to_owned(), count: unlisted });
            }
            if from.profile.profile_id != to.profile.profile_id {
                let line = format!(
                    "{} would go from the profile {} to {}",
                    counted(sensors.len(), "sensor"),
                    from.profile.profile_name,
                    to.profile.profile_name
                );
                foresight.summary.insert(0, line);
            }
            told.push(((from.profile.profile_id.clone(), to.profile.profile_id.clone()), sensors.len(), foresight));
        }
        Ok(together(told))
    }
}

impl ContainerRoom {
    /// What is known that two plans have to do with.
    fn world(&self, cx: &Cx, sensors: &[String], (old, before): (&Plan, &Side), (new, after): (&Plan, &Side)) -> World {
        let registries: BTreeSet<&str> = old.registries().iter().chain(new.registries()).map(String::as_str).collect();
        let ours = |side: &Side| -> Vec<Schedule> {
            side.schedules.iter().filter(|schedule| registries.contains(&*schedule.registry)).cloned().collect()
        };
        let mut world = self.read(&cx.realm, |known| known.world(sensors, &registries, cx.now));
        world.schedules = ours(before);
        world.schedules_after = Some(ours(after));
        world
    }
}

/// Registries that a plan takes on and of which no image is known.
fn unlisted(old: &Plan, new: &Plan, world: &World) -> u64 {
    let fresh = new.registries().iter().filter(|id| !old.registries().contains(id));
    let known = |id: &&String| world.images.iter().any(|image| image.registries.iter().any(|one| **one == ***id));
    u64::try_from(fresh.filter(|id| !known(id)).count()).unwrap_or(u64::MAX)
}

async fn side(cx: &Cx) -> Result<Side, StoreError> {
    let failed = |error: crate::errors::ContainerError| StoreError::Failed(error.to_string());
    let profiles: BTreeMap<String, KnownProfile> =
        api::all(cx).await.map_err(failed)?.into_iter().map(|one| (one.profile.profile_id.clone(), one)).collect();
    let mut follows = BTreeMap::new();
    for held in lifecycle::list::<Sensors>(cx, "").await? {
        let sensor = held.document.into_inner();
        let followed = sensor.followed(|id| profiles.contains_key(id));
        follows.insert(sensor.sensor_id, followed);
    }
    Ok(Side { profiles, follows, schedules: registry::schedules(cx).await? })
}

/// Sensors by the profile that they follow before and after, where these are not the same in all that they say.
fn groups(old: &Side, new: &Side, changed: &[Entry]) -> BTreeMap<(String, String), Vec<String>> {
    let touched: BTreeSet<&str> = changed
        .iter()
        .filter(|entry| entry.key.kind == SensorProfiles::NAME)
        .map(|entry| entry.key.name.as_str())
        .collect();
    let registries = changed.iter().any(|entry| [Registries::NAME, Schedules::NAME].contains(&entry.key.kind.as_str()));
    let of_registry = |id: &str| {
        let known = old.profiles.get(id);
        known.is_some_and(|known| known.profile.profile_type == ProfileType::Registry)
    };
    let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (sensor, from) in &old.follows {
        let Some(to) = new.follows.get(sensor) else { continue };
        if from != to || touched.contains(from.as_str()) || registries && of_registry(from) {
            groups.entry((from.clone(), to.clone())).or_default().push(sensor.clone());
        }
    }
    groups
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// One answer of those of all groups.
fn together(mut told: Vec<((String, String), usize, Foresight)>) -> Foresight {
    if told.is_empty() {
        return Foresight {
            summary: vec!["no sensor follows what this changes".to_owned()],
            findings: json!({ "Changes": 0 }),
            ..Foresight::default()
        };
    }
    if told.len() == 1
        && let Some((_, _, foresight)) = told.pop()
    {
        return foresight;
    }
    let (mut summary, mut evidence, mut groups, mut changes) = (Vec::new(), Evidence::default(), Vec::new(), 0);
    for ((from, to), sensors, foresight) in told {
        changes += foresight.findings.get("Changes").and_then(serde_json::Value::as_u64).unwrap_or(0);
        groups.push(json!({ "From": from, "To": to, "Sensors": sensors, "Findings": foresight.findings }));
        summary.extend(foresight.summary);
        evidence.judged += foresight.evidence.judged;
        evidence.oldest = [evidence.oldest, foresight.evidence.oldest].into_iter().flatten().min();
        evidence.newest = [evidence.newest, foresight.evidence.newest].into_iter().flatten().max();
        evidence.blind.extend(foresight.evidence.blind);
    }
    Foresight { summary, findings: json!({ "Changes": changes, "Groups": groups }), evidence }
}
