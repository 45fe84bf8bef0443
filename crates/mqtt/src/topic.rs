//! Topics and filters (MQTT 5, section 4.7).

use crate::limits::{TOPIC_BYTES_MAX, TOPIC_SLASHES_MAX};

fn fits(text: &str) -> bool {
    let slashes = text.bytes().filter(|byte| *byte == b'/').count();
    !text.is_empty() && text.len() <= TOPIC_BYTES_MAX && slashes <= TOPIC_SLASHES_MAX && !text.contains('\0')
}

/// True if a message can be published to it.
pub(crate) fn is_topic(topic: &str) -> bool {
    fits(topic) && !topic.contains(['+', '#'])
}

/// True if it can be subscribed to. Shared subscriptions (`$share/...`) cannot.
pub(crate) fn is_filter(filter: &str) -> bool {
    if !fits(filter) || filter.starts_with("$share/") {
        return false;
    }
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        let last = levels.peek().is_none();
        match level {
            "+" => {}
            "#" if last => {}
            _ if level.contains(['+', '#']) => return false,
            _ => {}
        }
    }
    true
}

/// True if `filter` covers `topic`. A leading wildcard does not cover topics that start with `$`.
#[must_use]
pub fn covers(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        match (wanted, levels.next()) {
            // `a/#` covers `a` as well
            ("#", _) => return true,
            (_, None) => return false,
            ("+", Some(_)) => {}
            (wanted, Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_published_to() {
        for good in ["a", "/", "a/b", "$aws/things/t/defender/metrics/json", " ", "a//b"] {
            assert!(is_topic(good), "{good}");
        }
        for bad in ["", "a/+", "#", "a\0", "1/2/3/4/5/6/7/8/9", &"a".repeat(257)] {
            assert!(!is_topic(bad), "{bad}");
        }
        assert!(is_topic("1/2/3/4/5/6/7/8") && is_topic(&"a".repeat(256)));
    }

    #[test]
    fn what_can_be_subscribed_to() {
        for good in ["#", "+", "a/#", "+/a/+", "$aws/things/+/defender/metrics/+", "/"] {
            assert!(is_filter(good), "{good}");
        }
        for bad in ["", "a#", "#/a", "a+", "a/+b", "a/#/b", "$share/g/a"] {
            assert!(!is_filter(bad), "{bad}");
        }
    }

    #[test]
    fn what_a_filter_covers() {
        for (filter, topic) in [
            ("a/b", "a/b"),
            ("#", "a/b/c"),
            ("a/#", "a"),
            ("a/#", "a/b/c"),
            ("+", "a"),
            ("/+", "/a"),
            ("+/+", "/a"),
            ("$aws/#", "$aws/a"),
            ("a/+/c", "a//c"),
        ] {
            assert!(covers(filter, topic), "{filter} {topic}");
        }
        for (filter, topic) in
            [("a", "a/b"), ("a/b", "a"), ("+", "/a"), ("#", "$aws/a"), ("+/a", "$aws/a"), ("a/+", "a"), ("A", "a")]
        {
            assert!(!covers(filter, topic), "{filter} {topic}");
        }
    }
}
