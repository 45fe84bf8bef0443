"""What may happen to a server: it is killed, its disk fills up or cannot be written, it is told to end, started twice."""

import http.client
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading
import time

import pytest

from alerts import report as device_report
from alerts import watch
from clients import create, get
from conftest import long_running, sdk
from devices import Device, port_of, retain, until, values
from native import history
from server import Server, ready

WRITERS = 4
KILLS = 8
# a document of some kilobytes, so that a small disk is full soon
BULK = [f"package-{number:03}-{'x' * 80}" for number in range(50)]


class Writer(threading.Thread):
    """Updates one baseline of its own and the shared one, and keeps what was acknowledged."""

    def __init__(self, client, own, shared, first):
        super().__init__(daemon=True)
        self.client, self.own, self.shared, self.next = client, own, shared, first
        self.acknowledged, self.shared_acknowledged = first - 1, 0

    def run(self):
        try:
            while True:
                change = {"BaselineId": self.own, "Description": str(self.next)}
                if self.client.call("UpdatePatchBaseline", change).status != 200:
                    return
                self.acknowledged = self.next
                self.next += 1
                if self.client.call("UpdatePatchBaseline", change | {"BaselineId": self.shared}).status != 200:
                    return
                self.shared_acknowledged += 1
        except (OSError, http.client.HTTPException) as lost:
            # the server is gone, which is the point
            self.lost = lost


@pytest.mark.timeout(400)
def test_no_acknowledged_commit_is_lost_when_the_server_is_killed(tmp_path):
    long_running()
    server = Server(tmp_path / "data").start()
    chance = random.Random(20)
    try:
        ssm = sdk(server.endpoint)
        own = [create(ssm, f"own-{number}") for number in range(WRITERS)]
        shared = create(ssm, "shared")
        counters, shared_total = [0] * WRITERS, 0
        for kill in range(1, KILLS + 1):
            writers = [
                Writer(server.client(), baseline, shared, counters[number] + 1) for number, baseline in enumerate(own)
            ]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.3, 1.2))
            server.kill()
            for writer in writers:
                writer.join(30)
            server.start()
            client = server.client()
            for number, writer in enumerate(writers):
                now = int(get_json(client, own[number]).get("Description", "0"))
                # what was acknowledged is there; what was under way may be
                assert writer.acknowledged <= now <= writer.acknowledged + 1
                counters[number] = now
                entries = [entry["Revision"] for entry in history(client, own[number])]
                assert entries == list(range(1, now + 2))
            shared_total += sum(writer.shared_acknowledged for writer in writers)
            entries = [entry["Revision"] for entry in history(client, shared)]
            assert entries == list(range(1, len(entries) + 1))
            assert shared_total + 1 <= len(entries) <= shared_total + 1 + WRITERS * kill
        assert sum(counters) > KILLS * WRITERS, "the writers hardly wrote"
        assert server.panics() == []
    finally:
        server.kill()


def get_json(client, baseline):
    answer = client.call("GetPatchBaseline", {"BaselineId": baseline})
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own that a test may fill and make read-only; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        yield None
        return
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def write_until_refused(client, baseline):
    """Updates until one is not accepted; returns how many were, and the refusal."""
    for number in range(1, 20_000):
        change = {"BaselineId": baseline, "Description": str(number), "ApprovedPatches": BULK, "RejectedPatches": BULK}
        answer = client.call("UpdatePatchBaseline", change)
        if answer.status != 200:
            return number - 1, answer
    raise AssertionError("the disk did not fill up")


@pytest.mark.timeout(300)
def test_a_full_disk_refuses_writes_and_loses_nothing(small_disk, tmp_path):
    long_running()
    limit = ()
    if small_disk is None:
        # without the right to mount, the largest file stands in for the disk
        if not shutil.which("prlimit"):
            pytest.skip("neither a small disk can be mounted nor is prlimit there")
        limit = ("prlimit", f"--fsize={8 << 20}", "--")
    server = Server((small_disk or tmp_path) / "data", prefix=limit)
    server.log = tmp_path / "server.log"
    server.start()
    try:
        ssm = sdk(server.endpoint)
        baseline = create(ssm)
        if small_disk:
            ballast = small_disk / "ballast"
            with ballast.open("wb") as file, pytest.raises(OSError):
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            # room for some updates, so that the disk fills up in the middle of one
            os.truncate(ballast, ballast.stat().st_size - (4 << 20))
        accepted, refusal = write_until_refused(server.client(), baseline)
        assert accepted > 10
        assert refusal.status >= 500 and refusal.code == "InternalServerError", refusal
        assert server.process.poll() is None, server.tail()
        # reading goes on, and shows the last accepted update
        assert get(ssm, baseline).get("Description", "0") == str(accepted)
        if small_disk:
            ballast.unlink()
            deadline = time.monotonic() + 30
            while server.client().call("UpdatePatchBaseline", {"BaselineId": baseline, "Description": "room"}).status != 200:
                assert time.monotonic() < deadline, "writes did not come back when there was room again"
                time.sleep(0.2)
            accepted += 1
        server.kill()
        server.prefix = ()
        server.start()
        revisions = [entry["Revision"] for entry in history(server.client(), baseline)]
        assert revisions == list(range(1, accepted + 2))
        assert server.panics() == []
    finally:
        server.kill()


def test_a_read_only_folder_is_told_at_the_start(small_disk, tmp_path):
    if small_disk is None:
        pytest.skip("a file system cannot be mounted here")
    server = Server(small_disk / "data")
    server.log = tmp_path / "server.log"
    server.start()
    try:
        baseline = create(sdk(server.endpoint))
        assert server.terminate() == 0
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        done = subprocess.run(server.command(), env=server.environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode not in (0, None) and done.returncode > 0, done
        assert str(server.data) in done.stderr + done.stdout and "panicked" not in done.stderr, done
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        server.start()
        assert get(sdk(server.endpoint), baseline)["BaselineId"] == baseline
    finally:
        server.kill()


def test_a_second_server_on_the_folder_names_the_first(server):
    done = subprocess.run(server.command(), env=server.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode > 0, done
    assert str(server.process.pid) in done.stderr + done.stdout, done
    assert ready(server.endpoint)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(start, name):
    server = start()
    client = server.client()
    baseline = create(sdk(server.endpoint))
    # a kept connection must not hold it up
    assert client.call("GetPatchBaseline", {"BaselineId": baseline}).status == 200
    server.process.send_signal(getattr(signal, name))
    assert server.process.wait(20) == 0, server.tail()
    server.start()
    assert get(sdk(server.endpoint), baseline)["BaselineId"] == baseline


def test_requests_under_way_are_answered_before_it_ends(server):
    ssm = sdk(server.endpoint)
    baseline = create(ssm)
    writers = [Writer(server.client(), create(ssm, f"own-{n}"), baseline, 1) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    time.sleep(0.5)
    assert server.terminate() == 0
    for writer in writers:
        writer.join(30)
    server.start()
    for writer in writers:
        now = int(get_json(server.client(), writer.own)["Description"])
        assert writer.acknowledged <= now <= writer.acknowledged + 1


def test_two_servers_choose_two_ports(start):
    one, two = start(name="one"), start(name="two")
    assert one.endpoint != two.endpoint
    assert one.endpoint.startswith("http://127.0.0.1:")


def test_the_root_key_is_made_once_and_kept_private(start):
    server = start(own_key=True)
    file = server.data / "root-key.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = json.loads(file.read_text())
    assert server.client(key=key["AccessKeyId"], secret=key["SecretAccessKey"]).call("DescribePatchBaselines", {}).status == 200
    assert server.client().call("DescribePatchBaselines", {}).status in (400, 403)
    assert server.terminate() == 0
    server.start()
    assert json.loads(file.read_text()) == key
    # told when it is made, so that it can be noted down, and never again
    assert server.log.read_text().count(key["SecretAccessKey"]) <= 1


def test_a_killed_servers_lock_is_no_obstacle(server):
    server.kill()
    server.start()
    assert ready(server.endpoint)


@pytest.mark.parametrize("damage", ["cut off", "a bit is another", "empty", "head is garbage"])
def test_a_damaged_snapshot_of_devices_is_put_together_again(start, damage):
    server = start("--device-period-seconds", "1")
    iot = watch(server)
    device_report(server, 1, 22, 2323)
    (before,) = iot.list_active_violations()["activeViolations"]
    assert server.terminate() == 0
    with sqlite3.connect(server.data / "board.sqlite") as board:
        select = "SELECT subject, body FROM posting WHERE topic = 'device/snapshot'"
        snapshot = dict(board.execute(select).fetchall())
        assert sorted(snapshot) == ["head", "part-000000"]
        subject = "head" if damage == "head is garbage" else "part-000000"
        body = bytearray(snapshot[subject])
        if damage == "a bit is another":
            body[len(body) // 2] ^= 4
        else:
            body = {"cut off": body[: len(body) // 2], "empty": b"", "head is garbage": b"\xff\x00"}[damage]
        update = "UPDATE posting SET body = ? WHERE topic = 'device/snapshot' AND subject = ?"
        board.execute(update, (bytes(body), subject))
    board.close()
    server.start()
    plain = re.sub(r"\x1b\[\d+m", "", server.log.read_text())
    told = [line for line in plain.splitlines() if "could not be read" in line]
    assert len(told) == 1 and "put together again" in told[0] and "held=1" in told[0], told
    iot = sdk(server.endpoint, "iot")
    assert iot.list_active_violations()["activeViolations"] == [before]
    device_report(server, 2, 22)
    assert iot.list_active_violations()["activeViolations"] == []
    span = {"startTime": time.time() - 3600, "endTime": time.time() + 3600}
    events = iot.list_violation_events(**span)["violationEvents"]
    assert [event["violationEventType"] for event in events] == ["alarm-cleared", "in-alarm"]
    assert {event["violationId"] for event in events} == {before["violationId"]}
    # and the next snapshot is whole
    assert server.terminate() == 0
    server.start()
    assert len([line for line in server.log.read_text().splitlines() if "could not be read" in line]) == 1


def test_what_the_broker_has_counted_survives_a_kill(start):
    """Counts of the open window are durable a thirtieth of the period later."""
    server = start("--mqtt", "127.0.0.1:0", "--device-period-seconds", "30")
    retain(server, "aws:num-messages-sent", "aws:num-authorization-failures")
    # not so near the end of a window that it closes before the kill
    while time.time() % 30 > 20:
        time.sleep(0.2)
    one = Device(port_of(server, "mqtt"), "sensor-1")
    for number in range(5):
        one.publish("data/x", {"number": number})
    one.subscribe("$aws/things/sensor-2/#")
    time.sleep(3)
    server.kill()
    one.client.loop_stop()
    server.start()
    (sent,) = until(lambda: values(server, "sensor-1", "aws:num-messages-sent"), "the window", patience=60)
    (denied,) = values(server, "sensor-1", "aws:num-authorization-failures")
    assert (sent["value"]["count"], denied["value"]["count"]) == (5, 1)
    assert sent["timestamp"].timestamp() % 30 == 0


def test_damaged_columns_keep_nobody_from_being_judged(start):
    server = start("--device-period-seconds", "1")
    iot = watch(server)
    device_report(server, 1, 22, 2323)
    (before,) = iot.list_active_violations()["activeViolations"]
    assert server.terminate() == 0
    (column,) = (server.data / "tape").rglob("*.parquet")
    column.write_bytes(column.read_bytes()[:-100])
    server.start()
    assert column.name in server.log.read_text(), "which file it is, is said"
    iot = sdk(server.endpoint, "iot")
    assert iot.list_active_violations()["activeViolations"] == [before]
    device_report(server, 2, 22)
    assert iot.list_active_violations()["activeViolations"] == []
    span = {"startTime": time.time() - 3600, "endTime": time.time() + 3600}
    with pytest.raises(iot.exceptions.ClientError, match="InternalFailure"):
        iot.list_metric_values(thingName="dev-7", metricName="aws:listening-tcp-ports", **span)
