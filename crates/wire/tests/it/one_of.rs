//! Objects with exactly one member.

use bartizan_wire::{Checked, Json, SchemaKind, Shape, one_of};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
#[serde(rename_all = "PascalCase")]
struct Named {
    #[shape(length = 2..)]
    name: String,
}

one_of! {
    /// Where to look.
    #[derive(Debug, Clone, PartialEq)]
    enum FieldToMatch {
        /// One header.
        SingleHeader(Named) = "SingleHeader",
        /// Both.
        Either(Vec<FieldToMatch>) = "Either",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    field_to_match: FieldToMatch,
}

fn decode(text: &str) -> Result<Rule, String> {
    let json = Json::parse(text.as_bytes(), Json::DEPTH_MAX).unwrap();
    Checked::decode(&json).map(Checked::into_inner).map_err(|violations| violations.render())
}

#[test]
fn reads_the_one_and_writes_it_back() {
    let text = r#"{"FieldToMatch":{"Either":[{"SingleHeader":{"Name":"ab"}}]}}"#;
    let rule = decode(text).unwrap();
    let inner = FieldToMatch::SingleHeader(Named { name: "ab".into() });
    assert_eq!(rule.field_to_match, FieldToMatch::Either(vec![inner]));
    assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    assert_eq!(rule.field_to_match.render(), "FieldToMatch(Either=[FieldToMatch(SingleHeader=Named(Name=ab))])");
}

#[test]
fn null_and_unknown_members_do_not_count() {
    assert!(decode(r#"{"FieldToMatch":{"Either":null,"SingleHeader":{"Name":"ab"},"Later":{}}}"#).is_ok());
}

#[test]
fn names_what_was_seen() {
    let choices = "exactly one of `SingleHeader`, `Either` must be present in `fieldToMatch`";
    assert_eq!(decode(r#"{"FieldToMatch":{}}"#).unwrap_err(), format!("{choices}; found none"));
    assert_eq!(decode(r#"{"FieldToMatch":{"Either":null}}"#).unwrap_err(), format!("{choices}; found none"));
    assert_eq!(
        decode(r#"{"FieldToMatch":{"Either":[],"SingleHeader":{"Name":"ab"},"X":1}}"#).unwrap_err(),
        format!("{choices}; found `Either`, `SingleHeader`, `X`")
    );
    assert_eq!(
        decode(r#"{"FieldToMatch":{"singleHeader":{"Name":"ab"}}}"#).unwrap_err(),
        format!("{choices}; found `singleHeader`")
    );
}

#[test]
fn what_is_wrong_inside_is_told_beside_one_member_too_many() {
    let error = decode(r#"{"FieldToMatch":{"Either":5,"SingleHeader":{"Name":"a"}}}"#).unwrap_err();
    assert!(error.contains("at 'fieldToMatch.either' must be a list"), "{error}");
    assert!(error.contains("'fieldToMatch.singleHeader.name'") && error.contains("exactly one of"), "{error}");
}

#[test]
fn many_unknown_members_are_counted() {
    let members: Vec<_> = (0..12).map(|index| format!(r#""m{index}":1"#)).collect();
    let error = decode(&format!(r#"{{"FieldToMatch":{{{}}}}}"#, members.join(","))).unwrap_err();
    assert!(error.ends_with("`m9` and 2 more"), "{error}");
}

#[test]
fn paths_lead_through_the_member() {
    assert_eq!(
        decode(r#"{"FieldToMatch":{"Either":[{"SingleHeader":{"Name":"a"}}]}}"#).unwrap_err(),
        "1 validation error detected: Value 'a' at 'fieldToMatch.either.1.member.singleHeader.name' failed to satisfy \
         constraint: Member must have length greater than or equal to 2"
    );
    let mut rule = decode(r#"{"FieldToMatch":{"SingleHeader":{"Name":"ab"}}}"#).unwrap();
    rule.field_to_match = FieldToMatch::SingleHeader(Named { name: String::new() });
    let out = Checked::new(rule).unwrap_err();
    assert_eq!(out.iter().next().unwrap().at, "fieldToMatch.singleHeader.name");
}

#[test]
fn a_wrong_type_is_told_as_such() {
    assert_eq!(
        decode(r#"{"FieldToMatch":5}"#).unwrap_err(),
        "1 validation error detected: Value at 'fieldToMatch' must be an object, but it is a number"
    );
}

#[test]
fn describes_itself() {
    assert_eq!(FieldToMatch::SCHEMA.name, "FieldToMatch");
    let SchemaKind::OneOf(members) = FieldToMatch::SCHEMA.kind else { panic!("one of") };
    assert_eq!(members.iter().map(|member| member.name).collect::<Vec<_>>(), ["SingleHeader", "Either"]);
}
