//! Identifiers of baselines: `pb-` and 17 hexadecimal digits for those of the account, a full ARN for those of the
//! vendor. The ARN of an own baseline is taken as well.

use bartizan_policy::Cx;
use bartizan_wire::{Arn, Realm};

use crate::predefined::{self, Predefined};

const PREFIX: &str = "pb-";
/// Hexadecimal digits after the prefix.
const DIGITS: usize = 17;

/// What an identifier that satisfies the model's pattern names.
#[derive(Debug, Clone)]
pub enum Named {
    /// A baseline of this realm, if it exists: its id without the ARN around it. A vendor's bare id is one that does not:
    /// the vendor's go by their ARN alone.
    Own(String),
    /// One of the vendor's.
    Predefined(Box<Predefined>),
    /// Well-formed, but nothing that this realm could have: another account's or region's ARN.
    Foreign,
    /// Not the identifier of any baseline.
    Malformed,
}

impl Named {
    /// Reads an identifier as a client of `realm` means it.
    #[must_use]
    pub fn read(realm: &Realm, id: &str) -> Self {
        if is_own(id) {
            return Self::Own(id.to_owned());
        }
        let Ok(arn) = id.parse::<Arn>() else { return Self::Malformed };
        if arn.service() != "ssm" {
            return Self::Malformed;
        }
        let Some(bare) = arn.resource().strip_prefix("patchbaseline/").filter(|bare| is_own(bare)) else {
            return Self::Malformed;
        };
        if let Some(found) = predefined::by_arn(realm, id) {
            return Self::Predefined(Box::new(found));
        }
        if arn.region() == realm.region && arn.account() == realm.account {
            Self::Own(bare.to_owned())
        } else {
            Self::Foreign
        }
    }
}

/// The identifier of a baseline as it is stored and answered: the bare id of an own one, the ARN of a vendor's.
pub type BaselineId = String;

/// A new identifier. The vendor's all begin with a zero.
#[must_use]
pub fn mint(cx: &Cx) -> BaselineId {
    format!("{PREFIX}0{}", cx.mint.hex(DIGITS - 1))
}

/// The ARN of a baseline of the realm.
#[must_use]
pub fn arn(realm: &Realm, id: &str) -> Arn {
    Arn::new("ssm", realm, &format!("patchbaseline/{id}"))
}

fn is_own(id: &str) -> bool {
    id.strip_prefix(PREFIX).is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm() -> Realm {
        Realm::new("123456789012", "us-east-1").unwrap()
    }

    #[test]
    fn own_baselines_go_by_id_and_by_arn() {
        let id = "pb-0123456789abcdef0";
        assert!(matches!(Named::read(&realm(), id), Named::Own(found) if found == id));
        assert!(matches!(Named::read(&realm(), arn(&realm(), id).as_str()), Named::Own(found) if found == id));
    }

    #[test]
    fn a_predefined_baseline_goes_by_its_arn() {
        let id = "pb-09a5f8eb62bde80b1";
        let arn = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-09a5f8eb62bde80b1";
        assert!(matches!(Named::read(&realm(), arn), Named::Predefined(found) if found.arn == arn));
        assert!(matches!(Named::read(&realm(), id), Named::Own(found) if found == id));
        let elsewhere = "arn:aws:ssm:us-east-2:075727635805:patchbaseline/pb-09a5f8eb62bde80b1";
        assert!(matches!(Named::read(&realm(), elsewhere), Named::Foreign));
    }

    #[test]
    fn what_cannot_be_a_baseline_is_told_from_what_is_not_here() {
        for text in [
            "pb-0123456789ABCDEF0",
            "xx-0123456789abcdef0",
            "arn:aws:ssm:us-east-1:123456789012:document/abc",
            "my-baseline-of-twenty-letters",
        ] {
            assert!(matches!(Named::read(&realm(), text), Named::Malformed), "{text}");
        }
        let foreign = "arn:aws:ssm:us-east-1:999999999999:patchbaseline/pb-0123456789abcdef0";
        assert!(matches!(Named::read(&realm(), foreign), Named::Foreign));
    }
}
