"""The container room's API: tokens, and sensor profiles with the vendor's bodies and error form."""

import json
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from server import ACCESS_KEY, SECRET_KEY

PROFILES = "/csapi/v1.3/sensorProfile"
GENERAL = "00000000-0000-4000-8000-000000000001"

# What the vendor's page sends, made JSON: its trailing commas and its second `performanceManagement` are left out.
SAMPLE = {
    "profileName": "general profile",
    "description": "made by a test",
    "profileType": "General",
    "createdBy": "somebody",
    "associatedRegistryIds": None,
    "associatedSensorIds": [],
    "isVulnPropagation": True,
    "awsFargateVulnPropagationConfig": {},
    "config": {
        "weeklyInactiveWindowSchedules": [
            {"repeatOnDays": ["SUNDAY"], "allDayToggle": False, "startTime": "01:15", "endTime": "23:30"}
        ],
        "vulnerabilityManagement": {
            "globalScanningFlag": True,
            "scanningPolicy": "DynamicWithStaticScanningAsFallback",
            "containerScanningInterval": 24,
            "imageExclusionRegexList": [".*nginx.*"],
        },
        "performanceManagement": {"maxNoOfArchivedLogFiles": 5, "maxLogFileSize": 10, "logSecurityLevel": "INFORMATION"},
    },
}


class Client:
    """As scripts do it: log in, then send the token."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        form = urllib.parse.urlencode({"username": ACCESS_KEY, "password": SECRET_KEY, "token": "true"})
        status, _, text = send(endpoint + "/auth", "POST", form.encode(), {})
        assert status == 201
        self.token = text

    def call(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        status, headers, text = send(self.endpoint + path, method, data, headers)
        return status, headers, json.loads(text)


def send(url, method, data, headers):
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


@pytest.fixture
def client(server):
    return Client(server.endpoint)


def test_a_profile_lives_from_creation_to_deletion(client):
    status, headers, made = client.call("POST", PROFILES, SAMPLE)
    assert status == 200 and headers["ETag"] == '"1"'
    path = f"{PROFILES}/{made['profileUuid']}"
    _, headers, read = client.call("GET", path)
    assert headers["ETag"] == '"1"'
    for member in ("profileName", "description", "profileType", "isVulnPropagation", "config", "associatedSensorIds"):
        assert read[member] == SAMPLE[member], member
    assert read["createdBy"] == "root" and read["updatedBy"] is None
    changed = {**SAMPLE, "profileName": "renamed"}
    del changed["isVulnPropagation"]
    status, headers, _ = client.call("PUT", path, changed, If_Match='"1"')
    assert status == 200 and headers["ETag"] == '"2"'
    _, _, read = client.call("GET", path)
    assert read["profileName"] == "renamed" and read["updatedBy"] == "root"
    assert read["isVulnPropagation"] is True, "an older client, which does not send it, leaves it as it is"
    assert client.call("DELETE", path)[0] == 200
    status, _, error = client.call("GET", path)
    assert status == 404 and error["errorCode"] == "404 NOT_FOUND" and isinstance(error["timestamp"], int)


def test_every_violation_is_named_at_once_and_nothing_is_kept(client):
    before = client.call("GET", PROFILES)[2]
    config = {
        "vulnerabilityManagement": {
            "containerScanningInterval": 13,
            "scanningPolicy": "Sometimes",
            "imageExclusionRegexList": ["(", "fine"],
        },
        "weeklyInactiveWindowSchedules": [{"repeatOnDays": ["SUNDAY"], "startTime": "01:00", "endTime": "01:00"}],
        "runtimeSensor": "enable",
    }
    status, _, error = client.call("POST", PROFILES, {"profileType": "General", "config": config})
    assert status == 400 and error["errorCode"] == "400 BAD_REQUEST"
    for part in ("profileName", "containerScanningInterval", "scanningPolicy", "(", "allDayToggle", "runtimeSensor"):
        assert part in error["message"], part
    assert client.call("GET", PROFILES)[2] == before


def test_spellings_of_the_vendors_own_samples_are_read(client):
    config = {
        "weeklyBlackoutWindowSchedules": [{"repeatOnDays": "SUNDAY,MONDAY", "allDayToggle": "true"}],
        "vulnerabilityManagement": {"imageExclusionRegexList": "a,b", "containerScanningInterval": "48"},
        "globalScanningFlag": False,
    }
    body = {"profileName": "odd", "profileType": "general", "isVulnPropagation": "true", "config": config}
    made = client.call("POST", PROFILES, body)[2]["profileUuid"]
    read = client.call("GET", f"{PROFILES}/{made}")[2]
    assert read["profileType"] == "General" and read["isVulnPropagation"] is True
    assert read["config"]["weeklyInactiveWindowSchedules"][0]["repeatOnDays"] == ["SUNDAY", "MONDAY"]
    scanning = read["config"]["vulnerabilityManagement"]
    assert scanning["imageExclusionRegexList"] == ["a", "b"] and scanning["containerScanningInterval"] == 48
    assert scanning["globalScanningFlag"] is False
    both = {"weeklyBlackoutWindowSchedules": [], "weeklyInactiveWindowSchedules": config["weeklyBlackoutWindowSchedules"]}
    assert client.call("POST", PROFILES, {"profileName": "both", "config": both})[0] == 400
    runtime = {"profileName": "events", "profileType": "Runtime", "runtimeSensor": "disable",
               "config": {"ignoreProcesses": ["/usr/bin/cat", "test123"]}}
    made = client.call("POST", PROFILES, runtime)[2]["profileUuid"]
    read = client.call("GET", f"{PROFILES}/{made}")[2]
    assert read["profileType"] == "RUNTIME" and read["config"]["runtimeSensor"] == "disable"
    assert read["config"]["ignoreProcesses"] == ["/usr/bin/cat", "test123"]


def test_propagation_may_stand_in_the_query_and_the_bodys_word_wins(client):
    bare = {"profileName": "in the query", "config": {"weeklyInactiveWindowSchedules": [
        {"repeatOnDays": ["MONDAY"], "startTime": "22:00", "endTime": "24:00"}]}}
    made = client.call("POST", f"{PROFILES}?isVulnPropagation=true", bare)[2]["profileUuid"]
    path = f"{PROFILES}/{made}"
    assert client.call("GET", path)[2]["isVulnPropagation"] is True
    client.call("PUT", f"{path}?isVulnPropagation=true", {**bare, "isVulnPropagation": False})
    assert client.call("GET", path)[2]["isVulnPropagation"] is False
    assert client.call("PUT", f"{path}?isVulnPropagation=maybe", bare)[0] == 400
    for body in ([], "text", None):
        assert client.call("PUT", path, body)[0] == 400, body
    assert client.call("GET", f"{PROFILES}/nobody")[2]["errorCode"] == "400 BAD_REQUEST"


def test_of_two_who_saw_the_same_revision_one_wins(client):
    made = client.call("POST", PROFILES, SAMPLE)[2]["profileUuid"]
    path = f"{PROFILES}/{made}"
    bodies = [{**SAMPLE, "profileName": f"winner {at}"} for at in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda body: client.call("PUT", path, body, If_Match='"1"')[0], bodies))
    assert sorted(statuses) == [200] + [412] * 7
    assert client.call("GET", path)[1]["ETag"] == '"2"'
    assert client.call("PUT", path, bodies[0], x_bartizan_expect="1")[0] == 412, "the header that all rooms know"
    assert client.call("DELETE", path, If_Match='"1"')[0] == 412
    assert client.call("DELETE", path, x_bartizan_expect="2")[0] == 200


def test_names_are_unique_also_in_a_race(client):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: client.call("POST", PROFILES, SAMPLE)[0], range(8)))
    assert sorted(statuses) == [200] + [409] * 7


def test_a_default_profile_can_be_changed_and_not_deleted(client):
    assert client.call("DELETE", f"{PROFILES}/{GENERAL}")[0] == 409
    status, headers, _ = client.call("PUT", f"{PROFILES}/{GENERAL}", SAMPLE, If_Match='"0"')
    assert status == 200 and headers["ETag"] == '"1"'
    listed = client.call("GET", f"{PROFILES}?pageSize=1")[2]
    assert listed["count"] == 5 and listed["data"][0]["profileName"] == SAMPLE["profileName"]
    status, _, error = client.call("PUT", f"{PROFILES}/{GENERAL}", {**SAMPLE, "profileType": "Registry"})
    assert status == 400 and "cannot be changed" in error["message"]
    unknown = {**SAMPLE, "associatedSensorIds": ["11111111-1111-4111-8111-111111111111"]}
    status, _, error = client.call("PUT", f"{PROFILES}/{GENERAL}", unknown)
    assert status == 400 and "11111111-1111-4111-8111-111111111111" in error["message"]


def test_a_preview_answers_as_the_vendor_would_and_commits_nothing(server, client):
    made = client.call("POST", PROFILES, SAMPLE)[2]["profileUuid"]
    path = f"{PROFILES}/{made}"
    status, headers, _ = client.call("PUT", "/preview" + path, {**SAMPLE, "profileName": "looked at"})
    assert status == 200 and headers["x-bartizan-preview"].startswith("pv-")
    assert client.call("GET", path)[2]["profileName"] == SAMPLE["profileName"]
    client.call("PUT", path, {**SAMPLE, "profileName": "looked at"})
    query = {"Kind": "container/sensor-profile", "Name": made}
    entries = server.client().native("GET", "/v1/history", query=query).json["Entries"]
    previews = {entry["Revision"]: entry.get("Preview") for entry in entries}
    assert previews == {1: None, 2: headers["x-bartizan-preview"]}, "the commit names its preview"


def test_nobody_is_let_in_without_a_token_of_this_server(server, client):
    status, _, text = send(server.endpoint + PROFILES, "GET", None, {})
    assert status == 401 and json.loads(text)["errorCode"] == "401 UNAUTHORIZED"
    head, claims, signature = client.token.split(".")
    for token in (client.token[:-4], f"{head}.{claims}.", f"{head}.{signature}.{claims}", "x", ""):
        status, _, _ = send(server.endpoint + PROFILES, "GET", None, {"Authorization": f"Bearer {token}"})
        assert status == 401, token
    server.terminate()
    client.endpoint = server.start().endpoint
    assert client.call("GET", PROFILES)[0] == 401, "a restart ends tokens"
    client = Client(server.endpoint)
    form = urllib.parse.urlencode({"username": ACCESS_KEY, "password": "wrong", "token": "true"}).encode()
    assert send(server.endpoint + "/auth", "POST", form, {})[0] == 401
    assert client.call("GET", "/csapi/v1.3/nothing")[2]["errorCode"] == "404 NOT_FOUND"
    assert client.call("PUT", PROFILES, SAMPLE)[2]["errorCode"] == "405 METHOD_NOT_ALLOWED"


def test_a_rollback_gives_no_profile_the_name_of_another(server, client):
    made = client.call("POST", PROFILES, {"profileName": "first", "config": {}})[2]["profileUuid"]
    client.call("PUT", f"{PROFILES}/{made}", {"profileName": "second", "config": {}})
    client.call("POST", PROFILES, {"profileName": "first", "config": {}})
    back = {"Kind": "container/sensor-profile", "Name": made, "Revision": 1}
    answer = server.client().native("POST", "/v1/rollback", back)
    assert answer.status == 400 and "first" in answer.json["message"], answer
    assert client.call("GET", f"{PROFILES}/{made}")[2]["profileName"] == "second"
    client.call("PUT", f"{PROFILES}/{made}", {"profileName": "third", "config": {}})
    answer = server.client().native("POST", "/v1/rollback", {**back, "Revision": 2})
    assert answer.status == 200, answer
    assert client.call("GET", f"{PROFILES}/{made}")[2]["profileName"] == "second"
