"""Images that are run, to ask their own package managers what is installed: a real Debian system under every scanning policy."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest

from engines import Podman, run
from images import bookworm, needs, packages, tar, umoci  # noqa: F401
from registries import body, followed, registry  # noqa: F401
from sensors import CSAPI, PROFILES, client, images, preview, profile, sensor, system, until  # noqa: F401
from server import environment, program


@pytest.fixture(autouse=True)
def _able():
    needs("runc", "umoci")
    if os.geteuid() != 0:
        pytest.skip("running images needs root")


@pytest.fixture
def debian(bookworm, tmp_path):  # noqa: F811
    """Makes layouts of a Debian system, and on it a layer of each of these sets of files, all of which can be executed."""

    def make(name, *layers, architecture="amd64"):
        above = []
        for number, files in enumerate(layers):
            above.append(tmp_path / f"{name}-{number}.tar")
            above[-1].write_bytes(tar(files, mode=0o755))
        made = umoci(tmp_path / name, bookworm, *above, architecture=architecture)
        # At once, because a sensor may look at any time.
        (tmp_path / "images").mkdir(exist_ok=True)
        return made.rename(tmp_path / "images" / name)

    return make


def obey(client, one, policy):  # noqa: F811
    """Has a sensor go by a policy. The images are scanned by it, because the sensor looks for them only then."""
    body = profile(f"by {policy}", scanning={"scanningPolicy": policy}, associatedSensorIds=[one.id])
    client.call("POST", PROFILES, body)


def found(client):  # noqa: F811
    """The only image, once it was scanned or could not be."""
    _, _, listed = client.call("GET", f"{CSAPI}/images")
    return next((image for image in listed["data"] if image["scanStatus"] in ("SUCCESS", "FAILED")), None)


def bundles(one):
    """What runs of a sensor have left, or are at."""
    return [path.name for path in (one.data / "running").glob("*")]


def software(client, image):  # noqa: F811
    _, _, listed = client.call("GET", f"{CSAPI}/images/{image['sha']}/software?pageSize=1000")
    return {one["name"]: one["version"] for one in listed["data"]}


@pytest.mark.timeout(900)
def test_a_real_image_says_itself_what_is_installed(debian, bookworm, client, sensor, tmp_path):  # noqa: F811
    debian("whole")
    one = sensor(client, "--layouts", tmp_path / "images", "--run-images")
    image = until(lambda: found(client), 120)
    assert image["scanTypes"] == ["DYNAMIC"], "the default profile asks for it"
    subprocess.run(["tar", "-xf", bookworm, "-C", tmp_path, "./var/lib/dpkg"], check=True)
    listed = subprocess.run(["dpkg-query", f"--admindir={tmp_path / 'var/lib/dpkg'}", "-W"], check=True, capture_output=True, text=True)
    assert software(client, image) == dict(line.split() for line in listed.stdout.replace(":amd64", "").splitlines())
    assert bundles(one) == []
    assert str(one.data) not in open("/proc/mounts").read()


PROBES = r"""#!/bin/sh
say() { printf 'Package: %s\nStatus: install ok installed\nArchitecture: all\nVersion: %s\n\n' "$1" "$2"; }
while read -r key value; do case $key in CapEff:|CapBnd:|NoNewPrivs:|Seccomp:) say "${key%:}" "$value";; esac; done </proc/self/status
(: >/probe) 2>/dev/null && say root writable || say root closed
(: >/tmp/probe) 2>/dev/null && say tmp writable || say tmp closed
count=0; while read -r line; do count=$((count + 1)); done </proc/net/dev; say interfaces $((count - 2))
count=0; for process in /proc/[0-9]*; do count=$((count + 1)); done; say processes $count
(: </dev/mem) 2>/dev/null && say memory open || say memory closed
mount -t tmpfs none /tmp 2>/dev/null && say mount done || say mount refused
perl -MSocket -e 'socket(my $one, PF_INET, SOCK_STREAM, 0) or exit 1' && say socket made || say socket refused
(i=0; while [ $i -lt 100 ]; do sleep 2 & i=$((i + 1)); done) 2>/dev/null && say forks all || say forks bounded
perl -e '$all = "x" x (900 << 20)' 2>/dev/null && say large held || say large refused
read -r name </proc/sys/kernel/hostname; say host "$name"
"""


@pytest.mark.timeout(900)
def test_what_runs_has_no_rights_and_sees_nothing_of_the_host(debian, client, sensor, tmp_path):  # noqa: F811
    debian("probing", {"usr/bin/dpkg-query": PROBES})
    sensor(client, "--layouts", tmp_path / "images", "--run-images")
    image = until(lambda: found(client), 120)
    assert image["scanTypes"] == ["DYNAMIC"], image
    said = software(client, image)
    assert said["CapEff"] == said["CapBnd"] == "0" * 16
    assert (said["NoNewPrivs"], said["Seccomp"]) == ("1", "2")
    assert (said["root"], said["tmp"], said["memory"], said["mount"]) == ("closed", "writable", "closed", "refused")
    assert (said["socket"], said["forks"], said["large"]) == ("refused", "bounded", "refused")
    assert said["interfaces"] == "1" and int(said["processes"]) < 6
    assert said["host"] == "scan"


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("policy", "image", "allowed", "outcome"), [
    ("DynamicWithStaticScanningAsFallback", "tools", True, ("STATIC", "no package manager answered in the image")),
    ("DynamicScanningOnly", "tools", True, (None, "no package manager answered in the image")),
    ("DynamicScanningOnly", "shell", True, (None, "the image has no shell")),
    ("DynamicScanningOnly", "whole", False, (None, "start it with --run-images")),
    ("Dynamic", "foreign", True, (None, "is for linux/arm64, which does not run here")),
    ("Dynamic", "repeated", True, ("DYNAMIC", None)),
    ("StaticScanningOnly", "whole", True, ("STATIC", None)),
    ("StaticWithDynamicScanningAsFallback", "whole", True, ("STATIC", None)),
    ("StaticWithDynamicScanningAsFallback", "damaged", True, ("DYNAMIC", "could not be read from the layers")),
])
def test_policies_and_what_takes_their_place(policy, image, allowed, outcome, debian, client, sensor, tmp_path):  # noqa: F811
    one = sensor(client, "--layouts", tmp_path / "images", *(["--run-images"] if allowed else []))
    obey(client, one, policy)
    until(lambda: policy in json.dumps(client.call("GET", f"{CSAPI}/sensors/{one.id}")[2]))
    debian(image, *{
        "tools": [{"usr/bin/.wh.dpkg-query": ""}],
        "shell": [{"usr/bin/.wh.dash": ""}],
        # Of no package: dpkg itself does not look there.
        "damaged": [{"var/lib/dpkg/status.d/odd": "Package: odd\n\n"}],
        # The first deletes what the second brings back, which the third, the same as the first, deletes again.
        "repeated": [{"srv/.wh.a": "", "srv/b": "1"}, {"srv/a": "2"}, {"srv/.wh.a": "", "srv/b": "1"}],
    }.get(image, []), architecture="arm64" if image == "foreign" else "amd64")
    scanned = until(lambda: found(client), 120)
    way, why = outcome
    assert scanned["scanTypes"] == ([way] if way else []), scanned
    assert (why or "") in json.dumps(scanned), scanned


@pytest.mark.timeout(900)
def test_a_policy_that_allows_nothing_else_is_previewed(debian, client, sensor, tmp_path):  # noqa: F811
    one = sensor(client, "--layouts", tmp_path / "images", "--run-images")
    obey(client, one, "DynamicWithStaticScanningAsFallback")
    debian("tools", {"usr/bin/.wh.dpkg-query": ""})
    scanned = until(lambda: found(client), 120)
    _, _, listed = client.call("GET", PROFILES)
    [mine] = [profile for profile in listed["data"] if profile["associatedSensorIds"]]
    mine["config"]["vulnerabilityManagement"]["scanningPolicy"] = "DynamicScanningOnly"
    _, headers, _ = client.call("PUT", f"/preview{PROFILES}/{mine['profileId']}", mine)
    foreseen = preview(client, headers["x-bartizan-preview"])
    assert foreseen["Findings"]["Images"][0]["Sha"] == scanned["sha"], foreseen
    assert "could not be run" in " ".join(foreseen["Summary"]), foreseen["Summary"]


ENDLESS = "#!/bin/sh\nwhile :; do read -r line </proc/self/status; done\n"


@pytest.mark.timeout(900)
def test_a_sensor_ends_though_an_image_runs_and_one_that_was_killed_leaves_nothing(debian, client, sensor, tmp_path):  # noqa: F811
    debian("endless", {"usr/bin/dpkg-query": ENDLESS})
    one = sensor(client, "--layouts", tmp_path / "images", "--run-images")
    runs = lambda: subprocess.run(["pgrep", "-f", "^/bin/sh /usr/bin/dpkg-query"], capture_output=True, text=True).stdout.split()  # noqa: E731
    until(runs, 60)
    assert one.end() == 0
    assert not runs() and bundles(one) == []
    one.start()
    until(runs, 60)
    one.end(signal.SIGKILL)
    processes, left = runs(), bundles(one)
    assert processes and len(left) == 1
    one.start()
    until(lambda: len(runs()) == 1 and runs() != processes and len(bundles(one)) == 1 and bundles(one) != left, 60)
    assert one.end() == 0
    assert not runs() and bundles(one) == []


@pytest.mark.timeout(900)
def test_a_build_goes_by_its_policy(debian, client, tmp_path):  # noqa: F811
    image = debian("whole")
    _, _, key = client.call("GET", f"{CSAPI}/activationkey")

    def scan(*more):
        command = [program(), "sensor", "scan", str(image), "--cache", str(tmp_path / "cache"), "--report", "json", "--fail-on", "never",
                   "--endpoint", client.endpoint, "--data", str(tmp_path / "build"),
                   "--customer-id", key["customerId"], "--activation-id", key["activationId"], *more]
        return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120)

    done = scan("--run-images")
    assert done.returncode == 0 and len(packages(json.loads(done.stdout), "deb")) > 60, done
    assert found(client)["scanTypes"] == ["DYNAMIC"]
    [one] = client.call("GET", f"{CSAPI}/sensors")[2]["data"]
    strict = {**profile("strict", scanning={"scanningPolicy": "DynamicScanningOnly"}), "profileType": "CICD"}
    client.call("POST", PROFILES, {**strict, "associatedSensorIds": [one["sensorId"]]})
    done = scan()
    assert done.returncode not in (0, 4) and "--run-images" in done.stderr, done
    assert found(client)["scanStatus"] == "FAILED"


@pytest.mark.timeout(900)
def test_an_image_of_a_registry_is_run(debian, client, sensor, registry, tmp_path):  # noqa: F811
    registry.push(debian("whole", {"srv/file": "x"}), "base/debian:12")
    one = sensor(client, "--type", "registry", "--run-images")
    made = client.call("POST", f"{CSAPI}/registry", body(registry))[2]["registryUuid"]
    followed(client, one, made, scanningPolicy="DynamicScanningOnly")
    client.call("POST", f"{CSAPI}/registry/{made}/schedule", {})
    image = until(lambda: found(client), 120)
    assert image["scanTypes"] == ["DYNAMIC"] and len(software(client, image)) > 60, image


@pytest.fixture
def podman():
    needs("podman", "skopeo")
    # podman wants short paths.
    with tempfile.TemporaryDirectory(prefix="bz", ignore_cleanup_errors=True) as folder:
        yield Podman(pathlib.Path(folder), "overlay")


@pytest.mark.timeout(900)
def test_layers_of_podman_are_laid_over_each_other(debian, podman, client, sensor, tmp_path):  # noqa: F811
    def load(name, *layers):
        archive = tmp_path / f"{name}-docker.tar"
        run("skopeo", "--tmpdir", tmp_path, "--insecure-policy", "copy", f"oci:{debian(name, *layers)}:1", f"docker-archive:{archive}:{name}:12")
        podman.load(archive)

    # The upper layer deletes, so that its mark must be understood, too.
    load("tools", {"usr/bin/.wh.dpkg-query": ""})
    one = sensor(client, "--engine", f"containers={podman.root}", "--run-images")
    image = until(lambda: found(client), 120)
    assert image["scanTypes"] == ["STATIC"] and image["scanStatusReason"] == "no package manager answered in the image"
    assert len(software(client, image)) > 60
    run(*podman.words, "rmi", "--all", "--force")
    until(lambda: client.call("GET", f"{CSAPI}/images")[2]["count"] == 0, 30)
    load("whole")
    image = until(lambda: found(client), 120)
    assert image["scanTypes"] == ["DYNAMIC"] and image["scanStatusReason"] is None, image
    assert one.end() == 0
