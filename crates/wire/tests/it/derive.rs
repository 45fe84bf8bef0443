//! What `#[derive(Shape)]` makes of structures and enums.

use std::collections::BTreeMap;

use bartizan_wire::{Checked, Json, Rule, SchemaKind, Shape, Timestamp, Violations};
use proptest::prelude::proptest;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Shape)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum OperatingSystem {
    AmazonLinux2,
    Ubuntu,
    #[serde(rename = "MACOS")]
    MacOs,
}

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    #[shape(length = 1..=128)]
    key: String,
    #[shape(length = ..=256)]
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
#[serde(rename_all = "PascalCase")]
#[shape(name = "CreateThingRequest")]
struct CreateThing {
    #[shape(length = 3..=128, pattern = r"[a-zA-Z0-9_\-.]+")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(range = 0..=360)]
    days: Option<i32>,
    #[shape(default)]
    #[shape(length = ..=2)]
    tags: Vec<Tag>,
    #[shape(default, length = 0..=3, each(length = 1..=5))]
    approved: Vec<String>,
    #[shape(default = OperatingSystem::Ubuntu)]
    operating_system: OperatingSystem,
    #[serde(rename = "CVEIds", skip_serializing_if = "Option::is_none")]
    cve_ids: Option<Vec<OperatingSystem>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(sensitive, length = 8..)]
    password: Option<String>,
    #[shape(default, key(length = 1..=2), each(pattern = "[a-z]*"))]
    labels: BTreeMap<String, String>,
    #[serde(with = "bartizan_wire::time::wire_seconds::option", skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested: Option<Box<CreateThing>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
struct Empty {}

fn json(text: &str) -> Json {
    Json::parse(text.as_bytes(), Json::DEPTH_MAX).unwrap()
}

fn decode<T: Shape>(text: &str) -> Result<T, Violations> {
    Checked::decode(&json(text)).map(Checked::into_inner)
}

fn refusal(text: &str) -> String {
    decode::<CreateThing>(text).unwrap_err().render()
}

#[test]
fn reads_what_serde_writes() {
    let text = r#"{"Name":"abc","Days":7,"Tags":[{"Key":"k","Value":""}],"Approved":["a"],"OperatingSystem":"MACOS","CVEIds":["AMAZON_LINUX2"],"Password":"hunter22","Labels":{"a":"b"},"Since":1700000000.5,"Nested":{"Name":"abc","Tags":[],"Approved":[],"OperatingSystem":"UBUNTU","Labels":{}}}"#;
    let thing = decode::<CreateThing>(text).unwrap();
    assert_eq!(serde_json::to_string(&thing).unwrap(), text);
    assert_eq!(thing.since, Some(Timestamp(1_700_000_000_500)));
}

#[test]
fn takes_the_defaults_of_absent_and_null_members() {
    let thing = decode::<CreateThing>(r#"{"Name":"abc","Days":null,"Tags":null,"Unknown":[{}]}"#).unwrap();
    assert_eq!((thing.days, thing.tags, thing.operating_system), (None, vec![], OperatingSystem::Ubuntu));
    assert_eq!(decode::<Empty>("{}").unwrap(), Empty {});
}

#[test]
fn tells_every_violation_in_one_pass() {
    let text =
        r#"{"Days":361,"Tags":[{"Key":""},{"Key":"k","Value":"v"},{"Key":"k","Value":"v"}],"OperatingSystem":"BEOS"}"#;
    assert_eq!(
        refusal(text),
        "5 validation errors detected: \
         Value null at 'name' failed to satisfy constraint: Member must not be null; \
         Value '361' at 'days' failed to satisfy constraint: Member must have value less than or equal to 360; \
         Value '' at 'tags.1.member.key' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; \
         Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null; \
         Value 'BEOS' at 'operatingSystem' failed to satisfy constraint: \
         Member must satisfy enum value set: [AMAZON_LINUX2, UBUNTU, MACOS]"
    );
}

#[test]
fn tells_each_broken_part_of_one_member() {
    assert_eq!(
        refusal(r#"{"Name":"ö"}"#),
        "2 validation errors detected: \
         Value 'ö' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3; \
         Value 'ö' at 'name' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z0-9_\\-.]+"
    );
}

#[test]
fn tells_items_at_their_collection() {
    assert_eq!(
        refusal(r#"{"Name":"abc","Approved":["ok",""]}"#),
        "1 validation error detected: Value '[ok, ]' at 'approved' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must have length less than or equal to 5, \
         Member must have length greater than or equal to 1]"
    );
    assert_eq!(
        refusal(r#"{"Name":"abc","CVEIds":["UBUNTU","BEOS","OS2"]}"#),
        "1 validation error detected: Value '[UBUNTU, BEOS, OS2]' at 'cVEIds' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must satisfy enum value set: [AMAZON_LINUX2, UBUNTU, MACOS]]"
    );
    assert_eq!(
        refusal(r#"{"Name":"abc","Labels":{"abc":"A"}}"#),
        "2 validation errors detected: Value '{abc=A}' at 'labels' failed to satisfy constraint: \
         Map keys must satisfy constraint: [Member must have length less than or equal to 2, \
         Member must have length greater than or equal to 1]; \
         Value '{abc=A}' at 'labels' failed to satisfy constraint: \
         Map value must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]*]"
    );
}

#[test]
fn never_shows_sensitive_members() {
    assert_eq!(
        refusal(r#"{"Name":"abc","Password":"hunter2"}"#),
        "1 validation error detected: Value at 'password' failed to satisfy constraint: \
         Member must have length greater than or equal to 8"
    );
    let thing = decode::<CreateThing>(r#"{"Name":"abc","Password":"hunter22"}"#).unwrap();
    assert!(!thing.render().contains("hunter22"), "{}", thing.render());
}

#[test]
fn a_wrong_type_is_no_constraint() {
    let out = decode::<CreateThing>(r#"{"Name":5,"Days":"7"}"#).unwrap_err();
    let first = out.first_type_mismatch().unwrap();
    assert_eq!((first.at.as_str(), &first.rule), ("name", &Rule::Type { expected: "a string" }));
    assert_eq!(out.len(), 2);
}

#[test]
fn a_value_that_was_edited_is_checked_again() {
    let mut thing = decode::<CreateThing>(r#"{"Name":"abc","Nested":{"Name":"abc"}}"#).unwrap();
    assert!(Checked::new(thing.clone()).is_ok());
    thing.nested.as_mut().unwrap().name.clear();
    thing.approved = vec![String::new()];
    assert_eq!(
        Checked::new(thing).unwrap_err().iter().map(|v| v.at.clone()).collect::<Vec<_>>(),
        ["approved", "nested.name", "nested.name"]
    );
}

#[test]
fn describes_itself() {
    let SchemaKind::Structure(members) = CreateThing::SCHEMA.kind else { panic!("a structure") };
    assert_eq!(CreateThing::SCHEMA.name, "CreateThingRequest");
    let name = &members[0];
    assert_eq!((name.name, name.required, name.constraint.length_max), ("Name", true, Some(128)));
    assert_eq!((members[5].name, members[5].required), ("CVEIds", false));
    assert_eq!(((members[1].schema)().name, members[1].constraint.range_max), ("Integer", Some(360)));
    assert_eq!(members[3].constraint.each.unwrap().length_min, Some(1));
    assert!(members[6].sensitive);
}

#[test]
fn an_enum_knows_its_spelling() {
    const SPELLED: &str = OperatingSystem::MacOs.as_wire();
    assert_eq!(SPELLED, "MACOS");
    assert_eq!(OperatingSystem::from_wire("AMAZON_LINUX2"), Some(OperatingSystem::AmazonLinux2));
    assert_eq!(OperatingSystem::from_wire("macos"), None);
}

#[derive(Debug, Clone, PartialEq, Serialize, Shape)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[shape(required, length = ..=3)]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[shape(sensitive)]
    secrets: Option<BTreeMap<String, Tag>>,
    #[shape(default = 50, range = 1..=50)]
    max_results: i32,
}

#[test]
fn a_required_option_must_be_there() {
    let null =
        "1 validation error detected: Value null at 'code' failed to satisfy constraint: Member must not be null";
    for text in ["{}", r#"{"Code":null}"#] {
        assert_eq!(decode::<Answer>(text).unwrap_err().render(), null);
    }
    let mut answer = decode::<Answer>(r#"{"Code":"ok"}"#).unwrap();
    assert_eq!((answer.code.take().as_deref(), answer.max_results), (Some("ok"), 50));
    assert_eq!(Checked::new(answer).unwrap_err().render(), null);
    assert_eq!(decode::<Answer>(r#"{"Code":"long"}"#).unwrap_err().iter().next().unwrap().at, "code");
}

#[test]
fn nothing_below_a_sensitive_member_is_shown() {
    let text = r#"{"Code":"ok","Secrets":{"hunter2":{"Key":"","Value":"x"},"b":{"Key":"hunter3","Value":7}}}"#;
    let out = decode::<Answer>(text).unwrap_err();
    assert_eq!(out.len(), 2);
    assert_eq!(
        out.render(),
        "2 validation errors detected: Value at 'secrets.*.member.key' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; Value at 'secrets.*.member.value' must be a string"
    );
}

#[test]
fn patterns_that_cannot_be_compiled_are_found() {
    #[derive(Shape)]
    struct Broken {
        #[shape(default, key(pattern = "(?=a)"))]
        tags: BTreeMap<String, String>,
        #[shape(default, each(pattern = "[a"))]
        again: Vec<String>,
        inside: Option<Box<Broken>>,
        good: Option<CreateThing>,
    }
    let broken = bartizan_wire::pattern::broken_in(Broken::SCHEMA);
    assert_eq!(broken.iter().map(|(spelled, _)| *spelled).collect::<Vec<_>>(), ["(?=a)", "[a"]);
    assert_eq!(bartizan_wire::pattern::broken_in(CreateThing::SCHEMA), []);
}

proptest! {
    /// Reading and checking agree: what is read without a violation holds, and what does not hold is not read.
    #[test]
    fn reading_and_checking_agree(
        name in "[a-zA-Zä ]{0,5}",
        days in -5..400_i32,
        approved in proptest::collection::vec("[ab]{0,7}", 0..5),
    ) {
        let thing = CreateThing {
            name,
            days: Some(days),
            tags: vec![],
            approved,
            operating_system: OperatingSystem::MacOs,
            cve_ids: None,
            password: None,
            labels: BTreeMap::new(),
            since: None,
            nested: None,
        };
        let read = decode::<CreateThing>(&serde_json::to_string(&thing).unwrap());
        assert_eq!(read, Checked::new(thing).map(Checked::into_inner));
    }
}
