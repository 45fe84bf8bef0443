"""A registry of many images that share their layers: one run of a sensor, and Trivy on some of the images."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import measure_images
import peers
from turns import Child, Report, median

IMAGES = 1_000
# Trivy scans so many of them, one process each, as its users do.
BY_TRIVY = 10
KEY = {"BARTIZAN_ROOT_ACCESS_KEY_ID": "AKIDBENCHMARK0000001", "BARTIZAN_ROOT_SECRET_ACCESS_KEY": "benchmark/of=the+root-key/0123456789abcd"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def run(turns):
    for tool in ("docker-registry", "skopeo", "umoci", "mmdebstrap"):
        if not shutil.which(tool):
            raise RuntimeError(f"`{tool}` is missing: this benchmark fills a registry with it")
    images = 50 if turns.quick else IMAGES
    registry = start_registry(turns)
    fill(turns, registry, images)
    server = Server(turns)
    try:
        report = Report(["scanning a registry", "images", "wall s", "CPU s", "ms of CPU an image", "peak MiB"])
        first, again = [], []
        for turn in range(1 if turns.quick else 3):
            sensor = server.sensor(turns.folder / f"sensor-{turn}", registry)
            first.append(turns.turn(lambda: sensor.scan(images)))
            again.append(turns.turn(lambda: sensor.scan(images)))
            shutil.rmtree(sensor.data)
        each = lambda children: median([child.cpu * 1000 / images for child in children])
        row = lambda name, children: report.row(name, images, median([child.wall for child in children]), median([child.cpu for child in children]), each(children), max(child.peak_mib for child in children))
        row("Bartizan, nothing known", first)
        row("Bartizan, scanned again (`forceScan`)", again)
        trivy = peers.trivy(turns.root)
        if trivy:
            children = by_trivy(turns, trivy, registry)
            cold, warm = children[:1], children[1:]
            tell = lambda name, some: report.row(name, len(some), sum(child.wall for child in some), sum(child.cpu for child in some), median([child.cpu * 1000 for child in some]), max(child.peak_mib for child in some))
            tell("Trivy, the first image", cold)
            tell("Trivy, the next ones, shared layers known", warm)
            ratio = median([child.cpu * 1000 for child in warm]) / each(first)
            report.note(f"An image costs Trivy {ratio:.0f} times the processor time that it costs the sensor, once Trivy knows the shared layers.")
        report.note(
            f"Debian's `docker-registry` on this machine; {images:,} images of Debian 12, one layer of 53 MB that all share and one of their own. "
            "The sensor is one process that lists the registry, reads what it does not know, and reports to a server beside it, which judges by no advisories; "
            "work of the registry and the server is not counted. Scanned again, every manifest is asked for once more and no layer is read."
        )
        return report
    finally:
        turns.stop()


def start_registry(turns):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = turns.folder / "registry.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {turns.folder / 'registry'}}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}', secret: bench}}\n"
    )
    turns.serve(["docker-registry", "serve", config], processor=1)
    until(lambda: ask(f"http://127.0.0.1:{port}/v2/")[0] == 200)
    return f"127.0.0.1:{port}"


def fill(turns, registry, images):
    """One image is pushed as a client does it; the others are that one with a layer of their own."""
    shared = measure_images.debian(turns)
    subprocess.run(["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{shared}:1", f"docker://{registry}/base:1"], check=True)
    base = f"http://{registry}/v2"
    manifest = json.loads(ask(f"{base}/base/manifests/1", Accept=MANIFEST)[1])
    config = json.loads(ask(f"{base}/base/blobs/{manifest['config']['digest']}")[1])
    for number in range(images):
        repository = f"team-{number % 20}/app-{number % 100}"
        layer = measure_tar({f"app/node_modules/own/package.json": json.dumps({"name": "own", "version": f"1.0.{number}"})})
        own = {**config, "rootfs": {"type": "layers", "diff_ids": [*config["rootfs"]["diff_ids"], digest(layer)]}}
        own = json.dumps({**own, "history": []}).encode()
        for blob in manifest["layers"]:
            ask(f"{base}/{repository}/blobs/uploads/?mount={blob['digest']}&from=base", "POST")
        for blob in (layer, own):
            upload(f"{base}/{repository}", blob)
        layers = [*manifest["layers"], {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(layer), "size": len(layer)}]
        body = {**manifest, "mediaType": MANIFEST, "config": {**manifest["config"], "digest": digest(own), "size": len(own)}, "layers": layers}
        status, answer, _ = ask(f"{base}/{repository}/manifests/v{number}", "PUT", json.dumps(body).encode(), Content_Type=MANIFEST)
        if status != 201:
            raise RuntimeError(f"the registry refuses an image: {answer[:300]}")


def upload(repository, blob):
    _, _, headers = ask(f"{repository}/blobs/uploads/", "POST")
    where = headers["Location"]
    mark = "&" if "?" in where else "?"
    ask(f"{where}{mark}digest={urllib.parse.quote(digest(blob))}", "PUT", blob, Content_Type="application/octet-stream")


def by_trivy(turns, trivy, registry):
    cache = turns.folder / "trivy"
    shutil.rmtree(cache, ignore_errors=True)
    rows = [{"Package": "nothing", "Id": "CVE-2026-1", "Fixed": "1"}]
    database = peers.trivy_database(turns.root, cache, "debian 12", rows)
    environment = dict(os.environ, HOME=str(turns.folder), TRIVY_NON_SSL="true", LC_ALL="C.UTF-8")
    children = []
    for number in range(BY_TRIVY):
        name = f"{registry}/team-{number % 20}/app-{number % 100}:v{number}"
        command = [trivy, "image", *peers.TRIVY_QUIET, "--cache-dir", database, "--image-src", "remote", name]
        child = turns.turn(lambda: Child([str(word) for word in command], env=environment, cwd=turns.folder))
        if child.code != 0 or not child.output:
            raise RuntimeError(f"Trivy ended with {child.code} on {name}")
        children.append(child)
    return children


class Server:
    def __init__(self, turns):
        self.turns = turns
        data = turns.folder / "server"
        shutil.rmtree(data, ignore_errors=True)
        turns.serve([turns.program(), "up", "--no-observe", "--listen", "127.0.0.1:0", "--data", data], processor=1, env=dict(os.environ, **KEY))
        until(lambda: (data / "endpoint").exists() and ask((data / "endpoint").read_text().strip() + "/healthz")[0] == 200)
        self.endpoint = (data / "endpoint").read_text().strip()
        form = urllib.parse.urlencode({"username": KEY["BARTIZAN_ROOT_ACCESS_KEY_ID"], "password": KEY["BARTIZAN_ROOT_SECRET_ACCESS_KEY"], "token": "true"})
        self.token = ask(f"{self.endpoint}/auth", "POST", form.encode())[1].decode()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, text, _ = ask(f"{self.endpoint}/csapi/v1.3{path}", method, data, Authorization=f"Bearer {self.token}")
        if status != 200:
            raise RuntimeError(f"{method} {path} answers {status}: {text[:300]}")
        return json.loads(text)

    def sensor(self, data, registry):
        return Sensor(self, data, registry)


class Sensor:
    def __init__(self, server, data, registry):
        self.server, self.data = server, data
        shutil.rmtree(data, ignore_errors=True)
        key = server.call("GET", "/activationkey")
        self.command = [server.turns.program(), "sensor", "run", "--once", "--type", "registry", "--endpoint", server.endpoint, "--data", data,
                        "--customer-id", key["customerId"], "--activation-id", key["activationId"]]
        enrolled = subprocess.run([str(word) for word in self.command], check=True, capture_output=True, text=True)
        self.id = re.search(r"enrolled as (\S+)", enrolled.stderr)[1]
        self.registry = server.call("POST", "/registry", {"registryUri": f"http://{registry}"})["registryUuid"]
        server.call("POST", "/sensorProfile", {"profileName": data.name, "profileType": "Registry", "associatedSensorIds": [self.id],
                                               "associatedRegistryIds": [self.registry], "config": {"vulnerabilityManagement": {"scanningPolicy": "StaticScanningOnly"}}})

    def scan(self, images):
        named = {"repoTags": [{"repo": "team-.*", "tag": ".*"}]}
        schedule = self.server.call("POST", f"/registry/{self.registry}/schedule", {"forceScan": True, "filters": [named]})["scheduleId"]
        child = Child([str(word) for word in self.command])
        [run] = [one for one in self.server.call("GET", f"/registry/{self.registry}/schedule")["data"] if one["scheduleUuid"] == schedule]
        if (run["status"], run["images"], run["scanned"]) != ("Finished", images, images):
            raise RuntimeError(f"the run ended otherwise: {run}")
        return child


def measure_tar(files):
    import io
    import tarfile

    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content.encode()))
    return out.getvalue()


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def ask(url, method="GET", body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers
    except OSError as error:
        return 0, str(error).encode(), {}


def until(ask_again):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if ask_again():
            return
        time.sleep(0.1)
    raise RuntimeError("a server did not start")
