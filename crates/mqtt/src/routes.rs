//! [`Routes`]: which sessions are subscribed to what, as a tree of topic levels.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::Qos;
use crate::session::Session;

/// One session's subscription to one filter.
#[derive(Debug, Clone)]
pub(crate) struct Subscriber {
    pub(crate) session: Arc<Session>,
    /// The most that it wants.
    pub(crate) qos: Qos,
    /// It does not want what it publishes itself.
    pub(crate) no_local: bool,
}

#[derive(Debug, Default)]
struct Level {
    /// Subscribed to exactly this.
    here: Vec<Subscriber>,
    /// Subscribed to this and all below: `.../#`.
    below: Vec<Subscriber>,
    named: HashMap<Box<str>, Level>,
    /// `+`
    any: Option<Box<Level>>,
}

/// The tree. Its depth is bounded by [`crate::limits::TOPIC_SLASHES_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Routes(RwLock<Level>);

impl Routes {
    /// Subscribes, in place of what the session had for the same filter.
    pub(crate) fn subscribe(&self, filter: &str, subscriber: Subscriber) {
        let mut root = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut level = &mut *root;
        let mut all_below = false;
        for name in filter.split('/') {
            match name {
                "#" => all_below = true,
                "+" => level = level.any.get_or_insert_default(),
                name => level = level.named.entry(name.into()).or_default(),
            }
        }
        let list = if all_below { &mut level.below } else { &mut level.here };
        list.retain(|other| !Arc::ptr_eq(&other.session, &subscriber.session));
        list.push(subscriber);
    }

    /// Removes what a session has for a filter.
    pub(crate) fn unsubscribe(&self, filter: &str, session: &Arc<Session>) {
        let mut root = self.0.write().unwrap_or_else(PoisonError::into_inner);
        root.remove(&mut filter.split('/'), session);
    }

    /// Who gets what is published to `topic`: each session once, with the most that any of its filters asks for.
    pub(crate) fn find(&self, topic: &str, publisher: Option<&Arc<Session>>) -> Vec<(Arc<Session>, Qos)> {
        let mut found: Vec<(Arc<Session>, Qos)> = Vec::new();
        let root = self.0.read().unwrap_or_else(PoisonError::into_inner);
        root.each(topic.split('/'), topic.starts_with('$'), &mut |subscriber| {
            let own = publisher.is_some_and(|publisher| Arc::ptr_eq(publisher, &subscriber.session));
            if !(own && subscriber.no_local) {
                found.push((Arc::clone(&subscriber.session), subscriber.qos));
            }
        });
        drop(root);
        if found.len() > 1 {
            found.sort_by_key(|(session, qos)| (Arc::as_ptr(session).addr(), std::cmp::Reverse(*qos)));
            found.dedup_by(|next, first| Arc::ptr_eq(&next.0, &first.0));
        }
        found
    }
}

impl Level {
    fn is_empty(&self) -> bool {
        self.here.is_empty() && self.below.is_empty() && self.named.is_empty() && self.any.is_none()
    }

    fn remove<'a>(&mut self, names: &mut impl Iterator<Item = &'a str>, session: &Arc<Session>) {
        let others = |subscriber: &Subscriber| !Arc::ptr_eq(&subscriber.session, session);
        match names.next() {
            None => self.here.retain(others),
            Some("#") => self.below.retain(others),
            Some("+") => {
                if let Some(level) = &mut self.any {
                    level.remove(names, session);
                    if level.is_empty() {
                        self.any = None;
                    }
                }
            }
            Some(name) => {
                if let Some(level) = self.named.get_mut(name) {
                    level.remove(names, session);
                    if level.is_empty() {
                        self.named.remove(name);
                    }
                }
            }
        }
    }

    /// `exact`: wildcards do not stand for this level, because the topic starts with `$`.
    fn each<'a>(
        &self,
        mut names: impl Iterator<Item = &'a str> + Clone,
        exact: bool,
        each: &mut dyn FnMut(&Subscriber),
    ) {
        if !exact {
            self.below.iter().for_each(&mut *each);
        }
        let Some(name) = names.next() else {
            self.here.iter().for_each(each);
            return;
        };
        if let Some(level) = self.named.get(name) {
            level.each(names.clone(), false, each);
        }
        if let Some(level) = self.any.as_ref().filter(|_| !exact) {
            level.each(names, false, each);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Limits, topic};

    fn session(id: &str) -> Arc<Session> {
        Arc::new(Session::new(id.into(), id.into(), &Limits::default(), Arc::default()))
    }

    fn subscriber(session: &Arc<Session>, qos: Qos) -> Subscriber {
        Subscriber { session: Arc::clone(session), qos, no_local: false }
    }

    #[test]
    fn a_session_gets_a_message_once_with_the_most_it_asked_for() {
        let (routes, a, b) = (Routes::default(), session("a"), session("b"));
        routes.subscribe("x/+", subscriber(&a, Qos::AtMostOnce));
        routes.subscribe("x/#", subscriber(&a, Qos::AtLeastOnce));
        routes.subscribe("x/y", subscriber(&b, Qos::AtMostOnce));
        let found = routes.find("x/y", None);
        assert_eq!(found.len(), 2);
        let of = |session| found.iter().find(|(found, _)| Arc::ptr_eq(found, session)).map(|(_, qos)| *qos);
        assert_eq!((of(&a), of(&b)), (Some(Qos::AtLeastOnce), Some(Qos::AtMostOnce)));
        // subscribing again replaces
        routes.subscribe("x/#", subscriber(&a, Qos::AtMostOnce));
        assert!(routes.find("x/y", None).iter().all(|(_, qos)| *qos == Qos::AtMostOnce));
    }

    #[test]
    fn its_own_messages_are_kept_from_who_does_not_want_them() {
        let (routes, a) = (Routes::default(), session("a"));
        routes.subscribe("x", Subscriber { no_local: true, ..subscriber(&a, Qos::AtMostOnce) });
        assert!(routes.find("x", Some(&a)).is_empty());
        assert_eq!(routes.find("x", Some(&session("b"))).len(), 1);
    }

    fn level() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["a", "b", "$a", ""])
    }

    fn a_topic() -> impl Strategy<Value = String> {
        prop::collection::vec(level(), 1..5).prop_map(|levels| levels.join("/"))
    }

    fn a_filter() -> impl Strategy<Value = String> {
        let wild = prop_oneof![level(), Just("+")];
        (prop::collection::vec(wild, 1..5), any::<bool>()).prop_map(|(mut levels, all)| {
            if all {
                levels.push("#");
            }
            levels.join("/")
        })
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_the_filters_cover(
            filters in prop::collection::vec(a_filter(), 1..8), topic in a_topic(), gone in any::<prop::sample::Index>(),
        ) {
            let routes = Routes::default();
            let sessions: Vec<_> = (0..filters.len()).map(|_| session("s")).collect();
            for (filter, session) in filters.iter().zip(&sessions) {
                routes.subscribe(filter, subscriber(session, Qos::AtMostOnce));
            }
            let gone = gone.index(filters.len());
            routes.unsubscribe(&filters[gone], &sessions[gone]);
            let found = routes.find(&topic, None);
            for (at, (filter, session)) in filters.iter().zip(&sessions).enumerate() {
                let wanted = at != gone && topic::covers(filter, &topic);
                prop_assert_eq!(found.iter().any(|(found, _)| Arc::ptr_eq(found, session)), wanted, "{} {}", filter, topic);
            }
            for (filter, session) in filters.iter().zip(&sessions) {
                routes.unsubscribe(filter, session);
            }
            prop_assert!(routes.0.read().unwrap().is_empty());
        }
    }
}
