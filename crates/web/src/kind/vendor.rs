//! Stored vendors: who may publish managed rule sets. An operator registers them (decision of the reference, 2.2).

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Violations};
use serde::Serialize;

/// The kind of vendors, by their label slug.
#[derive(Debug)]
pub struct Vendors;

/// A vendor.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Vendor {
    /// As customers name it; blanks are allowed.
    #[shape(length = 1..=128, pattern = r".*\S.*")]
    pub vendor_name: String,
    /// As labels name it.
    #[shape(length = 1..=128, pattern = r"^[0-9A-Za-z_\-]+$")]
    pub label_slug: String,
    /// Where news of its versions are told, unless a rule set says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 20..=2048)]
    pub sns_topic_arn: Option<String>,
}

impl Kind for Vendors {
    const NAME: &'static str = "web/vendor";
    type Document = Vendor;
    type Plan = ();

    fn compile(_document: &Checked<Vendor>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

/// The slug of a name, unless the operator chooses one: lower case, and `_` for what labels do not have.
#[must_use]
pub fn slug(name: &str) -> String {
    let part = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    name.to_lowercase().chars().map(part).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_slug_is_a_part_of_a_label() {
        assert_eq!(super::slug("Acme Labs, Inc."), "acme_labs__inc_");
    }
}
