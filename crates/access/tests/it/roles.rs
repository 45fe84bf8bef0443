//! What `root` and agents may do.

use bartizan_access::{Roles, principal_arn};
use bartizan_policy::Authorizer;
use bartizan_wire::ResourceName;

use crate::requests::principal;

fn may(name: &str, action: &str, resource: &str) -> bool {
    let roles = Roles::new(&["bartizan:ReportInventory", "bartizan:PutIndex"], &["075727635805"])
        .with_anonymous(&["bartizan:Register"]);
    roles.decide(&principal(name), action, &resource.parse::<ResourceName>().unwrap()).is_ok()
}

const OWN: &str = "arn:aws:ssm:us-east-1:123456789012:managed-instance/mi-0123";

#[test]
fn root_may_do_all_in_its_realm() {
    assert!(may("root", "ssm:UpdatePatchBaseline", "arn:aws:ssm:us-east-1:123456789012:patchbaseline/pb-1"));
    assert!(may("root", "ssm:DescribePatchBaselines", "*"));
    assert!(may("root", "ssm:GetPatchBaseline", "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-1"));
    assert!(!may("root", "ssm:GetPatchBaseline", "arn:aws:ssm:us-east-1:999999999999:patchbaseline/pb-1"));
    assert!(!may("root", "ssm:GetPatchBaseline", "arn:aws:ssm:eu-west-1:123456789012:patchbaseline/pb-1"));
    assert!(!may("roots", "ssm:GetPatchBaseline", "*"));
    assert!(!may("", "ssm:GetPatchBaseline", "*"));
}

#[test]
fn an_agent_may_do_agents_work_about_itself() {
    assert!(may("agent/mi-0123", "bartizan:ReportInventory", OWN));
    assert!(!may("agent/mi-0123", "ssm:DeletePatchBaseline", OWN));
    assert!(!may("agent/mi-0123", "bartizan:ReportInventory", "*"));
    assert!(!may("agent/mi-012", "bartizan:ReportInventory", OWN), "a prefix of the id is another instance");
    assert!(!may("agent/123", "bartizan:ReportInventory", OWN), "a suffix of the id is another instance");
    assert!(!may("agent/", "bartizan:ReportInventory", "arn:aws:ssm:us-east-1:123456789012:managed-instance/"));
    assert!(!may(
        "agent/mi-0123",
        "bartizan:ReportInventory",
        "arn:aws:ssm:us-east-1:999999999999:managed-instance/mi-0123"
    ));
}

#[test]
fn everyone_known_may_ask_who_they_are() {
    assert!(may("root", "sts:GetCallerIdentity", "*"));
    assert!(may("agent/mi-1", "sts:GetCallerIdentity", "*"));
    assert!(!may("stranger", "sts:GetCallerIdentity", "*"));
}

#[test]
fn the_anonymous_may_only_do_what_needs_no_signature() {
    assert!(may("anonymous", "bartizan:Register", "*"));
    assert!(!may("anonymous", "bartizan:ReportInventory", OWN));
    assert!(!may("anonymous", "sts:GetCallerIdentity", "*"));
    assert!(!may("agent/mi-0123", "bartizan:Register", "*"));
}

#[test]
fn a_denial_reads_as_the_vendors() {
    let denied = Roles::new(&[], &[]).decide(&principal("agent/mi-1"), "ssm:GetPatchBaseline", &ResourceName::any());
    assert_eq!(
        denied.unwrap_err(),
        "User: arn:aws:sts::123456789012:assumed-role/agent/mi-1 is not authorized to perform: ssm:GetPatchBaseline on \
         resource: * because no identity-based policy allows the ssm:GetPatchBaseline action"
    );
    assert_eq!(principal_arn(&principal("root")), "arn:aws:iam::123456789012:root");
}
