//! The life of a baseline, as a client sees it.

use serde_json::{Value, json};

use crate::world::{NOW, World};

fn seconds() -> Value {
    json!(NOW as f64 / 1000.0)
}

#[tokio::test]
async fn a_created_baseline_shows_every_default() {
    let world = World::new();
    let created = world
        .ssm(
            "CreatePatchBaseline",
            json!({
                "Name": "Debian-production",
                "OperatingSystem": "DEBIAN",
                "ApprovalRules": {"PatchRules": [{
                    "PatchFilterGroup": {"PatchFilters": [{"Key": "PRIORITY", "Values": ["Required", "Important"]}]},
                    "ApproveAfterDays": 7
                }]},
                "ClientToken": "b9b3e9ea-6b4e-4f1c-8bb5-0a3c6c9c2b11"
            }),
        )
        .await;
    let id = created["BaselineId"].as_str().unwrap();
    assert!(id.starts_with("pb-") && id.len() == 20, "{id}");
    let got = world.ssm("GetPatchBaseline", json!({ "BaselineId": id })).await;
    assert_eq!(
        got,
        json!({
            "BaselineId": id,
            "Name": "Debian-production",
            "OperatingSystem": "DEBIAN",
            "GlobalFilters": {"PatchFilters": []},
            "ApprovalRules": {"PatchRules": [{
                "PatchFilterGroup": {"PatchFilters": [{"Key": "PRIORITY", "Values": ["Required", "Important"]}]},
                "ComplianceLevel": "UNSPECIFIED",
                "ApproveAfterDays": 7,
                "EnableNonSecurity": false
            }]},
            "ApprovedPatches": [],
            "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
            "ApprovedPatchesEnableNonSecurity": false,
            "RejectedPatches": [],
            "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
            "PatchGroups": [],
            "CreatedDate": seconds(),
            "ModifiedDate": seconds(),
            "Sources": []
        })
    );
}

#[tokio::test]
async fn the_same_token_creates_once() {
    let world = World::new();
    let request = json!({ "Name": "once", "ClientToken": "token-1" });
    let first = world.ssm("CreatePatchBaseline", request.clone()).await;
    assert_eq!(world.ssm("CreatePatchBaseline", request).await, first);
    let (code, _) = world.ssm_error("CreatePatchBaseline", json!({ "Name": "twice", "ClientToken": "token-1" })).await;
    assert_eq!(code, "IdempotentParameterMismatch");
}

#[tokio::test]
async fn fifty_baselines_are_enough() {
    let world = World::new();
    for number in 0..50 {
        world.ssm("CreatePatchBaseline", json!({ "Name": format!("baseline-{number}") })).await;
    }
    let (code, _) = world.ssm_error("CreatePatchBaseline", json!({ "Name": "one-more" })).await;
    assert_eq!(code, "ResourceLimitExceededException");
}

#[tokio::test]
async fn an_update_replaces_what_is_given() {
    let world = World::new();
    let created = world
        .ssm(
            "CreatePatchBaseline",
            json!({ "Name": "one", "OperatingSystem": "DEBIAN", "Description": "first", "RejectedPatches": ["telnet"],
                    "RejectedPatchesAction": "BLOCK" }),
        )
        .await;
    let id = created["BaselineId"].as_str().unwrap();
    let updated = world.ssm("UpdatePatchBaseline", json!({ "BaselineId": id, "ApprovedPatches": ["openssl"] })).await;
    assert_eq!(updated["RejectedPatches"], json!(["telnet"]));
    assert_eq!(updated["ApprovedPatches"], json!(["openssl"]));
    assert!(updated.get("PatchGroups").is_none());
    let cleared = world.ssm("UpdatePatchBaseline", json!({ "BaselineId": id, "RejectedPatches": [] })).await;
    assert_eq!(cleared["RejectedPatches"], json!([]));
    assert_eq!(cleared["RejectedPatchesAction"], "BLOCK");
    let replaced = world.ssm("UpdatePatchBaseline", json!({ "BaselineId": id, "Replace": true, "Name": "two" })).await;
    assert_eq!(replaced["RejectedPatchesAction"], "ALLOW_AS_DEPENDENCY");
    assert_eq!(replaced["ApprovedPatches"], json!([]));
    assert!(replaced.get("Description").is_none());
    assert_eq!(replaced["OperatingSystem"], "DEBIAN");
    let (code, text) = world.ssm_error("UpdatePatchBaseline", json!({ "BaselineId": id, "Replace": true })).await;
    assert_eq!(code, "ValidationException");
    assert_eq!(
        text,
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
    );
}

#[tokio::test]
async fn the_members_of_an_empty_group_are_required() {
    let world = World::new();
    let (code, text) = world.ssm_error("CreatePatchBaseline", json!({ "Name": "x", "GlobalFilters": {} })).await;
    assert_eq!(code, "ValidationException");
    assert!(text.starts_with("3 validation errors detected: "), "{text}");
    assert!(text.contains("at 'globalFilters.patchFilters'"), "{text}");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_vendors_words() {
    let world = World::new();
    let unknown = json!({ "BaselineId": "pb-0123456789abcdef0" });
    let absent = ("DoesNotExistException".to_owned(), "Patch Baseline to be retrieved does not exist.".to_owned());
    assert_eq!(world.ssm_error("GetPatchBaseline", unknown.clone()).await, absent);
    assert_eq!(world.ssm_error("UpdatePatchBaseline", unknown.clone()).await, absent);
    assert_eq!(world.ssm("DeletePatchBaseline", unknown.clone()).await, unknown);
    // The vendor's go by their ARN alone.
    let bare = json!({ "BaselineId": "pb-09a5f8eb62bde80b1" });
    assert_eq!(world.ssm_error("GetPatchBaseline", bare).await, absent);
    let arn = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-09a5f8eb62bde80b1";
    let debian = world.ssm("GetPatchBaseline", json!({ "BaselineId": arn })).await;
    assert_eq!((&debian["Name"], &debian["BaselineId"]), (&json!("AWS-DebianDefaultPatchBaseline"), &json!(arn)));
    assert_eq!(debian["GlobalFilters"], json!({"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]}));
    let (code, _) = world.ssm_error("UpdatePatchBaseline", json!({ "BaselineId": arn, "Name": "mine" })).await;
    assert_eq!(code, "ValidationException");
    let (code, _) = world.ssm_error("GetPatchBaseline", json!({ "BaselineId": "not-a-baseline-at-all" })).await;
    assert_eq!(code, "InvalidResourceId");
}
