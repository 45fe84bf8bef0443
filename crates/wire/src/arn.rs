//! Names of resources.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Realm;
use crate::realm::{is_account, is_region};
use crate::shown::quoted;

/// An Amazon resource name: `arn:partition:service:region:account:resource`. Region and account may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn(String);

/// A text that is not a resource name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArnError(String);

impl fmt::Display for ArnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = quoted(&self.0);
        write!(
            f,
            "{given} must be written like `arn:aws:ssm:us-east-1:123456789012:patchbaseline/pb-0123456789abcdef0`"
        )
    }
}

impl std::error::Error for ArnError {}

impl Arn {
    /// Longest, in bytes: IAM's limit on an ARN.
    pub const LENGTH_MAX: usize = 2048;

    /// The name of a resource of the service in the realm; the partition follows from the region.
    #[must_use]
    pub fn new(service: &str, realm: &Realm, resource: &str) -> Self {
        let Realm { account, region } = realm;
        Self(format!("arn:{}:{service}:{region}:{account}:{resource}", partition_of(region)))
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// Such as `aws`.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// Such as `ssm`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// Such as `us-east-1`; empty for a global resource.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// Twelve digits; empty for a resource outside of accounts.
    #[must_use]
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Everything behind the account, such as `patchbaseline/pb-0123456789abcdef0`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }
}

/// The vendor's partition of a region.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("eusc-") {
        "aws-eusc"
    } else {
        "aws"
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [scheme, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(ArnError(text.to_owned()));
        };
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        // `aws` stands for the account of what the vendor owns.
        let good = text.len() <= Self::LENGTH_MAX
            && *scheme == "arn"
            && is_word(partition)
            && is_word(service)
            && (region.is_empty() || is_region(region))
            && (account.is_empty() || *account == "aws" || is_account(account))
            && !resource.is_empty()
            && !resource.chars().any(|letter| letter.is_control() || letter.is_whitespace());
        if good { Ok(Self(text.to_owned())) } else { Err(ArnError(text.to_owned())) }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Arn {
    type Error = ArnError;
    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.0
    }
}

/// What authorization is asked about: an ARN, or `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceName(String);

impl ResourceName {
    /// `*`: operations that are not about one resource.
    #[must_use]
    pub fn any() -> Self {
        Self("*".to_owned())
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Arn> for ResourceName {
    fn from(arn: Arn) -> Self {
        Self(arn.0)
    }
}

impl FromStr for ResourceName {
    type Err = ArnError;
    fn from_str(text: &str) -> Result<Self, ArnError> {
        if text == "*" { Ok(Self::any()) } else { text.parse().map(|Arn(text)| Self(text)) }
    }
}

impl TryFrom<String> for ResourceName {
    type Error = ArnError;
    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<ResourceName> for String {
    fn from(name: ResourceName) -> Self {
        name.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Arn, ResourceName};
    use crate::Realm;

    const BASELINE: &str = "arn:aws:ssm:us-east-1:123456789012:patchbaseline/pb-0123456789abcdef0";

    #[test]
    fn is_made_and_taken_apart() {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        let arn = Arn::new("ssm", &realm, "patchbaseline/pb-0123456789abcdef0");
        assert_eq!(arn.as_str(), BASELINE);
        assert_eq!(BASELINE.parse(), Ok(arn.clone()));
        assert_eq!((arn.partition(), arn.service(), arn.region()), ("aws", "ssm", "us-east-1"));
        assert_eq!((arn.account(), arn.resource()), ("123456789012", "patchbaseline/pb-0123456789abcdef0"));
    }

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, partition) in [
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-east-1", "aws"),
        ] {
            let realm = Realm::new("123456789012", region).unwrap();
            assert_eq!(Arn::new("ssm", &realm, "x").partition(), partition);
        }
    }

    #[test]
    fn a_resource_may_contain_colons() {
        let arn: Arn = "arn:aws:iam::123456789012:a:b:c".parse().unwrap();
        assert_eq!((arn.region(), arn.resource()), ("", "a:b:c"));
        assert!("arn:aws:iam::aws:policy/ReadOnlyAccess".parse::<Arn>().is_ok());
    }

    #[test]
    fn refuses_other_texts() {
        for text in [
            "",
            "*",
            "pb-0123456789abcdef0",
            "arn:aws:ssm:us-east-1:123456789012",
            "arn:aws:ssm:us-east-1:123456789012:",
            "arn:aws:ssm:useast1:123456789012:x",
            "arn:aws:ssm:us-east-1:12345:x",
            "ARN:aws:ssm:us-east-1:123456789012:x",
            "arn:aws::us-east-1:123456789012:x",
            "arn:aws:ssm:us-east-1:123456789012:x y",
        ] {
            assert!(text.parse::<Arn>().is_err(), "{text}");
        }
        assert!(format!("{BASELINE}{}", "a".repeat(Arn::LENGTH_MAX)).parse::<Arn>().is_err());
        assert!(serde_json::from_str::<Arn>("\"x\"").is_err());
    }

    #[test]
    fn authorization_is_asked_about_an_arn_or_anything() {
        assert_eq!("*".parse(), Ok(ResourceName::any()));
        let arn: Arn = BASELINE.parse().unwrap();
        assert_eq!(BASELINE.parse(), Ok(ResourceName::from(arn)));
        assert!("all".parse::<ResourceName>().is_err());
        assert_eq!(serde_json::to_string(&ResourceName::any()).unwrap(), "\"*\"");
    }
}
