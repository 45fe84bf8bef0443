//! Stored associations: which web ACL protects a resource.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Violations};
use serde::Serialize;

/// The kind of associations, by the resource's ARN.
#[derive(Debug)]
pub struct Associations;

/// A resource and its web ACL.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Association {
    /// What is protected.
    #[shape(length = 20..=2048)]
    pub resource_arn: String,
    /// By what.
    #[serde(rename = "WebACLArn")]
    #[shape(length = 20..=2048)]
    pub web_acl_arn: String,
}

impl Kind for Associations {
    const NAME: &'static str = "web/association";
    type Document = Association;
    type Plan = ();

    fn compile(_document: &Checked<Association>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}
