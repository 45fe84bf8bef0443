//! [`MemoryBoard`].

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Mutex;

use async_trait::async_trait;
use bartizan_wire::{Realm, Timestamp};

use super::lock;
use crate::{Board, Page, Posting, StoreError, Write};

type Topic = (Realm, String);
type Subjects = BTreeMap<String, (Timestamp, Vec<u8>)>;

/// A board that lasts as long as the process.
#[derive(Debug, Default)]
pub struct MemoryBoard {
    topics: Mutex<BTreeMap<Topic, Subjects>>,
}

impl MemoryBoard {
    /// An empty board.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

fn posting(subject: &str, (at, body): &(Timestamp, Vec<u8>)) -> Posting {
    Posting { subject: subject.to_owned(), at: *at, body: body.clone() }
}

#[async_trait]
impl Board for MemoryBoard {
    async fn write(&self, realm: &Realm, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut topics = lock(&self.topics);
        for Write { topic, subject, state } in writes {
            let subjects = topics.entry((realm.clone(), topic)).or_default();
            match state {
                Some(state) => subjects.insert(subject, state),
                None => subjects.remove(&subject),
            };
        }
        Ok(())
    }

    async fn find(&self, realm: &Realm, topic: &str, subject: &str) -> Result<Option<Posting>, StoreError> {
        let topics = lock(&self.topics);
        let state = topics.get(&(realm.clone(), topic.to_owned())).and_then(|subjects| subjects.get(subject));
        Ok(state.map(|state| posting(subject, state)))
    }

    async fn list(
        &self,
        realm: &Realm,
        topic: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Vec<Posting>, StoreError> {
        let topics = lock(&self.topics);
        let Some(subjects) = topics.get(&(realm.clone(), topic.to_owned())) else { return Ok(Vec::new()) };
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let states = subjects.range::<str, _>((start, Bound::Unbounded));
        let limit = usize::from(limit.min(Page::LIMIT_MAX));
        Ok(states.take(limit).map(|(subject, state)| posting(subject, state)).collect())
    }

    async fn remove(&self, realm: &Realm, topic: &str, subject: &str) -> Result<bool, StoreError> {
        let mut topics = lock(&self.topics);
        let subjects = topics.get_mut(&(realm.clone(), topic.to_owned()));
        Ok(subjects.is_some_and(|subjects| subjects.remove(subject).is_some()))
    }
}
