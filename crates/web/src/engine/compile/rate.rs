//! Rate-based rules.

use bartizan_inspect::Transformation;

use super::super::component::Component;
use super::super::label::LabelTest;
use super::super::plan::{RateFacts, RuleRef};
use super::super::rate_key::{KeyPart, Rate, RateKey};
use super::super::statement::Source;
use super::statement::source;
use super::{CompileError, Compiler, List, field};
use crate::document::{
    FallbackBehavior, LabelMatchScope, RateBasedStatement, RateBasedStatementAggregateKeyType,
    RateBasedStatementCustomKey, Rule, TextTransformation,
};

/// The window if a rule names none, in seconds.
const WINDOW_SECONDS: i64 = 300;

impl<'a> Compiler<'a> {
    pub(super) fn rate(
        &mut self,
        rate: &'a RateBasedStatement,
        rule: &Rule,
        list: &List<'a>,
        at: RuleRef,
    ) -> Result<Rate, CompileError> {
        let scope_down = rate.scope_down_statement.as_deref();
        let path = "RateBasedStatement/ScopeDownStatement";
        let scope_down = scope_down.map(|inner| self.statement(inner, rule, list, path)).transpose()?;
        let forwarded = source(rate.forwarded_ip_config.as_ref());
        let key = match rate.aggregate_key_type {
            RateBasedStatementAggregateKeyType::Constant => RateKey::Constant,
            RateBasedStatementAggregateKeyType::Ip => RateKey::Address(Source::Client),
            RateBasedStatementAggregateKeyType::ForwardedIp => RateKey::Address(forwarded),
            RateBasedStatementAggregateKeyType::CustomKeys => {
                let parts = rate.custom_keys.iter().flatten().map(|key| self.part(key, &forwarded, rule, list));
                RateKey::Custom(parts.collect::<Result<_, _>>()?)
            }
        };
        let limit = u64::try_from(rate.limit).unwrap_or_default();
        let window_ms = rate.evaluation_window_sec.unwrap_or(WINDOW_SECONDS).saturating_mul(1_000);
        // equal settings of one rule keep their counts, changed ones begin anew
        let identity = format!("{} {:?} {} {rate:?}", list.web_acl, list.within, rule.name);
        let by_address = matches!(key, RateKey::Address(_));
        self.rates.push(RateFacts { rule: at, identity, limit, window_ms, by_address });
        Ok(Rate { number: self.rates.len() - 1, limit, window_ms, scope_down, key })
    }

    fn part(
        &mut self,
        key: &RateBasedStatementCustomKey,
        forwarded: &Source,
        rule: &Rule,
        list: &List<'a>,
    ) -> Result<KeyPart, CompileError> {
        let mut view =
            |component: Component, transformations: &[TextTransformation], kind, name: Option<&str>, absent_counts| {
                let chain: Vec<Transformation> = field::chain(transformations, rule)?;
                let (view, root) = self.views.of(&component, &chain);
                Ok(KeyPart::View { view, root, kind, name: name.map(ToOwned::to_owned), absent_counts })
            };
        match key {
            RateBasedStatementCustomKey::Header(header) => {
                let component = Component::Header(header.name.to_ascii_lowercase().into_bytes());
                view(component, &header.text_transformations, "HEADER", Some(&header.name), false)
            }
            RateBasedStatementCustomKey::Cookie(cookie) => {
                let component = Component::Cookie(cookie.name.as_bytes().to_vec());
                view(component, &cookie.text_transformations, "COOKIE", Some(&cookie.name), false)
            }
            RateBasedStatementCustomKey::QueryArgument(argument) => {
                let component = Component::Argument(argument.name.to_ascii_lowercase().into_bytes(), Vec::new());
                view(component, &argument.text_transformations, "QUERY_ARGUMENT", Some(&argument.name), false)
            }
            RateBasedStatementCustomKey::QueryString(query) => {
                view(Component::Query, &query.text_transformations, "QUERY_STRING", None, false)
            }
            RateBasedStatementCustomKey::UriPath(path) => {
                view(Component::Path, &path.text_transformations, "URI_PATH", None, false)
            }
            RateBasedStatementCustomKey::HttpMethod(_) => view(Component::Method, &[], "HTTP_METHOD", None, false),
            RateBasedStatementCustomKey::Ja3Fingerprint(print) => {
                view(Component::Ja3, &[], "JA3_FINGERPRINT", None, print.fallback_behavior == FallbackBehavior::Match)
            }
            RateBasedStatementCustomKey::Ja4Fingerprint(print) => {
                view(Component::Ja4, &[], "JA4_FINGERPRINT", None, print.fallback_behavior == FallbackBehavior::Match)
            }
            RateBasedStatementCustomKey::Ip(_) => Ok(KeyPart::Address(Source::Client)),
            RateBasedStatementCustomKey::ForwardedIp(_) => Ok(KeyPart::Address(forwarded.clone())),
            RateBasedStatementCustomKey::Asn(_) => Ok(KeyPart::Asn(forwarded.clone())),
            RateBasedStatementCustomKey::LabelNamespace(namespace) => Ok(KeyPart::Labels {
                test: LabelTest::new(LabelMatchScope::Namespace, &namespace.namespace, &list.namespace),
                namespace: namespace.namespace.clone(),
            }),
        }
    }
}
