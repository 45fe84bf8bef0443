"""Hosts that report: what is judged, what a preview foresees of it, and what their agents may not do."""

import json
import pathlib
import subprocess
import time

import pytest

from clients import create, refused
from conftest import sdk
from server import REGION, Server, environment, program

FACTS = {
    "os_id": "debian", "os_version": "12", "codename": "bookworm", "pretty_name": "Debian GNU/Linux 12 (bookworm)",
    "architecture": "amd64", "hostname": "node-1", "ip_address": "192.0.2.1", "kernel": "6.1.0-30-amd64",
    "agent_version": "0.1.0", "booted_at": None,
}  # fmt: skip
PACKAGES = ("bash", "openssl", "telnet", "vim")


def package(name):
    return {
        "name": name, "architecture": "amd64", "version": "1.0-1", "priority": "optional", "section": "admin",
        "provides": "", "held": False, "installed_at": None,
    }  # fmt: skip


class Node:
    """A host's agent, as the server sees it."""

    def __init__(self, server, ssm, limit=1):
        self.server = server
        self.activation = ssm.create_activation(IamRole="nodes", RegistrationLimit=limit)
        answer = self.register()
        assert answer.status == 200, answer
        self.instance = answer.json["InstanceId"]
        self.key = answer.json
        self.client = server.client(key=answer.json["AccessKeyId"], secret=answer.json["SecretAccessKey"])

    def register(self, **change):
        request = {
            "ActivationId": self.activation["ActivationId"],
            "ActivationCode": self.activation["ActivationCode"],
            "Facts": FACTS,
        } | change
        headers = {"Content-Type": "application/json"}
        return self.server.client().exchange("POST", "/v1/host/register", json.dumps(request).encode(), headers)

    def report(self, instance=None, packages=PACKAGES):
        inventory = {
            "instance": instance or self.instance,
            "captured_at": int(time.time() * 1000),
            "facts": FACTS,
            "installed": [package(name) for name in packages],
            "indices": [],
            "refreshed_at": None,
            "blind": [],
        }
        body = {"InstanceId": instance or self.instance, "Inventory": inventory}
        return self.client.native("POST", "/v1/host/inventory", body)


@pytest.fixture
def node(server, ssm):
    return Node(server, ssm)


def states(ssm, instance):
    """State by package, over all pages."""
    pages = ssm.get_paginator("describe_instance_patches").paginate(InstanceId=instance)
    return {patch["Title"].split(".")[0]: patch["State"] for page in pages for patch in page["Patches"]}


def test_a_registered_host_is_listed(ssm, node):
    assert node.report().status == 200
    listed = ssm.describe_instance_information()["InstanceInformationList"]
    assert [(one["InstanceId"], one["ComputerName"], one["PlatformType"]) for one in listed] == [
        (node.instance, "node-1", "Linux")
    ]
    assert ssm.describe_activations()["ActivationList"][0]["RegistrationsCount"] == 1
    ssm.deregister_managed_instance(InstanceId=node.instance)
    assert ssm.describe_instance_information()["InstanceInformationList"] == []
    assert 400 <= node.report().status < 500


def test_registration_needs_the_code_and_stops_at_the_limit(server, ssm):
    node = Node(server, ssm, limit=2)
    assert 400 <= node.register(ActivationCode="x" * 20).status < 500
    assert 400 <= node.register(ActivationId="01234567-89ab-cdef-0123-456789abcdef").status < 500
    assert node.register().status == 200
    assert 400 <= node.register().status < 500
    assert len(ssm.describe_instance_information()["InstanceInformationList"]) <= 2


def test_an_agent_speaks_for_itself_and_does_nothing_else(server, ssm):
    node, other = Node(server, ssm), Node(server, ssm)
    assert other.report().status == 200
    assert node.report(instance=other.instance).status == 403
    baseline = create(ssm)
    for operation, request in (
        ("UpdatePatchBaseline", {"BaselineId": baseline, "Name": "taken"}),
        ("DescribePatchBaselines", {}),
        ("CreateActivation", {"IamRole": "nodes"}),
        ("DescribeInstancePatches", {"InstanceId": other.instance}),
        ("DeregisterManagedInstance", {"InstanceId": other.instance}),
    ):
        answer = node.client.call(operation, request)
        assert (answer.status, answer.code) in ((400, "AccessDeniedException"), (403, "AccessDeniedException")), answer


def test_the_agents_key_survives_a_restart(server, ssm, node):
    assert node.report().status == 200
    server.kill()
    server.start()
    again = server.client(key=node.client.credentials.access_key, secret=node.client.credentials.secret_key)
    node.client = again
    assert node.report().status == 200
    assert len(sdk(server.endpoint).describe_instance_information()["InstanceInformationList"]) == 1


def test_preview_then_commit_then_scan_gives_what_was_previewed(server, ssm, node):
    """P1, over the wire."""
    baseline = create(ssm, OperatingSystem="DEBIAN", RejectedPatchesAction="BLOCK")
    ssm.register_default_patch_baseline(BaselineId=baseline)
    assert node.report().status == 200
    assert states(ssm, node.instance) == dict.fromkeys(PACKAGES, "InstalledOther")

    change = {"BaselineId": baseline, "RejectedPatches": ["telnet", "vim"]}
    answer = server.client().native("POST", "/v1/preview", {"Action": "ssm:UpdatePatchBaseline", "Input": change})
    assert answer.status == 200, answer
    preview = answer.json["Preview"]
    told = json.dumps(preview["Findings"])
    assert "telnet" in told and "vim" in told and "openssl" not in told, told
    assert node.instance in told and preview["Summary"], preview
    assert preview["Evidence"]["Judged"] >= 1
    # nothing has happened yet
    assert states(ssm, node.instance) == dict.fromkeys(PACKAGES, "InstalledOther")

    ssm.update_patch_baseline(**change)
    assert server.client().native("POST", "/v1/host/scan", {}).status == 200
    after = states(ssm, node.instance)
    rejected = {"telnet": "InstalledRejected", "vim": "InstalledRejected"}
    assert after == dict.fromkeys(PACKAGES, "InstalledOther") | rejected
    summary = ssm.describe_instance_patch_states(InstanceIds=[node.instance])["InstancePatchStates"][0]
    assert (summary["InstalledRejectedCount"], summary["InstalledOtherCount"]) == (2, 2)
    assert summary["BaselineId"] == baseline and summary["Operation"] == "Scan"


def test_groups_decide_which_baseline_judges(server, ssm, node):
    strict = create(ssm, "strict", OperatingSystem="DEBIAN", RejectedPatches=["telnet"], RejectedPatchesAction="BLOCK")
    ssm.register_patch_baseline_for_patch_group(BaselineId=strict, PatchGroup="web")
    assert node.report().status == 200
    assert "InstalledRejected" not in states(ssm, node.instance).values()
    tag = [{"Key": "Patch Group", "Value": "web"}]
    ssm.add_tags_to_resource(ResourceType="ManagedInstance", ResourceId=node.instance, Tags=tag)
    assert server.client().native("POST", "/v1/host/scan", {}).status == 200
    assert states(ssm, node.instance)["telnet"] == "InstalledRejected"
    found = ssm.describe_instance_patch_states_for_patch_group(PatchGroup="web")["InstancePatchStates"]
    assert [(one["InstanceId"], one["BaselineId"]) for one in found] == [(node.instance, strict)]
    state = ssm.describe_patch_group_state(PatchGroup="web")
    assert (state["Instances"], state["InstancesWithInstalledRejectedPatches"]) == (1, 1)


def test_filters_of_patches(ssm, node):
    assert node.report().status == 200
    for value in ("InstalledOther", "INSTALLED_OTHER"):
        found = ssm.describe_instance_patches(
            InstanceId=node.instance, Filters=[{"Key": "State", "Values": [value]}], MaxResults=10
        )
        assert len(found["Patches"]) == len(PACKAGES)
    wrong = [{"Key": "Favourite", "Values": ["blue"]}]
    assert refused(ssm.describe_instance_patches, InstanceId=node.instance, Filters=wrong)[0] == "InvalidFilter"
    assert refused(ssm.describe_instance_patches, InstanceId="mi-00000000000000000")[0] == "InvalidInstanceId"


def test_garbage_in_a_report_is_refused(node):
    for inventory in ({}, [], "text", {"instance": node.instance}, {"installed": [{"name": 7}]}):
        answer = node.client.native("POST", "/v1/host/inventory", {"InstanceId": node.instance, "Inventory": inventory})
        assert 400 <= answer.status < 500, (inventory, answer)
    assert 400 <= node.client.native("POST", "/v1/host/index", {"Digest": "0" * 64, "Index": "AAAA"}).status < 500


@pytest.fixture(scope="module")
def observing(tmp_path_factory):
    """A server that observes this very machine."""
    if not pathlib.Path("/var/lib/dpkg/status").exists():
        pytest.skip("this machine has no Debian package database to observe")
    server = Server(tmp_path_factory.mktemp("observing") / "data", observe=True).start()
    ssm = sdk(server.endpoint)
    deadline = time.monotonic() + 100
    while not ssm.describe_instance_information()["InstanceInformationList"]:
        assert time.monotonic() < deadline, server.tail()
        time.sleep(0.5)
    server.instance = ssm.describe_instance_information()["InstanceInformationList"][0]["InstanceId"]
    # A host is judged when its inventory comes, and again as each of its package indices does.
    while (status := judged(server)) is None or any("not been received" in blind for blind in status["Blind"]):
        assert time.monotonic() < deadline, server.tail()
        time.sleep(0.5)
    yield server
    server.kill()


def judged(server):
    """What `host status` says of this machine; None before it was judged."""
    ssm = sdk(server.endpoint)
    if not ssm.describe_instance_patch_states(InstanceIds=[server.instance])["InstancePatchStates"]:
        return None
    return json.loads(run(server, "host", "status", "--output", "json"))


def run(server, *arguments):
    variables = environment(BARTIZAN_DATA=str(server.data), BARTIZAN_REGION=REGION) | server.environment()
    done = subprocess.run([program(), *arguments], env=variables, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done
    return done.stdout


def test_this_machine_is_observed_whole(observing):
    """dpkg itself is the witness for what is installed."""
    ssm = sdk(observing.endpoint)
    listing = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}.${Architecture}\n"]
    listed = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.splitlines()
    installed = {line.split()[1] for line in listed if line[1] == "i"}
    pages = ssm.get_paginator("describe_instance_patches").paginate(InstanceId=observing.instance)
    patches = [patch for page in pages for patch in page["Patches"]]
    assert {patch["KBId"] for patch in patches} == installed
    summary = ssm.describe_instance_patch_states(InstanceIds=[observing.instance])["InstancePatchStates"][0]
    for state in ("Installed", "InstalledOther", "Missing", "InstalledRejected"):
        assert summary.get(f"{state}Count", 0) == sum(patch["State"] == state for patch in patches), state


def test_status_and_explanation_of_this_machine(observing):
    status = json.loads(run(observing, "host", "status", "--output", "json"))
    assert status["InstanceId"] == observing.instance and status["Packages"] > 50
    assert observing.instance in run(observing, "host", "status")
    explained = json.loads(run(observing, "host", "explain", "bash", "--output", "json"))
    assert [one["Name"] for one in explained["Decisions"]] == ["bash"] and explained["Decisions"][0]["Steps"]
    assert "bash" in run(observing, "host", "explain", "bash")
    assert observing.instance in run(observing, "host", "list")


def test_a_preview_over_this_machine_names_real_packages(observing):
    ssm = sdk(observing.endpoint)
    system = "UBUNTU" if "ubuntu" in pathlib.Path("/etc/os-release").read_text().lower() else "DEBIAN"
    baseline = create(ssm, OperatingSystem=system, RejectedPatchesAction="BLOCK")
    ssm.register_default_patch_baseline(BaselineId=baseline)
    printed = run(observing, "preview", "--baseline", baseline, "--rejected-patches", "bash", "--output", "json")
    assert "bash" in json.dumps(json.loads(printed)["Preview"]["Findings"])
    assert "nothing has been committed" in run(observing, "preview", "--baseline", baseline, "--rejected-patches", "bash")


def test_the_machine_stays_one_host_over_restarts(observing):
    observing.kill()
    observing.start()
    time.sleep(3)
    listed = sdk(observing.endpoint).describe_instance_information()["InstanceInformationList"]
    assert [one["InstanceId"] for one in listed] == [observing.instance]
