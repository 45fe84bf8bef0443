//! Several headers or cookies.

use bartizan_wire::{Constraint, Shape, one_of};
use serde::Serialize;

use super::fallback::OversizeHandling;

/// Headers, by their keys, their values or both.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Headers {
    /// Which ones.
    pub match_pattern: HeaderMatchPattern,
    /// Keys, values or both.
    pub match_scope: MapMatchScope,
    /// What to say when there is more than what is inspected.
    pub oversize_handling: OversizeHandling,
}

/// What holds for the list of `IncludedHeaders`.
const INCLUDED_HEADERS: Constraint = Constraint {
    length_min: Some(1),
    length_max: Some(199),
    each: Some(&Constraint { length_min: Some(1), length_max: Some(64), pattern: Some(r".*\S.*"), ..Constraint::NONE }),
    ..Constraint::NONE
};
/// What holds for the list of `ExcludedHeaders`.
const EXCLUDED_HEADERS: Constraint = Constraint {
    length_min: Some(1),
    length_max: Some(199),
    each: Some(&Constraint { length_min: Some(1), length_max: Some(64), pattern: Some(r".*\S.*"), ..Constraint::NONE }),
    ..Constraint::NONE
};

one_of! {
    /// Which headers.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum HeaderMatchPattern {
        /// All.
        All(All) = "All",
        /// These; case does not matter.
        Included(Vec<String>) = "IncludedHeaders" with INCLUDED_HEADERS,
        /// All but these; case does not matter.
        Excluded(Vec<String>) = "ExcludedHeaders" with EXCLUDED_HEADERS,
    }
}

/// Cookies, by their keys, their values or both.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Cookies {
    /// Which ones.
    pub match_pattern: CookieMatchPattern,
    /// Keys, values or both.
    pub match_scope: MapMatchScope,
    /// What to say when there is more than what is inspected.
    pub oversize_handling: OversizeHandling,
}

/// What holds for the list of `IncludedCookies`.
const INCLUDED_COOKIES: Constraint = Constraint {
    length_min: Some(1),
    length_max: Some(199),
    each: Some(&Constraint { length_min: Some(1), length_max: Some(60), pattern: Some(r".*\S.*"), ..Constraint::NONE }),
    ..Constraint::NONE
};
/// What holds for the list of `ExcludedCookies`.
const EXCLUDED_COOKIES: Constraint = Constraint {
    length_min: Some(1),
    length_max: Some(199),
    each: Some(&Constraint { length_min: Some(1), length_max: Some(60), pattern: Some(r".*\S.*"), ..Constraint::NONE }),
    ..Constraint::NONE
};

one_of! {
    /// Which cookies.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum CookieMatchPattern {
        /// All.
        All(All) = "All",
        /// These; case matters.
        Included(Vec<String>) = "IncludedCookies" with INCLUDED_COOKIES,
        /// All but these; case matters.
        Excluded(Vec<String>) = "ExcludedCookies" with EXCLUDED_COOKIES,
    }
}

/// Of headers and cookies, what is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MapMatchScope {
    /// Keys and values.
    All,
    /// Keys.
    Key,
    /// Values.
    Value,
}

/// The order of the headers.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HeaderOrder {
    /// What to say when there is more than what is inspected.
    pub oversize_handling: OversizeHandling,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct All {}
