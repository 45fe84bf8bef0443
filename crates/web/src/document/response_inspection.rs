//! How answers tell success from failure. Kept and answered.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

one_of! {
    /// How an answer tells success from failure.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum ResponseInspection {
        /// By its status.
        StatusCode(ResponseInspectionStatusCode) = "StatusCode",
        /// By a header.
        Header(ResponseInspectionHeader) = "Header",
        /// By text in the body.
        BodyContains(ResponseInspectionBodyContains) = "BodyContains",
        /// By a member of a JSON body.
        Json(ResponseInspectionJson) = "Json",
    }
}

/// By the status.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseInspectionStatusCode {
    /// Of success.
    #[shape(length = 1..=10, each(range = 0..=999))]
    pub success_codes: Vec<i32>,
    /// Of failure.
    #[shape(length = 1..=10, each(range = 0..=999))]
    pub failure_codes: Vec<i32>,
}

/// By a header.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseInspectionHeader {
    /// Its name.
    #[shape(length = 1..=200, pattern = r".*\S.*")]
    pub name: String,
    /// Of success.
    #[shape(length = 1..=3, each(length = 1..=100, pattern = r".*\S.*"))]
    pub success_values: Vec<String>,
    /// Of failure.
    #[shape(length = 1..=3, each(length = 1..=100, pattern = r".*\S.*"))]
    pub failure_values: Vec<String>,
}

/// By text in the body.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseInspectionBodyContains {
    /// Of success.
    #[shape(length = 1..=5, each(length = 1..=100, pattern = r".*\S.*"))]
    pub success_strings: Vec<String>,
    /// Of failure.
    #[shape(length = 1..=5, each(length = 1..=100, pattern = r".*\S.*"))]
    pub failure_strings: Vec<String>,
}

/// By a member of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseInspectionJson {
    /// Where it is in the request.
    #[shape(length = 1..=512, pattern = r".*\S.*")]
    pub identifier: String,
    /// Of success.
    #[shape(length = 1..=5, each(length = 1..=100, pattern = r".*\S.*"))]
    pub success_values: Vec<String>,
    /// Of failure.
    #[shape(length = 1..=5, each(length = 1..=100, pattern = r".*\S.*"))]
    pub failure_values: Vec<String>,
}
