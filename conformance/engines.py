"""Stores of real engines: the sensor reads them from disk, while the engines run and without asking them."""

import os
import pathlib
import subprocess
import tempfile

import pytest

from images import CRITICAL, advisory, feed, layout, needs, paragraph, tar
from sensor_profiles import GENERAL, PROFILES, Client
from sensors import CSAPI, named, preview, sensor, until  # noqa: F401  `sensor` is a fixture

NAME = "registry.example/team/shop:1"
PACKAGES = {("zlib", "1.2"), ("y", "2.0.0"), ("curl", "7.88")}


def package(name, version):
    return f'{{"name": "{name}", "version": "{version}"}}'


@pytest.fixture
def archive(tmp_path):
    """An image whose upper layer deletes a folder, empties another and replaces a database; as `docker save` writes it."""
    needs("skopeo")
    lower = tar({
        "etc/os-release": "ID=debian\nVERSION_ID=12\n",
        "var/lib/dpkg/status": paragraph("bash", "5.2"),
        "opt/gone/node_modules/x/package.json": package("x", "1.0.0"),
        "opt/emptied/node_modules/z/package.json": package("z", "3.0.0"),
    })
    upper = tar({
        "var/lib/dpkg/status": paragraph("zlib", "1.2") + paragraph("curl", "7.88"),
        "opt/.wh.gone": "",
        "opt/emptied/.wh..wh..opq": "",
        "opt/emptied/node_modules/y/package.json": package("y", "2.0.0"),
    })
    named(tmp_path / "shop", NAME, lower, upper)
    path = tmp_path / "shop.tar"
    subprocess.run(["skopeo", "copy", "--quiet", f"oci:{tmp_path / 'shop'}", f"docker-archive:{path}:{NAME}"], check=True, capture_output=True)
    return path


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, **more)
    assert done.returncode == 0, done
    return done.stdout


class Podman:
    needs = ("podman",)

    def __init__(self, folder, driver):
        self.root = folder / "store"
        self.words = ["podman", "--root", self.root, "--runroot", folder / "run", "--storage-driver", driver]

    def load(self, archive):
        run(*self.words, "load", "-i", archive)

    def create(self):
        return run(*self.words, "create", "--network", "none", "--name", "till", NAME, "/bin/till").strip()

    def end(self):
        pass


class Daemon:
    def start(self, words, log, socket):
        with log.open("wb") as out:
            self.process = subprocess.Popen([str(word) for word in words], stdout=out, stderr=out)
        def ready():
            assert self.process.poll() is None, log.read_text()[-2000:]
            return socket.exists()
        until(ready, 30)

    def end(self):
        self.process.terminate()
        self.process.wait(30)


class Docker(Daemon):
    needs = ("dockerd", "/usr/bin/docker")

    def __init__(self, folder, driver):
        self.root, socket = folder / "store", folder / "docker.sock"
        self.start(["dockerd", "--iptables=false", "--bridge=none", "--data-root", self.root, "--exec-root", folder / "run", "-H", f"unix://{socket}",
                    "--pidfile", folder / "pid", "--storage-driver", driver], folder / "log", socket)
        self.words = ["/usr/bin/docker", "-H", f"unix://{socket}"]
        until(lambda: subprocess.run([*self.words, "info"], capture_output=True).returncode == 0, 30)

    def load(self, archive):
        run(*self.words, "load", "-i", archive)

    def create(self):
        return run(*self.words, "create", "--name", "till", NAME, "/bin/till", "open").strip()


class Containerd(Daemon):
    needs = ("containerd", "ctr")

    def __init__(self, folder, driver):
        self.root, socket = folder / "store", folder / "c.sock"
        config = folder / "config.toml"
        config.write_text(f'version = 2\nroot = "{self.root}"\nstate = "{folder / "run"}"\n[grpc]\naddress = "{socket}"\n')
        self.start(["containerd", "-c", config], folder / "log", socket)
        self.words = ["ctr", "-a", socket]
        until(lambda: subprocess.run([*map(str, self.words), "version"], capture_output=True).returncode == 0, 30)

    def load(self, archive):
        self.archive = archive
        run(*self.words, "image", "import", "--no-unpack", archive)

    def create(self):
        # Kubernetes has a namespace of its own, in which this image has one more name.
        run(*self.words, "--namespace", "k8s.io", "image", "import", "--no-unpack", self.archive)
        run(*self.words, "--namespace", "k8s.io", "image", "tag", NAME, "k8s.example/other:2")
        return None


ENGINES = {
    "podman-overlay": (Podman, "overlay", "containers"),
    "podman-vfs": (Podman, "vfs", "containers"),
    "docker-overlay2": (Docker, "overlay2", "docker"),
    "docker-fuse-overlayfs": (Docker, "fuse-overlayfs", "docker"),
    "docker-vfs": (Docker, "vfs", "docker"),
    "containerd": (Containerd, None, "containerd"),
}


@pytest.fixture(params=ENGINES)
def engine(request):
    kind, driver, word = ENGINES[request.param]
    needs(*kind.needs, *(["fuse-overlayfs"] if driver == "fuse-overlayfs" else []))
    if os.geteuid() != 0:
        pytest.skip("engines that share a store with the system need root")
    # Paths of sockets may not be long, nor that of podman's running state.
    with tempfile.TemporaryDirectory(prefix="bz", ignore_cleanup_errors=True) as folder:
        one = kind(pathlib.Path(folder), driver)
        one.word = word
        yield one
        one.end()


def test_an_engines_images_are_found_and_scanned(engine, archive, start, sensor, tmp_path):
    client = Client(start("--feed", str(feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL)))).endpoint)
    engine.load(archive)
    container = engine.create()
    one = sensor(client, "--engine", f"{engine.word}={engine.root}")
    def scanned():
        found = client.call("GET", f"{CSAPI}/images")[2]["data"]
        return found if found and found[0]["scanStatus"] else None
    [image] = until(scanned)
    assert image["scanStatus"] == "SUCCESS", image
    assert {"registry": "registry.example", "repository": "team/shop", "tag": "1"} in image["repo"]
    _, _, software = client.call("GET", f"{CSAPI}/images/{image['sha']}/software")
    assert {(item["name"], item["version"]) for item in software["data"]} == PACKAGES
    if engine.word == "containerd":
        assert {"registry": "k8s.example", "repository": "other", "tag": "2"} in image["repo"]
    assert image["vulnerabilities"]["severity5Count"] == 1
    assert client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]["missed"] == []
    if container:
        _, _, listed = client.call("GET", f"{CSAPI}/containers")
        [found] = listed["data"]
        assert found["sha"] == container and found["name"] == "till" and found["imageSha"] == image["sha"]
        assert found["lastScanned"] is None and found["source"] == "GENERAL"
        unknown = client.call("GET", f"{CSAPI}/containers/{container}/vuln")[2]
        assert unknown["details"] == {"vulns": [], "driftVulns": []} and "isVulnPropagation" in unknown["unknown"]
        # Findings of the image are shown on the container when the profile says so, and the preview says that they would be.
        shown = {"profileName": "shown", "config": {}, "isVulnPropagation": True}
        _, headers, _ = client.call("PUT", f"/preview{PROFILES}/{GENERAL}", shown)
        assert "1 container would show findings, instead of 0" in preview(client, headers["x-bartizan-preview"])["Summary"]
        client.call("PUT", f"{PROFILES}/{GENERAL}", shown)
        _, _, found = client.call("GET", f"{CSAPI}/containers/{container}")
        assert found["lastScanned"] and [one["cveids"] for one in found["vulnerabilities"]] == [["CVE-2026-1"]] and len(found["softwares"]) == 3
        assert client.call("GET", f"{CSAPI}/containers/{container}/vuln/count")[2]["severity5Count"] == 1
        assert client.call("GET", f"{CSAPI}/containers/{container}/vuln")[2]["details"]["vulns"][0]["cveids"] == ["CVE-2026-1"]
        assert client.call("GET", f"{CSAPI}/containers/{container}/software")[2]["count"] == 3
    assert client.call("GET", f"{CSAPI}/images")[2]["data"][0]["associatedContainersCount"] == (1 if container else 0)
    assert one.end() == 0


def test_a_layer_that_containerd_has_discarded_is_said(archive, start, sensor, tmp_path):
    needs(*Containerd.needs)
    if os.geteuid() != 0:
        pytest.skip("containerd needs root")
    client = Client(start().endpoint)
    with tempfile.TemporaryDirectory(prefix="bz", ignore_cleanup_errors=True) as folder:
        engine = Containerd(pathlib.Path(folder), None)
        try:
            engine.load(archive)
            blobs = engine.root / "io.containerd.content.v1.content" / "blobs" / "sha256"
            layer = max(blobs.iterdir(), key=lambda path: path.stat().st_size)
            layer.unlink()
            one = sensor(client, "--engine", f"containerd={engine.root}")
            def failed():
                found = client.call("GET", f"{CSAPI}/images")[2]["data"]
                return found and found[0]["scanStatus"] == "FAILED" and found[0]
            image = until(failed)
            assert layer.name in image["scanStatusReason"] and image["lastScanned"] is None
            assert one.end() == 0
        finally:
            engine.end()
