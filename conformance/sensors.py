"""The real sensor and the real server: enrolment, orders, scans, findings, and previews on what was found."""

import json
import pathlib
import re
import signal
import subprocess
import time
from urllib.parse import quote

import pytest

from images import CRITICAL, LOW, advisory, feed, layout, paragraph, tar
from sensor_profiles import GENERAL, PROFILES, Client
from server import ACCESS_KEY, REGION, SECRET_KEY, environment, program
from signed import Client as Signed

CSAPI = "/csapi/v1.3"
# "Within seconds": a change reaches a sensor at its next look for news, half a second, and machines of a CI are slow.
SOON = 20


def until(ask, wait=SOON):
    """The first answer that is something."""
    end = time.monotonic() + wait
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come about in time")


def system(*packages):
    status = "".join(paragraph(name, version) for name, version in packages)
    return tar({"etc/os-release": "ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": status})


def named(folder, name, *layers):
    """A layout whose image has a name."""
    layout(folder, *layers)
    index = json.loads((folder / "index.json").read_text())
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": name}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


class Sensor:
    """A process of `bartizan sensor run`."""

    def __init__(self, client, data, *arguments):
        self.client, self.data, self.arguments = client, pathlib.Path(data), arguments
        self.log = self.data.parent / f"{self.data.name}.log"
        self.process = None

    def start(self):
        _, _, key = self.client.call("GET", f"{CSAPI}/activationkey")
        command = [program(), "sensor", "run", "--endpoint", self.client.endpoint, "--data", str(self.data), "--look", "1",
                   *([] if "--engine" in self.arguments else ["--engine", "none"]),
                   "--customer-id", key["customerId"], "--activation-id", key["activationId"], *map(str, self.arguments)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.id = until(lambda: re.search(r"sensor (\S+) reports", self.log.read_text()))[1]
        return self

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(20)


@pytest.fixture
def sensor(tmp_path):
    """Starts sensors that end with the test."""
    sensors = []

    def begin(client, *arguments, name="sensor"):
        sensors.append(Sensor(client, tmp_path / name, *arguments))
        return sensors[-1].start()

    yield begin
    for one in sensors:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait(20)
    assert not [line for one in sensors for line in one.log.read_text().splitlines() if "panicked at" in line]


@pytest.fixture
def images(tmp_path):
    """Two images that share a layer: a shop with a flaw that is bad, and a sandbox with one that is not."""
    base = system(("curl", "7.88"), ("bash", "5.2"))
    named(tmp_path / "images" / "shop", "registry.example/team/shop:1", base)
    named(tmp_path / "images" / "sandbox", "registry.example/sandbox/try:1", base, system(("zlib", "1.2")))
    return tmp_path / "images"


@pytest.fixture
def client(start, tmp_path):
    advisories = feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL), advisory(2, "zlib", None, LOW))
    return Client(start("--feed", str(advisories)).endpoint)


def scanned(client, count):
    """The images, once so many were scanned."""
    _, _, listed = client.call("GET", f"{CSAPI}/images?sort=repo.repository:asc")
    done = [image for image in listed["data"] if image["scanStatus"] == "SUCCESS"]
    return listed["data"] if len(done) == count else None


def profile(name="nightly", **more):
    scanning = {"scanningPolicy": "StaticScanningOnly", "containerScanningInterval": 24, **more.pop("scanning", {})}
    return {"profileName": name, "profileType": "General", "config": {"vulnerabilityManagement": scanning}, **more}


def test_a_sensor_enrols_scans_and_its_images_are_listed(client, sensor, images):
    one = sensor(client, "--layouts", images)
    sandbox, shop = until(lambda: scanned(client, 2))
    assert [repo["tag"] for repo in shop["repo"]] == ["1"] and shop["repo"][0]["registry"] == "registry.example"
    assert shop["vulnerabilities"]["severity5Count"] == 1 and shop["scanTypes"] == ["STATIC"]
    assert sandbox["vulnerabilities"]["severity2Count"] == 1 and sandbox["vulnerabilities"]["severity5Count"] == 0, "curl is in a lower layer that the upper one replaces"
    assert shop["lastFoundOnHost"]["sensorUuid"] == one.id and shop["source"] == ["GENERAL"]
    _, _, found = client.call("GET", f"{CSAPI}/images/{shop['sha']}/vuln")
    [flaw] = found["details"]
    assert flaw["cveids"] == ["CVE-2026-1"] and flaw["severity"] == 5 and flaw["patchAvailable"] is True
    assert flaw["software"][0]["name"] == "curl" and flaw["software"][0]["fixVersion"] == "7.89"
    assert "curl\t7.88\t7.89" in flaw["result"] and found["vulnSummary"]["confirmed"]["severity5Count"] == 1
    assert client.call("GET", f"{CSAPI}/images/{shop['sha']}/vuln/count")[2]["severity5Count"] == 1
    _, _, software = client.call("GET", f"{CSAPI}/images/{shop['sha']}/software")
    assert {one["name"] for one in software["data"]} == {"curl", "bash"} and software["count"] == 2
    _, _, details = client.call("GET", f"{CSAPI}/images/{shop['sha']}")
    assert len(details["layers"]) == 1 and details["operatingSystem"] == "debian 12"
    [host] = details["host"]
    _, _, seen = client.call("GET", f"{CSAPI}/sensors/{one.id}")
    assert seen["status"] == "RUNNING" and seen["images"] == 2 and seen["hostname"] == host["hostname"]
    assert seen["configurationProfileId"] == GENERAL
    assert client.call("GET", f"{CSAPI}/images/{'0' * 64}")[0] == 404
    assert client.call("DELETE", f"{CSAPI}/sensors?sensorIds={one.id}")[0] == 409, "it runs"
    assert one.end() == 0
    assert client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]["status"] == "STOPPED"
    assert client.call("DELETE", f"{CSAPI}/sensors?sensorIds={one.id}")[0] == 200
    assert client.call("GET", f"{CSAPI}/sensors")[2] == {"count": 0, "data": []}
    assert client.call("GET", f"{CSAPI}/images")[2]["count"] == 0


def test_a_change_of_a_profile_is_previewed_and_then_reaches_the_sensor(client, sensor, images):
    one = sensor(client, "--layouts", images)
    sandbox, shop = until(lambda: scanned(client, 2))
    _, _, made = client.call("POST", PROFILES, profile(associatedSensorIds=[one.id]))
    path = f"{PROFILES}/{made['profileUuid']}"
    assert client.call("GET", path)[2]["associatedSensorIds"] == [one.id]
    assert client.call("GET", f"{PROFILES}/{GENERAL}")[2]["associatedSensorIds"] == [], "it has moved"
    until(lambda: client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]["configurationProfileRevision"] == 1)
    narrower = profile(associatedSensorIds=[one.id], scanning={"imageExclusionRegexList": [".*/sandbox/.*"]})
    status, headers, _ = client.call("PUT", "/preview" + path, narrower)
    assert status == 200
    foreseen = preview(client, headers["x-bartizan-preview"])
    assert any("1 image would stop being covered" in line for line in foreseen["Summary"]), foreseen["Summary"]
    assert foreseen["Findings"]["Images"][0]["Sha"] == sandbox["sha"]
    assert foreseen["Findings"]["Patterns"] == [{"Pattern": ".*/sandbox/.*", "ImagesStop": 1, "ImagesStart": 0}]
    assert [gone["Id"] for gone in foreseen["Findings"]["Unseen"]] == ["CVE-2026-2"]
    assert client.call("GET", path)[2]["revision"] == 1, "a preview changes nothing"
    assert client.call("PUT", path, narrower)[0] == 200
    # What was foreseen comes about.
    def excluded():
        _, _, image = client.call("GET", f"{CSAPI}/images/{sandbox['sha']}")
        return image["excludedBy"] == ".*/sandbox/.*"
    until(excluded)
    named(images / "late", "registry.example/sandbox/late:1", system(("zlib", "1.3")))
    named(images / "later", "registry.example/team/later:1", system(("curl", "7.80")))
    def seen():
        _, _, listed = client.call("GET", f"{CSAPI}/images?filter=repo.repository:`team/later`")
        return listed["data"] and listed["data"][0]["scanStatus"] == "SUCCESS"
    until(seen)
    _, _, late = client.call("GET", f"{CSAPI}/images?filter=repo.repository:`sandbox/late`")
    assert late["data"][0]["scanStatus"] == "EXCLUDED" and late["data"][0]["vulnerabilities"] is None
    assert shop["sha"] in {image["sha"] for image in client.call("GET", f"{CSAPI}/images")[2]["data"]}


def test_a_sensor_starts_nothing_in_an_inactive_window(client, sensor, images):
    always = [{"repeatOnDays": [day], "allDayToggle": True} for day in
              ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")]
    closed = profile("closed")
    closed["config"]["weeklyInactiveWindowSchedules"] = always
    client.call("PUT", f"{PROFILES}/{GENERAL}", closed)
    one = sensor(client, "--layouts", images)
    until(lambda: client.call("GET", f"{CSAPI}/images")[2]["count"] == 2)
    time.sleep(3)
    _, _, listed = client.call("GET", f"{CSAPI}/images")
    assert {image["scanStatus"] for image in listed["data"]} == {None}
    assert all("inactive" in image["scanStatusReason"] for image in listed["data"])
    # None is late before the hour of grace is over; that the window keeps them from it is said then.
    status = subprocess.run([program(), "container", "status", "--output", "json"], capture_output=True, text=True, timeout=60,
                            env=environment(BARTIZAN_ENDPOINT=client.endpoint, BARTIZAN_ACCESS_KEY_ID=ACCESS_KEY, BARTIZAN_SECRET_ACCESS_KEY=SECRET_KEY, BARTIZAN_REGION=REGION))
    assert status.returncode == 0, status
    covered = json.loads(status.stdout)
    assert covered["ProfileName"] == "closed" and covered["Sensors"] == 1 and covered["Coverage"]["Images"] == 2
    # Opening it is previewed with both images, and then they are scanned.
    _, headers, _ = client.call("PUT", f"/preview{PROFILES}/{GENERAL}", profile("open"))
    assert any("2 images would start being covered" in line for line in preview(client, headers["x-bartizan-preview"])["Summary"])
    client.call("PUT", f"{PROFILES}/{GENERAL}", profile("open"))
    until(lambda: scanned(client, 2))
    assert one.end() == 0


def test_what_was_found_waits_for_a_server_that_is_away(start, tmp_path, sensor, images):
    server = start()
    client = Client(server.endpoint)
    one = sensor(client, "--layouts", images)
    until(lambda: scanned(client, 2))
    server.kill()
    named(images / "late", "registry.example/team/late:1", system(("zlib", "1.3")))
    until(lambda: list((one.data / "spool").glob("*-scan-*")), 60)
    one.process.kill()
    one.process.wait(20)
    assert list((one.data / "spool").glob("*-scan-*")), "it outlives a process that was killed"
    server.port = int(server.endpoint.rsplit(":", 1)[1])
    client = one.client = Client(server.start().endpoint)
    one.start()
    until(lambda: scanned(client, 3), 60)
    assert client.call("GET", f"{CSAPI}/sensors")[2]["count"] == 1, "it is the same sensor"
    assert one.end() == 0


def test_a_sensor_follows_one_profile_and_never_one_of_another_type(client, sensor, images):
    one = sensor(client, "--layouts", images)
    first = client.call("POST", PROFILES, profile("first", associatedSensorIds=[one.id]))[2]["profileUuid"]
    second = client.call("POST", PROFILES, profile("second", associatedSensorIds=one.id))[2]["profileUuid"]
    followers = lambda made: client.call("GET", f"{PROFILES}/{made}")[2]["associatedSensorIds"]
    assert followers(first) == [] and followers(second) == [one.id]
    status, _, error = client.call("POST", PROFILES, {**profile("third", associatedSensorIds=[one.id]), "profileType": "Registry"})
    assert status == 400 and one.id in error["message"]
    status, _, error = client.call("DELETE", f"{PROFILES}/{second}?force=false")
    assert status == 409 and one.id in error["message"]
    _, headers, _ = client.call("DELETE", f"/preview{PROFILES}/{second}")
    summary = preview(client, headers["x-bartizan-preview"])["Summary"]
    assert "1 sensor would go from the profile second to Default General Sensor Profile" in summary[0]
    assert client.call("DELETE", f"{PROFILES}/{second}")[0] == 200
    assert followers(GENERAL) == [one.id]
    assert client.call("PUT", f"{PROFILES}/{first}", profile("first", associatedSensorIds=[one.id]))[0] == 200
    assert client.call("PUT", f"{PROFILES}/{first}", profile("first", associatedSensorIds=[]))[0] == 200
    assert followers(GENERAL) == [one.id]


def test_filters_orders_and_pages(client, sensor, images):
    for number in range(6):
        named(images / f"n{number}", f"other.example/n/{number}:v{number}", system(("curl", f"7.{number}")))
    sensor(client, "--layouts", images)
    until(lambda: scanned(client, 8))
    count = lambda query: client.call("GET", f"{CSAPI}/images?pageSize=1&filter={query}")[2]["count"]
    for query, expected in {
        "repo.registry:other.example": 6,
        "repo.registry:OTHER.example and not repo.tag:v1": 5,
        "repo.tag:[v1, v2] or repo.repository:`team/shop`": 3,
        'repo.repository:"shop"': 1,
        "repo.repository:team*": 1,
        "vulnerabilities.severity5Count > 0": 7,
        "vulnerabilities.severity5Count:0": 1,
        "created:[now-1h ... now]": 8,
        "lastVmScanDate is null": 0,
        "repo:(registry:other.example and tag:v3)": 1,
        "shop": 1,
    }.items():
        assert count(quote(query)) == expected, query
    for query in ("repo.nothing:x", "repo.tag:", "(a", "a:[1", '"x'):
        status, _, error = client.call("GET", f"{CSAPI}/images?filter={quote(query)}")
        assert status == 400 and error["errorCode"] == "400 BAD_REQUEST", query
    assert client.call("GET", f"{CSAPI}/images?sort=nothing:asc")[0] == 400
    assert client.call("GET", f"{CSAPI}/images?pageNumber=11&pageSize=1000")[0] == 400
    pages = [client.call("GET", f"{CSAPI}/images?pageSize=3&pageNumber={page}&sort=sha:asc")[2] for page in (1, 2, 3, 4)]
    shas = [image["sha"] for page in pages for image in page["data"]]
    assert shas == sorted(shas) and len(set(shas)) == 8 and {page["count"] for page in pages} == {8}
    link, bulk = f"{CSAPI}/images/list?limit=3", []
    while link:
        status, headers, piece = client.call("GET", link)
        bulk += [image["sha"] for image in piece["data"]]
        link = headers["link"] and re.fullmatch(r"<(.*)>;rel=next", headers["link"])[1]
    assert sorted(bulk) == shas


def test_other_advisories_judge_what_was_scanned_before(start, sensor, images, tmp_path):
    path = feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL))
    server = start("--feed", str(path))
    client = Client(server.endpoint)
    one = sensor(client, "--layouts", images)
    sandbox, shop = until(lambda: scanned(client, 2))
    assert one.end() == 0
    first = client.call("GET", f"{CSAPI}/images/{shop['sha']}/vuln")[2]["details"][0]["firstFound"]
    path.write_text(path.read_text() + json.dumps(advisory(3, "bash", "5.3", LOW)) + "\n")
    server.terminate()
    client = Client(server.start().endpoint)
    def both():
        found = client.call("GET", f"{CSAPI}/images/{shop['sha']}/vuln")[2]["details"]
        return found if len(found) == 2 else None
    known, new = until(both)
    assert known["cveids"] == ["CVE-2026-1"] and known["firstFound"] == first
    assert new["cveids"] == ["CVE-2026-3"] and int(new["firstFound"]) > int(first)


def test_the_program_scans_this_machines_own_images(start, images, tmp_path):
    client = Client(start("--layouts", str(images), "--feed", str(feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL))), observe=True).endpoint)
    def ours():
        found = client.call("GET", f"{CSAPI}/images?filter=repo.registry:registry.example")[2]["data"]
        return len(found) == 2 and all(image["scanStatus"] == "SUCCESS" for image in found) and found
    assert sum(image["vulnerabilities"]["severity5Count"] for image in until(ours, 60)) == 1
    assert client.call("GET", f"{CSAPI}/sensors")[2]["count"] == 1


def test_the_log_is_kept_as_the_profile_says(client, sensor, images):
    one = sensor(client, "--layouts", images)
    until(lambda: scanned(client, 2))
    log = one.data / "logs" / "qpa.log"
    assert "scanned" in log.read_text() and "INFO" in log.read_text()
    quiet = profile("quiet")
    quiet["config"]["performanceManagement"] = {"logSecurityLevel": "ERROR", "maxLogFileSize": 1, "maxNoOfArchivedLogFiles": 1}
    client.call("PUT", f"{PROFILES}/{GENERAL}", quiet)
    until(lambda: client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]["configurationProfileRevision"] == 1)
    before = log.read_text()
    named(images / "late", "registry.example/team/late:1", system(("zlib", "1.3")))
    until(lambda: scanned(client, 3))
    assert log.read_text() == before, "what is no error is not written"
    assert one.end() == 0


def test_a_build_gets_a_verdict_under_its_profile(client, images, tmp_path):
    _, _, key = client.call("GET", f"{CSAPI}/activationkey")
    advisories = feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL))
    def scan(image, code):
        command = [program(), "sensor", "scan", str(images / image), "--feed", str(advisories), "--cache", str(tmp_path / "cache"),
                   "--endpoint", client.endpoint, "--data", str(tmp_path / "build"),
                   "--customer-id", key["customerId"], "--activation-id", key["activationId"]]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done
        return done
    assert "CVE-2026-1" in scan("shop", 4).stdout
    [found] = client.call("GET", f"{CSAPI}/images")[2]["data"]
    assert found["source"] == ["CICD"] and found["scanStatus"] == "SUCCESS" and found["vulnerabilities"]["severity5Count"] == 1
    [one] = client.call("GET", f"{CSAPI}/sensors")[2]["data"]
    assert one["sensorType"] == "CICD" and one["status"] == "STOPPED"
    narrow = {**profile("of builds", scanning={"imageExclusionRegexList": [".*/sandbox/.*"]}), "profileType": "CICD"}
    client.call("POST", PROFILES, {**narrow, "associatedSensorIds": [one["sensorId"]]})
    assert "a pattern leaves it out" in scan("sandbox", 0).stderr
    _, _, listed = client.call("GET", f"{CSAPI}/images?sort=repo.repository:asc")
    assert [image["scanStatus"] for image in listed["data"]] == ["EXCLUDED", "SUCCESS"], "earlier builds stay"
    assert client.call("GET", f"{CSAPI}/sensors")[2]["count"] == 1


def test_a_hundred_thousand_images_are_reported_at_once(client):
    signed = Signed(client.endpoint, ACCESS_KEY, SECRET_KEY, REGION)
    _, _, key = client.call("GET", f"{CSAPI}/activationkey")
    facts = {"hostname": "large", "os": "", "platform": "linux/amd64", "ip_address": "", "version": "1", "privileged": False}
    one = signed.native("POST", "/v1/sensor/enrol", {"CustomerId": key["customerId"], "ActivationId": key["activationId"],
                                                     "SensorType": "General", "Facts": facts}).json["InstanceId"]
    def report(count):
        image = {"made": None, "seen": 1, "scanned": 1, "platform": "linux/amd64", "size": 1, "registries": [], "skipped": None, "failed": None,
                 "layers": [{"sha": "a" * 64, "size": 1, "created_by": "RUN x"}]}
        images = [{**image, "sha": f"{number:064x}", "names": [f"registry.example/team-{number % 20}/app:v{number}"]} for number in range(count)]
        host = {"facts": facts, "images": images, "containers": [], "missed": []}
        return signed.native("POST", "/v1/sensor/host", {"SensorId": one, "Report": json.dumps(host)})
    answer = report(100_001)
    assert answer.status == 400 and "100000" in answer.json["message"]
    assert report(100_000).status == 200
    assert client.call("GET", f"{CSAPI}/images?filter=repo.repository:%60team-7/app%60&pageSize=1")[2]["count"] == 5_000
    narrow = profile("narrow", scanning={"imageExclusionRegexList": [".*/team-7/.*"]})
    _, headers, _ = client.call("PUT", f"/preview{PROFILES}/{GENERAL}", narrow)
    assert preview(client, headers["x-bartizan-preview"])["Summary"][0] == "5000 images would stop being covered"


def test_a_stranger_does_not_enrol(client, tmp_path):
    _, _, key = client.call("GET", f"{CSAPI}/activationkey")
    assert client.call("GET", f"{CSAPI}/activationkey")[2] == key and key["platformUrl"] == client.endpoint
    command = [program(), "sensor", "run", "--endpoint", client.endpoint, "--data", str(tmp_path / "stranger"), "--once",
               "--customer-id", key["customerId"], "--activation-id", key["customerId"]]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "activationkey" in done.stderr
    assert client.call("GET", f"{CSAPI}/sensors")[2]["count"] == 0


def preview(client, name):
    """A stored preview."""
    answer = Signed(client.endpoint, ACCESS_KEY, SECRET_KEY, REGION).native("GET", f"/v1/previews/{name}")
    assert answer.status == 200, answer
    return answer.json["Preview"]
