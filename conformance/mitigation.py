"""boto3 through mitigation actions and the tasks that carry them out, on violations of devices that really reported."""

import datetime
import json
import time
import uuid

from conftest import sdk
from profiles import ARN, ROLE, iot, raw, refused
from things import pages, things_in

# fixtures
__all__ = ["iot", "raw"]

ALLOWED_PORT = 22
OPEN_PORT = 2323
DONE_SECONDS = 30
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
PROFILE = {"securityProfileName": "P1"}


def adds(iot, name, *groups):
    params = {"addThingsToThingGroupParams": {"thingGroupNames": list(groups)}}
    return iot.create_mitigation_action(actionName=name, roleArn=ROLE, actionParams=params)


def violate(server, iot, *things):
    """Devices report a port that their profile does not allow. Returns the violations' ids by device."""
    criteria = {"comparisonOperator": "in-port-set", "value": {"ports": [ALLOWED_PORT]}}
    behavior = {"name": "Ports", "metric": "aws:listening-tcp-ports", "criteria": criteria}
    iot.create_security_profile(**PROFILE, behaviors=[behavior])
    iot.attach_security_profile(**PROFILE, securityProfileTargetArn=f"{ARN}all/things")
    data = sdk(server.endpoint, "iot-data")
    for number, thing in enumerate(things, 1):
        ports = {"ports": [{"port": OPEN_PORT, "interface": "eth0"}], "total": 1}
        report = {"header": {"report_id": number, "version": "1.0"}, "metrics": {"listening_tcp_ports": ports}}
        data.publish(topic=f"$aws/things/{thing}/defender/metrics/json", qos=1, payload=json.dumps(report))
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        found = {one["thingName"]: one["violationId"] for one in pages(iot, "list_active_violations", "activeViolations")}
        if found.keys() == set(things):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def start(iot, target, *actions, task=None, **more):
    task = task or f"task-{uuid.uuid4()}"
    assert iot.start_detect_mitigation_actions_task(taskId=task, target=target, actions=list(actions), **more)["taskId"] == task
    return task


def done(iot, task):
    """The task once it has ended."""
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        told = iot.describe_detect_mitigation_actions_task(taskId=task)["taskSummary"]
        if told["taskStatus"] != "IN_PROGRESS":
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def executions(iot, **filters):
    found = pages(iot, "list_detect_mitigation_actions_executions", "actionsExecutions", **filters)
    return [(one["thingName"], one["actionName"], one["status"]) for one in found]


def test_actions_live_from_creation_to_deletion(iot):
    made = adds(iot, "isolate", "quarantine")
    assert made["actionArn"] == f"{ARN}mitigationaction/isolate"
    told = iot.describe_mitigation_action(actionName="isolate")
    assert (told["actionType"], told["actionId"], told["roleArn"]) == ("ADD_THINGS_TO_THING_GROUP", made["actionId"], ROLE)
    assert told["creationDate"] == told["lastModifiedDate"]
    params = {"publishFindingToSnsParams": {"topicArn": "arn:aws:sns:eu-central-1:123456789012:alarms"}}
    assert iot.update_mitigation_action(actionName="isolate", actionParams=params)["actionId"] == made["actionId"]
    assert iot.describe_mitigation_action(actionName="isolate")["actionParams"] == params
    for name in ("a", "b", "c"):
        adds(iot, name, "g")
    listed = pages(iot, "list_mitigation_actions", "actionIdentifiers")
    assert [one["actionName"] for one in listed] == ["a", "b", "c", "isolate"]
    filtered = pages(iot, "list_mitigation_actions", "actionIdentifiers", actionType="PUBLISH_FINDING_TO_SNS")
    assert [one["actionName"] for one in filtered] == ["isolate"]
    iot.delete_mitigation_action(actionName="isolate")
    iot.delete_mitigation_action(actionName="isolate")
    assert refused(iot.describe_mitigation_action, actionName="isolate")[0] == "ResourceNotFoundException"
    both = params | {"updateCACertificateParams": {"action": "DEACTIVATE"}}
    request = {"actionName": "two", "roleArn": ROLE, "actionParams": both}
    assert refused(iot.create_mitigation_action, **request)[0] == "InvalidRequestException"


def test_a_task_isolates_what_violates(server, iot):
    iot.create_thing_group(thingGroupName="quarantine")
    for thing in ("dev-1", "dev-2", "dev-3"):
        iot.create_thing(thingName=thing)
    found = violate(server, iot, "dev-1", "dev-2", "dev-3", "unregistered")
    adds(iot, "isolate", "quarantine")
    adds(iot, "lost", "nowhere")
    one = done(iot, start(iot, {"violationIds": [found["dev-2"]]}, "isolate"))
    assert (one["taskStatus"], one["taskStatistics"]["actionsExecuted"]) == ("SUCCESSFUL", 1)
    assert things_in(iot, "quarantine") == ["dev-2"]
    window = {"startTime": NOW - DAY, "endTime": NOW + DAY}
    task = start(iot, PROFILE | {"behaviorName": "Ports"}, "isolate", "lost", violationEventOccurrenceRange=window)
    all_of_them = done(iot, task)
    assert all_of_them["taskStatus"] == "FAILED"
    assert all_of_them["taskStatistics"] == {"actionsExecuted": 3, "actionsSkipped": 1, "actionsFailed": 4}
    assert [action["name"] for action in all_of_them["actionsDefinition"]] == ["isolate", "lost"]
    assert all_of_them["target"] == PROFILE | {"behaviorName": "Ports"}
    assert things_in(iot, "quarantine") == ["dev-1", "dev-2", "dev-3"]
    wanted = [(thing, action, status) for thing in ("dev-1", "dev-2", "dev-3") for action, status in (("isolate", "SUCCESSFUL"), ("lost", "FAILED"))]
    wanted += [("unregistered", "isolate", "FAILED"), ("unregistered", "lost", "SKIPPED")]
    assert sorted(executions(iot, taskId=task)) == sorted(wanted)
    assert executions(iot, taskId=task, thingName="dev-1") == wanted[:2]
    assert len(executions(iot, violationId=found["dev-2"])) == 3
    failed = iot.list_detect_mitigation_actions_executions(taskId=task, thingName="unregistered")["actionsExecutions"]
    assert failed[0]["errorCode"] == "ResourceNotFoundException"
    listed = pages(iot, "list_detect_mitigation_actions_tasks", "tasks", size=1, startTime=NOW - DAY, endTime=NOW + DAY)
    assert [one["taskStatus"] for one in listed] == ["FAILED", "SUCCESSFUL"]
    assert iot.describe_thing(thingName="dev-1")["version"] == 1


def test_an_action_is_done_as_it_was_when_the_task_was_started(server, iot):
    for group in ("first", "second"):
        iot.create_thing_group(thingGroupName=group)
    iot.create_thing(thingName="dev-1")
    violate(server, iot, "dev-1")
    adds(iot, "isolate", "first")
    task = start(iot, PROFILE, "isolate")
    iot.update_mitigation_action(
        actionName="isolate", actionParams={"addThingsToThingGroupParams": {"thingGroupNames": ["second"]}}
    )
    told = done(iot, task)
    params = told["actionsDefinition"][0]["actionParams"]["addThingsToThingGroupParams"]
    assert params["thingGroupNames"] == ["first"]
    assert (things_in(iot, "first"), things_in(iot, "second")) == (["dev-1"], [])


def test_a_task_is_started_once(server, iot):
    iot.create_thing_group(thingGroupName="quarantine")
    violate(server, iot, "dev-1")
    adds(iot, "isolate", "quarantine")
    request = {"taskId": "t1", "target": PROFILE, "actions": ["isolate"]}
    for _ in range(2):
        iot.start_detect_mitigation_actions_task(**request, clientRequestToken="token")
    assert refused(iot.start_detect_mitigation_actions_task, **request)[0] == "TaskAlreadyExistsException"
    assert len(executions(iot, taskId="t1")) <= 1
    iot.cancel_detect_mitigation_actions_task(taskId="t1")
    for call in (iot.describe_detect_mitigation_actions_task, iot.cancel_detect_mitigation_actions_task):
        assert refused(call, taskId="t2")[0] == "ResourceNotFoundException"
    for wrong in ({"violationIds": ["0" * 32]}, {"securityProfileName": "none"}, PROFILE | {"violationIds": ["0" * 32]}):
        code, _ = refused(iot.start_detect_mitigation_actions_task, taskId="t3", target=wrong, actions=["isolate"])
        assert code == "InvalidRequestException", wrong


def test_a_task_outlives_the_program(server, iot):
    iot.create_thing_group(thingGroupName="quarantine")
    devices = [f"dev-{number:02}" for number in range(60)]
    for thing in devices:
        iot.create_thing(thingName=thing)
    violate(server, iot, *devices)
    adds(iot, "isolate", "quarantine")
    task = start(iot, PROFILE, "isolate")
    server.kill()
    server.start()
    again = sdk(server.endpoint, "iot")
    told = done(again, task)
    assert told["taskStatistics"] == {"actionsExecuted": 60, "actionsSkipped": 0, "actionsFailed": 0}
    assert things_in(again, "quarantine", size=50) == devices


def test_a_preview_tells_who_would_come_into_a_group(server, iot, raw):
    iot.create_thing_group(thingGroupName="quarantine")
    iot.create_thing(thingName="dev-1")
    violate(server, iot, "dev-1")
    adds(iot, "isolate", "quarantine")
    preview = sdk(f"{server.endpoint}/preview", "iot")
    answer = preview.start_detect_mitigation_actions_task(taskId="t1", target=PROFILE, actions=["isolate"])
    identity = answer["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"]
    stored = raw.native("GET", f"/v1/previews/{identity}").json["Preview"]
    assert [one["Name"] for one in stored["Changes"]] == ["dev-1"]
    assert things_in(iot, "quarantine") == []
    assert refused(iot.describe_detect_mitigation_actions_task, taskId="t1")[0] == "ResourceNotFoundException"
