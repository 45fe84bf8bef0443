//! Web ACL capacity units: what rules cost [WAF developer guide, capacity units; decisions of the reference, 3].
//!
//! The vendor says that equal transformations of equal parts may be charged once and does not say when. Here each is
//! charged once in a list of rules, so that nothing ever costs more than at the vendor.

use std::collections::BTreeSet;

use crate::document::{
    FieldToMatch, ForwardedIpPosition, PositionalConstraint, RateBasedStatement, RateBasedStatementCustomKey, Rule,
    SensitivityLevel, SingleHeader, SingleQueryArgument, Statement, TextTransformation, TextTransformationType,
};
use crate::document::{ManagedRuleGroupStatement, PreParseTextTransformationType, QueryString, UriPath};
use crate::walk::{self, Looks};

/// What a web ACL may cost at most.
pub const WEB_ACL_MAX: i64 = 5_000;
/// What a rule group may cost at most.
pub const RULE_GROUP_MAX: i64 = 5_000;

const TRANSFORMATION: i64 = 10;
const ALL_ARGUMENTS: i64 = 10;
const RATE_BASED: i64 = 2;
const CUSTOM_KEY: i64 = 30;
const ANY_POSITION: i64 = 4;
/// Labels that cost one unit together.
const LABELS_A_UNIT: usize = 5;

/// What rule groups cost that rules refer to.
pub trait Prices {
    /// Of an own rule group; `None` if there is no such group.
    fn rule_group(&self, arn: &str) -> Option<i64>;
    /// Of the version of a managed rule group that a statement runs; `None` if there is none.
    fn managed(&self, statement: &ManagedRuleGroupStatement) -> Option<i64>;
}

/// Nothing is referred to: for rules of a rule group, which cannot refer to another.
#[derive(Debug, Clone, Copy)]
pub struct NoPrices;

impl Prices for NoPrices {
    fn rule_group(&self, _arn: &str) -> Option<i64> {
        None
    }

    fn managed(&self, _statement: &ManagedRuleGroupStatement) -> Option<i64> {
        None
    }
}

/// What a list of rules costs. Groups without a price count for nothing.
#[must_use]
pub fn cost(rules: &[Rule], prices: &dyn Prices) -> i64 {
    let mut bill = Bill { prices, charged: BTreeSet::new() };
    rules.iter().map(|rule| bill.rule(rule)).fold(0, i64::saturating_add)
}

/// A part of the request with the transformations of it up to one.
type Transformed = (String, Vec<&'static str>);

struct Bill<'a> {
    prices: &'a dyn Prices,
    /// What was charged already.
    charged: BTreeSet<Transformed>,
}

impl Bill<'_> {
    fn rule(&mut self, rule: &Rule) -> i64 {
        let labels = rule.rule_labels.as_ref().map_or(0, Vec::len).div_ceil(LABELS_A_UNIT);
        self.statement(&rule.statement).saturating_add(i64::try_from(labels).unwrap_or(i64::MAX))
    }

    fn statement(&mut self, statement: &Statement) -> i64 {
        if let Some(looks) = walk::looks(statement) {
            return self.looking(statement, looks);
        }
        match statement {
            Statement::IpSetReference(set) => {
                let any = set
                    .ip_set_forwarded_ip_config
                    .as_ref()
                    .is_some_and(|config| config.position == ForwardedIpPosition::Any);
                1 + if any { ANY_POSITION } else { 0 }
            }
            Statement::RateBased(rate) => self.rate(rate),
            Statement::RuleGroupReference(group) => self.prices.rule_group(&group.arn).unwrap_or_default(),
            Statement::ManagedRuleGroup(group) => {
                let inner = group.scope_down_statement.as_deref().map_or(0, |inner| self.statement(inner));
                self.prices.managed(group).unwrap_or_default().saturating_add(inner)
            }
            Statement::And(_) | Statement::Or(_) | Statement::Not(_) => {
                walk::inside(statement).into_iter().map(|inner| self.statement(inner)).sum()
            }
            _ => 1,
        }
    }

    fn looking(&mut self, statement: &Statement, looks: Looks<'_>) -> i64 {
        let base = match statement {
            Statement::ByteMatch(bytes) => match bytes.positional_constraint {
                PositionalConstraint::Contains | PositionalConstraint::ContainsWord => 10,
                _ => 2,
            },
            Statement::SqliMatch(sqli) if sqli.sensitivity_level == Some(SensitivityLevel::High) => 30,
            Statement::SqliMatch(_) => 20,
            Statement::XssMatch(_) => 40,
            Statement::RegexMatch(_) => 3,
            Statement::RegexPatternSetReference(_) => 25,
            _ => 1,
        };
        let part = match looks.field {
            FieldToMatch::JsonBody(_) => base,
            FieldToMatch::AllQueryArguments(_) => ALL_ARGUMENTS,
            _ => 0,
        };
        let mut before: Vec<_> = looks.before.iter().collect();
        before.sort_by_key(|one| one.priority);
        let before =
            before.into_iter().map(|one| one.r#type).filter(|one| *one != PreParseTextTransformationType::None);
        let before: Vec<&'static str> = before.map(|one| one.as_wire()).collect();
        let query = self.prefixes("before", &before);
        let component = format!("{}{}", component(looks.field), before.join(","));
        base + part + query + self.transformed(&component, looks.transformations)
    }

    fn rate(&mut self, rate: &RateBasedStatement) -> i64 {
        let mut cost = RATE_BASED;
        for key in rate.custom_keys.iter().flatten() {
            cost += CUSTOM_KEY;
            let (component, transformations) = match key {
                RateBasedStatementCustomKey::Header(header) => {
                    let field = FieldToMatch::SingleHeader(SingleHeader { name: header.name.clone() });
                    (component(&field), &header.text_transformations)
                }
                RateBasedStatementCustomKey::QueryArgument(argument) => {
                    let field = FieldToMatch::SingleQueryArgument(SingleQueryArgument { name: argument.name.clone() });
                    (component(&field), &argument.text_transformations)
                }
                RateBasedStatementCustomKey::Cookie(cookie) => {
                    (format!("cookie {}", cookie.name), &cookie.text_transformations)
                }
                RateBasedStatementCustomKey::QueryString(query) => {
                    (component(&FieldToMatch::QueryString(QueryString {})), &query.text_transformations)
                }
                RateBasedStatementCustomKey::UriPath(path) => {
                    (component(&FieldToMatch::UriPath(UriPath {})), &path.text_transformations)
                }
                _ => continue,
            };
            cost += self.transformed(&component, transformations);
        }
        cost + rate.scope_down_statement.as_deref().map_or(0, |inner| self.statement(inner))
    }

    fn transformed(&mut self, component: &str, transformations: &[TextTransformation]) -> i64 {
        let mut ordered: Vec<_> = transformations.iter().collect();
        ordered.sort_by_key(|one| one.priority);
        let types = ordered.into_iter().map(|one| one.r#type).filter(|one| *one != TextTransformationType::None);
        let types: Vec<&'static str> = types.map(|one| one.as_wire()).collect();
        self.prefixes(component, &types)
    }

    /// Charges each prefix that was not charged before.
    fn prefixes(&mut self, component: &str, types: &[&'static str]) -> i64 {
        let new = (1..=types.len()).filter(|end| {
            let prefix: Vec<_> = types.iter().take(*end).copied().collect();
            self.charged.insert((component.to_owned(), prefix))
        });
        i64::try_from(new.count()).unwrap_or(i64::MAX).saturating_mul(TRANSFORMATION)
    }
}

/// A part of the request with its options, as text.
fn component(field: &FieldToMatch) -> String {
    // Names of headers and arguments are compared without case.
    match field {
        FieldToMatch::SingleHeader(header) => format!("header {}", header.name.to_ascii_lowercase()),
        FieldToMatch::SingleQueryArgument(argument) => format!("argument {}", argument.name.to_ascii_lowercase()),
        // A struct of texts and numbers has no way to fail.
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
