//! [`Target`]: what a security profile is attached to [IoT API reference, `AttachSecurityProfile`].

use bartizan_wire::{Arn, Realm};

use crate::errors::DeviceError;

const ALL_THINGS: &str = "all/things";
const REGISTERED: &str = "all/registered-things";
const UNREGISTERED: &str = "all/unregistered-things";
const GROUP: &str = "thinggroup/";

/// A set of devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Every device.
    AllThings,
    /// Every device that is registered as a thing.
    RegisteredThings,
    /// Every device that is not.
    UnregisteredThings,
    /// The things of a group and of the groups below it.
    Group(String),
}

impl Target {
    /// Reads an ARN of the realm.
    ///
    /// # Errors
    /// For anything that is no target in this realm.
    pub fn read(realm: &Realm, text: &str) -> Result<Self, DeviceError> {
        let arn = text.parse::<Arn>().ok();
        let own =
            arn.filter(|arn| arn.service() == "iot" && arn.region() == realm.region && arn.account() == realm.account);
        own.and_then(|arn| Self::of_key(arn.resource())).ok_or_else(|| {
            DeviceError::InvalidRequest(format!(
                "securityProfileTargetArn {text} should be {} or the ARN of a thing group",
                Self::AllThings.arn(realm)
            ))
        })
    }

    /// Under which name its attachments are stored: the resource of its ARN.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::AllThings => ALL_THINGS.to_owned(),
            Self::RegisteredThings => REGISTERED.to_owned(),
            Self::UnregisteredThings => UNREGISTERED.to_owned(),
            Self::Group(name) => format!("{GROUP}{name}"),
        }
    }

    /// The target that is stored under a name.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            ALL_THINGS => Some(Self::AllThings),
            REGISTERED => Some(Self::RegisteredThings),
            UNREGISTERED => Some(Self::UnregisteredThings),
            other => other.strip_prefix(GROUP).filter(|name| is_name(name)).map(|name| Self::Group(name.to_owned())),
        }
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self, realm: &Realm) -> Arn {
        Arn::new("iot", realm, &self.key())
    }
}

/// The vendor's names: `[a-zA-Z0-9:_-]+`, at most 128.
fn is_name(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_arns_of_the_realm() {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        for target in [
            Target::AllThings,
            Target::RegisteredThings,
            Target::UnregisteredThings,
            Target::Group("line:1".to_owned()),
        ] {
            assert_eq!(Target::read(&realm, target.arn(&realm).as_str()).unwrap(), target);
        }
        for text in [
            "thinggroup/x",
            "arn:aws:iot:us-east-1:123456789012:thinggroup/",
            "arn:aws:iot:us-east-1:123456789012:thinggroup/a/b",
            "arn:aws:iot:us-east-1:123456789012:thing/x",
            "arn:aws:iot:us-east-1:123456789012:all/nothing",
            "arn:aws:iot:eu-west-1:123456789012:all/things",
            "arn:aws:iot:us-east-1:999999999999:all/things",
            "arn:aws:sns:us-east-1:123456789012:all/things",
        ] {
            assert!(Target::read(&realm, text).is_err(), "{text}");
        }
    }
}
