//! Registries and their schedules as they are kept.

pub mod read;

use bartizan_ledger::{Key, StoreError};
use bartizan_policy::kind::References;
use bartizan_policy::{Cx, Kind, lifecycle};
use bartizan_wire::{Checked, Json, Path, Realm, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use crate::engine::{self, Cadence, Choice};
use crate::profile::window::{DAYS, minute};

/// Registries of one realm.
pub const REGISTRIES_MAX: usize = 1000;
/// Schedules of one registry.
pub const SCHEDULES_MAX: usize = 100;
/// What sensors last said of runs, by registry and schedule.
pub const JOBS: &str = "container/job";

/// A registry.
#[derive(Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registry {
    /// A UUID.
    pub registry_uuid: String,
    /// Such as `https://registry.example`; it never changes.
    pub registry_uri: String,
    /// What people call it.
    pub registry_name: String,
    /// Such as `V2_PRIVATE`; it never changes.
    pub registry_type: String,
    /// `None` or `BasicAuth`.
    pub credential_type: String,
    /// For `BasicAuth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For `BasicAuth`; sent to the sensors that scan the registry, and to nobody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(sensitive)]
    pub password: Option<String>,
    /// Members that mean nothing here, as they were sent.
    pub others: Json,
    /// When it was made, in milliseconds since the epoch.
    pub created: i64,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry")
            .field("registry_uuid", &self.registry_uuid)
            .field("registry_uri", &self.registry_uri)
            .finish_non_exhaustive()
    }
}

/// The kind of registries, by id.
#[derive(Debug)]
pub struct Registries;

impl Kind for Registries {
    const NAME: &'static str = "container/registry";
    type Document = Registry;
    type Plan = ();

    fn compile(_document: &Checked<Registry>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// A repository and tags.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[shape(name = "RepoTags")]
pub struct RepoTags {
    /// A regular expression that the whole name matches.
    pub repo: String,
    /// Regular expressions with commas between; one of them matches the whole tag.
    pub tag: String,
}

/// Which images a schedule takes.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ScheduleFilter")]
pub struct ScheduleFilter {
    /// Those made in so many days: 1 to 7, or 14; all without.
    pub days: Option<i32>,
    /// Those of these repositories and tags; all if there are none.
    pub repo_tags: Vec<RepoTags>,
}

/// A schedule of a registry.
#[derive(Debug, Clone, PartialEq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// A UUID.
    pub schedule_uuid: String,
    /// Its registry.
    pub registry_uuid: String,
    /// What people call it.
    pub name: String,
    /// Once, when it was made.
    pub on_demand: bool,
    /// `HH:MM`, UTC; without meaning for one on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Days between runs, 1 to 365.
    pub schedule_scan_interval_in_days: i32,
    /// A day of the week, with an interval of seven days alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub week_day: Option<String>,
    /// Also what was scanned already.
    pub force_scan: bool,
    /// What is taken.
    pub filters: Vec<ScheduleFilter>,
    /// It starts no run any more.
    pub canceled: bool,
    /// When it was made, in milliseconds since the epoch.
    pub created: i64,
}

impl Schedule {
    /// As the engine has it; or why it means nothing.
    ///
    /// # Errors
    /// A time or a pattern cannot be used.
    pub fn compile(&self) -> Result<engine::Schedule, String> {
        let cadence = if self.on_demand {
            Cadence::Once
        } else {
            let minute = self.schedule.as_deref().and_then(minute).ok_or("schedule must be a time such as 01:15")?;
            let day = self.week_day.as_deref().map(|word| {
                let place = DAYS.iter().position(|day| *day == word).and_then(|place| u8::try_from(place).ok());
                place.ok_or("weekDay must be a day such as MONDAY")
            });
            match day.transpose()? {
                Some(day) => Cadence::Weekly { day, minute },
                None => {
                    Cadence::Every { days: u32::try_from(self.schedule_scan_interval_in_days).unwrap_or(1), minute }
                }
            }
        };
        let mut choices = Vec::new();
        for filter in &self.filters {
            let days = filter.days.and_then(|days| u32::try_from(days).ok());
            let everything = [RepoTags { repo: ".*".to_owned(), tag: ".*".to_owned() }];
            let named = if filter.repo_tags.is_empty() { &everything[..] } else { &filter.repo_tags };
            for one in named {
                choices.push(Choice::new(&one.repo, &one.tag, days)?);
            }
        }
        Ok(engine::Schedule {
            registry: self.registry_uuid.as_str().into(),
            made: Timestamp(self.created),
            cadence,
            choices,
            force: self.force_scan,
        })
    }
}

/// The kind of schedules, by registry and id.
#[derive(Debug)]
pub struct Schedules;

impl Schedules {
    /// The name of a schedule's document.
    #[must_use]
    pub fn name(registry: &str, schedule: &str) -> String {
        format!("{registry}/{schedule}")
    }
}

impl Kind for Schedules {
    const NAME: &'static str = "container/registry-schedule";
    type Document = Schedule;
    type Plan = engine::Schedule;

    fn refers_to(document: &Schedule, realm: &Realm) -> Vec<Key> {
        vec![Key { realm: realm.clone(), kind: Registries::NAME.to_owned(), name: document.registry_uuid.clone() }]
    }

    fn compile(document: &Checked<Schedule>, _references: &References) -> Result<engine::Schedule, Violations> {
        document.compile().map_err(|why| {
            let mut violations = Violations::new();
            violations.review(&Path::root(), why);
            violations
        })
    }
}

/// The schedules of all registries that start runs, as the engine has them.
///
/// # Errors
/// When the store fails.
pub async fn schedules(cx: &Cx) -> Result<Vec<engine::Schedule>, StoreError> {
    let held = lifecycle::list::<Schedules>(cx, "").await?;
    let active = held.iter().filter(|held| !held.document.canceled);
    active.map(|held| held.document.compile().map_err(StoreError::Damaged)).collect()
}

/// What a sensor last said of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// `Queued`, `Running`, `Finished` or `Failed`.
    pub status: String,
    /// For which the run was.
    pub run: Timestamp,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When all was listed.
    pub listed: Option<Timestamp>,
    /// When all was scanned.
    pub completed: Option<Timestamp>,
    /// What went wrong, in words.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Repositories that were listed.
    #[serde(default)]
    pub repositories: u64,
    /// Images that were listed.
    #[serde(default)]
    pub images: u64,
    /// Images that this run scanned.
    #[serde(default)]
    pub scanned: u64,
}
