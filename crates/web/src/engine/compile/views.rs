//! Collects views: equal ones become one.

use std::collections::BTreeMap;

use bartizan_inspect::patterns::PatternError;
use bartizan_inspect::{PatternsBuilder, Transformation};

use super::super::component::Component;
use super::super::view::{From, View, ViewId};

#[derive(Default)]
pub(super) struct Views {
    made: Vec<(From, PatternsBuilder)>,
    /// By what they show.
    known: BTreeMap<String, ViewId>,
}

impl Views {
    /// The view of a part after some transformations, and the view of the part itself.
    pub(super) fn of(&mut self, component: &Component, chain: &[Transformation]) -> (ViewId, ViewId) {
        let mut name = format!("{component:?}");
        let root = self.entry(&name, || From::Request(component.clone()));
        let mut view = root;
        for by in chain.iter().copied().filter(|one| *one != Transformation::None) {
            name.push('|');
            name.push_str(by.name());
            let parent = view;
            view = self.entry(&name, || From::View { parent, root, by });
        }
        (view, root)
    }

    /// The patterns that are looked for in a view.
    pub(super) fn patterns(&mut self, view: ViewId) -> Option<&mut PatternsBuilder> {
        self.made.get_mut(view).map(|(_, patterns)| patterns)
    }

    pub(super) fn build(self) -> Result<Vec<View>, PatternError> {
        self.made.into_iter().map(|(from, patterns)| Ok(View { from, patterns: patterns.build()? })).collect()
    }

    fn entry(&mut self, name: &str, from: impl FnOnce() -> From) -> ViewId {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        self.made.push((from(), PatternsBuilder::new()));
        let view = self.made.len() - 1;
        self.known.insert(name.to_owned(), view);
        view
    }
}
