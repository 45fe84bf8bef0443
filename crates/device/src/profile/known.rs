//! [`Known`]: the custom metrics and dimensions that a profile may refer to.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_ledger::{Entry, Key, StoreError};
use bartizan_policy::{Cx, Kind, lifecycle};
use bartizan_wire::Realm;

use crate::custom_metric::{CustomMetricType, CustomMetrics};
use crate::dimension::Dimensions;
use crate::metric;

/// What exists beside the built-in metrics. Documents on their way out are not known any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By name.
    pub custom_metrics: BTreeMap<String, CustomMetricType>,
    /// By name.
    pub dimensions: BTreeSet<String>,
}

impl Known {
    /// The keys of what these names refer to, each once.
    pub(super) fn keys<'n>(
        metrics: impl Iterator<Item = &'n str>,
        dimensions: impl Iterator<Item = &'n str>,
        realm: &Realm,
    ) -> Vec<Key> {
        let named = |kind: &str, name: &str| Key { realm: realm.clone(), kind: kind.to_owned(), name: name.to_owned() };
        let custom = metrics.filter(|name| metric::built_in(name).is_none() && !name.starts_with("aws:"));
        let custom = custom.map(|name| named(CustomMetrics::NAME, name));
        let keys: BTreeSet<Key> = custom.chain(dimensions.map(|name| named(Dimensions::NAME, name))).collect();
        keys.into_iter().collect()
    }

    /// What of these names there is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find<'n>(
        cx: &Cx,
        metrics: impl Iterator<Item = &'n str>,
        dimensions: impl Iterator<Item = &'n str>,
    ) -> Result<Self, StoreError> {
        let mut entries = Vec::new();
        for key in Self::keys(metrics, dimensions, &cx.realm) {
            entries.extend(cx.ledger.head(&key).await?);
        }
        Self::of_entries(&entries)
    }

    /// What these entries say.
    pub(super) fn of_entries(entries: &[Entry]) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for entry in entries {
            let name = entry.key.name.clone();
            if entry.key.kind == CustomMetrics::NAME {
                if let Some(held) = lifecycle::open::<CustomMetrics>(entry.clone())?
                    && !held.document.retiring
                {
                    known.custom_metrics.insert(name, held.document.metric_type);
                }
            } else if let Some(held) = lifecycle::open::<Dimensions>(entry.clone())?
                && !held.document.retiring
            {
                known.dimensions.insert(name);
            }
        }
        Ok(known)
    }
}
