//! From documents to a plan.

mod action;
mod field;
mod gate;
mod rate;
mod statement;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_inspect::patterns::PatternError;
use bartizan_inspect::{AddressSet, Network};

use self::views::Views;
use super::action::Action;
use super::library::Library;
use super::plan::{Group, GroupFacts, Member, Plan, RateFacts, Rule, RuleFacts, RuleRef, What};
use super::statement::Source;

use crate::document::{
    CustomResponseBody, DefaultAction, ExcludedRule, OverrideAction, RuleAction, RuleActionOverride, Statement,
    VisibilityConfig, WebAcl,
};
use crate::record::Redaction;

/// How long a proof counts if nobody says anything else, in seconds [WAF developer guide, token immunity].
const IMMUNITY_SECONDS: i64 = 300;

/// Why a web ACL cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A statement refers to what is not there.
    #[error("rule `{rule}` refers to {what}, which does not exist: create it, or remove the rule")]
    Missing {
        /// The rule.
        rule: String,
        /// An ARN, or vendor and name.
        what: String,
    },
    /// A pattern cannot be compiled.
    #[error("rule `{rule}` has a pattern that cannot be used: {error}")]
    Pattern {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        error: PatternError,
    },
    /// All patterns together cannot be compiled.
    #[error("the patterns of the web ACL cannot be used together: {0}")]
    Patterns(PatternError),
    /// Something in a rule that its document should not have.
    #[error("rule `{rule}` cannot be used: {why}")]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Makes a plan of a web ACL and everything that it refers to.
///
/// # Errors
/// It refers to what the library has not, or a pattern cannot be compiled.
pub fn compile(web_acl: &WebAcl, library: &Library) -> Result<Plan, CompileError> {
    let mut compiler =
        Compiler { library, views: Views::default(), sets: Vec::new(), known_sets: BTreeMap::new(), rates: Vec::new() };
    let nothing = BTreeMap::new();
    let namespace: Arc<str> = web_acl.label_namespace.clone().unwrap_or_else(|| namespace_of(&web_acl.arn)).into();
    let seconds = |time: Option<&crate::document::ImmunityTimeProperty>| {
        time.map_or(IMMUNITY_SECONDS, |property| property.immunity_time)
    };
    let own = List {
        web_acl: &web_acl.arn,
        namespace,
        bodies: web_acl.custom_response_bodies.as_ref().unwrap_or(&nothing),
        captcha: seconds(web_acl.captcha_config.as_ref().and_then(|one| one.immunity_time_property.as_ref())),
        challenge: seconds(web_acl.challenge_config.as_ref().and_then(|one| one.immunity_time_property.as_ref())),
        within: None,
    };
    let mut rules = Vec::new();
    for (number, rule) in in_order(web_acl.rules.as_deref().unwrap_or_default()).into_iter().enumerate() {
        rules.push(compiler.rule(rule, &own, RuleRef { rule: number, member: None }, None)?);
    }
    let default = match &web_acl.default_action {
        DefaultAction::Allow(allow) => Action::Allow(action::inserts(allow.custom_request_handling.as_ref())),
        DefaultAction::Block(block) => Action::Block(action::response(block, own.bodies)),
    };
    let views = compiler.views.build().map_err(CompileError::Patterns)?;
    gate::set(rules.iter_mut());
    for rule in &mut rules {
        if let What::Group(group) = &mut rule.what {
            gate::set(group.members.iter_mut().map(|member| &mut member.rule));
        }
    }
    Ok(Plan {
        arn: web_acl.arn.clone(),
        name: web_acl.name.clone(),
        facts: facts(&web_acl.name, &web_acl.visibility_config),
        token_domains: web_acl.token_domains.clone().unwrap_or_default(),
        redaction: Redaction::of(web_acl, None),
        rules,
        default,
        views,
        sets: compiler.sets,
        rates: compiler.rates,
    })
}

struct Compiler<'a> {
    library: &'a Library,
    views: Views,
    sets: Vec<AddressSet>,
    /// By ARN.
    known_sets: BTreeMap<&'a str, usize>,
    rates: Vec<RateFacts>,
}

/// What rules of one list share.
struct List<'a> {
    web_acl: &'a str,
    /// What stands before labels.
    namespace: Arc<str>,
    bodies: &'a BTreeMap<String, CustomResponseBody>,
    /// In seconds.
    captcha: i64,
    /// In seconds.
    challenge: i64,
    /// The rule of the web ACL that runs the list, if it is a group's.
    within: Option<&'a str>,
}

impl<'a> Compiler<'a> {
    fn rule(
        &mut self,
        rule: &'a crate::document::Rule,
        list: &List<'a>,
        at: RuleRef,
        instead: Option<&RuleAction>,
    ) -> Result<Rule, CompileError> {
        let mut places = Vec::new();
        collect_places(&rule.statement, &mut places);
        let own = || instead.or(rule.action.as_ref());
        let act = || {
            own()
                .map(|action| action::action(action, list.bodies))
                .ok_or_else(|| CompileError::Rule { rule: rule.name.clone(), why: "it has no action".to_owned() })
        };
        let what = match &rule.statement {
            Statement::RateBased(rate) => What::Rate { rate: self.rate(rate, rule, list, at)?, action: act()? },
            Statement::RuleGroupReference(group) => {
                let found = self.library.rule_groups.get(&group.arn).ok_or_else(|| missing(rule, &group.arn))?;
                let facts = GroupFacts {
                    id: group.arn.as_str().into(),
                    prefix: format!("{}#", found.name).into(),
                    managed: false,
                };
                let namespace: Arc<str> =
                    found.label_namespace.clone().unwrap_or_else(|| namespace_of(&found.arn)).into();
                let nothing = const { &BTreeMap::new() };
                let inner = List {
                    namespace,
                    bodies: found.custom_response_bodies.as_ref().unwrap_or(nothing),
                    within: Some(&rule.name),
                    ..*list
                };
                let overrides = Overrides {
                    excluded: group.excluded_rules.as_deref(),
                    actions: group.rule_action_overrides.as_deref(),
                };
                let rules = found.rules.as_deref().unwrap_or_default();
                let members = self.members(rules, &inner, list, at, &overrides)?;
                What::Group(Group { facts, scope_down: None, members, counted: counted(rule) })
            }
            Statement::ManagedRuleGroup(group) => {
                let what = || format!("{}/{}", group.vendor_name, group.name);
                let found = self.library.managed(group).ok_or_else(|| missing(rule, &what()))?;
                let version = group.version.as_ref().map(|version| format!("#{version}")).unwrap_or_default();
                let facts = GroupFacts {
                    id: format!("{}#{}{version}", group.vendor_name, group.name).into(),
                    prefix: format!("{}#{}#", group.vendor_name, group.name).into(),
                    managed: true,
                };
                let inner = List {
                    namespace: found.label_namespace.as_str().into(),
                    bodies: &found.bodies,
                    within: Some(&rule.name),
                    ..*list
                };
                let overrides = Overrides {
                    excluded: group.excluded_rules.as_deref(),
                    actions: group.rule_action_overrides.as_deref(),
                };
                let scope_down = group.scope_down_statement.as_deref();
                let scope_down =
                    scope_down.map(|inner| self.statement(inner, rule, list, "ScopeDownStatement")).transpose()?;
                let members = self.members(&found.rules, &inner, list, at, &overrides)?;
                What::Group(Group { facts, scope_down, members, counted: counted(rule) })
            }
            statement => What::Match { statement: self.statement(statement, rule, list, "")?, action: act()? },
        };
        let captcha = rule.captcha_config.as_ref().and_then(|one| one.immunity_time_property.as_ref());
        let challenge = rule.challenge_config.as_ref().and_then(|one| one.immunity_time_property.as_ref());
        let labels = rule.rule_labels.iter().flatten();
        Ok(Rule {
            facts: facts(&rule.name, &rule.visibility_config),
            labels: labels.map(|label| format!("{}{}", list.namespace, label.name).into()).collect(),
            places,
            gate: None,
            captcha_ms: captcha.map_or(list.captcha, |one| one.immunity_time).saturating_mul(1_000),
            challenge_ms: challenge.map_or(list.challenge, |one| one.immunity_time).saturating_mul(1_000),
            what,
        })
    }

    fn members(
        &mut self,
        rules: &'a [crate::document::Rule],
        inner: &List<'a>,
        outer: &List<'a>,
        at: RuleRef,
        overrides: &Overrides<'_>,
    ) -> Result<Vec<Member>, CompileError> {
        let mut members = Vec::new();
        for (place, rule) in in_order(rules).into_iter().enumerate() {
            let instead = overrides.action(&rule.name);
            let own = rule.action.as_ref().map(action::kind);
            // an action that is overridden has its custom response in the web ACL
            let bodies = if instead.is_some() { outer.bodies } else { inner.bodies };
            let list = List { bodies, namespace: Arc::clone(&inner.namespace), ..*inner };
            let at = RuleRef { rule: at.rule, member: Some(place) };
            let excluded = instead.is_none() && overrides.excludes(&rule.name);
            let count = RuleAction::Count(crate::document::CountAction::default());
            let instead = if excluded { Some(&count) } else { instead };
            let compiled = self.rule(rule, &list, at, instead)?;
            members.push(Member { rule: compiled, overridden: own.filter(|_| instead.is_some()), excluded });
        }
        Ok(members)
    }

    fn set(&mut self, arn: &'a str, rule: &crate::document::Rule) -> Result<usize, CompileError> {
        if let Some(known) = self.known_sets.get(arn) {
            return Ok(*known);
        }
        let found = self.library.ip_sets.get(arn).ok_or_else(|| missing(rule, arn))?;
        let networks: Result<Vec<Network>, CompileError> = found
            .addresses
            .iter()
            .map(|text| {
                text.parse::<Network>().map_err(|error| CompileError::Rule {
                    rule: rule.name.clone(),
                    why: format!("its IP set has `{text}`: {error}"),
                })
            })
            .collect();
        self.sets.push(AddressSet::new(networks?));
        self.known_sets.insert(arn, self.sets.len() - 1);
        Ok(self.sets.len() - 1)
    }
}

/// What rules of a group do instead of what they say.
struct Overrides<'a> {
    excluded: Option<&'a [ExcludedRule]>,
    actions: Option<&'a [RuleActionOverride]>,
}

impl Overrides<'_> {
    fn action(&self, name: &str) -> Option<&RuleAction> {
        self.actions.into_iter().flatten().find(|one| one.name == name).map(|one| &one.action_to_use)
    }

    fn excludes(&self, name: &str) -> bool {
        self.excluded.into_iter().flatten().any(|one| one.name == name)
    }
}

fn counted(rule: &crate::document::Rule) -> Option<super::action::Inserts> {
    match &rule.override_action {
        Some(OverrideAction::Count(count)) => Some(action::inserts(count.custom_request_handling.as_ref())),
        Some(OverrideAction::None(_)) | None => None,
    }
}

fn facts(name: &str, visibility: &VisibilityConfig) -> RuleFacts {
    RuleFacts {
        name: name.into(),
        metric: visibility.metric_name.as_str().into(),
        measured: visibility.cloud_watch_metrics_enabled,
        sampled: visibility.sampled_requests_enabled,
    }
}

fn missing(rule: &crate::document::Rule, what: &str) -> CompileError {
    CompileError::Missing { rule: rule.name.clone(), what: what.to_owned() }
}

fn in_order(rules: &[crate::document::Rule]) -> Vec<&crate::document::Rule> {
    let mut ordered: Vec<_> = rules.iter().collect();
    ordered.sort_by_key(|rule| rule.priority);
    ordered
}

/// What stands before the labels of the rules of a web ACL or a rule group, as its ARN has it.
fn namespace_of(arn: &str) -> String {
    let account = arn.split(':').nth(4).unwrap_or_default();
    let mut parts = arn.rsplit('/').skip(1);
    let (name, sort) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("awswaf:{account}:{sort}:{name}:")
}

/// Whose places become labels: those that geographic statements look at, each once.
fn collect_places(statement: &Statement, places: &mut Vec<Source>) {
    match statement {
        Statement::GeoMatch(geo) => {
            let source = statement::source(geo.forwarded_ip_config.as_ref());
            if !places.contains(&source) {
                places.push(source);
            }
        }
        Statement::And(all) => all.statements.iter().for_each(|one| collect_places(one, places)),
        Statement::Or(any) => any.statements.iter().for_each(|one| collect_places(one, places)),
        Statement::Not(not) => collect_places(&not.statement, places),
        Statement::RateBased(rate) => {
            rate.scope_down_statement.iter().for_each(|one| collect_places(one, places));
        }
        Statement::ManagedRuleGroup(group) => {
            group.scope_down_statement.iter().for_each(|one| collect_places(one, places));
        }
        _ => {}
    }
}
