//! What is done with a request.

use bartizan_wire::{Shape, one_of};
use serde::Serialize;

use super::custom_response::CustomRequestHandling;
use super::custom_response::CustomResponse;

one_of! {
    /// What a rule does with a request that it matches.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum RuleAction {
        /// Answers it.
        Block(BlockAction) = "Block",
        /// Lets it through.
        Allow(AllowAction) = "Allow",
        /// Counts it and goes on.
        Count(CountAction) = "Count",
        /// Asks for a puzzle to be solved.
        Captcha(CaptchaAction) = "Captcha",
        /// Asks the browser for some work.
        Challenge(ChallengeAction) = "Challenge",
    }
}

/// The request is answered and goes no further.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BlockAction {
    /// The answer; the status 403 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_response: Option<CustomResponse>,
}

/// The request is let through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AllowAction {
    /// Headers to add to the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_request_handling: Option<CustomRequestHandling>,
}

/// The request is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CountAction {
    /// Headers to add to the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_request_handling: Option<CustomRequestHandling>,
}

/// Without a valid token, a puzzle must be solved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CaptchaAction {
    /// Headers to add to the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_request_handling: Option<CustomRequestHandling>,
}

/// Without a valid token, the browser must do some work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ChallengeAction {
    /// Headers to add to the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_request_handling: Option<CustomRequestHandling>,
}

one_of! {
    /// What is done with the outcome of a rule group.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum OverrideAction {
        /// It is only counted.
        Count(CountAction) = "Count",
        /// What the group says.
        None(NoneAction) = "None",
    }
}

/// Nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize)]
pub struct NoneAction {}

one_of! {
    /// What is done with requests that no rule ends.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum DefaultAction {
        /// They are answered.
        Block(BlockAction) = "Block",
        /// They are let through.
        Allow(AllowAction) = "Allow",
    }
}
