//! Bodies of custom responses.

use super::Bodies;
use crate::complaint::Complaint;

/// Bodies beside one list of rules at most [WAF quotas].
const BODIES_MAX: usize = 50;
/// Bytes of all of them together at most [WAF quotas].
const BODIES_BYTES_MAX: usize = 50 * 1024;

/// What is wrong with the bodies beside a list of rules.
#[must_use]
pub fn bodies(bodies: Option<&Bodies>) -> Vec<Complaint> {
    let mut found = Vec::new();
    let Some(bodies) = bodies else { return found };
    let complain = |reason: String| Complaint::new("CUSTOM_RESPONSE_BODY", "CustomResponseBodies", reason);
    if bodies.len() > BODIES_MAX {
        found.push(complain(format!("There may be at most {BODIES_MAX} bodies.")));
    }
    let bytes: usize = bodies.values().map(|body| body.content.len()).sum();
    if bytes > BODIES_BYTES_MAX {
        found.push(complain(format!("All bodies together have at most {BODIES_BYTES_MAX} bytes.")));
    }
    found
}
