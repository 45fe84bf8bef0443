// What holds for any bytes that claim to be a report, whatever their format.

use bartizan_device::metric::Measure;
use bartizan_device::report::{self, Format};
use bartizan_wire::Timestamp;

/// A registered custom metric of each type, by its first letter.
fn registered(name: &str) -> Option<Measure> {
    match name.bytes().next()? {
        b'n' => Some(Measure::Number),
        b'l' => Some(Measure::Numbers),
        b's' => Some(Measure::Strings),
        b'i' => Some(Measure::Cidrs),
        _ => None,
    }
}

/// Reads, and answers as the endpoint would. An accepted report has bounded datapoints; each answer can be made.
pub fn check(format: Format, bytes: &[u8]) {
    let reply = match report::read(format, bytes).and_then(|read| Ok((read.id(), read.datapoints(registered)?))) {
        Ok((id, datapoints)) => {
            assert!(datapoints.len() <= 16 + report::CUSTOM_METRICS_MAX);
            report::accepted(format, "thing", id, Timestamp(0))
        }
        Err(why) => report::rejected(format, "thing", &why, Timestamp(0)),
    };
    assert!(!reply.is_empty());
}
