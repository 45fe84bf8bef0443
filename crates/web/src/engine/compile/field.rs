//! Fields to match.

use bartizan_inspect::{JsonSelector, Names, PreParse, Scope, Transformation};

use super::super::component::Component;
use super::super::statement::{Look, Malformed};
use super::{CompileError, Compiler};
use crate::document::{
    BodyParsingFallbackBehavior, CookieMatchPattern, FallbackBehavior, FieldToMatch, HeaderMatchPattern, JsonBody,
    JsonMatchPattern, JsonMatchScope, MapMatchScope, OversizeHandling, PreParseTextTransformation, Rule,
    TextTransformation,
};
use crate::walk::Looks;

impl<'a> Compiler<'a> {
    /// Where a statement looks.
    pub(super) fn look(&mut self, looks: Looks<'_>, rule: &Rule) -> Result<Look, CompileError> {
        let chain = chain(looks.transformations, rule)?;
        let component = component(looks.field, looks.before, rule)?;
        let (view, root) = self.views.of(&component, &chain);
        let (mut oversize, mut missing, mut malformed) = (OversizeHandling::Continue, false, Malformed::Inspect);
        match looks.field {
            FieldToMatch::Headers(headers) => oversize = headers.oversize_handling,
            FieldToMatch::Cookies(cookies) => oversize = cookies.oversize_handling,
            FieldToMatch::HeaderOrder(order) => oversize = order.oversize_handling,
            FieldToMatch::Body(body) => oversize = body.oversize_handling.unwrap_or(OversizeHandling::Continue),
            FieldToMatch::JsonBody(json) => {
                oversize = json.oversize_handling.unwrap_or(OversizeHandling::Continue);
                malformed = match json.invalid_fallback_behavior {
                    None => Malformed::Inspect,
                    Some(BodyParsingFallbackBehavior::Match) => Malformed::Say(true),
                    Some(BodyParsingFallbackBehavior::NoMatch) => Malformed::Say(false),
                    Some(BodyParsingFallbackBehavior::EvaluateAsString) => {
                        Malformed::AsText(self.views.of(&Component::Body, &chain).0)
                    }
                };
            }
            FieldToMatch::UriFragment(fragment) => {
                missing = fragment.fallback_behavior == Some(FallbackBehavior::Match)
            }
            FieldToMatch::Ja3Fingerprint(print) => missing = print.fallback_behavior == FallbackBehavior::Match,
            FieldToMatch::Ja4Fingerprint(print) => missing = print.fallback_behavior == FallbackBehavior::Match,
            _ => {}
        }
        Ok(Look { view, root, oversize, missing, malformed })
    }
}

/// Transformations in the order of their priorities.
pub(super) fn chain(transformations: &[TextTransformation], rule: &Rule) -> Result<Vec<Transformation>, CompileError> {
    let mut ordered: Vec<_> = transformations.iter().collect();
    ordered.sort_by_key(|one| one.priority);
    let find = |one: &TextTransformation| {
        let name = one.r#type.as_wire();
        Transformation::from_name(name).ok_or_else(|| unknown(rule, name))
    };
    ordered.into_iter().map(find).collect()
}

fn unknown(rule: &Rule, name: &str) -> CompileError {
    CompileError::Rule { rule: rule.name.clone(), why: format!("`{name}` is not supported") }
}

fn before(list: &[PreParseTextTransformation], rule: &Rule) -> Result<Vec<PreParse>, CompileError> {
    let mut ordered: Vec<_> = list.iter().collect();
    ordered.sort_by_key(|one| one.priority);
    let find = |one: &PreParseTextTransformation| {
        let name = one.r#type.as_wire();
        PreParse::from_name(name).ok_or_else(|| unknown(rule, name))
    };
    let all: Result<Vec<_>, _> = ordered.into_iter().map(find).collect();
    Ok(all?.into_iter().filter(|one| *one != PreParse::None).collect())
}

fn component(
    field: &FieldToMatch,
    pre_parse: &[PreParseTextTransformation],
    rule: &Rule,
) -> Result<Component, CompileError> {
    Ok(match field {
        FieldToMatch::Method(_) => Component::Method,
        FieldToMatch::UriPath(_) => Component::Path,
        FieldToMatch::QueryString(_) => Component::Query,
        FieldToMatch::UriFragment(_) => Component::Fragment,
        FieldToMatch::Body(_) => Component::Body,
        FieldToMatch::Ja3Fingerprint(_) => Component::Ja3,
        FieldToMatch::Ja4Fingerprint(_) => Component::Ja4,
        FieldToMatch::HeaderOrder(_) => Component::HeaderOrder,
        FieldToMatch::SingleHeader(header) => Component::Header(header.name.to_ascii_lowercase().into_bytes()),
        FieldToMatch::SingleQueryArgument(argument) => {
            Component::Argument(argument.name.to_ascii_lowercase().into_bytes(), before(pre_parse, rule)?)
        }
        FieldToMatch::AllQueryArguments(_) => Component::Arguments(before(pre_parse, rule)?),
        FieldToMatch::Headers(headers) => {
            let names = match &headers.match_pattern {
                HeaderMatchPattern::All(_) => Names::All,
                HeaderMatchPattern::Included(names) => Names::Included(bytes(names)),
                HeaderMatchPattern::Excluded(names) => Names::Excluded(bytes(names)),
            };
            Component::Headers(names, scope(headers.match_scope))
        }
        FieldToMatch::Cookies(cookies) => {
            let names = match &cookies.match_pattern {
                CookieMatchPattern::All(_) => Names::All,
                CookieMatchPattern::Included(names) => Names::Included(bytes(names)),
                CookieMatchPattern::Excluded(names) => Names::Excluded(bytes(names)),
            };
            Component::Cookies(names, scope(cookies.match_scope))
        }
        FieldToMatch::JsonBody(json) => Component::Json(selector(json, rule)?),
    })
}

fn selector(json: &JsonBody, rule: &Rule) -> Result<JsonSelector, CompileError> {
    let scope = match json.match_scope {
        JsonMatchScope::All => Scope::All,
        JsonMatchScope::Key => Scope::Key,
        JsonMatchScope::Value => Scope::Value,
    };
    match &json.match_pattern {
        JsonMatchPattern::All(_) => Ok(JsonSelector::all(scope)),
        JsonMatchPattern::Included(paths) => JsonSelector::paths(paths.iter().map(String::as_str), scope)
            .map_err(|error| CompileError::Rule { rule: rule.name.clone(), why: error.to_string() }),
    }
}

const fn scope(scope: MapMatchScope) -> Scope {
    match scope {
        MapMatchScope::All => Scope::All,
        MapMatchScope::Key => Scope::Key,
        MapMatchScope::Value => Scope::Value,
    }
}

fn bytes(names: &[String]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}
