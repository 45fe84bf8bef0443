//! Statements.

use bartizan_inspect::patterns::PatternError;
use bartizan_inspect::{ForwardedPlace, PatternId, PatternsBuilder, Position, Sensitivity};

use super::super::label::LabelTest;
use super::super::statement::{Look, Malformed, Node, Source, Test};
use super::{CompileError, Compiler, List, missing};
use crate::document::{
    FallbackBehavior, FieldToMatch, ForwardedIpConfig, ForwardedIpPosition, PositionalConstraint, Rule,
    SensitivityLevel, SizeConstraintStatement, Statement, TextTransformationType,
};
use crate::walk;

impl<'a> Compiler<'a> {
    /// Compiles a statement. `path` is where it stands in the rule.
    pub(super) fn statement(
        &mut self,
        statement: &'a Statement,
        rule: &Rule,
        list: &List<'a>,
        path: &str,
    ) -> Result<Node, CompileError> {
        let path =
            if path.is_empty() { statement.member().to_owned() } else { format!("{path}/{}", statement.member()) };
        let test = match walk::looks(statement) {
            Some(looks) => {
                let look = self.look(looks, rule)?;
                self.looking(statement, look, rule)?
            }
            None => self.other(statement, rule, list, &path)?,
        };
        Ok(Node { path: path.into(), test })
    }

    fn looking(&mut self, statement: &'a Statement, look: Look, rule: &Rule) -> Result<Test, CompileError> {
        Ok(match statement {
            Statement::ByteMatch(bytes) => {
                let position = position(bytes.positional_constraint);
                self.text(look, rule, &|patterns| Ok(vec![patterns.text(&bytes.search_string.0, position)?]))?
            }
            Statement::RegexMatch(regex) => {
                self.text(look, rule, &|patterns| Ok(vec![patterns.regex(&regex.regex_string)?]))?
            }
            Statement::RegexPatternSetReference(set) => {
                let found = self.library.regex_sets.get(&set.arn).ok_or_else(|| missing(rule, &set.arn))?;
                let all =
                    || found.regular_expression_list.iter().flatten().filter_map(|one| one.regex_string.as_deref());
                self.text(look, rule, &|patterns| all().map(|regex| patterns.regex(regex)).collect())?
            }
            Statement::SqliMatch(sqli) => {
                let sensitivity = match sqli.sensitivity_level {
                    Some(SensitivityLevel::High) => Sensitivity::High,
                    Some(SensitivityLevel::Low) | None => Sensitivity::Low,
                };
                Test::Sqli { look, sensitivity }
            }
            Statement::XssMatch(_) => Test::Xss { look },
            Statement::SizeConstraint(size) => Test::Size {
                look,
                operator: size.comparison_operator,
                size: u64::try_from(size.size).unwrap_or_default(),
                whole_body: is_whole_body(size),
            },
            _ => return Err(misplaced(statement, rule)),
        })
    }

    /// Adds patterns to the views that are looked at.
    fn text(
        &mut self,
        look: Look,
        rule: &Rule,
        add: &dyn Fn(&mut PatternsBuilder) -> Result<Vec<PatternId>, PatternError>,
    ) -> Result<Test, CompileError> {
        let mut into = |view| {
            let added = self.views.patterns(view).map_or_else(|| Ok(Vec::new()), add);
            added.map_err(|error| CompileError::Pattern { rule: rule.name.clone(), error })
        };
        let patterns = into(look.view)?;
        let patterns_as_text = match look.malformed {
            Malformed::AsText(view) => into(view)?,
            Malformed::Inspect | Malformed::Say(_) => Vec::new(),
        };
        Ok(Test::Text { look, patterns, patterns_as_text })
    }

    fn other(
        &mut self,
        statement: &'a Statement,
        rule: &Rule,
        list: &List<'a>,
        path: &str,
    ) -> Result<Test, CompileError> {
        Ok(match statement {
            Statement::GeoMatch(geo) => {
                let countries = geo.country_codes.iter().flatten();
                let letters = countries.filter_map(|code| <[u8; 2]>::try_from(code.as_wire().as_bytes()).ok());
                Test::Geo { source: source(geo.forwarded_ip_config.as_ref()), countries: letters.collect() }
            }
            Statement::AsnMatch(asn) => {
                let numbers = asn.asn_list.iter().filter_map(|number| u32::try_from(*number).ok());
                Test::Asn { source: source(asn.forwarded_ip_config.as_ref()), numbers: numbers.collect() }
            }
            Statement::IpSetReference(set) => {
                let source = set.ip_set_forwarded_ip_config.as_ref().map_or(Source::Client, |config| Source::Header {
                    name: config.header_name.as_bytes().to_vec(),
                    place: match config.position {
                        ForwardedIpPosition::First => ForwardedPlace::First,
                        ForwardedIpPosition::Last => ForwardedPlace::Last,
                        ForwardedIpPosition::Any => ForwardedPlace::Any,
                    },
                    fallback: config.fallback_behavior == FallbackBehavior::Match,
                });
                Test::Address { source, set: self.set(&set.arn, rule)? }
            }
            Statement::LabelMatch(label) => Test::Label(LabelTest::new(label.scope, &label.key, &list.namespace)),
            Statement::And(all) => Test::All(self.statements(&all.statements, rule, list, path)?),
            Statement::Or(any) => Test::Any(self.statements(&any.statements, rule, list, path)?),
            Statement::Not(not) => {
                Test::Not(Box::new(self.statement(&not.statement, rule, list, &format!("{path}/Statement"))?))
            }
            _ => return Err(misplaced(statement, rule)),
        })
    }

    fn statements(
        &mut self,
        statements: &'a [Statement],
        rule: &Rule,
        list: &List<'a>,
        path: &str,
    ) -> Result<Vec<Node>, CompileError> {
        let one = |(number, statement)| self.statement(statement, rule, list, &format!("{path}/Statements/{number}"));
        statements.iter().enumerate().map(one).collect()
    }
}

/// Whose address a statement looks at.
pub(super) fn source(config: Option<&ForwardedIpConfig>) -> Source {
    config.map_or(Source::Client, |config| Source::Header {
        name: config.header_name.as_bytes().to_vec(),
        place: ForwardedPlace::First,
        fallback: config.fallback_behavior == FallbackBehavior::Match,
    })
}

const fn position(constraint: PositionalConstraint) -> Position {
    match constraint {
        PositionalConstraint::Exactly => Position::Exactly,
        PositionalConstraint::StartsWith => Position::StartsWith,
        PositionalConstraint::EndsWith => Position::EndsWith,
        PositionalConstraint::Contains => Position::Contains,
        PositionalConstraint::ContainsWord => Position::ContainsWord,
    }
}

/// Of a body that is not transformed the true length may be known (decision 19 of the reference).
fn is_whole_body(size: &SizeConstraintStatement) -> bool {
    let plain = size.text_transformations.iter().all(|one| one.r#type == TextTransformationType::None);
    plain && matches!(size.field_to_match, FieldToMatch::Body(_))
}

fn misplaced(statement: &Statement, rule: &Rule) -> CompileError {
    CompileError::Rule { rule: rule.name.clone(), why: format!("`{}` cannot stand there", statement.member()) }
}
