//! The answers to a report, in the format of the report.

use bartizan_wire::Timestamp;
use serde::Serialize;

use super::{Code, Format, Rejected, ReportId};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'a> {
    thing_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    report_id: Option<ReportId>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<Details<'a>>,
    /// Milliseconds since the epoch.
    timestamp: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Details<'a> {
    error_code: Code,
    error_message: &'a str,
}

/// What a device is told on `.../accepted`.
#[must_use]
pub fn accepted(format: Format, thing: &str, report_id: ReportId, at: Timestamp) -> Vec<u8> {
    let status = "ACCEPTED";
    let reply = Reply { thing_name: thing, report_id: Some(report_id), status, status_details: None, timestamp: at.0 };
    write(format, &reply)
}

/// What a device is told on `.../rejected`.
#[must_use]
pub fn rejected(format: Format, thing: &str, why: &Rejected, at: Timestamp) -> Vec<u8> {
    let details = Details { error_code: why.code, error_message: &why.message };
    let reply = Reply {
        thing_name: thing,
        report_id: why.report_id,
        status: "REJECTED",
        status_details: Some(details),
        timestamp: at.0,
    };
    write(format, &reply)
}

/// Texts and numbers can always be written; were that ever not so, the device would get an empty answer.
fn write(format: Format, reply: &Reply<'_>) -> Vec<u8> {
    match format {
        Format::Json => serde_json::to_vec(reply).unwrap_or_default(),
        Format::Cbor => cbor4ii::serde::to_vec(Vec::new(), reply).unwrap_or_default(),
    }
}
