//! What the operations that list violations have in common: filters, and violations as the vendor spells them.

use bartizan_ledger::StoreError;
use bartizan_policy::Cx;
use bartizan_wire::{Arn, ResourceName, Shape, Timestamp};
use serde::{Deserialize, Serialize};

use crate::behavior::{Behavior, ConfidenceLevel, MetricValue};
use crate::errors::DeviceError;
use crate::room::actives::ActiveViolation;
use crate::violation::verification::{self, Verification, VerificationState};
use crate::violation::{Event, EventKind};

/// How a behavior is judged [IoT API reference, `BehaviorCriteriaType`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BehaviorCriteriaType {
    /// A value, or a set of values.
    Static,
    /// A percentile of the fleet.
    Statistical,
    /// A model.
    MachineLearning,
}

/// How sure a model was [IoT API reference, `ViolationEventAdditionalInfo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViolationEventAdditionalInfo {
    /// Of a behavior that a model judges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence_level: Option<ConfidenceLevel>,
}

/// [IoT API reference, `ActiveViolation`].
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActiveViolationShape {
    /// 32 hexadecimal digits; the events of the alarm have the same.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub violation_id: String,
    /// Whose.
    #[shape(default, length = 1..=128)]
    pub thing_name: String,
    /// Of which profile.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// The whole behavior as it stands.
    #[shape(default)]
    pub behavior: Behavior,
    /// What was measured last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_violation_value: Option<MetricValue>,
    /// Of a behavior that a model judges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation_event_additional_info: Option<ViolationEventAdditionalInfo>,
    /// What somebody said of it.
    #[shape(default)]
    pub verification_state: VerificationState,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=1000, pattern = r"[^\p{Cntrl}]*")]
    pub verification_state_description: Option<String>,
    /// When it was violated last.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub last_violation_time: Timestamp,
    /// When it began.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub violation_start_time: Timestamp,
}

/// [IoT API reference, `ViolationEvent`].
#[derive(Debug, Clone, PartialEq, Shape, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViolationEventShape {
    /// 32 hexadecimal digits.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9\-]+")]
    pub violation_id: String,
    /// Whose.
    #[shape(default, length = 1..=128)]
    pub thing_name: String,
    /// Of which profile.
    #[shape(default, length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub security_profile_name: String,
    /// The whole behavior as it stood.
    #[shape(default)]
    pub behavior: Behavior,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_value: Option<MetricValue>,
    /// Of a behavior that a model judges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation_event_additional_info: Option<ViolationEventAdditionalInfo>,
    /// What happened.
    #[shape(default)]
    pub violation_event_type: EventKind,
    /// What somebody said of it.
    #[shape(default)]
    pub verification_state: VerificationState,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = ..=1000, pattern = r"[^\p{Cntrl}]*")]
    pub verification_state_description: Option<String>,
    /// When.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    #[shape(default)]
    pub violation_event_time: Timestamp,
}

fn additional(confidence: Option<ConfidenceLevel>) -> Option<ViolationEventAdditionalInfo> {
    confidence.map(|level| ViolationEventAdditionalInfo { confidence_level: Some(level) })
}

/// As the vendor spells it, with what was said of it.
pub(super) fn active(violation: ActiveViolation, verification: Verification) -> ActiveViolationShape {
    ActiveViolationShape {
        violation_id: violation.id.to_string(),
        thing_name: violation.thing.to_string(),
        security_profile_name: violation.profile.to_string(),
        behavior: violation.behavior.as_ref().clone(),
        last_violation_value: violation.value,
        violation_event_additional_info: additional(violation.confidence),
        verification_state: verification.state,
        verification_state_description: verification.description,
        last_violation_time: violation.last,
        violation_start_time: violation.started,
    }
}

/// As the vendor spells it, with what was said of it.
pub(super) fn event(event: Event, verification: Verification) -> ViolationEventShape {
    ViolationEventShape {
        violation_id: event.id,
        thing_name: event.thing,
        security_profile_name: event.profile,
        behavior: event.behavior,
        metric_value: event.value,
        violation_event_additional_info: additional(event.confidence),
        violation_event_type: event.kind,
        verification_state: verification.state,
        verification_state_description: verification.description,
        violation_event_time: event.at,
    }
}

/// The filters that both lists have, beside thing and profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Filters {
    pub(super) criteria: Option<BehaviorCriteriaType>,
    pub(super) suppressed: Option<bool>,
    pub(super) verification: Option<VerificationState>,
}

impl Filters {
    /// Whether a behavior passes. Without the flag both suppressed and other ones are listed (decision 6).
    pub(super) fn pass(self, behavior: &Behavior) -> bool {
        let suppressed = behavior.suppress_alerts == Some(true);
        self.suppressed.is_none_or(|wanted| wanted == suppressed)
            && self.criteria.is_none_or(|wanted| criteria_type(behavior) == wanted)
    }

    /// What was said of a violation, if that passes.
    pub(super) async fn verified(self, cx: &Cx, id: &str) -> Result<Option<Verification>, StoreError> {
        let verification = verification::of(cx, id).await?;
        Ok(self.verification.is_none_or(|wanted| verification.state == wanted).then_some(verification))
    }
}

fn criteria_type(behavior: &Behavior) -> BehaviorCriteriaType {
    match &behavior.criteria {
        Some(criteria) if criteria.ml_detection_config.is_some() => BehaviorCriteriaType::MachineLearning,
        Some(criteria) if criteria.statistical_threshold.is_some() => BehaviorCriteriaType::Statistical,
        _ => BehaviorCriteriaType::Static,
    }
}

/// What authorization is asked about.
pub(super) fn resource(cx: &Cx, thing: Option<&str>, profile: Option<&str>) -> ResourceName {
    match (profile, thing) {
        (Some(profile), _) => Arn::new("iot", &cx.realm, &format!("securityprofile/{profile}")).into(),
        (None, Some(thing)) => Arn::new("iot", &cx.realm, &format!("thing/{thing}")).into(),
        (None, None) => ResourceName::any(),
    }
}

/// A span must not end before it begins.
pub(super) fn span(start: Timestamp, end: Timestamp) -> Result<(), DeviceError> {
    if start > end {
        return Err(DeviceError::InvalidRequest(
            "startTime is after endTime: ask for a span that begins before it ends".to_owned(),
        ));
    }
    Ok(())
}
