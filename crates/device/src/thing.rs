//! Things: devices that are registered, as the vendor spells them [IoT API reference, `CreateThing`].
//!
//! A device need not be registered to be watched. One that is has attributes and can be in groups.

use std::collections::BTreeMap;

use bartizan_policy::{Kind, References};
use bartizan_wire::{Arn, Checked, Path, Realm, Shape, Violations};
use serde::{Deserialize, Serialize};

/// Attributes that a thing or a group has at most [IoT Core endpoints and quotas, "Thing registry"].
pub const ATTRIBUTES_MAX: usize = 50;

/// The kind of registered things, by name.
#[derive(Debug)]
pub struct Things;

/// A registered device.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thing {
    /// What it is called for good; its MQTT client id, unless it chooses another.
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_name: String,
    /// A UUID. Another thing of the same name has another one.
    #[shape(length = 36..=36)]
    pub thing_id: String,
    /// Kept and answered; types have no meaning here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub thing_type_name: Option<String>,
    /// By name; none of them is empty.
    #[shape(
        default,
        key(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+"),
        each(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")
    )]
    pub attributes: BTreeMap<String, String>,
    /// Kept and answered; there are no bills.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=128, pattern = r"[a-zA-Z0-9:_-]+")]
    pub billing_group_name: Option<String>,
    /// 1 when it is created, one more with each update. Not the ledger's revision, which also counts what was deleted
    /// under this name.
    #[shape(range = 1..)]
    pub version: i64,
}

impl Kind for Things {
    const NAME: &'static str = "device/thing";
    type Document = Thing;
    type Plan = ();

    fn review(next: &Thing, _prior: Option<&Thing>, out: &mut Violations) {
        review_attributes(&next.attributes, out);
    }

    fn compile(_document: &Checked<Thing>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Thing {
    /// The ARN of the thing of a name.
    #[must_use]
    pub fn arn(realm: &Realm, name: &str) -> Arn {
        Arn::new("iot", realm, &format!("thing/{name}"))
    }
}

/// Attributes as clients send them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributePayload {
    /// An empty value removes the attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(
        key(length = ..=128, pattern = r"[a-zA-Z0-9_.,@/:#-]+"),
        each(length = ..=800, pattern = r"[a-zA-Z0-9_.,@/:#=\[\]-]*")
    )]
    pub attributes: Option<BTreeMap<String, String>>,
    /// Keeps the stored attributes that are not named; they are replaced otherwise. For updates only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<bool>,
}

impl AttributePayload {
    /// The attributes after this is applied to those stored.
    #[must_use]
    pub fn applied_to(&self, stored: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let Some(given) = &self.attributes else { return stored.clone() };
        let mut next = if self.merge == Some(true) { stored.clone() } else { BTreeMap::new() };
        next.extend(given.clone());
        next.retain(|_, value| !value.is_empty());
        next
    }
}

/// A thing or a group has only so many attributes.
pub(crate) fn review_attributes(attributes: &BTreeMap<String, String>, out: &mut Violations) {
    if attributes.len() > ATTRIBUTES_MAX {
        out.review(
            &Path::root(),
            format!("there are {} attributes, and at most {ATTRIBUTES_MAX} are kept: remove some", attributes.len()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn payload(pairs: &[(&str, &str)], merge: Option<bool>) -> AttributePayload {
        AttributePayload { attributes: Some(map(pairs)), merge }
    }

    #[test]
    fn attributes_are_replaced_merged_and_removed() {
        let stored = map(&[("color", "red"), ("size", "9")]);
        assert_eq!(payload(&[("size", "8")], None).applied_to(&stored), map(&[("size", "8")]));
        assert_eq!(payload(&[("size", "8")], Some(true)).applied_to(&stored), map(&[("color", "red"), ("size", "8")]));
        assert_eq!(payload(&[("size", "")], Some(true)).applied_to(&stored), map(&[("color", "red")]));
        assert_eq!(payload(&[], None).applied_to(&stored), map(&[]));
        assert_eq!(AttributePayload::default().applied_to(&stored), stored);
    }

    #[test]
    fn there_are_only_so_many() {
        let many: BTreeMap<_, _> = (0..=ATTRIBUTES_MAX).map(|number| (number.to_string(), "x".to_owned())).collect();
        let mut out = Violations::new();
        review_attributes(&many, &mut out);
        assert_eq!(out.len(), 1);
    }
}
