//! Names: ARNs, identifiers, and the names under which documents are stored.

use bartizan_policy::Cx;
use bartizan_wire::{Arn, Realm};

use crate::complaint::Complaint;
use crate::document::Scope;

/// The region through which everything of CloudFront is reached.
const CLOUDFRONT_REGION: &str = "us-east-1";

/// What has an ARN of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// `webacl`.
    WebAcl,
    /// `rulegroup`.
    RuleGroup,
    /// `ipset`.
    IpSet,
    /// `regexpatternset`.
    RegexPatternSet,
    /// `managedruleset`.
    ManagedRuleSet,
}

impl Resource {
    const ALL: [Self; 5] = [Self::WebAcl, Self::RuleGroup, Self::IpSet, Self::RegexPatternSet, Self::ManagedRuleSet];

    /// As ARNs spell it.
    #[must_use]
    pub const fn in_arn(self) -> &'static str {
        match self {
            Self::WebAcl => "webacl",
            Self::RuleGroup => "rulegroup",
            Self::IpSet => "ipset",
            Self::RegexPatternSet => "regexpatternset",
            Self::ManagedRuleSet => "managedruleset",
        }
    }

    /// In a sentence.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::WebAcl => "the web ACL",
            Self::RuleGroup => "the rule group",
            Self::IpSet => "the IP set",
            Self::RegexPatternSet => "the regex pattern set",
            Self::ManagedRuleSet => "the managed rule set",
        }
    }

    /// The vendor's name of it among fields of errors.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::WebAcl => "WEB_ACL",
            Self::RuleGroup => "RULE_GROUP",
            Self::IpSet => "IP_SET",
            Self::RegexPatternSet => "REGEX_PATTERN_SET",
            Self::ManagedRuleSet => "MANAGED_RULE_SET",
        }
    }
}

/// What an ARN of this service names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// In which name space.
    pub scope: Scope,
    /// Of which sort.
    pub resource: Resource,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
}

impl Named {
    /// Reads an ARN of the realm.
    ///
    /// # Errors
    /// It is none, or names something of another account or region.
    pub fn read(realm: &Realm, text: &str) -> Result<Self, Complaint> {
        let malformed = || {
            let reason = "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by \
                          colons or slashes.";
            Complaint::new("RESOURCE_ARN", text, reason)
        };
        let arn: Arn = text.parse().map_err(|_| malformed())?;
        let parts: Vec<&str> = arn.resource().split('/').collect();
        let [place, sort, name, id] = parts.as_slice() else { return Err(malformed()) };
        let scope = match *place {
            "regional" => Scope::Regional,
            "global" => Scope::Cloudfront,
            _ => return Err(malformed()),
        };
        let resource = Resource::ALL.into_iter().find(|resource| resource.in_arn() == *sort).ok_or_else(malformed)?;
        let named = Self { scope, resource, name: (*name).to_owned(), id: (*id).to_owned() };
        if named.arn(realm).as_str() != text {
            let reason = "The ARN isn't valid here: it must name something of this account and region.";
            return Err(Complaint::new("RESOURCE_ARN", text, reason));
        }
        Ok(named)
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self, realm: &Realm) -> Arn {
        arn(realm, self.scope, self.resource, &self.name, &self.id)
    }

    /// Under which name its document is stored.
    #[must_use]
    pub fn stored(&self) -> String {
        stored(self.scope, &self.name)
    }
}

/// The ARN of a resource.
#[must_use]
pub fn arn(realm: &Realm, scope: Scope, resource: Resource, name: &str, id: &str) -> Arn {
    let place = match scope {
        Scope::Cloudfront => "global",
        Scope::Regional => "regional",
    };
    Arn::new("wafv2", realm, &format!("{place}/{}/{name}/{id}", resource.in_arn()))
}

/// Under which name a document is stored: names are unique in their scope.
#[must_use]
pub fn stored(scope: Scope, name: &str) -> String {
    format!("{}/{name}", scope.as_wire())
}

/// The name that is [`stored`] like this.
#[must_use]
pub fn name_of(stored: &str) -> &str {
    stored.split_once('/').map_or(stored, |(_, name)| name)
}

/// A new UUID.
#[must_use]
pub fn mint(cx: &Cx) -> String {
    let digits = cx.mint.hex(30);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// Refuses the scope of CloudFront anywhere but where CloudFront is.
///
/// # Errors
/// For that.
pub fn review_scope(realm: &Realm, scope: Scope) -> Result<(), Complaint> {
    if scope == Scope::Cloudfront && realm.region != CLOUDFRONT_REGION {
        let reason = "The scope is not valid. CLOUDFRONT is served in us-east-1 only.";
        return Err(Complaint::new("SCOPE_VALUE", "CLOUDFRONT", reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Named, Resource, review_scope};
    use crate::document::Scope;
    use bartizan_wire::Realm;

    const ID: &str = "0a1b2c3d-0000-4000-8000-0123456789ab";

    #[test]
    fn an_arn_leads_there_and_back() {
        let realm = Realm::new("123456789012", "us-east-1").unwrap();
        for (scope, resource) in [(Scope::Regional, Resource::IpSet), (Scope::Cloudfront, Resource::WebAcl)] {
            let named = Named { scope, resource, name: "edge".to_owned(), id: ID.to_owned() };
            assert_eq!(Named::read(&realm, named.arn(&realm).as_str()), Ok(named));
        }
        let other = Realm::new("999999999999", "us-east-1").unwrap();
        let named =
            Named { scope: Scope::Regional, resource: Resource::IpSet, name: "a".to_owned(), id: ID.to_owned() };
        for wrong in [
            named.arn(&other).to_string(),
            "arn:aws:wafv2:us-east-1:123456789012:regional/ipset/a".to_owned(),
            "arn:aws:wafv2:us-east-1:123456789012:local/ipset/a/b".to_owned(),
            "arn:aws:wafv2:us-east-1:123456789012:regional/ipsets/a/b".to_owned(),
            "arn:aws:ssm:us-east-1:123456789012:regional/ipset/a/b".to_owned(),
            "not an arn of twenty characters".to_owned(),
        ] {
            assert_eq!(Named::read(&realm, &wrong).unwrap_err().field, "RESOURCE_ARN", "{wrong}");
        }
    }

    #[test]
    fn cloudfront_is_served_in_one_region() {
        let elsewhere = Realm::new("123456789012", "eu-west-1").unwrap();
        assert_eq!(review_scope(&elsewhere, Scope::Cloudfront).unwrap_err().field, "SCOPE_VALUE");
        assert!(review_scope(&elsewhere, Scope::Regional).is_ok());
    }
}
