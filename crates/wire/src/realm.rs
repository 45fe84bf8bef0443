//! A realm: the account and region that a document lives in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::shown::quoted;

/// An account in a region. Nothing in one realm can be seen from another. Made by [`Realm::new`], which checks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
#[non_exhaustive]
pub struct Realm {
    /// Twelve digits.
    pub account: String,
    /// Such as `us-east-1`.
    pub region: String,
}

/// A realm as it is stored, before it is checked.
#[derive(Deserialize)]
struct Parts {
    account: String,
    region: String,
}

/// What is wrong with a realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealmError {
    /// Not twelve digits.
    Account(String),
    /// Not of the form `us-east-1`.
    Region(String),
}

impl fmt::Display for RealmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(given) => {
                write!(f, "account {} must be twelve digits", quoted(given))
            }
            Self::Region(given) => {
                write!(f, "region {} must be written like `us-east-1`", quoted(given))
            }
        }
    }
}

impl std::error::Error for RealmError {}

impl Realm {
    /// Digits of an account.
    pub const ACCOUNT_LENGTH: usize = 12;
    /// Longest name of a region.
    pub const REGION_LENGTH_MAX: usize = 32;

    /// A realm of an account (twelve digits) and a region (such as `us-gov-west-1`).
    ///
    /// # Errors
    /// Says which of the two has another form.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Result<Self, RealmError> {
        let (account, region) = (account.into(), region.into());
        if !is_account(&account) {
            return Err(RealmError::Account(account));
        }
        if !is_region(&region) {
            return Err(RealmError::Region(region));
        }
        Ok(Self { account, region })
    }
}

/// `us-east-1` of `123456789012`, shown as `123456789012/us-east-1`.
impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

impl TryFrom<Parts> for Realm {
    type Error = RealmError;
    fn try_from(parts: Parts) -> Result<Self, RealmError> {
        Self::new(parts.account, parts.region)
    }
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == Realm::ACCOUNT_LENGTH && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `[a-z]{2,}(-[a-z]{2,})+-[0-9]{1,2}`.
pub(crate) fn is_region(text: &str) -> bool {
    if text.len() > Realm::REGION_LENGTH_MAX {
        return false;
    }
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.contains('-')
        && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::Realm;

    #[test]
    fn takes_the_vendors_regions() {
        for region in
            ["us-east-1", "us-gov-west-1", "ap-southeast-7", "eusc-de-east-1", "us-isob-east-1", "ap-south-10"]
        {
            assert!(Realm::new("123456789012", region).is_ok(), "{region}");
        }
    }

    #[test]
    fn refuses_other_regions() {
        for region in
            ["", "us-east", "us-1", "US-EAST-1", "us--1", "us-east-1a", "us-east-100", "us east-1", "us/../east-1"]
        {
            let error = Realm::new("123456789012", region).unwrap_err().to_string();
            assert_eq!(error, format!("region `{region}` must be written like `us-east-1`"));
        }
        assert!(Realm::new("123456789012", format!("us-{}-1", "a".repeat(40))).is_err());
    }

    #[test]
    fn refuses_other_accounts() {
        for account in ["", "12345678901", "1234567890123", "12345678901a", "１２３４"] {
            let error = Realm::new(account, "us-east-1").unwrap_err().to_string();
            assert_eq!(error, format!("account `{account}` must be twelve digits"));
        }
    }

    #[test]
    fn is_checked_when_it_is_read() {
        let text = r#"{"account":"123456789012","region":"us-east-1"}"#;
        let realm: Realm = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&realm).unwrap(), text);
        assert_eq!(realm.to_string(), "123456789012/us-east-1");
        assert!(serde_json::from_str::<Realm>(r#"{"account":"1","region":"us-east-1"}"#).is_err());
    }
}
