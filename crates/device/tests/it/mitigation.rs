//! Mitigation actions and tasks, as clients use them.

use bartizan_device::behavior::Behavior;
use bartizan_device::mitigation::work;
use bartizan_device::violation::{Event, EventKind};
use bartizan_policy::{Authorizer, Cx, Principal};
use bartizan_wire::{ResourceName, Timestamp};
use serde_json::{Value, json};

use crate::things::all;
use crate::world::{NOW, RootOnly, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/mitigation";

fn adds(name: &str, groups: &[&str]) -> Value {
    let params = json!({ "addThingsToThingGroupParams": { "thingGroupNames": groups, "overrideDynamicGroups": true } });
    json!({ "actionName": name, "roleArn": ROLE, "actionParams": params })
}

/// A world with a profile, two groups and an action that fills each, and one of both.
async fn world() -> World {
    let world = World::new();
    world.iot("CreateSecurityProfile", json!({ "securityProfileName": "P1" })).await;
    for group in ["quarantine", "watched"] {
        world.iot("CreateThingGroup", json!({ "thingGroupName": group })).await;
    }
    world.iot("CreateMitigationAction", adds("isolate", &["quarantine"])).await;
    world.iot("CreateMitigationAction", adds("watch", &["watched"])).await;
    world.iot("CreateMitigationAction", adds("lost", &["nowhere"])).await;
    world
}

/// An event of a violation so many seconds ago.
async fn event(world: &World, id: &str, thing: &str, behavior: (&str, bool), kind: EventKind, ago: i64) {
    let event = Event {
        id: id.to_owned(),
        thing: thing.to_owned(),
        profile: "P1".to_owned(),
        behavior: Behavior {
            name: behavior.0.to_owned(),
            metric: Some("aws:all-bytes-out".to_owned()),
            metric_dimension: None,
            criteria: None,
            suppress_alerts: behavior.1.then_some(true),
            export_metric: None,
        },
        value: None,
        confidence: None,
        kind,
        at: Timestamp(NOW - ago * 1_000),
    };
    world.cx.board.write(&world.cx.realm, event.writes().unwrap().into()).await.unwrap();
}

async fn thing(world: &World, name: &str) {
    world.iot("CreateThing", json!({ "thingName": name })).await;
}

fn start(task: &str, target: &Value, actions: &[&str]) -> Value {
    json!({ "taskId": task, "target": target, "actions": actions, "clientRequestToken": format!("token-of-{task}") })
}

fn id(number: usize) -> String {
    format!("{number:032x}")
}

/// Carries on until there is nothing more to do. Returns how often it took.
async fn finish(world: &World) -> usize {
    let mut rounds = 1;
    assert!(world.room.bell().answer());
    while work::advance(&world.cx, &RootOnly).await.unwrap() {
        rounds += 1;
    }
    rounds
}

async fn summary(world: &World, task: &str) -> Value {
    world.iot("DescribeDetectMitigationActionsTask", json!({ "taskId": task })).await["taskSummary"].clone()
}

async fn executions(world: &World, filters: Value, at_once: usize) -> Vec<Value> {
    all(world, "ListDetectMitigationActionsExecutions", filters, "actionsExecutions", at_once).await
}

async fn inside(world: &World, group: &str) -> Vec<Value> {
    all(world, "ListThingsInThingGroup", json!({ "thingGroupName": group }), "things", 250).await
}

#[tokio::test]
async fn actions_are_created_changed_listed_and_deleted() {
    let world = World::new();
    let created = world.iot("CreateMitigationAction", adds("isolate", &["quarantine"])).await;
    assert_eq!(created["actionArn"], "arn:aws:iot:us-east-1:123456789012:mitigationaction/isolate");
    assert_eq!(world.iot("CreateMitigationAction", adds("isolate", &["quarantine"])).await, created);
    let other = adds("isolate", &["watched"]);
    assert_eq!(world.iot_code("CreateMitigationAction", other).await, "ResourceAlreadyExistsException");
    let described = world.iot("DescribeMitigationAction", json!({ "actionName": "isolate" })).await;
    assert_eq!(described["actionType"], "ADD_THINGS_TO_THING_GROUP");
    assert_eq!(described["actionParams"], adds("", &["quarantine"])["actionParams"]);
    let kinds = [
        ("cert", "UPDATE_DEVICE_CERTIFICATE", json!({ "updateDeviceCertificateParams": { "action": "DEACTIVATE" } })),
        ("ca", "UPDATE_CA_CERTIFICATE", json!({ "updateCACertificateParams": { "action": "DEACTIVATE" } })),
        (
            "policy",
            "REPLACE_DEFAULT_POLICY_VERSION",
            json!({ "replaceDefaultPolicyVersionParams": { "templateName": "BLANK_POLICY" } }),
        ),
        (
            "log",
            "ENABLE_IOT_LOGGING",
            json!({ "enableIoTLoggingParams": { "roleArnForLogging": ROLE, "logLevel": "WARN" } }),
        ),
        (
            "sns",
            "PUBLISH_FINDING_TO_SNS",
            json!({ "publishFindingToSnsParams": { "topicArn": "arn:aws:sns:us-east-1:123456789012:t" } }),
        ),
    ];
    for (name, kind, params) in &kinds {
        let input = json!({ "actionName": name, "roleArn": ROLE, "actionParams": params });
        world.iot("CreateMitigationAction", input).await;
        let described = world.iot("DescribeMitigationAction", json!({ "actionName": name })).await;
        assert_eq!((&described["actionType"], &described["actionParams"]), (&json!(kind), params));
        let listed = all(&world, "ListMitigationActions", json!({ "actionType": kind }), "actionIdentifiers", 1).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["actionName"], *name);
    }
    let listed = all(&world, "ListMitigationActions", json!({}), "actionIdentifiers", 2).await;
    let names: Vec<_> = listed.iter().map(|one| one["actionName"].as_str().unwrap()).collect();
    assert_eq!(names, ["ca", "cert", "isolate", "log", "policy", "sns"]);
    let update = json!({ "actionName": "isolate", "actionParams": kinds[4].2 });
    let updated = world.iot("UpdateMitigationAction", update).await;
    assert_eq!(updated, created, "it keeps its id");
    let described = world.iot("DescribeMitigationAction", json!({ "actionName": "isolate" })).await;
    assert_eq!((&described["actionType"], &described["roleArn"]), (&json!("PUBLISH_FINDING_TO_SNS"), &json!(ROLE)));
    for _ in 0..2 {
        world.iot("DeleteMitigationAction", json!({ "actionName": "isolate" })).await;
    }
    for operation in ["DescribeMitigationAction", "UpdateMitigationAction"] {
        assert_eq!(world.iot_code(operation, json!({ "actionName": "isolate" })).await, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn an_action_does_exactly_one_thing_and_there_are_a_hundred() {
    let world = World::new();
    let both = json!({
        "updateCACertificateParams": { "action": "DEACTIVATE" },
        "addThingsToThingGroupParams": { "thingGroupNames": ["g"] },
    });
    for params in [json!({}), both] {
        let input = json!({ "actionName": "x", "roleArn": ROLE, "actionParams": params });
        assert_eq!(world.iot_code("CreateMitigationAction", input).await, "InvalidRequestException");
    }
    let mut no_arn = adds("x", &["g"]);
    no_arn["roleArn"] = json!("mitigation-role-of-ours");
    assert_eq!(world.iot_code("CreateMitigationAction", no_arn).await, "InvalidRequestException");
    for number in 0..100 {
        world.iot("CreateMitigationAction", adds(&format!("action-{number}"), &["g"])).await;
    }
    assert_eq!(world.iot_code("CreateMitigationAction", adds("x", &["g"])).await, "LimitExceededException");
}

#[tokio::test]
async fn a_task_adds_violating_things_to_groups() {
    let world = world().await;
    for (number, name) in ["dev-1", "dev-2", "dev-3"].iter().enumerate() {
        thing(&world, name).await;
        event(&world, &id(number), name, ("MsgRate", false), EventKind::InAlarm, 600).await;
    }
    event(&world, &id(3), "unregistered", ("MsgRate", false), EventKind::InAlarm, 600).await;
    let input = start("t1", &json!({ "securityProfileName": "P1" }), &["isolate", "watch"]);
    assert_eq!(world.iot("StartDetectMitigationActionsTask", input.clone()).await, json!({ "taskId": "t1" }));
    let begun = summary(&world, "t1").await;
    assert_eq!((&begun["taskStatus"], begun.get("taskEndTime")), (&json!("IN_PROGRESS"), None));
    finish(&world).await;
    let done = summary(&world, "t1").await;
    assert_eq!(done["taskStatus"], "FAILED");
    assert_eq!(done["taskStatistics"], json!({ "actionsExecuted": 6, "actionsSkipped": 1, "actionsFailed": 1 }));
    assert_eq!(done["taskEndTime"], 1_795_478_400.0);
    assert_eq!(
        (&done["onlyActiveViolationsIncluded"], &done["suppressedAlertsIncluded"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(inside(&world, "quarantine").await, ["dev-1", "dev-2", "dev-3"]);
    assert_eq!(inside(&world, "watched").await, ["dev-1", "dev-2", "dev-3"]);
    for at_once in [1, 3, 25] {
        let listed = executions(&world, json!({ "taskId": "t1" }), at_once).await;
        let statuses: Vec<_> = listed.iter().map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(statuses[..6], ["SUCCESSFUL"; 6]);
        assert_eq!(statuses[6..], ["FAILED", "SKIPPED"]);
    }
    let failed = &executions(&world, json!({ "thingName": "unregistered" }), 25).await[0];
    assert_eq!((&failed["errorCode"], &failed["violationId"]), (&json!("ResourceNotFoundException"), &json!(id(3))));
    assert_eq!(executions(&world, json!({ "violationId": id(1), "taskId": "t1" }), 25).await.len(), 2);
    assert_eq!(executions(&world, json!({ "endTime": 1 }), 25).await.len(), 0);
    // The same request again is the same task; another one needs another id.
    world.iot("StartDetectMitigationActionsTask", input.clone()).await;
    let mut other = input;
    other["clientRequestToken"] = json!("other");
    assert_eq!(world.iot_code("StartDetectMitigationActionsTask", other).await, "TaskAlreadyExistsException");
    // Who did it and why stands in the ledger.
    let key = bartizan_ledger::Key {
        realm: world.cx.realm.clone(),
        kind: "device/thing-membership".to_owned(),
        name: "dev-1".to_owned(),
    };
    let stamp = world.cx.ledger.head(&key).await.unwrap().unwrap().stamp;
    assert_eq!(stamp.action, "iot:StartDetectMitigationActionsTask");
    assert_eq!(stamp.reason, Some(format!("mitigation task t1 on violation {}", id(0))));
}

#[tokio::test]
async fn a_failure_skips_the_rest_for_its_violation_alone() {
    let world = world().await;
    for (number, name) in ["dev-1", "dev-2"].iter().enumerate() {
        thing(&world, name).await;
        event(&world, &id(number), name, ("b", false), EventKind::InAlarm, 1).await;
    }
    let actions = ["isolate", "lost", "watch"];
    world.iot("StartDetectMitigationActionsTask", start("t1", &json!({ "securityProfileName": "P1" }), &actions)).await;
    finish(&world).await;
    let listed = executions(&world, json!({}), 2).await;
    let told: Vec<_> =
        listed.iter().map(|one| (one["actionName"].as_str().unwrap(), one["status"].as_str().unwrap())).collect();
    let of_each = [("isolate", "SUCCESSFUL"), ("lost", "FAILED"), ("watch", "SKIPPED")];
    assert_eq!(told, [of_each, of_each].concat());
    assert_eq!(inside(&world, "watched").await, [""; 0]);
}

#[tokio::test]
async fn a_target_says_which_violations_count() {
    let world = world().await;
    for (number, (name, behavior, kinds, ago)) in [
        ("a", ("rate", false), &[EventKind::InAlarm][..], 100),
        ("b", ("rate", false), &[EventKind::InAlarm, EventKind::AlarmCleared][..], 100),
        ("c", ("rate", true), &[EventKind::InAlarm][..], 100),
        ("d", ("size", false), &[EventKind::InAlarm][..], 100),
        ("e", ("rate", false), &[EventKind::InAlarm][..], 20 * 86_400),
    ]
    .into_iter()
    .enumerate()
    {
        thing(&world, name).await;
        for kind in kinds {
            event(&world, &id(number), name, behavior, *kind, ago).await;
        }
    }
    let profile = json!({ "securityProfileName": "P1" });
    let rate = json!({ "securityProfileName": "P1", "behaviorName": "rate" });
    let ids = json!({ "violationIds": [id(2), id(1), id(1)] });
    let recent = json!({ "startTime": (NOW / 1_000) - 1_000, "endTime": NOW / 1_000 });
    let cases = [
        (&profile, json!({}), &["a", "b", "d", "e"][..]),
        (&rate, json!({}), &["a", "b", "e"][..]),
        (&rate, json!({ "includeOnlyActiveViolations": true }), &["a", "e"][..]),
        (&rate, json!({ "includeSuppressedAlerts": true }), &["a", "b", "c", "e"][..]),
        (&profile, json!({ "violationEventOccurrenceRange": recent }), &["a", "b", "d"][..]),
        (&ids, json!({}), &["b", "c"][..]),
        (&ids, json!({ "includeSuppressedAlerts": false }), &["b"][..]),
        (&ids, json!({ "violationEventOccurrenceRange": { "startTime": 1, "endTime": 2 } }), &[][..]),
    ];
    for (number, (target, flags, expected)) in cases.into_iter().enumerate() {
        let task = format!("t{number}");
        let mut input = start(&task, target, &["isolate"]);
        for (name, value) in flags.as_object().unwrap() {
            input[name] = value.clone();
        }
        world.iot("StartDetectMitigationActionsTask", input).await;
        finish(&world).await;
        let told = executions(&world, json!({ "taskId": task }), 25).await;
        let things: Vec<_> = told.iter().map(|one| one["thingName"].as_str().unwrap()).collect();
        assert_eq!(things, expected, "{task}");
        assert_eq!(summary(&world, &task).await["taskStatus"], "SUCCESSFUL");
    }
    let wanted = json!({ "startTime": 1, "endTime": NOW / 1_000 });
    let listed = all(&world, "ListDetectMitigationActionsTasks", wanted, "tasks", 3).await;
    assert_eq!(listed.len(), 8);
    let none = json!({ "startTime": 1, "endTime": 2 });
    assert_eq!(all(&world, "ListDetectMitigationActionsTasks", none, "tasks", 3).await.len(), 0);
}

#[tokio::test]
async fn orders_that_cannot_be_are_refused() {
    let world = world().await;
    world
        .iot("CreateMitigationAction", json!({ "actionName": "audit", "roleArn": ROLE, "actionParams": { "updateCACertificateParams": { "action": "DEACTIVATE" } } }))
        .await;
    let profile = json!({ "securityProfileName": "P1" });
    let code = async |input: Value| world.iot_code("StartDetectMitigationActionsTask", input).await;
    for (target, actions) in [
        (json!({}), &["isolate"][..]),
        (json!({ "securityProfileName": "P1", "violationIds": [id(1)] }), &["isolate"][..]),
        (json!({ "behaviorName": "rate", "violationIds": [id(1)] }), &["isolate"][..]),
        (json!({ "violationIds": [id(1)] }), &["isolate"][..]),
        (json!({ "securityProfileName": "nobody" }), &["isolate"][..]),
        (profile.clone(), &["nothing"][..]),
        (profile.clone(), &["audit"][..]),
        (profile.clone(), &["isolate", "isolate"][..]),
    ] {
        assert_eq!(code(start("t1", &target, actions)).await, "InvalidRequestException", "{target} {actions:?}");
    }
    let mut backwards = start("t1", &profile, &["isolate"]);
    backwards["violationEventOccurrenceRange"] = json!({ "startTime": 2, "endTime": 1 });
    assert_eq!(code(backwards).await, "InvalidRequestException");
    for operation in ["DescribeDetectMitigationActionsTask", "CancelDetectMitigationActionsTask"] {
        assert_eq!(world.iot_code(operation, json!({ "taskId": "t1" })).await, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn five_tasks_are_in_progress_at_most_and_a_cancelled_one_stops() {
    let world = world().await;
    for number in 0..60 {
        let name = format!("dev-{number:02}");
        thing(&world, &name).await;
        event(&world, &id(number), &name, ("b", false), EventKind::InAlarm, 1).await;
    }
    let target = json!({ "securityProfileName": "P1" });
    for number in 1..=5 {
        world.iot("StartDetectMitigationActionsTask", start(&format!("t{number}"), &target, &["isolate"])).await;
    }
    let sixth = start("t6", &target, &["isolate"]);
    assert_eq!(world.iot_code("StartDetectMitigationActionsTask", sixth.clone()).await, "LimitExceededException");
    world.iot("CancelDetectMitigationActionsTask", json!({ "taskId": "t2" })).await;
    world.iot("StartDetectMitigationActionsTask", sixth).await;
    // One round does some violations of each task; then one is ended, and the program with it.
    assert!(work::advance(&world.cx, &RootOnly).await.unwrap());
    world.iot("CancelDetectMitigationActionsTask", json!({ "taskId": "t1" })).await;
    let restarted = world.restarted();
    finish(&restarted).await;
    let stopped = summary(&restarted, "t1").await;
    assert_eq!(stopped["taskStatus"], "CANCELED");
    assert_eq!(stopped["taskStatistics"], json!({ "actionsExecuted": 25, "actionsSkipped": 35, "actionsFailed": 0 }));
    let never = summary(&restarted, "t2").await;
    assert_eq!(never["taskStatistics"], json!({ "actionsExecuted": 0, "actionsSkipped": 60, "actionsFailed": 0 }));
    assert_eq!(executions(&restarted, json!({ "taskId": "t2" }), 250).await.len(), 0);
    for task in ["t3", "t4", "t5", "t6"] {
        let done = summary(&restarted, task).await;
        assert_eq!(done["taskStatus"], "SUCCESSFUL");
        assert_eq!(done["taskStatistics"]["actionsExecuted"], 60);
        assert_eq!(executions(&restarted, json!({ "taskId": task }), 7).await.len(), 60);
    }
    assert_eq!(inside(&restarted, "quarantine").await.len(), 60);
    restarted.iot("CancelDetectMitigationActionsTask", json!({ "taskId": "t3" })).await;
    assert_eq!(summary(&restarted, "t3").await["taskStatus"], "SUCCESSFUL", "what is done is done");
}

#[tokio::test]
async fn tasks_are_forgotten_after_ninety_days() {
    let world = world().await;
    thing(&world, "a").await;
    event(&world, &id(1), "a", ("b", false), EventKind::InAlarm, 1).await;
    let target = json!({ "violationIds": [id(1)] });
    world.iot("StartDetectMitigationActionsTask", start("t1", &target, &["isolate"])).await;
    finish(&world).await;
    let mut later = world.cx.clone();
    later.now = Timestamp(NOW).plus_days(91);
    assert!(world.ask(&later, "DescribeDetectMitigationActionsTask", &json!({ "taskId": "t1" })).await.is_err());
    let answer = world.ask(&later, "ListDetectMitigationActionsExecutions", &json!({})).await.unwrap();
    assert_eq!(answer.body, r#"{"actionsExecutions":[]}"#);
    assert!(!work::advance(&later, &RootOnly).await.unwrap());
    for topic in ["device/mitigation-tasks", "device/mitigation-executions"] {
        assert_eq!(world.cx.board.list(&world.cx.realm, topic, None, 10).await.unwrap(), []);
    }
}

/// Everybody is denied everything.
#[derive(Debug)]
struct Nobody;

impl Authorizer for Nobody {
    fn decide(&self, _principal: &Principal, _action: &str, _resource: &ResourceName) -> Result<(), String> {
        Err("not any more".to_owned())
    }
}

#[tokio::test]
async fn what_a_principal_may_not_do_any_more_fails() {
    let world = world().await;
    thing(&world, "a").await;
    event(&world, &id(1), "a", ("b", false), EventKind::InAlarm, 1).await;
    let target = json!({ "violationIds": [id(1)] });
    world.iot("StartDetectMitigationActionsTask", start("t1", &target, &["isolate"])).await;
    work::advance(&world.cx, &Nobody).await.unwrap();
    let told = &executions(&world, json!({}), 1).await[0];
    assert_eq!((&told["status"], &told["errorCode"]), (&json!("FAILED"), &json!("UnauthorizedException")));
    assert_eq!(inside(&world, "quarantine").await, [""; 0]);
}

#[tokio::test]
async fn a_preview_of_a_task_changes_its_own_ledger_alone() {
    let world = world().await;
    for (number, name) in ["a", "b"].iter().enumerate() {
        thing(&world, name).await;
        event(&world, &id(number), name, ("b", false), EventKind::InAlarm, 1).await;
    }
    let previewing = Cx { previewing: true, ..world.cx.clone() };
    let input = start("t1", &json!({ "securityProfileName": "P1" }), &["isolate", "watch"]);
    let answer = world.ask(&previewing, "StartDetectMitigationActionsTask", &input).await.unwrap();
    let stored = world.cx.audit.find(&world.cx.realm, &answer.preview.unwrap()).await.unwrap().unwrap();
    let detail: Value = serde_json::from_str(&stored.detail).unwrap();
    let changed: Vec<_> =
        detail["Changes"].as_array().unwrap().iter().map(|one| one["Name"].as_str().unwrap()).collect();
    assert_eq!(changed, ["a", "a", "b", "b"], "each comes into two groups, one after the other");
    assert_eq!(
        world.iot_code("DescribeDetectMitigationActionsTask", json!({ "taskId": "t1" })).await,
        "ResourceNotFoundException"
    );
    assert_eq!(inside(&world, "quarantine").await, [""; 0]);
    let cancel = json!({ "taskId": "t1" });
    assert!(world.ask(&previewing, "CancelDetectMitigationActionsTask", &cancel).await.is_err());
}
