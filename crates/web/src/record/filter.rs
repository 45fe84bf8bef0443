//! Which requests are logged [WAFV2 API reference, `LoggingFilter`].

use crate::document::{ActionValue, Condition, FilterBehavior, FilterRequirement, LoggingFilter};
use crate::engine::{ActionKind, Judgment};

/// True if the request is logged: the first filter that applies decides (decision of the reference, 1f).
#[must_use]
pub fn keeps(filter: Option<&LoggingFilter>, judgment: &Judgment) -> bool {
    let Some(filter) = filter else { return true };
    let applies = |one: &&crate::document::Filter| {
        let mut conditions = one.conditions.iter();
        match one.requirement {
            FilterRequirement::MeetsAll => conditions.all(|condition| holds(condition, judgment)),
            FilterRequirement::MeetsAny => conditions.any(|condition| holds(condition, judgment)),
        }
    };
    let behavior = filter.filters.iter().find(applies).map_or(filter.default_behavior, |one| one.behavior);
    behavior == FilterBehavior::Keep
}

fn holds(condition: &Condition, judgment: &Judgment) -> bool {
    let did = |kind: ActionKind| {
        let groups = judgment.groups.iter().flat_map(|group| {
            group.counted.iter().map(|one| one.action).chain(group.terminated.iter().map(|one| one.action))
        });
        judgment.ending.name() == kind.name()
            || judgment.counted.iter().map(|one| one.action).chain(groups).any(|action| action == kind)
    };
    match condition {
        Condition::Label(label) => judgment.labels.iter().any(|one| one.as_ref() == label.label_name),
        Condition::Action(action) => match action.action {
            ActionValue::Allow => did(ActionKind::Allow),
            ActionValue::Block => did(ActionKind::Block),
            ActionValue::Count => did(ActionKind::Count),
            ActionValue::Captcha => did(ActionKind::Captcha),
            ActionValue::Challenge => did(ActionKind::Challenge),
            ActionValue::ExcludedAsCount => judgment.groups.iter().any(|group| {
                let overridden =
                    |one: &crate::engine::Counted| one.action == ActionKind::Count && one.overridden.is_some();
                !group.excluded.is_empty() || group.counted.iter().any(overridden)
            }),
        },
    }
}
