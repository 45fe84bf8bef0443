//! The topics of reports [IoT Core developer guide, "Reserved topics"].

use std::sync::Arc;

use crate::report::Format;

const THINGS: &str = "$aws/things/";
const METRICS: &str = "/defender/metrics/";
/// Bytes of a thing's name at most.
const THING_BYTES_MAX: usize = 128;

/// The topic of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTopic {
    /// Whose report.
    pub thing: Arc<str>,
    /// In which form.
    pub format: Format,
}

impl ReportTopic {
    /// Reads `$aws/things/<thing>/defender/metrics/json` and the same with `cbor`; `None` for other topics.
    #[must_use]
    pub fn parse(topic: &str) -> Option<Self> {
        let (thing, format) = topic.strip_prefix(THINGS)?.rsplit_once(METRICS)?;
        let format = Format::of(format)?;
        let named = !thing.is_empty()
            && thing.len() <= THING_BYTES_MAX
            && !thing.contains('/')
            && !thing.chars().any(char::is_control);
        named.then(|| Self { thing: thing.into(), format })
    }

    /// Where the answer goes.
    #[must_use]
    pub fn reply(&self, accepted: bool) -> String {
        let format = self.format.as_str();
        let end = if accepted { "accepted" } else { "rejected" };
        format!("{THINGS}{}{METRICS}{format}/{end}", self.thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_topics_of_reports() {
        let topic = ReportTopic::parse("$aws/things/dev 1/defender/metrics/cbor").unwrap();
        assert_eq!((&*topic.thing, topic.format), ("dev 1", Format::Cbor));
        assert_eq!(topic.reply(false), "$aws/things/dev 1/defender/metrics/cbor/rejected");
        for other in [
            "$aws/things/dev/defender/metrics/xml",
            "$aws/things//defender/metrics/json",
            "$aws/things/a/b/defender/metrics/json",
            "$aws/things/dev/defender/metrics/json/accepted",
            "$aws/things/d\u{7}/defender/metrics/json",
            "data/dev",
        ] {
            assert_eq!(ReportTopic::parse(other), None, "{other}");
        }
        assert_eq!(ReportTopic::parse(&format!("$aws/things/{}/defender/metrics/json", "x".repeat(129))), None);
    }
}
