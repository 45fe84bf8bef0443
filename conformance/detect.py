"""Device Defender Detect as clients see it: profiles by boto3, reports by the data plane, violations by boto3 again.

The period is shortened by `--device-period-seconds`: a device may report, and windows close, every second.
"""

import datetime
import json
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conftest import long_running, sdk
from server import ACCOUNT, REGION, Server

PERIOD = ("--device-period-seconds", "1")
ALL_THINGS = f"arn:aws:iot:{REGION}:{ACCOUNT}:all/things"
WAIT_SECONDS = 20


@pytest.fixture
def server(start):
    return start(*PERIOD)


@pytest.fixture
def iot(server):
    return sdk(server.endpoint, "iot")


@pytest.fixture
def data(server):
    return sdk(server.endpoint, "iot-data")


def target(group):
    return f"arn:aws:iot:{REGION}:{ACCOUNT}:thinggroup/{group}"


def metrics(bytes_out=0, bytes_in=0, ports=(), established=0):
    """The metrics of a report."""
    return {
        "network_stats": {"bytes_in": bytes_in, "bytes_out": bytes_out, "packets_in": 1, "packets_out": 1},
        "listening_tcp_ports": {"ports": [{"port": port, "interface": "eth0"} for port in ports], "total": len(ports)},
        "tcp_connections": {"established_connections": {"total": established, "connections": []}},
    }


def report(data, thing, number, custom=None, **measured):
    """Sends one report as an agent without MQTT does."""
    document = {"header": {"report_id": number, "version": "1.0"}, "metrics": metrics(**measured)}
    if custom:
        document["custom_metrics"] = custom
    topic = f"$aws/things/{thing}/defender/metrics/json"
    data.publish(topic=topic, qos=1, payload=json.dumps(document).encode())


def behavior(name, metric="aws:all-bytes-out", operator="less-than", value=None, **criteria):
    """One behavior with a threshold; counters need a duration."""
    value = value or {"count": 1000}
    if metric.startswith("aws:all-") or metric.startswith("aws:num-messages"):
        criteria.setdefault("durationSeconds", 300)
    criteria = {"comparisonOperator": operator, "value": value, **criteria}
    return {"name": name, "metric": metric, "criteria": criteria}


def watch(iot, profile, *behaviors, target=ALL_THINGS, **more):
    iot.create_security_profile(securityProfileName=profile, behaviors=list(behaviors), **more)
    iot.attach_security_profile(securityProfileName=profile, securityProfileTargetArn=target)


def active(iot, **filters):
    pages = iot.get_paginator("list_active_violations").paginate(**filters)
    return [violation for page in pages for violation in page.get("activeViolations", [])]


def events(iot, **filters):
    """What happened within an hour, the newest first."""
    now = datetime.datetime.now(datetime.UTC)
    hour = datetime.timedelta(hours=1)
    pages = iot.get_paginator("list_violation_events").paginate(startTime=now - hour, endTime=now + hour, **filters)
    return [event for page in pages for event in page.get("violationEvents", [])]


def values(iot, thing, metric):
    now = datetime.datetime.now(datetime.UTC)
    hour = datetime.timedelta(hours=1)
    pages = iot.get_paginator("list_metric_values").paginate(
        thingName=thing, metricName=metric, startTime=now - hour, endTime=now + hour
    )
    return [datum["value"] for page in pages for datum in page.get("metricDatumList", [])]


def until(said, what, seconds=WAIT_SECONDS):
    """Waits until something can be seen, and returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := said():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def test_an_alarm_has_one_id_from_its_beginning_to_its_end(iot, data):
    watch(iot, "talks", behavior("Talks"))
    report(data, "dev-1", 1, bytes_out=5000)
    (first,) = until(lambda: active(iot, thingName="dev-1"), "the alarm")
    assert first["behavior"] == behavior("Talks") | {"criteria": behavior("Talks")["criteria"]}
    assert first["lastViolationValue"] == {"count": 5000}
    assert len(first["violationId"]) == 32
    iot.update_security_profile(
        securityProfileName="talks", behaviors=[behavior("Talks", value={"count": 1_000_000})]
    )
    time.sleep(1)
    report(data, "dev-1", 2, bytes_out=1)
    until(lambda: not active(iot), "the end of the alarm")
    told = [(event["violationEventType"], event["violationId"]) for event in events(iot)]
    assert told == [("alarm-cleared", first["violationId"]), ("in-alarm", first["violationId"])]


def test_what_covers_a_device_no_more_invalidates(iot, data):
    iot.create_thing_group(thingGroupName="line")
    iot.create_thing(thingName="dev-1")
    iot.add_thing_to_thing_group(thingGroupName="line", thingName="dev-1")
    watch(iot, "ports", behavior("Ports", "aws:listening-tcp-ports", "in-port-set", {"ports": [22]}), target=target("line"))
    report(data, "dev-1", 1, ports=[22, 8080])
    report(data, "dev-2", 1, ports=[8080])
    (only,) = until(lambda: active(iot), "the alarm")
    assert (only["thingName"], only["lastViolationValue"]) == ("dev-1", {"ports": [22, 8080]})
    iot.remove_thing_from_thing_group(thingGroupName="line", thingName="dev-1")
    until(lambda: not active(iot), "the end of the alarm")
    assert [event["violationEventType"] for event in events(iot)] == ["alarm-invalidated", "in-alarm"]


def test_values_are_those_that_were_sent(iot, data):
    iot.create_custom_metric(metricName="battery", metricType="number", clientRequestToken="token-1")
    iot.create_security_profile(
        securityProfileName="keep",
        additionalMetricsToRetainV2=[{"metric": name} for name in ("aws:all-bytes-out", "battery", "aws:listening-tcp-ports")],
    )
    iot.attach_security_profile(securityProfileName="keep", securityProfileTargetArn=ALL_THINGS)
    sent = [(number * 7, 80.5 - number, [22, 8000 + number]) for number in range(1, 5)]
    for number, (bytes_out, battery, ports) in enumerate(sent):
        report(data, "dev-1", number, bytes_out=bytes_out, ports=ports, custom={"battery": [{"number": battery}]})
        time.sleep(1.05)
    assert values(iot, "dev-1", "aws:all-bytes-out") == [{"count": count} for count, _, _ in sent]
    assert values(iot, "dev-1", "battery") == [{"number": number} for _, number, _ in sent]
    assert values(iot, "dev-1", "aws:listening-tcp-ports") == [{"ports": ports} for _, _, ports in sent]
    assert values(iot, "dev-1", "aws:all-bytes-in") == []


def test_the_oracle_of_the_vendors_own_device_client(iot, data):
    """AWS's end-to-end test of its device client: four behaviors named after their metrics, on a thing group."""
    names = ["aws:all-bytes-in", "aws:all-bytes-out", "aws:all-packets-in", "aws:all-packets-out"]
    iot.create_thing_group(thingGroupName="clients")
    iot.create_thing(thingName="client")
    iot.add_thing_to_thing_group(thingGroupName="clients", thingName="client")
    runs = {"consecutiveDatapointsToAlarm": 1, "consecutiveDatapointsToClear": 10}
    behaviors = [behavior(name, name, "less-than", {"count": 1}, durationSeconds=300, **runs) for name in names]
    watch(iot, "clients", *behaviors, target=target("clients"))
    for number in range(3):
        report(data, "client", number, bytes_out=100, bytes_in=100)
        time.sleep(1.05)
    found = until(lambda: len(violations := active(iot, securityProfileName="clients")) == 4 and violations, "four alarms")
    assert sorted(violation["behavior"]["name"] for violation in found) == names
    assert len(events(iot, securityProfileName="clients")) == 4


def test_reports_too_soon_or_broken_change_nothing(server, iot, data):
    watch(iot, "keep", behavior("Talks", value={"count": 10**9}))
    report(data, "dev-1", 1, bytes_out=1)
    report(data, "dev-1", 2, bytes_out=2)
    data.publish(topic="$aws/things/dev-1/defender/metrics/json", payload=b"{")
    data.publish(topic="$aws/things/dev-1/defender/metrics/cbor", payload=b"\xff")
    assert values(iot, "dev-1", "aws:all-bytes-out") == [{"count": 1}]
    counted = server.client().native("GET", "/v1/server/statistics").json["Device"]
    assert (counted["Reports"], counted["Accepted"], counted["Throttled"], counted["Malformed"]) == (4, 1, 1, 2)


def test_a_verdict_stays(iot, data):
    watch(iot, "talks", behavior("Talks"))
    report(data, "dev-1", 1, bytes_out=5000)
    (violation,) = until(lambda: active(iot), "the alarm")
    iot.put_verification_state_on_violation(
        violationId=violation["violationId"], verificationState="FALSE_POSITIVE", verificationStateDescription="a test"
    )
    (again,) = active(iot, verificationState="FALSE_POSITIVE")
    assert again["verificationStateDescription"] == "a test"
    assert active(iot, verificationState="UNKNOWN") == []
    with pytest.raises(iot.exceptions.InvalidRequestException):
        iot.put_verification_state_on_violation(violationId="0" * 32, verificationState="UNKNOWN")


def preview(server, action, request):
    """What an operation would do, by Bartizan's own operation for that."""
    answer = server.client().native("POST", "/v1/preview", {"Action": f"iot:{action}", "Input": request})
    assert answer.status == 200, answer
    return answer.json["Preview"]


def test_a_preview_tells_what_then_happens(server, iot, data):
    watch(iot, "ports", behavior("Ports", "aws:listening-tcp-ports", "in-port-set", {"ports": [22, 80, 443, 8080]}))
    fleet = {f"dev-{number}": [22, 80] if number % 3 else [22, 8080] for number in range(9)}

    def everybody(number):
        for thing, ports in fleet.items():
            report(data, thing, number, ports=ports)

    everybody(1)
    assert active(iot) == []
    stricter = behavior("Ports", "aws:listening-tcp-ports", "in-port-set", {"ports": [22, 80]})
    request = {"securityProfileName": "ports", "behaviors": [stricter]}
    foretold = preview(server, "UpdateSecurityProfile", request)
    named = foretold["Findings"]["DevicesNewlyAlarming"]
    assert named == ["dev-0", "dev-3", "dev-6"]
    assert foretold["Evidence"]["Judged"] == len(fleet)
    assert iot.describe_security_profile(securityProfileName="ports")["version"] == 1

    # the vendor's client asks the same by another address
    beside = sdk(f"{server.endpoint}/preview", "iot")
    shown = beside.update_security_profile(**request)
    assert shown["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"] == foretold["PreviewId"]
    assert active(iot) == []

    iot.update_security_profile(**request)
    time.sleep(1.05)
    everybody(2)
    until(lambda: len(active(iot)) >= len(named), "the alarms")
    assert sorted(violation["thingName"] for violation in active(iot)) == named
    gone = preview(server, "DeleteSecurityProfile", {"securityProfileName": "ports"})
    assert gone["Findings"]["DevicesNoLongerAlarming"] == named
    iot.delete_security_profile(securityProfileName="ports")
    until(lambda: not active(iot), "the end of the alarms")


def test_a_threshold_is_suggested(server, iot, data):
    for number in range(5):
        report(data, f"dev-{number}", 1, bytes_out=number * 10)
    ask = {"MetricName": "aws:all-bytes-out", "ToleratedAlarmsAWeek": 0}
    found = server.client().native("POST", "/v1/device/suggest", ask)
    assert (found.status, found.json["Threshold"], found.json["AlarmsAWeek"]) == (200, 40.0, 0.0), found
    wrong = server.client().native("POST", "/v1/device/suggest", {"MetricName": "aws:listening-tcp-ports"})
    assert wrong.status == 400, wrong


class Reporter(threading.Thread):
    """Devices that report until they are told to stop, over a server that comes and goes. A report that was not
    acknowledged is sent again, as it was."""

    def __init__(self, server, things):
        super().__init__(daemon=True)
        self.server, self.things, self.halt = server, things, threading.Event()
        self.acknowledged = 0

    def run(self):
        number = 0
        while not self.halt.is_set():
            number += 1
            # Every other report violates, so that every report begins or ends an alarm.
            for thing in self.things:
                self.send(thing, number, 5000 if number % 2 else 1)
            self.halt.wait(1.1)

    def send(self, thing, number, ports):
        while not self.halt.is_set():
            try:
                report(sdk(self.server.endpoint, "iot-data"), thing, number, ports=[ports])
                self.acknowledged += 1
                return
            except (BotoCoreError, ClientError):
                time.sleep(0.1)


@pytest.mark.timeout(400)
def test_no_alarm_is_lost_or_told_twice_when_the_server_is_killed(tmp_path):
    long_running()
    chance = random.Random(7)
    server = Server(tmp_path / "data", *PERIOD).start()
    try:
        iot = sdk(server.endpoint, "iot")
        watch(iot, "ports", behavior("Ports", "aws:listening-tcp-ports", "not-in-port-set", {"ports": [5000]}))
        reporter = Reporter(server, [f"dev-{number}" for number in range(12)])
        reporter.start()
        for _ in range(8):
            time.sleep(chance.uniform(0.5, 3))
            server.kill()
            server.start()
        time.sleep(3)
        reporter.halt.set()
        reporter.join(30)
        time.sleep(1)
        iot = sdk(server.endpoint, "iot")
        alarmed = {violation["thingName"]: violation for violation in active(iot)}
        told = 0
        for thing in reporter.things:
            happened = [event for event in reversed(events(iot, thingName=thing))]
            kinds = [event["violationEventType"] for event in happened]
            # Each value that was taken in is a violation or the end of one: events follow from the values alone.
            expected, held = [], False
            for value in values(iot, thing, "aws:listening-tcp-ports"):
                violates = value["ports"] == [5000]
                if violates != held:
                    expected.append("in-alarm" if violates else "alarm-cleared")
                held = violates
            assert kinds == expected, thing
            assert (thing in alarmed) == held, thing
            ids = [event["violationId"] for event in happened]
            assert all(ids.count(one) <= 2 for one in ids), thing
            told += len(kinds)
        assert told > 60, f"{told} events of {reporter.acknowledged} acknowledged reports"
        assert server.panics() == []
    finally:
        server.kill()
