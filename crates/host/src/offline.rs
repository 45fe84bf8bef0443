//! Judging one host with nothing but its own inventory and indices at hand: no store, no server.

use bartizan_wire::{Checked, Realm, Timestamp};

use crate::baseline::{self, PatchBaseline};
use crate::catalogue::Offers;
use crate::engine::{Fleet, Judge, Outcomes, Report, report};
use crate::observe::Inventory;
use crate::{predefined, product};

/// Why a host cannot be judged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OfflineError {
    /// Patch Manager has no name for it, or this program does not judge its packages.
    #[error("hosts of `{0}` are not judged; only those whose packages are installed by apt are")]
    Unsupported(String),
    /// The baseline is for another operating system.
    #[error("the baseline is for `{baseline}` and the host is `{host}`: name a baseline of the host's own system")]
    OtherSystem {
        /// The baseline's.
        baseline: &'static str,
        /// The host's.
        host: &'static str,
    },
    /// The baseline does not hold.
    #[error("{0}")]
    Baseline(String),
}

/// A judgment without a server.
#[derive(Debug, Clone)]
pub struct Judgment {
    /// As in `PRODUCT` filters.
    pub product: String,
    /// Name of the baseline.
    pub baseline: String,
    /// The result.
    pub report: Report,
}

/// Judges a host by `baseline`, or by the predefined default of its operating system. At most `missing_max` of what is
/// missing are explained.
///
/// # Errors
/// The host or the baseline cannot be used.
pub fn judge(
    inventory: &Inventory,
    offers: &dyn Offers,
    baseline: Option<Checked<PatchBaseline>>,
    now: Timestamp,
    missing_max: usize,
) -> Result<Judgment, OfflineError> {
    let unsupported = || OfflineError::Unsupported(inventory.facts.os_id.clone());
    let product = product::derive(&inventory.facts).ok_or_else(unsupported)?;
    let document = match baseline {
        Some(document) => document.into_inner(),
        None => {
            // Which realm does not matter: the rules of the defaults are the same in all of them.
            let realm =
                Realm::new("000000000000", "us-east-1").map_err(|error| OfflineError::Baseline(error.to_string()))?;
            predefined::default_of(&realm, product.operating_system).ok_or_else(unsupported)?.baseline
        }
    };
    if document.operating_system != product.operating_system {
        return Err(OfflineError::OtherSystem {
            baseline: document.operating_system.as_wire(),
            host: product.operating_system.as_wire(),
        });
    }
    let plan = baseline::compile(&document).map_err(|violations| OfflineError::Baseline(violations.render()))?;
    let plan = plan.ok_or_else(unsupported)?;
    let mut fleet = Fleet::default();
    let blind = fleet.upsert(inventory, offers, &Outcomes::default()).map_err(|_| unsupported())?;
    let group = fleet.group_of(&inventory.instance).ok_or_else(unsupported)?;
    let table = group.table(&plan, now);
    let judge = Judge { plan: &plan, table: &table, product: group.product(), now };
    let mut report = report(judge, group.catalogue(), inventory, &Outcomes::default(), missing_max);
    report.blind.extend(blind.into_iter().filter(|text| !inventory.blind.contains(text)));
    Ok(Judgment { product: product.name, baseline: document.name, report })
}
