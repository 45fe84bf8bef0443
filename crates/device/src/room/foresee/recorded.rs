//! Everything that was recorded: what is in columns, and what is on its way there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_ledger::StoreError;
use bartizan_policy::series::{Columns, MemorySeries, Sample, Series, View};
use bartizan_policy::{Cx, Span};
use bartizan_wire::Timestamp;

use super::super::record::TRACK;

/// Columns of one realm, the sealed ones and the recent ones after each other.
pub(crate) struct Recorded {
    sealed: Arc<dyn View>,
    recent: Arc<dyn View>,
    seen: Mutex<Option<(i64, i64)>>,
}

impl Recorded {
    /// Both must be of the same moment: what is sealed in between would be there twice.
    pub(crate) async fn new(cx: &Cx, sealed: Arc<dyn View>, unsealed: Vec<Sample>) -> Result<Self, StoreError> {
        let recent = MemorySeries::new();
        recent.write(&cx.realm, TRACK, Arc::new(unsealed), None).await?;
        Ok(Self { sealed, recent: recent.view(&cx.realm, TRACK)?, seen: Mutex::default() })
    }

    /// Hands out the rows of a measure, with one dictionary of subjects for all of them.
    pub(crate) fn replay(
        &self,
        measure: &str,
        span: Span,
        sink: &mut dyn FnMut(&Columns<'_>),
    ) -> Result<(), StoreError> {
        let mut subjects: Vec<Arc<str>> = Vec::new();
        self.sealed.replay(measure, span, &mut |columns| {
            subjects.extend(columns.subjects.iter().skip(subjects.len()).cloned());
            self.see(columns.at);
            sink(columns);
        })?;
        let mut codes: HashMap<Arc<str>, u32> =
            (0..).zip(&subjects).map(|(code, name)| (Arc::clone(name), code)).collect();
        self.recent.replay(measure, span, &mut |columns| {
            let own: Vec<u32> = columns
                .subjects
                .iter()
                .map(|name| {
                    *codes.entry(Arc::clone(name)).or_insert_with(|| {
                        subjects.push(Arc::clone(name));
                        u32::try_from(subjects.len() - 1).unwrap_or(u32::MAX)
                    })
                })
                .collect();
            let code = |of: &u32| own.get(usize::try_from(*of).unwrap_or(usize::MAX)).copied().unwrap_or(u32::MAX);
            let subject: Vec<u32> = columns.subject.iter().map(code).collect();
            self.see(columns.at);
            sink(&Columns { subjects: &subjects, subject: &subject, ..*columns });
        })
    }

    fn see(&self, at: &[i64]) {
        let (Some(least), Some(most)) = (at.iter().min(), at.iter().max()) else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, last) = seen.unwrap_or((*least, *most));
        *seen = Some((first.min(*least), last.max(*most)));
    }

    /// The times of the oldest and the newest value that was looked at.
    pub(crate) fn seen(&self) -> Option<(Timestamp, Timestamp)> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.map(|(first, last)| (Timestamp(first), Timestamp(last)))
    }
}
