//! What the indices of the realm's hosts offer, page by page. Nothing is listed twice, whatever number of hosts hold it.

use std::collections::BTreeMap;

use super::Facts;
use crate::catalogue::SlotId;
use crate::engine::{Group, VersionView};

/// The first items after a key.
#[derive(Debug)]
pub(crate) struct First<T> {
    after: Option<String>,
    limit: usize,
    kept: BTreeMap<String, T>,
}

impl<T> First<T> {
    pub(crate) fn new(after: Option<String>, limit: usize) -> Self {
        Self { after, limit, kept: BTreeMap::new() }
    }

    /// Takes an item if it is among the first; `make` is called only then.
    pub(crate) fn offer(&mut self, key: String, make: impl FnOnce() -> Option<T>) {
        let too_early = self.after.as_ref().is_some_and(|after| key <= *after);
        // One more than the page is kept, to know whether there is a next one.
        let too_late = self.kept.len() > self.limit && self.kept.last_key_value().is_some_and(|(last, _)| key >= *last);
        if too_early || too_late || self.kept.contains_key(&key) {
            return;
        }
        if let Some(item) = make() {
            self.kept.insert(key, item);
            if self.kept.len() > self.limit + 1 {
                self.kept.pop_last();
            }
        }
    }

    /// The page, and the key after which there is more.
    pub(crate) fn finish(mut self) -> (Vec<T>, Option<String>) {
        if self.kept.len() <= self.limit {
            return (self.kept.into_values().collect(), None);
        }
        self.kept.pop_last();
        let last = self.kept.last_key_value().map(|(key, _)| key.clone());
        (self.kept.into_values().collect(), last)
    }
}

impl Facts {
    /// Shows every offered version of every package to `look`, group by group.
    pub(crate) fn offered(
        &self,
        mut look: impl FnMut(&Group, SlotId, &str, crate::catalogue::VersionId, &VersionView<'_>),
    ) {
        let fleet = self.fleet.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for group in fleet.groups() {
            let catalogue = group.catalogue();
            for slot in (0..catalogue.slots()).map(SlotId) {
                let name = catalogue.label(slot).0;
                for id in catalogue.offers(slot) {
                    if let Some(version) = catalogue.version(id) {
                        look(group, slot, name, id, &version);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::First;

    #[test]
    fn pages_of_the_first_are_the_whole_in_order() {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let mut first = First::new(after.take(), 4);
            for number in [7, 3, 9, 1, 5, 3, 8, 2, 6, 4, 0] {
                first.offer(number.to_string(), || Some(number));
            }
            let (page, next) = first.finish();
            assert!(page.len() <= 4);
            seen.extend(page);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
}
