//! Topic filters of dimensions [MQTT 3.1.1, section 4.7; IoT Device Defender developer guide, "Scoping metrics"].

/// What stands for the device's own name in a filter.
const CLIENT: &str = "${iot:ClientId}";

/// True if a topic fits a filter, in which `${iot:ClientId}` stands for the client's own name.
#[must_use]
pub fn fits(filter: &str, topic: &str, client: &str) -> bool {
    // Topics that begin with `$` are not meant by a wildcard at the beginning.
    if topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#')) {
        return false;
    }
    let mut levels = topic.split('/');
    let mut wanted = filter.split('/');
    loop {
        match (wanted.next(), levels.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if same(wanted, level, client) => {}
            _ => return false,
        }
    }
}

/// The name is put in for the variable without being read as a filter, whatever is in it.
fn same(wanted: &str, level: &str, client: &str) -> bool {
    match wanted.split_once(CLIENT) {
        None => wanted == level,
        Some((before, after)) => level
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix(client))
            .is_some_and(|rest| same(after, rest, client)),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn wildcards_stand_for_levels() {
        for (filter, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("#", "a/b", true),
            ("#", "$aws/things/x", false),
            ("+/x", "$aws/x", false),
            ("$aws/things/+/shadow/#", "$aws/things/x/shadow/update", true),
            ("a/+/c", "a//c", true),
            ("a", "a/b", false),
            ("a/b", "a", false),
        ] {
            assert_eq!(fits(filter, topic, "dev"), expected, "{filter} {topic}");
        }
    }

    #[test]
    fn a_clients_name_is_no_wildcard() {
        assert!(fits("data/${iot:ClientId}/up", "data/dev-1/up", "dev-1"));
        assert!(!fits("data/${iot:ClientId}/up", "data/dev-2/up", "dev-1"));
        assert!(fits("x-${iot:ClientId}-y", "x-dev-1-y", "dev-1"));
        assert!(!fits("data/${iot:ClientId}", "data/anything", "+"));
        assert!(!fits("data/${iot:ClientId}/up", "data/other/x/up", "#"));
    }
}
