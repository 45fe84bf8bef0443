"""Registries: the API, and a real sensor before the registry of Debian (`docker-registry`)."""

import base64
import hashlib
import http.server
import json
import socket
import subprocess
import threading
import urllib.parse
import urllib.request
from urllib.parse import quote

import pytest

from images import CRITICAL, LOW, advisory, feed, layout, needs
from sensor_profiles import PROFILES, Client
from sensors import CSAPI, preview, sensor, system, until  # noqa: F401  `sensor` is a fixture

REGISTRY = "00000000-0000-4000-8000-000000000002"
USER, PASSWORD = "scanner", "pass word"
# bcrypt of the password, as `htpasswd -B` writes it.
HTPASSWD = "scanner:$2b$04$g5GUde4kidTUYqHUcUbnGu/WIhawMmH3D2sGZUB9VkxHsAoDmZv0u"


@pytest.fixture
def client(start, tmp_path):
    advisories = feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL), advisory(2, "zlib", None, LOW))
    return Client(start("--feed", str(advisories)).endpoint)


class Registry:
    """A process of Debian's registry, with its own folder and a password."""

    def __init__(self, folder):
        needs("docker-registry", "skopeo")
        folder.mkdir()
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "htpasswd").write_text(HTPASSWD + "\n")
        (folder / "config.yml").write_text(f"""
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder / 'store'}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{self.port}", secret: test}}
auth: {{htpasswd: {{realm: test, path: {folder / 'htpasswd'}}}}}
""")
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=self.log, stderr=self.log)
        until(self.answers)

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def push(self, layout, name):
        subprocess.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"--dest-creds={USER}:{PASSWORD}",
                        f"oci:{layout}", f"docker://{self.host}/{name}"], check=True, timeout=60, capture_output=True)

    def ask(self, method, path, body=None, **headers):
        secret = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"Authorization": f"Basic {secret}"}
        request = urllib.request.Request(f"http://{self.host}{path}", data=body, method=method, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read()


@pytest.fixture
def registry(tmp_path):
    one = Registry(tmp_path / "registry")
    yield one
    one.process.kill()
    one.process.wait(20)


def body(registry, **more):
    return {"registryUri": f"http://{registry.host}", "registryType": "V2_PRIVATE", "credentialType": "BasicAuth",
            "credential": {"username": USER, "password": PASSWORD}, "registryName": "tests", **more}


def followed(client, one, registry, **scanning):
    """A profile for a sensor and a registry."""
    config = {"vulnerabilityManagement": {"scanningPolicy": "StaticScanningOnly", "containerScanningInterval": 24, **scanning}}
    wanted = {"profileName": "of registries", "profileType": "Registry", "config": config,
              "associatedSensorIds": [one.id], "associatedRegistryIds": [registry]}
    status, _, made = client.call("POST", PROFILES, wanted)
    assert status == 200, made
    return f"{PROFILES}/{made['profileUuid']}", wanted


def ended(client, registry, schedule):
    _, _, listed = client.call("GET", f"{CSAPI}/registry/{registry}/schedule")
    [found] = [one for one in listed["data"] if one["scheduleUuid"] == schedule]
    return found if found["status"] in ("Finished", "Failed", "Canceled") else None


def test_a_registry_is_listed_scanned_and_previewed(client, sensor, registry, tmp_path):
    base = system(("curl", "7.88"))
    registry.push(layout(tmp_path / "shop", base), "team/shop:1")
    registry.push(layout(tmp_path / "try", base, system(("zlib", "1.2"))), "sandbox/try:1")
    # 130 tags of one repository: more than one page.
    manifest = registry.ask("GET", "/v2/team/shop/manifests/1", Accept="application/vnd.oci.image.manifest.v1+json")
    for tag in range(130):
        registry.ask("PUT", f"/v2/team/shop/manifests/t{tag}", manifest, Content_Type="application/vnd.oci.image.manifest.v1+json")
    one = sensor(client, "--type", "registry")
    made = client.call("POST", f"{CSAPI}/registry", body(registry))[2]["registryUuid"]
    path, wanted = followed(client, one, made)
    assert client.call("GET", path)[2]["associatedRegistryIds"] == [made]
    status, _, schedule = client.call("POST", f"{CSAPI}/registry/{made}/schedule", {"name": "now", "onDemand": True,
                                      "filters": [{"days": None, "repoTags": [{"repo": ".*", "tag": ".*"}]}]})
    assert status == 200
    run = until(lambda: ended(client, made, schedule["scheduleId"]), 60)
    assert run["status"] == "Finished" and run["errors"] == [] and (run["images"], run["scanned"]) == (2, 2)
    _, _, listed = client.call("GET", f"{CSAPI}/images?sort=repo.repository:asc")
    sandbox, shop = listed["data"]
    assert {repo["tag"] for repo in shop["repo"]} == {"1"} | {f"t{tag}" for tag in range(130)}
    assert shop["repo"][0]["registry"] == registry.host and shop["repoDigests"][0]["digest"] == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert shop["registryUuid"] == [made] and shop["source"] == ["REGISTRY"] and shop["vulnerabilities"]["severity5Count"] == 1
    _, _, seen = client.call("GET", f"{CSAPI}/registry/{made}")
    assert (seen["repoCount"], seen["totalImages"], seen["totalScannedImages"], seen["totalVulnerableImages"]) == (2, 2, 2, 2)
    assert "password" not in json.dumps(seen) and seen["credential"] == {"username": USER}
    _, _, repositories = client.call("GET", f"{CSAPI}/registry/{made}/repository")
    assert [one["repoName"] for one in repositories["data"]] == ["sandbox/try", "team/shop"]
    # A regular schedule, so that there is something to leave out.
    client.call("POST", f"{CSAPI}/registry/{made}/schedule", {"onDemand": False, "schedule": "03:00", "scheduleScanIntervalInDays": 1})
    wanted["config"]["vulnerabilityManagement"]["imageExclusionRegexList"] = [".*/sandbox/.*"]
    _, headers, _ = client.call("PUT", "/preview" + path, wanted)
    foreseen = preview(client, headers["x-bartizan-preview"])
    assert foreseen["Findings"]["Images"][0]["Sha"] == sandbox["sha"], foreseen["Summary"]
    assert "1 image would stop being covered" in foreseen["Summary"][0]
    # Without its schedules nothing is looked at any more, and without the registry neither.
    regular = [one for one in client.call("GET", f"{CSAPI}/registry/{made}/schedule")[2]["data"] if not one["onDemand"]][0]
    _, headers, _ = client.call("DELETE", f"/preview{CSAPI}/registry/{made}/schedule/{regular['scheduleUuid']}")
    assert "2 images would stop being covered" in preview(client, headers["x-bartizan-preview"])["Summary"][0]
    assert client.call("DELETE", f"{CSAPI}/registry/{made}")[0] == 200
    assert client.call("GET", path)[2]["associatedRegistryIds"] is None
    until(lambda: client.call("GET", f"{CSAPI}/images")[2]["count"] == 0)
    assert one.end() == 0


def test_schedules_take_what_they_name_and_scan_again_what_they_are_told_to(client, sensor, registry, tmp_path):
    registry.push(layout(tmp_path / "a", system(("curl", "7.1"))), "team/a:v1")
    registry.push(layout(tmp_path / "b", system(("curl", "7.2"))), "team/b:v1")
    registry.push(layout(tmp_path / "c", system(("curl", "7.3"))), "team/b:v2")
    one = sensor(client, "--type", "registry")
    made = client.call("POST", f"{CSAPI}/registry", body(registry))[2]["registryUuid"]
    followed(client, one, made)
    def run(**more):
        filters = more.pop("filters", [])
        scheduled = client.call("POST", f"{CSAPI}/registry/{made}/schedule", {"filters": filters, **more})[2]["scheduleId"]
        found = until(lambda: ended(client, made, scheduled), 60)
        return found["images"], found["scanned"], found["status"]
    assert run(filters=[{"repoTags": [{"repo": "team/b", "tag": "v1,v3"}]}]) == (1, 1, "Finished")
    assert run(filters=[{"repoTags": [{"repo": "team/.*", "tag": ".*"}]}]) == (3, 2, "Finished"), "one was scanned already"
    assert run(filters=[{"repoTags": [{"repo": "team/.*", "tag": ".*"}]}], forceScan=True) == (3, 3, "Finished")
    assert run(filters=[{"repoTags": [{"repo": "nobody/.*", "tag": ".*"}]}]) == (0, 0, "Finished")
    wrong = client.call("POST", f"{CSAPI}/registry", body(registry, credential={"username": USER, "password": "no"}))[2]["registryUuid"]
    client.call("PUT", f"{CSAPI}/registry/{wrong}", body(registry, credential={"username": USER, "password": "no"}, registryName="wrong"))
    _, _, mine = client.call("GET", f"{PROFILES}?filter=profileName:{quote('`of registries`')}")
    profile = mine["data"][0]
    client.call("PUT", f"{PROFILES}/{profile['profileId']}", {**profile, "associatedRegistryIds": [made, wrong]})
    scheduled = client.call("POST", f"{CSAPI}/registry/{wrong}/schedule", {})[2]["scheduleId"]
    failed = until(lambda: ended(client, wrong, scheduled), 60)
    assert failed["status"] == "Failed" and "credentials" in failed["errors"][0]["errorMessage"]
    assert one.end() == 0


@pytest.fixture
def guarded(registry):
    """The same registry as the large ones on the net have it: it wants a token of another server, and its blobs lie on a third."""
    upstream, seen = registry, {"tokens": [], "blobs": []}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body=b"", **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    class Token(Handler):
        def do_GET(self):
            asked = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
            basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if self.headers["Authorization"] != f"Basic {basic}":
                return self.answer(401)
            seen["tokens"].append(asked["scope"][0])
            self.answer(200, json.dumps({"token": "of " + asked["scope"][0]}).encode())

    class Blobs(Handler):
        def do_GET(self):
            seen["blobs"].append(self.headers["Authorization"])
            self.answer(200, upstream.ask("GET", self.path))

    class Front(Handler):
        def do_GET(self):
            parts = self.path.split("/")
            repository = "/".join(parts[2:parts.index("tags") if "tags" in parts else parts.index("manifests") if "manifests" in parts else parts.index("blobs") if "blobs" in parts else 2])
            scope = f"repository:{repository}:pull"
            if self.headers["Authorization"] != f"Bearer of {scope}":
                realm = f'Bearer realm="http://127.0.0.1:{token.server_port}/token",service="front",scope="{scope}"'
                return self.answer(401, WWW_Authenticate=realm)
            if "blobs" in parts:
                return self.answer(307, Location=f"http://127.0.0.1:{blobs.server_port}{self.path}")
            self.answer(200, upstream.ask("GET", self.path, Accept=self.headers["Accept"]))

    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) for kind in (Token, Blobs, Front)]
    token, blobs, front = servers
    for one in servers:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{front.server_port}", seen
    for one in servers:
        one.shutdown()


def test_a_registry_with_tokens_and_redirections_is_scanned(client, sensor, registry, guarded, tmp_path):
    address, seen = guarded
    registry.push(layout(tmp_path / "a", system(("curl", "7.1"))), "team/a:v1")
    registry.push(layout(tmp_path / "b", system(("curl", "7.2"))), "team/b:v1")
    one = sensor(client, "--type", "registry")
    made = client.call("POST", f"{CSAPI}/registry", body(registry, registryUri=address))[2]["registryUuid"]
    followed(client, one, made)
    # It does not list its repositories, so that they are named as they are.
    named = {"filters": [{"repoTags": [{"repo": "team/a", "tag": ".*"}, {"repo": "team/b", "tag": ".*"}]}]}
    scheduled = client.call("POST", f"{CSAPI}/registry/{made}/schedule", named)[2]["scheduleId"]
    run = until(lambda: ended(client, made, scheduled), 60)
    assert (run["status"], run["images"], run["scanned"], run["errors"]) == ("Finished", 2, 2, [])
    assert sorted(seen["tokens"]) == ["repository:team/a:pull", "repository:team/b:pull"], "one token for each repository"
    assert set(seen["blobs"]) == {None}, "no credential goes to where blobs lie"
    assert len(seen["blobs"]) == 6, "of each image the configuration to list it, and again with the one layer to scan it"
    assert one.end() == 0


def test_what_is_wrong_with_registries_and_schedules_is_named(client):
    status, _, error = client.call("POST", f"{CSAPI}/registry", {"registryUri": "nowhere at all", "registryType": "Rusty",
                                   "credentialType": "BasicAuth"})
    assert status == 400 and all(part in error["message"] for part in ("registryUri", "registryType", "credential"))
    made = client.call("POST", f"{CSAPI}/registry", {"registryUri": "registry.example/"})[2]["registryUuid"]
    _, _, seen = client.call("GET", f"{CSAPI}/registry?filter=registryUri:\"https://registry.example\"".replace('"', "%22"))
    assert seen["count"] == 1 and seen["data"][0]["registryUuid"] == made
    status, _, error = client.call("PUT", f"{CSAPI}/registry/{made}", {"registryUri": "https://other.example"})
    assert status == 400 and "cannot be changed" in error["message"]
    status, _, error = client.call("POST", f"{CSAPI}/registry/{made}/schedule", {
        "onDemand": False, "schedule": "25:00", "scheduleScanIntervalInDays": 400, "weekDay": "SOMEDAY",
        "filters": [{"days": 9, "repoTags": [{"repo": "(", "tag": "x"}]}]})
    assert status == 400 and all(part in error["message"] for part in ("scheduleScanIntervalInDays", "weekDay", "days"))
    for wrong in ({"onDemand": False}, {"onDemand": False, "schedule": "25:00"}, {"filters": [{"repoTags": [{"repo": "("}]}]}):
        assert client.call("POST", f"{CSAPI}/registry/{made}/schedule", wrong)[0] == 400, wrong
    made_schedule = client.call("POST", f"{CSAPI}/registry/{made}/schedule", {"name": "x"})[2]["scheduleId"]
    assert client.call("POST", f"{CSAPI}/registry/{made}/schedule/{made_schedule}/cancel")[0] == 200
    _, _, listed = client.call("GET", f"{CSAPI}/registry/{made}/schedule")
    assert listed["data"][0]["status"] == "Canceled"
    assert client.call("POST", f"{CSAPI}/registry/{made}/schedule/{made_schedule}/cancel")[0] == 409
    assert client.call("DELETE", f"{CSAPI}/registry/{made}/schedule/{made_schedule}")[0] == 200
    assert client.call("GET", f"{CSAPI}/registry/{PROFILES}")[0] == 404
    profile = {"profileName": "x", "profileType": "General", "associatedRegistryIds": [made], "config": {}}
    assert client.call("POST", PROFILES, profile)[0] == 400
