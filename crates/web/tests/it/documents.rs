//! Documents are answered as they came, and what breaks a constraint is told with its place.

use bartizan_web::document::{FieldToMatch, Rule, Statement, TextTransformationType, WebAcl};
use bartizan_wire::{Checked, Json, Shape, pattern};

/// One statement of each kind, each as the vendor's clients send it.
const STATEMENTS: [&str; 16] = [
    r#"{"ByteMatchStatement":{"SearchString":"L2FkbWlu","FieldToMatch":{"UriPath":{}},"TextTransformations":[{"Priority":0,"Type":"LOWERCASE"}],"PositionalConstraint":"STARTS_WITH"}}"#,
    r#"{"SqliMatchStatement":{"FieldToMatch":{"AllQueryArguments":{}},"TextTransformations":[{"Priority":0,"Type":"URL_DECODE"}],"SensitivityLevel":"HIGH"}}"#,
    r#"{"XssMatchStatement":{"FieldToMatch":{"Body":{"OversizeHandling":"CONTINUE"}},"TextTransformations":[{"Priority":0,"Type":"NONE"}]}}"#,
    r#"{"SizeConstraintStatement":{"FieldToMatch":{"JsonBody":{"MatchPattern":{"IncludedPaths":["/a/b"]},"MatchScope":"VALUE","InvalidFallbackBehavior":"EVALUATE_AS_STRING","OversizeHandling":"NO_MATCH"}},"ComparisonOperator":"GT","Size":21474836480,"TextTransformations":[{"Priority":0,"Type":"NONE"}]}}"#,
    r#"{"GeoMatchStatement":{"CountryCodes":["NZ","XK"],"ForwardedIPConfig":{"HeaderName":"X-Forwarded-For","FallbackBehavior":"MATCH"}}}"#,
    r#"{"RuleGroupReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:123456789012:regional/rulegroup/g/0","ExcludedRules":[{"Name":"r"}],"RuleActionOverrides":[{"Name":"s","ActionToUse":{"Count":{}}}]}}"#,
    r#"{"IPSetReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:123456789012:regional/ipset/i/0","IPSetForwardedIPConfig":{"HeaderName":"X-Real-IP","FallbackBehavior":"NO_MATCH","Position":"ANY"}}}"#,
    r#"{"RegexPatternSetReferenceStatement":{"ARN":"arn:aws:wafv2:us-east-1:123456789012:regional/regexpatternset/r/0","FieldToMatch":{"SingleHeader":{"Name":"user-agent"}},"TextTransformations":[{"Priority":0,"Type":"COMPRESS_WHITE_SPACE"}]}}"#,
    r#"{"RateBasedStatement":{"Limit":100,"EvaluationWindowSec":60,"AggregateKeyType":"CUSTOM_KEYS","ScopeDownStatement":{"NotStatement":{"Statement":{"GeoMatchStatement":{"CountryCodes":["NZ"]}}}},"CustomKeys":[{"Header":{"Name":"x","TextTransformations":[{"Priority":0,"Type":"NONE"}]}},{"IP":{}},{"ASN":{}},{"HTTPMethod":{}},{"LabelNamespace":{"Namespace":"a:"}}]}}"#,
    r#"{"AndStatement":{"Statements":[{"AsnMatchStatement":{"AsnList":[0,4294967295]}},{"LabelMatchStatement":{"Scope":"LABEL","Key":"bad"}}]}}"#,
    r#"{"OrStatement":{"Statements":[{"AsnMatchStatement":{"AsnList":[0]}},{"AsnMatchStatement":{"AsnList":[1]}}]}}"#,
    r#"{"NotStatement":{"Statement":{"AsnMatchStatement":{"AsnList":[0]}}}}"#,
    r#"{"ManagedRuleGroupStatement":{"VendorName":"Acme Labs","Name":"web-core","Version":"Version_1.0","ScopeDownStatement":{"GeoMatchStatement":{"CountryCodes":["NZ"]}},"ManagedRuleGroupConfigs":[{"AWSManagedRulesATPRuleSet":{"LoginPath":"/in","RequestInspection":{"PayloadType":"JSON","UsernameField":{"Identifier":"/u"},"PasswordField":{"Identifier":"/p"}},"ResponseInspection":{"StatusCode":{"SuccessCodes":[200],"FailureCodes":[401]}}}}]}}"#,
    r#"{"LabelMatchStatement":{"Scope":"NAMESPACE","Key":"awswaf:managed:acme:"}}"#,
    r#"{"RegexMatchStatement":{"RegexString":"(?i)a|b","FieldToMatch":{"Cookies":{"MatchPattern":{"ExcludedCookies":["session"]},"MatchScope":"ALL","OversizeHandling":"MATCH"}},"TextTransformations":[{"Priority":0,"Type":"JS_DECODE_EXT"}],"PreParseTextTransformations":[{"Priority":0,"Type":"URL_DECODE_UNI"}]}}"#,
    r#"{"AsnMatchStatement":{"AsnList":[64496],"ForwardedIPConfig":{"HeaderName":"X-Forwarded-For","FallbackBehavior":"MATCH"}}}"#,
];

const FIELDS: [&str; 14] = [
    r#"{"SingleHeader":{"Name":"a"}}"#,
    r#"{"SingleQueryArgument":{"Name":"a"}}"#,
    r#"{"AllQueryArguments":{}}"#,
    r#"{"UriPath":{}}"#,
    r#"{"QueryString":{}}"#,
    r#"{"Body":{}}"#,
    r#"{"Method":{}}"#,
    r#"{"JsonBody":{"MatchPattern":{"All":{}},"MatchScope":"ALL"}}"#,
    r#"{"Headers":{"MatchPattern":{"IncludedHeaders":["a"]},"MatchScope":"KEY","OversizeHandling":"MATCH"}}"#,
    r#"{"Cookies":{"MatchPattern":{"All":{}},"MatchScope":"ALL","OversizeHandling":"MATCH"}}"#,
    r#"{"HeaderOrder":{"OversizeHandling":"CONTINUE"}}"#,
    r#"{"JA3Fingerprint":{"FallbackBehavior":"MATCH"}}"#,
    r#"{"JA4Fingerprint":{"FallbackBehavior":"NO_MATCH"}}"#,
    r#"{"UriFragment":{"FallbackBehavior":"MATCH"}}"#,
];

fn read<T: Shape>(text: &str) -> Result<T, String> {
    let json = Json::parse(text.as_bytes(), Json::DEPTH_MAX).map_err(|error| error.to_string())?;
    Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
}

#[test]
fn every_statement_is_answered_as_it_came() {
    for text in STATEMENTS {
        let statement: Statement = read(text).unwrap();
        assert_eq!(serde_json::to_string(&statement).unwrap(), text);
        assert!(text.starts_with(&format!("{{\"{}\"", statement.member())));
    }
}

#[test]
fn every_field_is_answered_as_it_came() {
    for text in FIELDS {
        let field: FieldToMatch = read(text).unwrap();
        assert_eq!(serde_json::to_string(&field).unwrap(), text);
    }
}

#[test]
fn a_rule_is_answered_as_it_came() {
    for statement in STATEMENTS {
        let text = format!(
            r#"{{"Name":"r","Priority":0,"Statement":{statement},"Action":{{"Block":{{"CustomResponse":{{"ResponseCode":429,"ResponseHeaders":[{{"Name":"x-why","Value":"waf"}}]}}}}}},"RuleLabels":[{{"Name":"bad:sqli"}}],"VisibilityConfig":{{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":false,"MetricName":"r"}},"CaptchaConfig":{{"ImmunityTimeProperty":{{"ImmunityTime":60}}}}}}"#
        );
        let rule: Rule = read(&text).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    }
}

#[test]
fn what_breaks_a_constraint_is_told_with_its_place() {
    for (text, place) in [
        (r#"{"HeaderOrder":{"OversizeHandling":"PERHAPS"}}"#, "'headerOrder.oversizeHandling'"),
        (r#"{"SingleHeader":{"Name":" "}}"#, "'singleHeader.name'"),
        (
            r#"{"Headers":{"MatchPattern":{"IncludedHeaders":[]},"MatchScope":"KEY","OversizeHandling":"MATCH"}}"#,
            "'headers.matchPattern.includedHeaders'",
        ),
        (
            r#"{"Cookies":{"MatchPattern":{"ExcludedCookies":[" "]},"MatchScope":"KEY","OversizeHandling":"MATCH"}}"#,
            "'cookies.matchPattern.excludedCookies'",
        ),
        (
            r#"{"JsonBody":{"MatchPattern":{"IncludedPaths":["a"]},"MatchScope":"KEY"}}"#,
            "'jsonBody.matchPattern.includedPaths'",
        ),
    ] {
        let error = read::<FieldToMatch>(text).unwrap_err();
        assert!(error.starts_with("1 validation error") && error.contains(place), "{error}");
    }
}

#[test]
fn an_edited_list_is_checked_again() {
    let mut field: FieldToMatch = read(FIELDS[8]).unwrap();
    let FieldToMatch::Headers(headers) = &mut field else { panic!("headers") };
    headers.match_pattern = bartizan_web::document::HeaderMatchPattern::Included(Vec::new());
    let error = Checked::new(field).unwrap_err().render();
    assert!(error.contains("'headers.matchPattern.includedHeaders'"), "{error}");
}

#[test]
fn every_pattern_can_be_matched() {
    assert_eq!(pattern::broken_in(WebAcl::SCHEMA), []);
}

#[test]
fn there_are_31_transformations() {
    let bartizan_wire::SchemaKind::Enum(values) = TextTransformationType::SCHEMA.kind else { panic!("enum") };
    assert_eq!(values.len(), 31);
}
