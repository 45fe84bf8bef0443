//! The vendor's own baselines: seventeen in every region, one of them the default of its operating system until an
//! account registers another. They are not stored; they are the same for every account of a region.
//!
//! Names, rules and descriptions are the vendor's [Patch Manager user guide, "About predefined and custom patch
//! baselines"]. Identifiers and owner accounts are the vendor's in the regions listed below. Elsewhere, and for the two
//! Windows baselines whose ids are not published, identifiers are derived by digest; those are stable, and ours.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use bartizan_wire::{Arn, Realm, Timestamp};
use sha2::{Digest, Sha256};

use crate::baseline::{
    Fields, PatchBaseline, PatchFilter, PatchFilterGroup, PatchFilterKey, PatchRule, PatchRuleGroup, create,
};
use crate::filter::ANY;
use crate::system::OperatingSystem;

/// The day on which Patch Manager was announced, 2016-12-01: the vendor does not publish when each was made.
const CREATED: Timestamp = Timestamp(1_480_550_400_000);

/// A baseline of the vendor, as it appears in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Predefined {
    /// By which it is named everywhere.
    pub arn: String,
    /// The document, as an own one would be stored.
    pub baseline: PatchBaseline,
    /// True if it is its operating system's default until another is registered.
    pub is_default: bool,
}

/// What a predefined baseline approves.
#[derive(Debug, Clone, Copy)]
enum Rules {
    /// Security updates of these severities, and bug fixes, after a week.
    SecurityAndBugfix(&'static [&'static str]),
    /// Security updates of these severities after a week.
    Security(&'static [&'static str]),
    /// Everything after a week, security or not.
    Everything,
    /// Updates of every priority from the security archive; so many days are stored, and ignored.
    Priorities(i32),
    /// Security updates of the system, and whatever else has a current update, at once.
    MacOs,
    /// Critical and security updates of Critical and Important severity, after a week.
    Windows,
    /// The same, and every application of Microsoft's after a week.
    WindowsAndApplications,
}

struct Row {
    name: &'static str,
    operating_system: OperatingSystem,
    description: &'static str,
    rules: Rules,
    is_default: bool,
    us_east_1: Option<&'static str>,
    us_east_2: Option<&'static str>,
}

const CRITICAL_AND_IMPORTANT: &[&str] = &["Critical", "Important"];

const ROWS: [Row; 17] = [
    Row {
        name: "AWS-AlmaLinuxDefaultPatchBaseline",
        operating_system: OperatingSystem::AlmaLinux,
        description: "Default Patch Baseline for Alma Linux Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-0cb0c4966f86b059b"),
        us_east_2: Some("pb-0c512885f94eceb9e"),
    },
    Row {
        name: "AWS-AmazonLinuxDefaultPatchBaseline",
        operating_system: OperatingSystem::AmazonLinux,
        description: "Default Patch Baseline for Amazon Linux Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-0c10e657807c7a700"),
        us_east_2: Some("pb-0e392de35e7c563b7"),
    },
    Row {
        name: "AWS-AmazonLinux2DefaultPatchBaseline",
        operating_system: OperatingSystem::AmazonLinux2,
        description: "Baseline containing all Security and Bugfix updates approved for Amazon Linux 2 instances",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-0be8c61cde3be63f3"),
        us_east_2: Some("pb-07e6d4e9bc703f2e3"),
    },
    Row {
        name: "AWS-AmazonLinux2022DefaultPatchBaseline",
        operating_system: OperatingSystem::AmazonLinux2022,
        description: "Default Patch Baseline for Amazon Linux 2022 Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-0028ca011460d5eaf"),
        us_east_2: Some("pb-0d02b7674ff76a48d"),
    },
    Row {
        name: "AWS-AmazonLinux2023DefaultPatchBaseline",
        operating_system: OperatingSystem::AmazonLinux2023,
        description: "Default Patch Baseline for Amazon Linux 2023 Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-05c9c9bf778d4c4d0"),
        us_east_2: Some("pb-0366438d3e092e1d3"),
    },
    Row {
        name: "AWS-CentOSDefaultPatchBaseline",
        operating_system: OperatingSystem::CentOs,
        description: "Default Patch Baseline for CentOS Provided by AWS.",
        rules: Rules::Everything,
        is_default: true,
        us_east_1: Some("pb-03e3f588eec25344c"),
        us_east_2: Some("pb-0574b43a65ea646ed"),
    },
    Row {
        name: "AWS-DebianDefaultPatchBaseline",
        operating_system: OperatingSystem::Debian,
        description: "Default Patch Baseline for Debian Provided by AWS.",
        rules: Rules::Priorities(0),
        is_default: true,
        us_east_1: Some("pb-09a5f8eb62bde80b1"),
        us_east_2: Some("pb-0d215380aec1af2f0"),
    },
    Row {
        name: "AWS-MacOSDefaultPatchBaseline",
        operating_system: OperatingSystem::MacOs,
        description: "Default Patch Baseline for MacOS Provided by AWS.",
        rules: Rules::MacOs,
        is_default: true,
        us_east_1: Some("pb-0ee4f94581368c0d4"),
        us_east_2: Some("pb-0f9cdff0b6da47181"),
    },
    Row {
        name: "AWS-OracleLinuxDefaultPatchBaseline",
        operating_system: OperatingSystem::OracleLinux,
        description: "Default Patch Baseline for Oracle Linux Server Provided by AWS.",
        rules: Rules::SecurityAndBugfix(&["Important", "Moderate"]),
        is_default: true,
        us_east_1: Some("pb-06bff38e95fe85c02"),
        us_east_2: Some("pb-0bf2738c5e3b55542"),
    },
    Row {
        name: "AWS-DefaultRaspbianPatchBaseline",
        operating_system: OperatingSystem::Raspbian,
        description: "Default Patch Baseline for Raspbian Provided by AWS.",
        rules: Rules::Priorities(0),
        is_default: true,
        us_east_1: Some("pb-0ec16280999c5c75e"),
        us_east_2: Some("pb-07335117835e9e63a"),
    },
    Row {
        name: "AWS-RedHatDefaultPatchBaseline",
        operating_system: OperatingSystem::RedHatEnterpriseLinux,
        description: "Default Patch Baseline for Redhat Enterprise Linux Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-0cbb3a633de00f07c"),
        us_east_2: Some("pb-0e9c1ce8d831d57e0"),
    },
    Row {
        name: "AWS-RockyLinuxDefaultPatchBaseline",
        operating_system: OperatingSystem::RockyLinux,
        description: "Default Patch Baseline for Rocky Linux Provided by AWS.",
        rules: Rules::SecurityAndBugfix(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-03ec98bc512aa3ac0"),
        us_east_2: Some("pb-056dd3ed0db4e2121"),
    },
    Row {
        name: "AWS-SuseDefaultPatchBaseline",
        operating_system: OperatingSystem::Suse,
        description: "Default Patch Baseline for Suse Provided by AWS.",
        rules: Rules::Security(CRITICAL_AND_IMPORTANT),
        is_default: true,
        us_east_1: Some("pb-07d8884178197b66b"),
        us_east_2: Some("pb-0123fdb36e334a3b2"),
    },
    Row {
        name: "AWS-UbuntuDefaultPatchBaseline",
        operating_system: OperatingSystem::Ubuntu,
        description: "Default Patch Baseline for Ubuntu Provided by AWS.",
        rules: Rules::Priorities(7),
        is_default: true,
        us_east_1: Some("pb-0c7e89f711c3095f4"),
        us_east_2: Some("pb-052a2e04b3b354d69"),
    },
    Row {
        name: "AWS-DefaultPatchBaseline",
        operating_system: OperatingSystem::Windows,
        description: "Default Patch Baseline Provided by AWS.",
        rules: Rules::Windows,
        is_default: true,
        us_east_1: Some("pb-09ca3fb51f0412ec3"),
        us_east_2: Some("pb-020d361a05defe4ed"),
    },
    Row {
        name: "AWS-WindowsPredefinedPatchBaseline-OS",
        operating_system: OperatingSystem::Windows,
        description: "Predefined Patch Baseline for the Windows operating system Provided by AWS.",
        rules: Rules::Windows,
        is_default: false,
        us_east_1: None,
        us_east_2: None,
    },
    Row {
        name: "AWS-WindowsPredefinedPatchBaseline-OS-Applications",
        operating_system: OperatingSystem::Windows,
        description: "Predefined Patch Baseline for the Windows operating system and Microsoft applications Provided by AWS.",
        rules: Rules::WindowsAndApplications,
        is_default: false,
        us_east_1: None,
        us_east_2: None,
    },
];

/// Owns the predefined baselines of regions whose owner is not listed.
const OWNER_ELSEWHERE: &str = "000000000001";

/// Accounts that own predefined baselines: resources of theirs may be named by everybody.
pub const OWNER_ACCOUNTS: &[&str] = &[
    "075727635805",
    "733109147000",
    "433649990780",
    "280605243866",
    "845259048710",
    "628322100848",
    "622594171460",
    "416089608788",
    "035476931495",
    "486716784251",
    "405852045650",
    "715718580783",
    "042886044593",
    "547428446776",
    "424348245652",
    "229504717686",
    "593618414689",
    OWNER_ELSEWHERE,
];

/// The account that owns a region's predefined baselines.
const OWNERS: [(&str, &str); 17] = [
    ("us-east-1", "075727635805"),
    ("us-east-2", "733109147000"),
    ("us-west-1", "433649990780"),
    ("us-west-2", "280605243866"),
    ("eu-west-1", "845259048710"),
    ("eu-west-2", "628322100848"),
    ("eu-west-3", "622594171460"),
    ("eu-central-1", "416089608788"),
    ("eu-north-1", "035476931495"),
    ("ap-northeast-1", "486716784251"),
    ("ap-northeast-2", "405852045650"),
    ("ap-northeast-3", "715718580783"),
    ("ap-southeast-1", "042886044593"),
    ("ap-southeast-2", "547428446776"),
    ("ap-south-1", "424348245652"),
    ("ca-central-1", "229504717686"),
    ("sa-east-1", "593618414689"),
];

/// Regions whose baselines are remembered. A server serves one; only tests and strange requests name others.
const REGIONS_KEPT_MAX: usize = 64;

static KEPT: LazyLock<RwLock<BTreeMap<String, Arc<[Predefined]>>>> = LazyLock::new(RwLock::default);

/// All predefined baselines of the realm's region, by name. Every request asks for some of them, so they are made once.
#[must_use]
pub fn all(realm: &Realm) -> Arc<[Predefined]> {
    if let Some(found) = KEPT.read().unwrap_or_else(PoisonError::into_inner).get(&realm.region) {
        return Arc::clone(found);
    }
    let mut made: Vec<Predefined> = ROWS.iter().map(|row| row.in_realm(realm)).collect();
    made.sort_by(|left, right| left.baseline.name.cmp(&right.baseline.name));
    let made: Arc<[Predefined]> = made.into();
    let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= REGIONS_KEPT_MAX {
        kept.clear();
    }
    kept.insert(realm.region.clone(), Arc::clone(&made));
    made
}

/// The one that is a system's default until another is registered.
#[must_use]
pub fn default_of(realm: &Realm, system: OperatingSystem) -> Option<Predefined> {
    all(realm).iter().find(|one| one.is_default && one.baseline.operating_system == system).cloned()
}

/// The one with this ARN.
#[must_use]
pub fn by_arn(realm: &Realm, arn: &str) -> Option<Predefined> {
    if !arn.starts_with("arn:") {
        return None;
    }
    all(realm).iter().find(|one| one.arn == arn).cloned()
}

impl Row {
    fn in_realm(&self, realm: &Realm) -> Predefined {
        let fields = Fields {
            description: Some(self.description.to_owned()),
            global_filters: Some(group(&[(PatchFilterKey::Product, &[ANY])])),
            approval_rules: Some(PatchRuleGroup { patch_rules: self.rules.spelled_out() }),
            ..Fields::default()
        };
        Predefined {
            arn: self.arn(realm),
            baseline: create(self.operating_system, self.name, fields, CREATED),
            is_default: self.is_default,
        }
    }

    fn arn(&self, realm: &Realm) -> String {
        let mut owned = realm.clone();
        owned.account = owner(&realm.region).to_owned();
        Arn::new("ssm", &owned, &format!("patchbaseline/{}", self.id(&realm.region))).into()
    }

    fn id(&self, region: &str) -> String {
        let known = match region {
            "us-east-1" => self.us_east_1,
            "us-east-2" => self.us_east_2,
            _ => None,
        };
        let derived = || {
            let hex = hex(&format!("predefined patch baseline {} of {region}", self.name));
            format!("pb-0{}", hex.get(..16).unwrap_or(&hex))
        };
        known.map_or_else(derived, str::to_owned)
    }
}

impl Rules {
    fn spelled_out(self) -> Vec<PatchRule> {
        match self {
            Self::SecurityAndBugfix(severities) => vec![
                rule(&[(PatchFilterKey::Classification, &["Security"]), (PatchFilterKey::Severity, severities)], 7),
                rule(&[(PatchFilterKey::Classification, &["Bugfix"])], 7),
            ],
            Self::Security(severities) => {
                vec![rule(
                    &[(PatchFilterKey::Classification, &["Security"]), (PatchFilterKey::Severity, severities)],
                    7,
                )]
            }
            Self::Everything => {
                vec![PatchRule { enable_non_security: Some(true), ..rule(&[(PatchFilterKey::Product, &[ANY])], 7) }]
            }
            Self::Priorities(days) => {
                let all = &["Required", "Important", "Standard", "Optional", "Extra"];
                vec![rule(&[(PatchFilterKey::Priority, all)], days)]
            }
            Self::MacOs => vec![
                rule(&[(PatchFilterKey::Classification, &["Security"])], 0),
                PatchRule { enable_non_security: Some(true), ..rule(&[(PatchFilterKey::Product, &[ANY])], 0) },
            ],
            Self::Windows => vec![rule(
                &[
                    (PatchFilterKey::Classification, &["CriticalUpdates", "SecurityUpdates"]),
                    (PatchFilterKey::MsrcSeverity, CRITICAL_AND_IMPORTANT),
                ],
                7,
            )],
            Self::WindowsAndApplications => {
                let mut rules = Self::Windows.spelled_out();
                rules.push(rule(&[(PatchFilterKey::PatchSet, &["APPLICATION"]), (PatchFilterKey::Product, &[ANY])], 7));
                rules
            }
        }
    }
}

fn rule(filters: &[(PatchFilterKey, &[&str])], approve_after_days: i32) -> PatchRule {
    PatchRule {
        patch_filter_group: group(filters),
        compliance_level: None,
        approve_after_days: Some(approve_after_days),
        approve_until_date: None,
        enable_non_security: None,
    }
}

fn group(filters: &[(PatchFilterKey, &[&str])]) -> PatchFilterGroup {
    let filter = |(key, values): &(PatchFilterKey, &[&str])| PatchFilter {
        key: *key,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    PatchFilterGroup { patch_filters: filters.iter().map(filter).collect() }
}

fn owner(region: &str) -> &'static str {
    OWNERS.iter().find(|(known, _)| *known == region).map_or(OWNER_ELSEWHERE, |(_, account)| account)
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan_policy::Kind;
    use bartizan_wire::{Checked, Violations};

    #[test]
    fn every_owner_is_listed() {
        for (region, account) in OWNERS {
            assert!(OWNER_ACCOUNTS.contains(&account), "{region}");
        }
    }

    fn realm(region: &str) -> Realm {
        Realm::new("123456789012", region).unwrap()
    }

    #[test]
    fn every_system_has_one_default_that_terraform_can_find() {
        for system in OperatingSystem::ALL {
            let all = all(&realm("eu-central-1"));
            let of_system: Vec<_> = all.iter().filter(|one| one.baseline.operating_system == system).collect();
            assert_eq!(of_system.iter().filter(|one| one.is_default).count(), 1, "{system}");
            // The provider's pattern is ^AWS-[0-9A-Za-z]+PatchBaseline$ and must match exactly one name.
            let matching = of_system.iter().filter(|one| {
                one.baseline.name.strip_prefix("AWS-").is_some_and(|rest| {
                    rest.ends_with("PatchBaseline") && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
                })
            });
            assert_eq!(matching.count(), 1, "{system}");
        }
    }

    #[test]
    fn every_predefined_baseline_would_be_accepted_if_it_were_created() {
        for one in &*all(&realm("us-east-1")) {
            let checked = Checked::new(one.baseline.clone()).unwrap();
            let mut out = Violations::new();
            crate::baseline::PatchBaselines::review(&checked, None, &mut out);
            assert!(out.is_empty(), "{}: {out:?}", one.baseline.name);
        }
    }

    #[test]
    fn identifiers_are_the_vendors_where_known_and_stable_elsewhere() {
        let ubuntu = default_of(&realm("us-east-2"), OperatingSystem::Ubuntu).unwrap();
        assert_eq!(ubuntu.arn, "arn:aws:ssm:us-east-2:733109147000:patchbaseline/pb-052a2e04b3b354d69");
        let mut arns: Vec<_> = ["us-east-1", "eu-west-1", "mars-east-1"]
            .iter()
            .flat_map(|region| all(&realm(region)).to_vec())
            .map(|one| one.arn)
            .collect();
        arns.sort();
        arns.dedup();
        assert_eq!(arns.len(), 51);
        assert!(
            all(&realm("mars-east-1")).iter().all(|one| by_arn(&realm("mars-east-1"), &one.arn).as_ref() == Some(one))
        );
    }
}
