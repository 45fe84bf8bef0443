"""A RUNTIME sensor and real processes: what starts and ends, what a profile drops, and what a preview says of that before."""

import re
import shutil
import subprocess
import time
from urllib.parse import quote

import pytest

from images import needs
from sensor_profiles import PROFILES, Client
from sensors import CSAPI, preview, sensor, until  # noqa: F401  `sensor` is a fixture

DEFAULT = "00000000-0000-4000-8000-000000000005"


@pytest.fixture
def client(start):
    return Client(start().endpoint)


@pytest.fixture
def tool(tmp_path):
    """A program that nobody else runs."""
    path = tmp_path / "tilltool"
    shutil.copy("/bin/sleep", path)
    return path


def begin(client, sensor, *more):
    one = sensor(client, "--type", "runtime", *more)
    record = until(lambda: (found := client.call("GET", f"{CSAPI}/sensors/{one.id}")[2])["configurationProfileRevision"] is not None and found)
    if any("processes are not heard of" in why for why in record["missed"]):
        pytest.skip(record["missed"][0])
    time.sleep(1.5)
    return one


def events(client, query, size=100):
    return client.call("GET", f"{CSAPI}/runtime/events?eventType=STANDARD&pageSize={size}&filter={quote(query)}")[2]


def wanted(**config):
    return {"profileName": "of processes", "profileType": "RUNTIME", "config": config}


def test_processes_are_told_of_in_ocsf(client, sensor, tool):
    ocsf = pytest.importorskip("ocsf_json_schema")
    jsonschema = pytest.importorskip("jsonschema")
    one = begin(client, sensor, "--all-processes")
    assert subprocess.run([tool, "0.2"]).returncode == 0
    def both():
        found = events(client, "process.name:tilltool")
        return found if len(found) == 2 else None
    ended, started = until(both)
    assert started["activity_id"] == 1 and ended["activity_id"] == 2 and ended["exit_code"] == 0
    assert started["process"]["file"]["path"] == str(tool) and started["process"]["cmd_line"] == f"{tool} 0.2"
    assert started["process"]["pid"] == ended["process"]["pid"] and "container" not in started["process"]
    schema = ocsf.OcsfJsonSchemaEmbedded(ocsf.OcsfJsonSchema(ocsf.get_ocsf_schema(started["metadata"]["version"])))
    judge = jsonschema.Draft202012Validator(schema.get_class_schema("process_activity"))
    for event in (started, ended):
        assert [error.message for error in judge.iter_errors(event)] == []
        assert list(judge.iter_errors(event | {"no_such_member": 1})), "it is no judge that lets everything pass"
    assert client.call("GET", f"{CSAPI}/runtime/events?eventType=BEHAVIOR")[2] == []
    assert client.call("GET", f"{CSAPI}/runtime/events?eventType=OTHER")[0] == 400
    record = client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]
    assert record["eventsSource"] == "process connector" and record["sensorType"] == "RUNTIME"
    assert one.end() == 0


def test_a_container_is_told_from_the_host(client, sensor, tool):
    needs("unshare")
    one = begin(client, sensor)
    assert subprocess.run([tool, "0.2"]).returncode == 0
    done = subprocess.run(["unshare", "-Urmpf", "--mount-proc", str(tool), "0.3"], capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"no space of its own for a process: {done.stderr.decode().strip()}")
    found = until(lambda: events(client, "process.name:tilltool"))
    assert all(event["process"]["container"]["uid"].startswith("pid-namespace-") for event in found)
    assert one.end() == 0


def test_what_a_profile_drops_is_previewed_and_then_dropped_and_counted(client, sensor, tool):
    one = begin(client, sensor, "--all-processes")
    for _ in range(3):
        subprocess.run([tool, "0.1"], check=True)
    until(lambda: len(events(client, "process.name:tilltool")) == 6)
    _, headers, _ = client.call("PUT", f"/preview{PROFILES}/{DEFAULT}", wanted(ignoreProcesses=["tilltool"]))
    foreseen = preview(client, headers["x-bartizan-preview"])
    assert any(re.match(r"of \d+ events recorded \d+ would be sent", line) for line in foreseen["Summary"]), foreseen["Summary"]
    assert foreseen["Findings"]["Changes"] == 6
    client.call("PUT", f"{PROFILES}/{DEFAULT}", wanted(ignoreProcesses=["tilltool"]))
    record = lambda: client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]
    until(lambda: record()["configurationProfileRevision"] == 1)
    time.sleep(1.5)
    subprocess.run([tool, "0.1"], check=True)
    until(lambda: record()["eventsDropped"] == {"tilltool": 2})
    assert len(events(client, "process.name:tilltool")) == 6
    client.call("PUT", f"{PROFILES}/{DEFAULT}", wanted(runtimeSensor="disable"))
    until(lambda: any("switched events off" in why for why in record()["missed"]))
    assert one.end() == 0
