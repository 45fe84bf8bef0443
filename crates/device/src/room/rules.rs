//! [`Rules`]: security profiles, what they are attached to and what they refer to, compiled to what the engine judges by.

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::{Kind, lifecycle};
use bartizan_wire::Timestamp;

use super::window::Narrowed;
use crate::attachment::Attachments;
use crate::behavior::Behavior;
use crate::custom_metric::{CustomMetricType, CustomMetrics};
use crate::dimension::Dimensions;
use crate::engine::{Coverage, NamedProfile, Plan};
use crate::export::Exports;
use crate::metric::{self, DISCONNECT_DURATION, Measure};
use crate::observe::{Datapoint, Measured};
use crate::profile::{SecurityProfile, SecurityProfiles};
use crate::roster::{Amended, Fleet, Lineage};
use crate::target::Target;

/// Documents as they stood. Small against the fleet, and copied for a preview.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    profiles: BTreeMap<Arc<str>, Arc<SecurityProfile>>,
    customs: Arc<BTreeMap<Arc<str>, Measure>>,
    dimensions: BTreeMap<Arc<str>, Arc<[String]>>,
    attached: BTreeMap<Target, Vec<Arc<str>>>,
}

/// Rules, compiled: the plan, and which of its profiles are attached to what.
#[derive(Debug)]
pub(crate) struct Compiled {
    plan: Arc<Plan>,
    attached: BTreeMap<Target, Vec<u16>>,
    narrowed: Arc<[Narrowed]>,
    /// Profiles that ask how long a thing has been gone.
    gone: Vec<u16>,
    /// What profiles export.
    exports: BTreeMap<u16, Exports>,
}

/// Where things belong.
pub(crate) trait Places {
    /// Whether a thing is registered, and its groups with those above them.
    fn lineage(&self, thing: &str) -> Lineage;
}

impl Places for Fleet {
    fn lineage(&self, thing: &str) -> Lineage {
        Fleet::lineage(self, thing)
    }
}

impl Places for Amended<'_> {
    fn lineage(&self, thing: &str) -> Lineage {
        Amended::lineage(self, thing)
    }
}

/// Who is covered by what: compiled rules over a fleet.
#[derive(Clone, Copy)]
pub(crate) struct Covering<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) places: &'a dyn Places,
}

impl Coverage for Covering<'_> {
    /// A thing that a profile reaches in several ways is judged once by it (decision 21).
    fn covering(&self, thing: &str) -> Vec<u16> {
        if self.compiled.attached.is_empty() {
            return Vec::new();
        }
        let lineage = self.places.lineage(thing);
        let by_registration = if lineage.registered { Target::RegisteredThings } else { Target::UnregisteredThings };
        let groups = lineage.groups.iter().map(|group| Target::Group(group.to_string()));
        let targets = [Target::AllThings, by_registration].into_iter().chain(groups);
        let mut profiles: Vec<u16> =
            targets.filter_map(|target| self.compiled.attached.get(&target)).flatten().copied().collect();
        profiles.sort_unstable();
        profiles.dedup();
        profiles
    }
}

impl Compiled {
    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Metrics that are counted for some topics only.
    pub(crate) fn narrowed(&self) -> &Arc<[Narrowed]> {
        &self.narrowed
    }

    /// What is exported of one thing: topics, and entries of their batches.
    pub(crate) fn export(
        &self,
        profiles: &[u16],
        thing: &str,
        at: Timestamp,
        points: &[Datapoint],
    ) -> Vec<(String, String)> {
        let exports = profiles.iter().filter_map(|profile| self.exports.get(profile));
        exports.flat_map(|one| one.entries(thing, at, points).map(|entry| (one.topic.clone(), entry.text()))).collect()
    }

    /// True if a model judges anything.
    pub(crate) fn has_models(&self) -> bool {
        let behaviors = self.plan.profiles().iter().flat_map(|profile| profile.behaviors.iter());
        behaviors.filter_map(|behavior| behavior.criteria.as_ref()).any(|one| one.ml_detection_config.is_some())
    }

    /// True if nothing is exported at all.
    pub(crate) fn exports_nothing(&self) -> bool {
        self.exports.is_empty()
    }

    /// True if a profile, by its index, is attached to anything.
    pub(crate) fn is_attached(&self, profile: u16) -> bool {
        self.attached.values().any(|profiles| profiles.contains(&profile))
    }

    /// What a profile is attached to.
    pub(crate) fn targets_of(&self, profile: &str) -> Vec<&Target> {
        let index = self.plan.profiles().iter().position(|named| *named.name == *profile);
        let index = index.and_then(|index| u16::try_from(index).ok());
        let attached =
            self.attached.iter().filter(|(_, profiles)| index.is_some_and(|index| profiles.contains(&index)));
        attached.map(|(target, _)| target).collect()
    }

    /// True if one of the profiles asks how long a thing has been gone.
    pub(crate) fn asks_for_gone(&self, profiles: &[u16]) -> bool {
        self.gone.iter().any(|profile| profiles.contains(profile))
    }
}

fn read<K: Kind>(entry: &Entry) -> Result<Option<K::Document>, StoreError>
where
    K::Document: Clone,
{
    Ok(lifecycle::open::<K>(entry.clone())?.map(|held| held.document.into_inner()))
}

/// Sets what is live and removes what is retired.
fn set<V>(map: &mut BTreeMap<Arc<str>, V>, name: &str, value: Option<V>) {
    match value {
        Some(value) => {
            map.insert(name.into(), value);
        }
        None => {
            map.remove(name);
        }
    }
}

impl Rules {
    /// Takes an entry in. Others than those of rules are no matter.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let name = entry.key.name.as_str();
        match entry.key.kind.as_str() {
            SecurityProfiles::NAME => set(&mut self.profiles, name, read::<SecurityProfiles>(entry)?.map(Arc::new)),
            CustomMetrics::NAME => {
                let metric = read::<CustomMetrics>(entry)?;
                set(Arc::make_mut(&mut self.customs), name, metric.map(|metric| measure(metric.metric_type)));
            }
            Dimensions::NAME => {
                let dimension = read::<Dimensions>(entry)?;
                set(&mut self.dimensions, name, dimension.map(|dimension| dimension.string_values.into()));
            }
            Attachments::NAME => {
                let Some(target) = Target::of_key(name) else { return Ok(()) };
                match read::<Attachments>(entry)? {
                    Some(attached) => {
                        let profiles = attached.profiles.iter().map(|profile| Arc::from(profile.as_str()));
                        self.attached.insert(target, profiles.collect());
                    }
                    None => {
                        self.attached.remove(&target);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What the engine judges by.
    ///
    /// # Errors
    /// When a stored profile cannot be compiled, which its operations do not let happen.
    pub(crate) fn compile(&self) -> Result<Compiled, StoreError> {
        let profiles = self.profiles.iter();
        let named = profiles.map(|(name, profile)| NamedProfile {
            name: Arc::clone(name),
            behaviors: profile.behaviors.clone().into(),
        });
        let plan = Plan::compile(named.collect(), self.customs.as_ref().clone())
            .map_err(|violations| StoreError::Damaged(format!("stored profiles: {}", violations.render())))?;
        let index = |name: &Arc<str>| {
            let index = plan.profiles().iter().position(|profile| profile.name == *name)?;
            u16::try_from(index).ok()
        };
        let attached = self
            .attached
            .iter()
            .map(|(target, profiles)| (target.clone(), profiles.iter().filter_map(index).collect()))
            .collect();
        let gone = self.profiles.iter().filter(|(_, profile)| profile.metrics().any(|one| one == DISCONNECT_DURATION));
        let gone = gone.filter_map(|(name, _)| index(name)).collect();
        let exports = self.profiles.iter().filter_map(|(name, profile)| Some((index(name)?, Exports::of(profile)?)));
        let exports = exports.collect();
        Ok(Compiled { attached, narrowed: self.narrowed(), gone, exports, plan: Arc::new(plan) })
    }

    fn narrowed(&self) -> Arc<[Narrowed]> {
        let mut narrowed: Vec<Narrowed> = self
            .measured()
            .filter_map(|measured| {
                let (name, _) = measured.dimension.as_ref()?;
                let filters = Arc::clone(self.dimensions.get(name)?);
                Some(Narrowed { measured, filters })
            })
            .collect();
        narrowed.sort();
        narrowed.dedup();
        narrowed.into()
    }

    /// What profiles judge or keep.
    fn measured(&self) -> impl Iterator<Item = Measured> {
        self.profiles.values().flat_map(|profile| {
            let judged = profile
                .behaviors
                .iter()
                .filter_map(|behavior| Some((behavior.metric.as_deref()?, behavior.metric_dimension.as_ref())));
            let kept = profile
                .additional_metrics_to_retain
                .iter()
                .map(|kept| (kept.metric.as_str(), kept.metric_dimension.as_ref()));
            judged.chain(kept).map(|(metric, dimension)| Measured {
                metric: metric.into(),
                dimension: dimension.map(|by| (Arc::from(by.dimension_name.as_str()), by.operator.unwrap_or_default())),
            })
        })
    }

    /// What the values of a metric are, if a profile judges or keeps it.
    pub(crate) fn measure_of(&self, measured: &Measured) -> Option<Measure> {
        self.measured().any(|one| one == *measured).then(|| self.type_of(&measured.metric)).flatten()
    }

    /// What the values of a metric are, if there is one.
    pub(crate) fn type_of(&self, metric: &str) -> Option<Measure> {
        metric::built_in(metric).map(|metric| metric.measure).or_else(|| self.customs.get(metric).copied())
    }

    /// Registered custom metrics.
    pub(crate) fn customs(&self) -> &Arc<BTreeMap<Arc<str>, Measure>> {
        &self.customs
    }

    /// Forgets all profiles but one of one behavior, attached to one target.
    pub(crate) fn only(&mut self, profile: &str, behavior: Behavior, target: Target) {
        let document = SecurityProfile {
            description: None,
            behaviors: vec![behavior],
            alert_targets: BTreeMap::new(),
            additional_metrics_to_retain: Vec::new(),
            metrics_export_config: None,
            creation_date: Timestamp::default(),
            created_after: 0,
        };
        self.profiles = BTreeMap::from([(Arc::from(profile), Arc::new(document))]);
        self.attached = BTreeMap::from([(target, vec![Arc::from(profile)])]);
    }

    /// Where alerts of a profile go.
    pub(crate) fn alert_targets(&self, profile: &str) -> impl Iterator<Item = &str> {
        let targets = self.profiles.get(profile).map(|profile| profile.alert_targets.values());
        targets.into_iter().flatten().map(|target| target.alert_target_arn.as_str())
    }
}

fn measure(of: CustomMetricType) -> Measure {
    match of {
        CustomMetricType::StringList => Measure::Strings,
        CustomMetricType::IpAddressList => Measure::Cidrs,
        CustomMetricType::NumberList => Measure::Numbers,
        CustomMetricType::Number => Measure::Number,
    }
}
