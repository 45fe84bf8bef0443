//! What devices report: documents in JSON and CBOR, and the answers to them [IoT Device Defender developer guide,
//! "Device-side metrics", "Device metrics document specification"].
//!
//! Reading is as tolerant as devices in the field need it: long and short names mix, `null` is absent, integers may come
//! as floats, addresses that cannot be read are left out, members that nobody knows are passed over. It is bounded by the
//! size of the payload: nothing is reserved by a length that a document claims, and nesting that nobody knows is passed
//! over without recursion (JSON) or refused below [`CBOR_DEPTH_MAX`] levels.

mod datapoints;
mod document;
mod number;
mod reply;

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use document::Document;
pub use number::ReportId;
pub use reply::{accepted, rejected};

/// Bytes of a report at most: what the vendor's broker takes.
pub const REPORT_BYTES_MAX: usize = 128 * 1024;
/// Items of one list at most; a report of the greatest size with the shortest addresses stays below.
pub const LIST_ITEMS_MAX: usize = 10_000;
/// Custom metrics of one report at most; the vendor allows to register 100.
pub const CUSTOM_METRICS_MAX: usize = 1_000;
/// Levels of nesting in CBOR at most; a report needs nine.
pub const CBOR_DEPTH_MAX: usize = 256;

/// How a document is written: the last level of the topic it comes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `json`
    Json,
    /// `cbor`
    Cbor,
}

impl Format {
    /// By its level of the topic.
    #[must_use]
    pub fn of(level: &str) -> Option<Self> {
        match level {
            "json" => Some(Self::Json),
            "cbor" => Some(Self::Cbor),
            _ => None,
        }
    }

    /// Its level of the topic.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Cbor => "cbor",
        }
    }
}

/// Why a report is not accepted. Clients know these four and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Code {
    /// It is read, and does not say what a report says.
    InvalidPayload,
    /// It comes too soon after the last one.
    Throttled,
    /// It has no header.
    MissingHeader,
    /// It is not JSON or CBOR, or too large.
    Malformed,
}

/// A report that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub code: Code,
    /// Why, in words.
    pub message: String,
    /// The report's id, if it could be read.
    pub report_id: Option<ReportId>,
}

impl Rejected {
    /// It comes too soon.
    #[must_use]
    pub fn throttled(report_id: ReportId, seconds: i64) -> Self {
        let message = format!("The last accepted report is less than {seconds} seconds ago; report less often");
        Self { code: Code::Throttled, message, report_id: Some(report_id) }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.message)
    }
}

impl std::error::Error for Rejected {}

/// A report that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    id: ReportId,
    document: Document,
}

impl Report {
    /// As the device chose it: it need not grow from report to report.
    #[must_use]
    pub const fn id(&self) -> ReportId {
        self.id
    }
}

/// Reads a report.
///
/// # Errors
/// It is not one.
pub fn read(format: Format, bytes: &[u8]) -> Result<Report, Rejected> {
    let refuse = |code, message: String| Rejected { code, message, report_id: None };
    if bytes.len() > REPORT_BYTES_MAX {
        let message = format!("The report has {} bytes, more than {REPORT_BYTES_MAX}", bytes.len());
        return Err(refuse(Code::Malformed, message));
    }
    let document = match decode::<Document>(format, bytes) {
        Ok(document) => document,
        Err(why) => {
            let well_formed = decode::<IgnoredAny>(format, bytes).is_ok();
            let code = if well_formed { Code::InvalidPayload } else { Code::Malformed };
            let report_id = decode::<document::IdOnly>(format, bytes).ok().and_then(|only| only.report_id());
            return Err(Rejected { report_id, ..refuse(code, format!("Malformed metrics report: {why}")) });
        }
    };
    let Some(header) = &document.header else {
        return Err(refuse(Code::MissingHeader, "The report has no header".to_owned()));
    };
    let id = header.report_id.ok_or_else(|| {
        refuse(Code::InvalidPayload, "Malformed metrics report: report_id is missing in the header".to_owned())
    })?;
    let refuse = |message: &str| Rejected {
        report_id: Some(id),
        ..refuse(Code::InvalidPayload, format!("Malformed metrics report: {message}"))
    };
    if !header.version.as_deref().is_some_and(document::is_version) {
        return Err(refuse("version in the header must be a text such as 1.0"));
    }
    if document.metrics.is_none() && document.custom_metrics.is_none() {
        return Err(refuse("neither metrics nor custom_metrics are there"));
    }
    Ok(Report { id, document })
}

fn decode<'a, T: Deserialize<'a>>(format: Format, bytes: &'a [u8]) -> Result<T, String> {
    match format {
        Format::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
        Format::Cbor => {
            let mut rest = cbor4ii::serde::Deserializer::new(document::Slice::new(bytes));
            let read = T::deserialize(&mut rest).map_err(|error| match error {
                cbor4ii::serde::DecodeError::Custom(why) => why.into_string(),
                cbor4ii::serde::DecodeError::Core(error) => error.to_string(),
            })?;
            if rest.into_inner().is_empty() { Ok(read) } else { Err("there is more behind the document".to_owned()) }
        }
    }
}

#[cfg(test)]
mod tests;
