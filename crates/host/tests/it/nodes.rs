//! A host registers, reports, is judged, and is asked about; then a change of policy is previewed on it.

use bartizan_host::index::Content;
use bartizan_host::observe::{Available, Facts, Index, IndexReference, Installed, Inventory, Origin};
use bartizan_operation::Refusal;
use bartizan_policy::{Cx, Principal};
use bartizan_wire::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::world::{NOW, World};

const DEBIAN: &str = "arn:aws:ssm:us-east-1:075727635805:patchbaseline/pb-09a5f8eb62bde80b1";

fn available(name: &str, version: &str, priority: &str) -> Available {
    Available {
        name: name.to_owned(),
        architecture: "amd64".to_owned(),
        version: version.to_owned(),
        priority: priority.to_owned(),
        section: "libs".to_owned(),
        ..Available::default()
    }
}

fn installed(name: &str, version: &str, priority: &str) -> Installed {
    Installed {
        name: name.to_owned(),
        architecture: "amd64".to_owned(),
        version: version.to_owned(),
        priority: priority.to_owned(),
        section: "libs".to_owned(),
        provides: String::new(),
        held: false,
        installed_at: Some(Timestamp(NOW - 86_400_000)),
    }
}

fn origin(archive: &str, codename: &str) -> Origin {
    Origin {
        archive: archive.to_owned(),
        codename: codename.to_owned(),
        label: "Debian".to_owned(),
        origin: "Debian".to_owned(),
        component: "main".to_owned(),
        architecture: "amd64".to_owned(),
        trusted: true,
        ..Origin::default()
    }
}

fn main_index() -> Content {
    let packages = vec![available("openssl", "3.0.1-1", "optional"), available("vim", "9.1-1", "optional")];
    Content::of(&Index { packages }).unwrap()
}

fn security_index() -> Content {
    let packages = vec![available("openssl", "3.0.1-1+deb12u2", "optional"), available("bash", "5.2-3", "required")];
    Content::of(&Index { packages }).unwrap()
}

fn inventory(instance: &str) -> Inventory {
    Inventory {
        instance: instance.to_owned(),
        captured_at: Timestamp(NOW - 60_000),
        facts: Facts {
            os_id: "debian".to_owned(),
            os_version: "12".to_owned(),
            codename: "bookworm".to_owned(),
            pretty_name: "Debian GNU/Linux 12 (bookworm)".to_owned(),
            architecture: "amd64".to_owned(),
            hostname: "web-1".to_owned(),
            ip_address: "10.0.0.7".to_owned(),
            agent_version: "0.1.0".to_owned(),
            ..Facts::default()
        },
        installed: vec![
            installed("bash", "5.2-2", "required"),
            installed("openssl", "3.0.1-1", "optional"),
            installed("vim", "9.0-1", "optional"),
        ],
        indices: vec![
            IndexReference { digest: main_index().digest(), origin: origin("oldstable", "bookworm") },
            IndexReference {
                digest: security_index().digest(),
                origin: origin("oldstable-security", "bookworm-security"),
            },
        ],
        refreshed_at: Some(Timestamp(NOW - 3_600_000)),
        blind: Vec::new(),
    }
}

async fn native(world: &World, cx: &Cx, name: &str, input: Value) -> Value {
    match world.ask(cx, &format!("bartizan:{name}"), &input).await {
        Ok(answer) => serde_json::from_str(&answer.body).unwrap(),
        Err(refusal) => panic!("{name}: {refusal:?}"),
    }
}

/// A registered node and the circumstances of its agent's calls.
async fn register(world: &World, tags: Value) -> (String, Cx) {
    let activation = world.ssm("CreateActivation", json!({ "IamRole": "agent", "Tags": tags })).await;
    let registered = native(
        world,
        &world.cx,
        "RegisterManagedInstance",
        json!({
            "ActivationId": activation["ActivationId"],
            "ActivationCode": activation["ActivationCode"],
            "Facts": inventory("").facts
        }),
    )
    .await;
    let instance = registered["InstanceId"].as_str().unwrap().to_owned();
    let principal = Principal { name: format!("agent/{instance}"), realm: world.cx.realm.clone() };
    (instance, Cx { principal, ..world.cx.clone() })
}

/// Reports, and sends what is asked for.
async fn report(world: &World, agent: &Cx, inventory: &Inventory) {
    let answer = native(world, agent, "ReportInventory", json!({ "Inventory": inventory })).await;
    for digest in answer["MissingIndices"].as_array().unwrap() {
        let content = [main_index(), security_index()].into_iter().find(|one| one.digest() == *digest).unwrap();
        let index = BASE64.encode(content.compress().unwrap());
        native(world, agent, "UploadIndex", json!({ "Digest": digest, "Index": index })).await;
    }
}

#[tokio::test]
async fn a_reporting_host_is_judged_by_the_default_baseline() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    report(&world, &agent, &inventory(&instance)).await;
    let states = world.ssm("DescribeInstancePatchStates", json!({ "InstanceIds": [instance] })).await;
    let state = &states["InstancePatchStates"][0];
    assert_eq!(
        *state,
        json!({
            "InstanceId": instance, "PatchGroup": "", "BaselineId": DEBIAN, "OwnerInformation": "",
            "InstalledCount": 0, "InstalledOtherCount": 1, "InstalledPendingRebootCount": 0,
            "InstalledRejectedCount": 0, "MissingCount": 2, "FailedCount": 0,
            "UnreportedNotApplicableCount": 0, "NotApplicableCount": 0,
            "OperationStartTime": NOW as f64 / 1000.0, "OperationEndTime": NOW as f64 / 1000.0,
            "Operation": "Scan", "RebootOption": "NoReboot",
            "CriticalNonCompliantCount": 0, "SecurityNonCompliantCount": 2, "OtherNonCompliantCount": 0
        })
    );
    let patches = world.ssm("DescribeInstancePatches", json!({ "InstanceId": instance })).await;
    assert_eq!(
        patches["Patches"],
        json!([
            { "Title": "bash.amd64:5.2-3", "KBId": "bash.amd64", "Classification": "Security", "Severity": "required",
              "State": "Missing", "InstalledTime": 0.0 },
            { "Title": "openssl.amd64:3.0.1-1+deb12u2", "KBId": "openssl.amd64", "Classification": "Security",
              "Severity": "optional", "State": "Missing", "InstalledTime": 0.0 },
            { "Title": "vim.amd64:9.0-1", "KBId": "vim.amd64", "Classification": "", "Severity": "",
              "State": "InstalledOther", "InstalledTime": (NOW - 86_400_000) as f64 / 1000.0 }
        ])
    );
    for spelled in ["InstalledOther", "INSTALLED_OTHER"] {
        let filters = json!([{ "Key": "State", "Values": [spelled] }]);
        let only = world.ssm("DescribeInstancePatches", json!({ "InstanceId": instance, "Filters": filters })).await;
        assert_eq!(only["Patches"].as_array().unwrap().len(), 1);
    }
    let wrong = json!({ "InstanceId": instance, "Filters": [{ "Key": "State", "Values": ["Gone"] }] });
    assert_eq!(world.ssm_error("DescribeInstancePatches", wrong).await.0, "InvalidFilter");
    let unknown = json!({ "InstanceId": "mi-0123456789abcdef0" });
    assert_eq!(world.ssm_error("DescribeInstancePatches", unknown).await.0, "InvalidInstanceId");
    let none = world.ssm("DescribeInstancePatchStates", json!({ "InstanceIds": ["mi-0123456789abcdef0"] })).await;
    assert_eq!(none["InstancePatchStates"], json!([]));
}

#[tokio::test]
async fn what_is_not_judged_for_want_of_an_index_is_said() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    let blind =
        async || native(&world, &world.cx, "SummariseHost", json!({ "InstanceId": instance })).await["Blind"].clone();
    native(&world, &agent, "ReportInventory", json!({ "Inventory": inventory(&instance) })).await;
    let waiting = blind().await;
    assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting}");
    assert!(waiting[0].as_str().unwrap().ends_with("has not been received yet"), "{waiting}");
    let created = world.ssm("CreatePatchBaseline", json!({ "Name": "mine", "OperatingSystem": "DEBIAN" })).await;
    let preview =
        foreseen(&world, "RegisterDefaultPatchBaseline", json!({ "BaselineId": created["BaselineId"] })).await;
    assert_eq!(
        preview["Evidence"]["Blind"],
        json!([{ "Why": "hosts of which a package index has not been received yet", "Count": 1 }])
    );
    report(&world, &agent, &inventory(&instance)).await;
    assert_eq!(blind().await, json!([]));
}

#[tokio::test]
async fn a_group_leads_to_its_baseline_and_an_edit_takes_effect_at_the_next_scan() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([{ "Key": "PatchGroup", "Value": "web" }])).await;
    let created = world
        .ssm(
            "CreatePatchBaseline",
            json!({
                "Name": "web", "OperatingSystem": "DEBIAN", "ApprovedPatches": ["bash"],
                "ApprovedPatchesComplianceLevel": "CRITICAL"
            }),
        )
        .await;
    let id = created["BaselineId"].as_str().unwrap();
    world.ssm("RegisterPatchBaselineForPatchGroup", json!({ "BaselineId": id, "PatchGroup": "web" })).await;
    report(&world, &agent, &inventory(&instance)).await;
    let state = async || {
        let states = world.ssm("DescribeInstancePatchStatesForPatchGroup", json!({ "PatchGroup": "web" })).await;
        states["InstancePatchStates"][0].clone()
    };
    let first = state().await;
    assert_eq!(
        (&first["BaselineId"], &first["MissingCount"], &first["CriticalNonCompliantCount"]),
        (&json!(id), &json!(1), &json!(1))
    );
    let group = world.ssm("DescribePatchGroupState", json!({ "PatchGroup": "web" })).await;
    assert_eq!((&group["Instances"], &group["InstancesWithMissingPatches"]), (&json!(1), &json!(1)));
    assert_eq!(group["InstancesWithInstalledPatches"], json!(0));
    world.ssm("UpdatePatchBaseline", json!({ "BaselineId": id, "ApprovedPatches": [] })).await;
    assert_eq!(state().await, first, "what was found is not recomputed");
    native(&world, &world.cx, "ScanHosts", json!({})).await;
    assert_eq!(state().await["MissingCount"], json!(0));
    let more =
        json!({ "PatchGroup": "web", "Filters": [{ "Key": "MissingCount", "Values": ["0"], "Type": "GreaterThan" }] });
    let found = world.ssm("DescribeInstancePatchStatesForPatchGroup", more).await;
    assert_eq!(found["InstancePatchStates"], json!([]));
    let wrong =
        json!({ "PatchGroup": "web", "Filters": [{ "Key": "MissingCount", "Values": ["-1"], "Type": "Equal" }] });
    assert_eq!(world.ssm_error("DescribeInstancePatchStatesForPatchGroup", wrong).await.0, "InvalidFilter");
}

#[tokio::test]
async fn nodes_are_listed_with_what_they_say_of_themselves() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([{ "Key": "team", "Value": "web" }])).await;
    report(&world, &agent, &inventory(&instance)).await;
    let list =
        async |input: Value| world.ssm("DescribeInstanceInformation", input).await["InstanceInformationList"].clone();
    let all = list(json!({})).await;
    let shown = &all[0];
    assert_eq!((&shown["InstanceId"], &shown["PingStatus"]), (&json!(instance), &json!("Online")));
    assert_eq!((&shown["ComputerName"], &shown["PlatformVersion"]), (&json!("web-1"), &json!("12")));
    assert_eq!((&shown["IPAddress"], &shown["AgentVersion"]), (&json!("10.0.0.7"), &json!("0.1.0")));
    for filter in [
        json!({ "Filters": [{ "Key": "InstanceIds", "Values": [instance] }] }),
        json!({ "Filters": [{ "Key": "tag:team", "Values": ["web", "db"] }] }),
        json!({ "Filters": [{ "Key": "PingStatus", "Values": ["Online"] }, { "Key": "PlatformType", "Values": ["Linux"] }] }),
        json!({ "InstanceInformationFilterList": [{ "key": "PlatformTypes", "valueSet": ["Linux"] }] }),
    ] {
        assert_eq!(list(filter.clone()).await, all, "{filter}");
    }
    for filter in [
        json!({ "Filters": [{ "Key": "tag-key", "Values": ["Team"] }] }),
        json!({ "Filters": [{ "Key": "InstanceIds", "Values": ["mi-0123456789abcdef0"] }] }),
    ] {
        assert_eq!(list(filter.clone()).await, json!([]), "{filter}");
    }
    let error = async |input: Value| world.ssm_error("DescribeInstanceInformation", input).await.0;
    assert_eq!(error(json!({ "Filters": [{ "Key": "Colour", "Values": ["red"] }] })).await, "InvalidFilterKey");
    assert_eq!(
        error(json!({ "Filters": [{ "Key": "PingStatus", "Values": ["Well"] }] })).await,
        "InvalidInstanceInformationFilterValue"
    );
    let later = Cx { now: Timestamp(NOW + 16 * 60 * 1000), ..world.cx.clone() };
    let answer = world.ask(&later, "ssm:DescribeInstanceInformation", &json!({})).await.unwrap();
    assert!(answer.body.contains("ConnectionLost"), "{}", answer.body);
    world.ssm("DeregisterManagedInstance", json!({ "InstanceId": instance })).await;
    assert_eq!(list(json!({})).await, json!([]));
    assert_eq!(
        world.ssm_error("DeregisterManagedInstance", json!({ "InstanceId": instance })).await.0,
        "InvalidInstanceId"
    );
}

#[tokio::test]
async fn an_activation_is_used_up_and_its_code_is_needed() {
    let world = World::new();
    let activation = world.ssm("CreateActivation", json!({ "IamRole": "agent", "RegistrationLimit": 1 })).await;
    let request = |code: &Value| json!({ "ActivationId": activation["ActivationId"], "ActivationCode": code, "Facts": inventory("").facts });
    let error = async |cx: &Cx, input: Value| match world.ask(cx, "bartizan:RegisterManagedInstance", &input).await {
        Err(Refusal::Service(body)) => body.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(error(&world.cx, request(&json!("0123456789abcdef0123"))).await, "InvalidActivation");
    let late = Cx { now: Timestamp(NOW + 86_400_000), ..world.cx.clone() };
    assert_eq!(error(&late, request(&activation["ActivationCode"])).await, "InvalidActivation");
    native(&world, &world.cx, "RegisterManagedInstance", request(&activation["ActivationCode"])).await;
    assert_eq!(error(&world.cx, request(&activation["ActivationCode"])).await, "InvalidActivation");
    let listed = world.ssm("DescribeActivations", json!({})).await;
    assert_eq!(listed["ActivationList"][0]["RegistrationsCount"], json!(1));
    assert!(!listed.to_string().contains("Code"));
    let id = json!({ "ActivationId": activation["ActivationId"] });
    world.ssm("DeleteActivation", id.clone()).await;
    assert_eq!(world.ssm_error("DeleteActivation", id).await.0, "InvalidActivationId");
    let far = json!({ "IamRole": "agent", "ExpirationDate": (NOW / 1000) + 31 * 86_400 });
    assert_eq!(world.ssm_error("CreateActivation", far).await.0, "InvalidParameters");
}

#[tokio::test]
async fn an_agent_reports_for_its_own_node_alone() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    let (other, _) = register(&world, json!([])).await;
    match world.ask(&agent, "bartizan:ReportInventory", &json!({ "Inventory": inventory(&other) })).await {
        Err(Refusal::Service(body)) => assert_eq!((body.code.as_str(), body.status), ("AccessDeniedException", 403)),
        answer => panic!("{answer:?}"),
    }
    // Only what a node holds is taken.
    let index = json!({ "Digest": main_index().digest(), "Index": BASE64.encode(main_index().compress().unwrap()) });
    assert!(world.ask(&agent, "bartizan:UploadIndex", &index).await.is_err());
    report(&world, &agent, &inventory(&instance)).await;
    assert!(world.ask(&agent, "bartizan:UploadIndex", &index).await.is_ok());
}

#[tokio::test]
async fn a_package_is_explained_and_a_host_summarised() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    report(&world, &agent, &inventory(&instance)).await;
    for package in ["openssl", "openssl.amd64"] {
        let why =
            native(&world, &world.cx, "ExplainPackage", json!({ "InstanceId": instance, "Package": package })).await;
        assert_eq!(
            (&why["Product"], &why["BaselineName"]),
            (&json!("Debian12"), &json!("AWS-DebianDefaultPatchBaseline"))
        );
        assert_eq!(why["Decisions"][0]["State"], json!("Missing"));
        assert!(why["Decisions"][0]["Steps"].as_array().unwrap().len() > 2);
    }
    let summary = native(&world, &world.cx, "SummariseHost", json!({ "InstanceId": instance, "Missing": 1 })).await;
    assert_eq!(summary["States"], json!({ "InstalledOther": 1, "Missing": 2 }));
    assert_eq!(summary["Missing"].as_array().unwrap().len(), 1);
    assert_eq!((&summary["Compliant"], &summary["Blind"]), (&json!(false), &json!([])));
    match world.ask(&world.cx, "bartizan:ExplainPackage", &json!({ "InstanceId": instance, "Package": "emacs" })).await
    {
        Err(Refusal::Service(body)) => assert_eq!(body.status, 404),
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn what_is_offered_is_listed_and_what_is_approved_too() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    report(&world, &agent, &inventory(&instance)).await;
    let offered = world.ssm("DescribeAvailablePatches", json!({ "MaxResults": 3 })).await;
    assert_eq!(offered["Patches"].as_array().unwrap().len(), 3);
    let rest = json!({ "MaxResults": 3, "NextToken": offered["NextToken"] });
    assert_eq!(world.ssm("DescribeAvailablePatches", rest).await["Patches"].as_array().unwrap().len(), 1);
    let filters =
        json!([{ "Key": "NAME", "Values": ["openssl"] }, { "Key": "REPOSITORY", "Values": ["bookworm-security"] }]);
    let one = world.ssm("DescribeAvailablePatches", json!({ "Filters": filters })).await;
    assert_eq!(
        one["Patches"],
        json!([{
            "Title": "openssl.amd64:3.0.1-1+deb12u2", "Vendor": "Debian", "Product": "Debian12",
            "Classification": "Security", "Name": "openssl", "Epoch": 0, "Version": "3.0.1", "Release": "1+deb12u2",
            "Arch": "amd64", "Severity": "optional", "Repository": "bookworm-security"
        }])
    );
    let created = world
        .ssm(
            "CreatePatchBaseline",
            json!({ "Name": "mine", "OperatingSystem": "DEBIAN", "ApprovedPatches": ["bash"], "RejectedPatches": ["vim"],
                    "ApprovedPatchesComplianceLevel": "HIGH" }),
        )
        .await;
    let effective =
        world.ssm("DescribeEffectivePatchesForPatchBaseline", json!({ "BaselineId": created["BaselineId"] })).await;
    let list: Vec<_> = effective["EffectivePatches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["Patch"]["Name"].clone(), one["PatchStatus"].clone()))
        .collect();
    assert_eq!(
        list,
        [
            (json!("bash"), json!({ "DeploymentStatus": "EXPLICIT_APPROVED", "ComplianceLevel": "HIGH" })),
            (json!("vim"), json!({ "DeploymentStatus": "EXPLICIT_REJECTED", "ComplianceLevel": "UNSPECIFIED" })),
        ]
    );
    let windows = world.ssm("CreatePatchBaseline", json!({ "Name": "windows" })).await;
    let (code, _) = world.ssm_error("DescribeEffectivePatchesForPatchBaseline", windows).await;
    assert_eq!(code, "UnsupportedOperatingSystem");
}

#[tokio::test]
async fn a_restarted_room_knows_what_the_last_one_knew() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([])).await;
    report(&world, &agent, &inventory(&instance)).await;
    let again = world.restarted();
    assert_eq!(again.room.load(&again.cx).await.unwrap(), 1);
    let before = native(&world, &world.cx, "SummariseHost", json!({ "InstanceId": instance })).await;
    assert_eq!(native(&again, &again.cx, "SummariseHost", json!({ "InstanceId": instance })).await, before);
}

/// What the preview of an operation says, and its answer.
async fn foreseen(world: &World, name: &str, input: Value) -> Value {
    let cx = Cx { previewing: true, ..world.cx.clone() };
    let answer = world.ask(&cx, &format!("ssm:{name}"), &input).await.unwrap();
    let id = answer.preview.expect("the call is a preview");
    let line = world.cx.audit.find(&world.cx.realm, &id).await.unwrap().expect("previews are stored");
    serde_json::from_str(&line.detail).unwrap()
}

#[tokio::test]
async fn a_preview_says_what_the_next_scan_finds() {
    let world = World::new();
    let (instance, agent) = register(&world, json!([{ "Key": "Patch Group", "Value": "web" }])).await;
    report(&world, &agent, &inventory(&instance)).await;
    // From the vendor's default to an own baseline that approves nothing, by registration.
    let created = world.ssm("CreatePatchBaseline", json!({ "Name": "mine", "OperatingSystem": "DEBIAN" })).await;
    let id = created["BaselineId"].as_str().unwrap();
    let registration = json!({ "BaselineId": id, "PatchGroup": "web" });
    let preview = foreseen(&world, "RegisterPatchBaselineForPatchGroup", registration.clone()).await;
    assert_eq!(
        (&preview["Findings"]["HostsBecomeCompliant"], &preview["Findings"]["HostsBecomeNonCompliant"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(preview["Evidence"]["Judged"], json!(1));
    assert!(preview["Summary"][0].as_str().unwrap().contains("web-1"), "{}", preview["Summary"]);
    // Nothing was committed.
    assert_eq!(world.ssm("DescribePatchGroups", json!({})).await["Mappings"], json!([]));
    world.ssm("RegisterPatchBaselineForPatchGroup", registration).await;
    native(&world, &world.cx, "ScanHosts", json!({})).await;
    let state = async || {
        let states = world.ssm("DescribeInstancePatchStates", json!({ "InstanceIds": [instance] })).await;
        states["InstancePatchStates"][0]["MissingCount"].clone()
    };
    assert_eq!(state().await, json!(0));

    // An edit of the baseline that the host follows.
    let edit =
        json!({ "BaselineId": id, "ApprovedPatches": ["openssl"], "ApprovedPatchesComplianceLevel": "CRITICAL" });
    let preview = foreseen(&world, "UpdatePatchBaseline", edit.clone()).await;
    let findings = &preview["Findings"];
    assert_eq!((&findings["HostsChanged"], &findings["HostsBecomeNonCompliant"]), (&json!(1), &json!(1)));
    let change = &findings["Comparisons"][0]["Changes"][0];
    assert_eq!((&change["Name"], &change["After"]["State"]), (&json!("openssl"), &json!("Missing")));
    assert!(change["After"]["Because"].is_string() && change["After"]["Cause"].is_object(), "{change}");
    assert_eq!(findings["Comparisons"][0]["Approvals"]["Approved"], json!(1));
    assert_eq!(preview["Changes"][0]["Differences"].as_array().unwrap().len(), 2);
    assert_eq!(state().await, json!(0));
    world.ssm("UpdatePatchBaseline", edit).await;
    native(&world, &world.cx, "ScanHosts", json!({})).await;
    assert_eq!(state().await, json!(1));

    // What nobody follows changes nobody.
    let other = world.ssm("CreatePatchBaseline", json!({ "Name": "other", "OperatingSystem": "DEBIAN" })).await;
    let idle = json!({ "BaselineId": other["BaselineId"], "ApprovedPatches": ["bash"] });
    let preview = foreseen(&world, "UpdatePatchBaseline", idle).await;
    assert_eq!(
        (&preview["Findings"]["Changes"], &preview["Summary"]),
        (&json!(0), &json!(["no host follows what this changes"]))
    );
    // A tag moves the host to another baseline.
    let tags = json!({ "ResourceType": "ManagedInstance", "ResourceId": instance, "TagKeys": ["Patch Group"] });
    let preview = foreseen(&world, "RemoveTagsFromResource", tags).await;
    assert_eq!(preview["Findings"]["Comparisons"][0]["After"]["BaselineId"], json!(DEBIAN));
    // A default that the host would follow.
    let preview = foreseen(&world, "DeregisterManagedInstance", json!({ "InstanceId": instance })).await;
    assert_eq!(preview["Findings"]["HostsForgotten"], json!([instance]));
    assert_eq!(
        world.ssm("DescribeInstanceInformation", json!({})).await["InstanceInformationList"].as_array().unwrap().len(),
        1
    );
}
