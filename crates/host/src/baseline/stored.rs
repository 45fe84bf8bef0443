//! Baselines as they are found: an own one in the ledger, a vendor's in the table.

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::{Cx, lifecycle};
use bartizan_wire::Timestamp;

use super::{BaselineId, Named, PatchBaseline, PatchBaselines};
use crate::predefined::{self, Predefined};

/// A baseline with what is known of it beside its document.
#[derive(Debug, Clone)]
pub struct Found {
    /// Canonical: the bare id of an own one, the ARN of a vendor's.
    pub id: BaselineId,
    /// The document.
    pub document: PatchBaseline,
    /// When it was last changed.
    pub modified: Timestamp,
    /// An own one's entry.
    pub entry: Option<Entry>,
}

impl From<Predefined> for Found {
    fn from(one: Predefined) -> Self {
        Self { id: one.arn, modified: one.baseline.created_date, document: one.baseline, entry: None }
    }
}

/// The baseline of a canonical identifier.
///
/// # Errors
/// When the store fails.
pub async fn find(cx: &Cx, id: &str) -> Result<Option<Found>, StoreError> {
    if let Some(one) = predefined::by_arn(&cx.realm, id) {
        return Ok(Some(one.into()));
    }
    let held = lifecycle::find::<PatchBaselines>(cx, id).await?;
    Ok(held.map(|held| Found {
        id: id.to_owned(),
        modified: held.entry.stamp.at,
        document: held.document.into_inner(),
        entry: Some(held.entry),
    }))
}

/// The baseline that a client names.
///
/// # Errors
/// When the store fails.
pub async fn named(cx: &Cx, id: &str) -> Result<Search, StoreError> {
    let found = match Named::read(&cx.realm, id) {
        Named::Malformed => return Ok(Search::Malformed),
        Named::Foreign => None,
        Named::Predefined(one) => Some(Found::from(*one)),
        Named::Own(id) => find(cx, &id).await?,
    };
    Ok(found.map_or(Search::Absent, |found| Search::Found(Box::new(found))))
}

/// What became of the search for a baseline.
#[derive(Debug, Clone)]
pub enum Search {
    /// Here it is.
    Found(Box<Found>),
    /// Nothing of that name here.
    Absent,
    /// That is no baseline's name.
    Malformed,
}

/// All baselines of the realm by identifier: its own and the vendor's.
///
/// # Errors
/// When the store fails.
pub async fn all(cx: &Cx) -> Result<Vec<Found>, StoreError> {
    let own = lifecycle::list::<PatchBaselines>(cx, "").await?;
    let own = own.into_iter().map(|held| Found {
        id: held.entry.key.name.clone(),
        modified: held.entry.stamp.at,
        document: held.document.into_inner(),
        entry: Some(held.entry),
    });
    Ok(predefined::all(&cx.realm).iter().cloned().map(Found::from).chain(own).collect())
}
