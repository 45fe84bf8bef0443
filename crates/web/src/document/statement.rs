//! What a rule looks for.

use bartizan_wire::one_of;

use super::asn_match::AsnMatchStatement;
use super::byte_match::ByteMatchStatement;
use super::geo_match::GeoMatchStatement;
use super::ip_set_reference::IpSetReferenceStatement;
use super::label::LabelMatchStatement;
use super::logic::AndStatement;
use super::logic::NotStatement;
use super::logic::OrStatement;
use super::managed_rule_group::ManagedRuleGroupStatement;
use super::rate_based::RateBasedStatement;
use super::regex_match::RegexMatchStatement;
use super::regex_match::RegexPatternSetReferenceStatement;
use super::rule_group_reference::RuleGroupReferenceStatement;
use super::size_constraint::SizeConstraintStatement;
use super::sqli_match::SqliMatchStatement;
use super::xss_match::XssMatchStatement;

one_of! {
    /// What a rule looks for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Statement {
        /// Bytes.
        ByteMatch(ByteMatchStatement) = "ByteMatchStatement",
        /// SQL injection.
        SqliMatch(SqliMatchStatement) = "SqliMatchStatement",
        /// Cross-site scripting.
        XssMatch(XssMatchStatement) = "XssMatchStatement",
        /// A length.
        SizeConstraint(SizeConstraintStatement) = "SizeConstraintStatement",
        /// A country.
        GeoMatch(GeoMatchStatement) = "GeoMatchStatement",
        /// An own rule group; at the top of a web ACL's rule only.
        RuleGroupReference(RuleGroupReferenceStatement) = "RuleGroupReferenceStatement",
        /// An address of a set.
        IpSetReference(IpSetReferenceStatement) = "IPSetReferenceStatement",
        /// Regular expressions of a set.
        RegexPatternSetReference(Box<RegexPatternSetReferenceStatement>) = "RegexPatternSetReferenceStatement",
        /// Too many requests; at the top of a rule only.
        RateBased(Box<RateBasedStatement>) = "RateBasedStatement",
        /// All of several.
        And(AndStatement) = "AndStatement",
        /// One of several.
        Or(OrStatement) = "OrStatement",
        /// The opposite.
        Not(NotStatement) = "NotStatement",
        /// A managed rule group; at the top of a web ACL's rule only.
        ManagedRuleGroup(Box<ManagedRuleGroupStatement>) = "ManagedRuleGroupStatement",
        /// A label.
        LabelMatch(LabelMatchStatement) = "LabelMatchStatement",
        /// A regular expression.
        RegexMatch(RegexMatchStatement) = "RegexMatchStatement",
        /// An autonomous system.
        AsnMatch(AsnMatchStatement) = "AsnMatchStatement",
    }
}
