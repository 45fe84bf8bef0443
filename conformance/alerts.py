"""What a violation brings about at the other end: messages of a topic, webhooks, dead letters; and this machine as a device."""

import base64
import hashlib
import hmac
import json
import socket
import subprocess
import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import sdk
from receiver import Receiver
from server import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, environment, program

PERIOD = ("--device-period-seconds", "1")
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/alerts"
ALL_THINGS = f"arn:aws:iot:{REGION}:{ACCOUNT}:all/things"
SECRET = base64.b64encode(b"conformance, 32 bytes of secret!").decode()
SNS_KEY = {"AccessKeyId": "AKIDSNS", "SecretAccessKey": "sns/secret"}
WAIT_SECONDS = 30


@pytest.fixture
def configure(tmp_path):
    """Writes which sinks there are."""

    def write(*sinks):
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        (folder / "notify.json").write_text(json.dumps({"Sinks": list(sinks)}))

    return write


@pytest.fixture
def receive():
    """Starts receivers that end with the test."""
    receivers = []

    def begin(*answers, port=0):
        receivers.append(Receiver(*answers, port=port))
        return receivers[-1]

    yield begin
    for receiver in receivers:
        receiver.close()


def sns(url):
    return {"Arn": "arn:aws:sns:*", "Sns": {"Endpoint": url, **SNS_KEY}}


def webhook(url, **more):
    return {"Arn": "*:alarms", "Webhook": {"Url": f"{url}/hook", "Secret": f"whsec_{SECRET}", **more}}


def bartizan(server, *arguments):
    """Runs a command of the program against a server, and returns what it printed."""
    command = [program(), *arguments, "--data", str(server.data), "--region", REGION]
    key = {"BARTIZAN_ROOT_ACCESS_KEY_ID": ACCESS_KEY, "BARTIZAN_ROOT_SECRET_ACCESS_KEY": SECRET_KEY}
    done = subprocess.run(command, env=environment(**key), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def dead(server):
    return json.loads(bartizan(server, "--output", "json", "alerts", "dead"))["DeadLetters"]


CRITERIA = {
    "comparisonOperator": "not-in-port-set",
    "value": {"ports": [2323]},
    "consecutiveDatapointsToAlarm": 1,
    "consecutiveDatapointsToClear": 1,
}


def watch(server, ports=(2323,), thing_target=ALL_THINGS):
    """A profile by which nothing may listen on some ports."""
    iot = sdk(server.endpoint, "iot")
    criteria = CRITERIA | {"value": {"ports": list(ports)}}
    iot.create_security_profile(
        securityProfileName="P1",
        behaviors=[{"name": "NoTelnet", "metric": "aws:listening-tcp-ports", "criteria": criteria}],
        alertTargets={"SNS": {"alertTargetArn": TOPIC, "roleArn": ROLE}},
    )
    iot.attach_security_profile(securityProfileName="P1", securityProfileTargetArn=thing_target)
    return iot


def report(server, number, *ports, thing="dev-7"):
    """A report of a device with these ports open; the next one may follow after a second."""
    document = {
        "header": {"report_id": number, "version": "1.0"},
        "metrics": {"listening_tcp_ports": {"ports": [{"port": port} for port in ports], "total": len(ports)}},
    }
    topic = f"$aws/things/{thing}/defender/metrics/json"
    sdk(server.endpoint, "iot-data").publish(topic=topic, qos=1, payload=json.dumps(document).encode())
    time.sleep(1.05)


def until(said, what):
    """Waits until something can be seen, and returns it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := said():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {WAIT_SECONDS} s: {what}")


def test_an_alarm_is_published_to_its_topic_byte_for_byte(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start(*PERIOD)
    iot = watch(server)
    report(server, 1, 22, 2323)
    (alarm,) = topic.took(1)
    (active,) = iot.list_active_violations()["activeViolations"]
    report(server, 2, 22)
    cleared = topic.took(2)[1]

    for message in (alarm, cleared):
        assert message.path == "/"
        form = message.form
        assert (form["Action"], form["TopicArn"], form["Version"]) == ("Publish", TOPIC, "2010-03-31")
        assert list(form) == ["Action", "TopicArn", "Message", "Version"]

    def expected(at, kind, ports):
        criteria = (
            '{"comparisonOperator":"not-in-port-set","value":{"ports":[2323]},'
            '"consecutiveDatapointsToAlarm":1,"consecutiveDatapointsToClear":1}'
        )
        return (
            f'{{"violationEventTime":{at},"thingName":"dev-7",'
            f'"behavior":{{"criteria":{criteria},"name":"NoTelnet","metric":"aws:listening-tcp-ports"}},'
            f'"violationEventType":"{kind}","metricValue":{{"ports":{ports}}},'
            f'"violationId":"{active["violationId"]}","securityProfileName":"P1","verificationState":"UNKNOWN"}}'
        )

    times = [json.loads(message.form["Message"])["violationEventTime"] for message in (alarm, cleared)]
    assert alarm.form["Message"] == expected(times[0], "in-alarm", "[22,2323]")
    assert cleared.form["Message"] == expected(times[1], "alarm-cleared", "[22]")
    assert times[0] == round(active["violationStartTime"].timestamp() * 1000), "milliseconds, and the same moment"
    assert times[0] < times[1]
    assert dead(server) == []


def test_a_message_is_signed_as_the_vendor_signs_it(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start(*PERIOD)
    watch(server)
    report(server, 1, 2323)
    (message,) = topic.took(1)
    signed = {name: message.headers[name] for name in ("content-type", "x-amz-content-sha256")}
    request = AWSRequest("POST", f"{topic.url}/", signed | {"host": message.headers["host"]}, message.body)
    request.context["timestamp"] = message.headers["x-amz-date"]
    request.headers["X-Amz-Date"] = message.headers["x-amz-date"]
    auth = SigV4Auth(Credentials(SNS_KEY["AccessKeyId"], SNS_KEY["SecretAccessKey"]), "sns", REGION)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert message.headers["authorization"].endswith(f"Signature={signature}"), message.headers["authorization"]
    assert f"/{REGION}/sns/aws4_request" in message.headers["authorization"]


def test_a_webhook_is_verified_by_the_recipe_and_repeated_until_it_is_taken(start, configure, receive):
    hook = receive(500, 503, 200)
    configure(webhook(hook.url, Form="Ocsf"))
    server = start(*PERIOD)
    iot = watch(server)
    report(server, 1, 2323)
    attempts = hook.took(3)
    assert len({attempt.headers["webhook-id"] for attempt in attempts}) == 1
    for attempt in attempts:
        signed = f"{attempt.headers['webhook-id']}.{attempt.headers['webhook-timestamp']}.".encode() + attempt.body
        tag = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
        assert attempt.headers["webhook-signature"] == f"v1,{base64.b64encode(tag).decode()}"
        assert abs(int(attempt.headers["webhook-timestamp"]) - time.time()) < 60
    finding = attempts[2].json
    (active,) = iot.list_active_violations()["activeViolations"]
    assert (finding["class_uid"], finding["category_uid"], finding["type_uid"]) == (2004, 2, 200401)
    assert (finding["activity_id"], finding["status_id"]) == (1, 1)
    assert finding["finding_info"]["uid"] == active["violationId"]
    assert finding["metadata"]["version"] and finding["metadata"]["product"]["vendor_name"]
    assert finding["severity_id"] in range(7) and finding["time"] > 1_700_000_000_000
    assert [resource["name"] for resource in finding["resources"]] == ["dev-7"]
    report(server, 2)
    closed = hook.took(4)[3].json
    assert (closed["type_uid"], closed["status_id"]) == (200403, 4)
    assert closed["finding_info"]["uid"] == active["violationId"]


def test_findings_are_as_the_framework_says(start, configure, receive):
    """In alarm, cleared and invalidated, against the schema that the framework's own server exports."""
    ocsf = pytest.importorskip("ocsf_json_schema")
    jsonschema = pytest.importorskip("jsonschema")
    hook = receive()
    configure(webhook(hook.url, Form="Ocsf"))
    server = start(*PERIOD)
    iot = watch(server)
    report(server, 1, 2323)
    opened = hook.took(1)[0].json
    (active,) = iot.list_active_violations()["activeViolations"]
    iot.put_verification_state_on_violation(violationId=active["violationId"], verificationState="BENIGN_POSITIVE")
    report(server, 2)
    report(server, 3, 2323)
    hook.took(3)
    iot.delete_security_profile(securityProfileName="P1")
    findings = [taken.json for taken in hook.took(4)]
    schema = ocsf.OcsfJsonSchemaEmbedded(ocsf.OcsfJsonSchema(ocsf.get_ocsf_schema(opened["metadata"]["version"])))
    name = schema.lookup_class_name_from_uid(opened["class_uid"])
    assert name == "detection_finding"
    judge = jsonschema.Draft202012Validator(schema.get_class_schema(name, opened["metadata"]["profiles"]))
    for finding in findings:
        assert [error.message for error in judge.iter_errors(finding)] == []
        # it is no judge that lets everything pass
        assert [error for error in judge.iter_errors(finding | {"no_such_member": 1})]
        for member in judge.schema["required"]:
            assert [error for error in judge.iter_errors({k: v for k, v in finding.items() if k != member})], member
    assert [finding["status"] for finding in findings] == ["New", "Resolved", "New", "Invalidated"]
    states = [finding["evidences"][0]["data"]["verification_state"] for finding in findings]
    assert states == ["UNKNOWN", "BENIGN_POSITIVE", "UNKNOWN", "UNKNOWN"]


def test_a_message_tells_what_was_said_of_the_violation(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start(*PERIOD)
    iot = watch(server)
    report(server, 1, 2323)
    (active,) = iot.list_active_violations()["activeViolations"]
    iot.put_verification_state_on_violation(violationId=active["violationId"], verificationState="TRUE_POSITIVE")
    topic.took(1)
    # what was said is known after a power cut, too
    server.kill()
    server.start()
    report(server, 2, 22)
    messages = [json.loads(message.form["Message"]) for message in topic.took(2)]
    assert [message["violationEventType"] for message in messages] == ["in-alarm", "alarm-cleared"]
    assert [message["verificationState"] for message in messages] == ["UNKNOWN", "TRUE_POSITIVE"]


def test_a_suppressed_alarm_tells_nobody(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start(*PERIOD)
    iot = watch(server)
    profile = iot.describe_security_profile(securityProfileName="P1")
    iot.update_security_profile(
        securityProfileName="P1", behaviors=[behavior | {"suppressAlerts": True} for behavior in profile["behaviors"]]
    )
    report(server, 1, 2323)
    until(lambda: iot.list_active_violations()["activeViolations"], "the alarm")
    now = time.time()
    for suppressed, expected in ((True, 1), (False, 0)):
        listed = iot.list_active_violations(listSuppressedAlerts=suppressed)["activeViolations"]
        span = {"startTime": now - 3600, "endTime": now + 3600}
        events = iot.list_violation_events(listSuppressedAlerts=suppressed, **span)["violationEvents"]
        assert (len(listed), len(events)) == (expected, expected)
    time.sleep(1)
    assert topic.received == [] and dead(server) == []


def test_an_alert_without_a_sink_is_kept_until_there_is_one(start, configure, receive, tmp_path):
    server = start(*PERIOD)
    watch(server)
    report(server, 1, 2323)
    (letter,) = until(lambda: dead(server), "the dead letter")
    assert letter["Target"] == TOPIC
    assert "no sink is configured" in letter["Reason"] and "notify.json" in letter["Reason"]
    server.terminate()
    hook = receive()
    configure(webhook(hook.url))
    server.start()
    assert [one["Id"] for one in dead(server)] == [letter["Id"]]
    bartizan(server, "alerts", "retry", letter["Id"])
    (taken,) = hook.took(1)
    assert taken.body.decode() == letter["Message"]
    until(lambda: not dead(server), "no dead letter")


def test_an_alarm_survives_a_power_cut_and_a_receiver_that_is_away(start, configure, receive):
    away = receive()
    away.close()
    configure(sns(away.url))
    server = start(*PERIOD)
    iot = watch(server)
    report(server, 1, 2323)
    (active,) = until(lambda: iot.list_active_violations()["activeViolations"], "the alarm")
    server.kill()
    topic = receive(port=away.port)
    server.start()
    messages = [json.loads(message.form["Message"]) for message in topic.took(1)]
    assert {message["violationId"] for message in messages} == {active["violationId"]}
    time.sleep(2)
    assert len(topic.received) == 1, "delivered once: it was not under way when the power went"


def test_this_machine_is_a_device_whose_listener_raises_an_alarm(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start(*PERIOD)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    iot = watch(server, ports=[port])

    def observe():
        bartizan(server, "agent", "device", "--once", "--thing", "this-machine")
        time.sleep(1.05)

    observe()
    assert iot.list_active_violations()["activeViolations"] == []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        observe()
        (active,) = until(lambda: iot.list_active_violations()["activeViolations"], "the alarm")
        assert active["thingName"] == "this-machine"
        assert port in active["lastViolationValue"]["ports"]
    observe()
    alarm, cleared = (json.loads(message.form["Message"]) for message in topic.took(2))
    assert [alarm["violationEventType"], cleared["violationEventType"]] == ["in-alarm", "alarm-cleared"]
    assert alarm["violationId"] == cleared["violationId"] == active["violationId"]
    assert iot.list_active_violations()["activeViolations"] == []
