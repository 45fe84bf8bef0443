//! Patch baselines: the document, as the vendor spells its members, with every default made visible.
//!
//! Source of the constraints: the vendor's model of the SSM API, version 2014-11-06 [SSM API reference,
//! `CreatePatchBaseline`, `UpdatePatchBaseline`, `GetPatchBaseline`].

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Shape, Timestamp, Violations};
use serde::{Deserialize, Serialize};

use crate::engine::Plan;
use crate::system::OperatingSystem;

mod edit;
mod identity;
mod judging;
mod review;
pub mod stored;

pub use edit::{Fields, create, replace, update};
pub use identity::{BaselineId, Named, arn, mint};
pub use judging::compile;

/// Baselines of an account in a region at most [SSM service quotas].
pub const BASELINES_MAX: usize = 50;

/// The kind of stored baselines. Predefined ones are not stored, see [`predefined`](crate::predefined).
#[derive(Debug)]
pub struct PatchBaselines;

impl Kind for PatchBaselines {
    const NAME: &'static str = "host/patch-baseline";
    type Document = PatchBaseline;
    /// `None` for an operating system whose hosts this program cannot judge; such a baseline is kept and answered.
    type Plan = Option<Plan>;

    fn review(next: &PatchBaseline, _prior: Option<&PatchBaseline>, out: &mut Violations) {
        review::review(next, out);
    }

    fn compile(document: &Checked<PatchBaseline>, _references: &References) -> Result<Option<Plan>, Violations> {
        judging::compile(document)
    }
}

/// Which patches are approved, and how important they are.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchBaseline {
    /// Not unique.
    #[shape(length = 3..=128, pattern = r"^[a-zA-Z0-9_\-.]{3,128}$")]
    pub name: String,
    /// Never changes.
    pub operating_system: OperatingSystem,
    /// Patches that pass none of these are dropped before the rules are asked.
    pub global_filters: PatchFilterGroup,
    /// Patches that pass one of these are approved.
    pub approval_rules: PatchRuleGroup,
    /// Approved whatever filters and rules say.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub approved_patches: Vec<String>,
    /// How important the approved patches are.
    pub approved_patches_compliance_level: PatchComplianceLevel,
    /// Linux: approved patches may be other than security updates.
    pub approved_patches_enable_non_security: bool,
    /// Never installed by name; stronger than any approval.
    #[shape(length = 0..=50, each(length = 1..=100))]
    pub rejected_patches: Vec<String>,
    /// What becomes of rejected patches that others depend on.
    pub rejected_patches_action: PatchAction,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=1024)]
    pub description: Option<String>,
    /// Linux: repositories that replace the node's own.
    #[shape(length = 0..=20)]
    pub sources: Vec<PatchSource>,
    /// Windows: whether a security update that is not approved leaves a node compliant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_security_updates_compliance_status: Option<PatchComplianceStatus>,
    /// When it was created. When it was modified is its entry's time.
    #[serde(with = "bartizan_wire::time::wire_seconds")]
    pub created_date: Timestamp,
}

/// Filters that must all pass.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchFilterGroup {
    /// None pass everything.
    #[shape(length = 0..=4)]
    pub patch_filters: Vec<PatchFilter>,
}

/// A property and the values that it may have.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchFilter {
    /// The property.
    pub key: PatchFilterKey,
    /// One of these; `*` is every value, and stands alone.
    #[shape(length = 1..=20, each(length = 1..=64))]
    pub values: Vec<String>,
}

/// Rules of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchRuleGroup {
    /// None approve nothing.
    #[shape(length = 0..=10)]
    pub patch_rules: Vec<PatchRule>,
}

/// Approves the patches that pass its filters, after a while or up to a date.
#[derive(Debug, Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchRule {
    /// What it is about.
    pub patch_filter_group: PatchFilterGroup,
    /// How important what it approves is; `UNSPECIFIED` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance_level: Option<PatchComplianceLevel>,
    /// Whole days after the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..=360)]
    pub approve_after_days: Option<i32>,
    /// `YYYY-MM-DD`: everything released up to the end of this day, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(length = 1..=10)]
    pub approve_until_date: Option<String>,
    /// Linux: approves other than security updates as well; `false` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_non_security: Option<bool>,
}

/// A repository for nodes of some products.
#[derive(Clone, PartialEq, Eq, Shape, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PatchSource {
    /// Of the repository.
    #[shape(pattern = r"^[a-zA-Z0-9_\-.]{3,50}$")]
    pub name: String,
    /// Such as `Debian12`, or `*`.
    #[shape(length = 1..=20, each(length = 1..=128))]
    pub products: Vec<String>,
    /// A line of sources.list, or a section of an INI file. It may hold credentials and is never logged.
    #[shape(length = 1..=1024, sensitive)]
    pub configuration: String,
}

impl std::fmt::Debug for PatchSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PatchSource")
            .field("name", &self.name)
            .field("products", &self.products)
            .finish_non_exhaustive()
    }
}

/// Properties that filters can ask for. Baselines take the few that their operating system has,
/// see [`filter`](crate::filter).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchFilterKey {
    /// Architecture.
    Arch,
    /// Advisory.
    AdvisoryId,
    /// Bug report.
    BugzillaId,
    /// Windows: the system, or applications.
    PatchSet,
    /// Release of the system, or application.
    Product,
    /// Windows: family of products.
    ProductFamily,
    /// Kind of update.
    Classification,
    /// Vulnerability.
    CveId,
    /// Of a version.
    Epoch,
    /// Windows: Microsoft's severity.
    MsrcSeverity,
    /// Of a package.
    Name,
    /// Windows: KB number.
    PatchId,
    /// apt: section of the archive.
    Section,
    /// apt: priority in the archive.
    Priority,
    /// Where it comes from.
    Repository,
    /// Of a version.
    Release,
    /// rpm: the distribution's severity.
    Severity,
    /// Security updates.
    Security,
    /// Version.
    Version,
}

/// How important a patch is to the organisation, most important first. It is not the vendor's severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchComplianceLevel {
    /// Above all.
    Critical,
    /// Very.
    High,
    /// Somewhat.
    Medium,
    /// Little.
    Low,
    /// Good to know.
    Informational,
    /// Nobody has said.
    #[default]
    Unspecified,
}

/// What becomes of rejected patches that others depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchAction {
    /// They may come with another package; the node stays compliant.
    #[default]
    AllowAsDependency,
    /// They may not be there at all.
    Block,
}

/// Whether something counts against a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Shape, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PatchComplianceStatus {
    /// It does not.
    Compliant,
    /// It does.
    NonCompliant,
}
