"""The AWS CLI as people type it, and Bartizan's own command line."""

import json
import pathlib
import subprocess
import sys

import pytest

from clients import create, get
from server import ACCOUNT, REGION, aws, environment, program

AWS = pathlib.Path(sys.executable).with_name("aws")


@pytest.fixture
def cli(server, tmp_path):
    """Runs an AWS CLI command and returns its JSON."""

    def run(*arguments, preview=False, fails=False):
        endpoint = server.endpoint + ("/preview" if preview else "")
        done = subprocess.run(
            [AWS, *arguments, "--output", "json"], env=aws(endpoint, tmp_path), capture_output=True, text=True, timeout=60
        )
        if fails:
            assert done.returncode != 0, done
            return done.stderr
        assert done.returncode == 0, done
        return json.loads(done.stdout) if done.stdout.strip() else {}

    return run


def test_aws_cli_creates_previews_updates_and_deletes(cli):
    rules = "PatchRules=[{PatchFilterGroup={PatchFilters=[{Key=CLASSIFICATION,Values=[Security]}]},ApproveAfterDays=7}]"
    baseline = cli(
        "ssm", "create-patch-baseline", "--name", "from-the-cli", "--operating-system", "REDHAT_ENTERPRISE_LINUX",
        "--approval-rules", rules, "--tags", "Key=Team,Value=blue",
    )["BaselineId"]
    update = ("ssm", "update-patch-baseline", "--baseline-id", baseline, "--rejected-patches", "telnet*", "--description", "new")
    previewed = cli(*update, preview=True)
    assert previewed["RejectedPatches"] == ["telnet*"]
    read = ("ssm", "get-patch-baseline", "--baseline-id", baseline)
    assert cli(*read)["RejectedPatches"] == []
    committed = cli(*update)
    assert {k: v for k, v in committed.items() if k != "ModifiedDate"} == {
        k: v for k, v in previewed.items() if k != "ModifiedDate"
    }
    assert cli(*read)["Description"] == "new"
    cli("ssm", "update-patch-baseline", "--baseline-id", baseline, "--replace", "--name", "replaced")
    assert cli(*read)["ApprovalRules"] == {"PatchRules": []}
    cli("ssm", "register-patch-baseline-for-patch-group", "--baseline-id", baseline, "--patch-group", "web")
    assert "ResourceInUseException" in cli("ssm", "delete-patch-baseline", "--baseline-id", baseline, fails=True)
    cli("ssm", "deregister-patch-baseline-for-patch-group", "--baseline-id", baseline, "--patch-group", "web")
    cli("ssm", "delete-patch-baseline", "--baseline-id", baseline)
    assert "DoesNotExistException" in cli(*read, fails=True)


def test_aws_cli_pages(cli, ssm):
    for number in range(12):
        create(ssm, f"page-{number:02}")
    found = cli("ssm", "describe-patch-baselines", "--filters", "Key=NAME_PREFIX,Values=page-", "--page-size", "5")
    assert len(found["BaselineIdentities"]) == 12


def test_aws_cli_keeps_security_profiles(cli):
    behaviors = json.dumps([
        {
            "name": "traffic",
            "metric": "aws:all-bytes-out",
            "criteria": {"comparisonOperator": "less-than", "value": {"count": 1000}, "durationSeconds": 300},
        }
    ])
    everything = f"arn:aws:iot:{REGION}:{ACCOUNT}:all/things"
    valid = cli("iot", "validate-security-profile-behaviors", "--behaviors", behaviors)
    assert valid == {"valid": True, "validationErrors": []}
    made = cli(
        "iot", "create-security-profile", "--security-profile-name", "from:the-cli", "--behaviors", behaviors,
        "--tags", "Key=Team,Value=blue",
    )
    assert made["securityProfileArn"] == f"arn:aws:iot:{REGION}:{ACCOUNT}:securityprofile/from:the-cli"
    named = ("--security-profile-name", "from:the-cli")
    cli("iot", "attach-security-profile", *named, "--security-profile-target-arn", everything)
    assert cli("iot", "list-targets-for-security-profile", *named)["securityProfileTargets"] == [{"arn": everything}]
    update = ("iot", "update-security-profile", *named, "--expected-version", "1", "--delete-behaviors")
    previewed = cli(*update, preview=True)
    assert previewed["version"] == 2 and "behaviors" not in previewed
    assert cli("iot", "describe-security-profile", *named)["version"] == 1
    assert cli(*update)["version"] == 2
    assert "VersionConflictException" in cli(*update, fails=True)
    assert cli("iot", "list-security-profiles")["securityProfileIdentifiers"][0]["name"] == "from:the-cli"
    assert cli("iot", "list-tags-for-resource", "--resource-arn", made["securityProfileArn"])["tags"][0]["Value"] == "blue"
    assert cli("iot", "delete-security-profile", *named, "--expected-version", "2") == {}
    assert "ResourceNotFoundException" in cli("iot", "describe-security-profile", *named, fails=True)
    assert cli("iot", "describe-endpoint", "--endpoint-type", "iot:Data-ATS")["endpointAddress"]


def test_aws_cli_knows_who_it_is(cli):
    assert cli("sts", "get-caller-identity")["Account"] == ACCOUNT


@pytest.fixture
def bartizan(server, tmp_path):
    """Runs the program's own command line against the server by its data folder."""

    def run(*arguments, code=0, text=None):
        variables = server.environment() | environment(
            HOME=str(tmp_path), BARTIZAN_DATA=str(server.data), BARTIZAN_REGION=REGION
        )
        done = subprocess.run(
            [program(), *arguments], env=variables, input=text, capture_output=True, text=True, timeout=60, cwd=tmp_path
        )
        assert done.returncode == code, done
        return done.stdout

    return run


def test_own_command_line(bartizan, ssm, tmp_path):
    baseline = create(ssm, Description="one")
    update = tmp_path / "update.json"
    update.write_text(json.dumps({"Description": "two"}))
    previewed = json.loads(bartizan("preview", "--baseline", baseline, "--file", str(update), "--output", "json"))
    assert previewed["Answer"]["Description"] == "two" and get(ssm, baseline)["Description"] == "one"
    assert "nothing has been committed" in bartizan("preview", "--baseline", baseline, "--file", str(update))
    bartizan("call", "ssm:UpdatePatchBaseline", "--input", json.dumps({"BaselineId": baseline, "Description": "two"}))
    entries = json.loads(bartizan("history", baseline, "--output", "json"))["Entries"]
    assert [entry["Revision"] for entry in entries] == [1, 2]
    assert entries[1]["Preview"] == previewed["Preview"]["PreviewId"]
    assert "ssm:UpdatePatchBaseline" in bartizan("history", baseline)
    differences = json.loads(bartizan("diff", baseline, "1", "2", "--output", "json"))["Differences"]
    assert any((one["From"], one["To"]) == ("one", "two") for one in differences)
    bartizan("diff", baseline, "1", "2", "--exit-code", code=4)
    bartizan("rollback", baseline, "1", "--preview")
    assert get(ssm, baseline)["Description"] == "two"
    bartizan("rollback", baseline, "1")
    assert get(ssm, baseline)["Description"] == "one"


def test_own_command_line_calls_and_previews_security_profiles(bartizan):
    named = {"securityProfileName": "a:b"}
    behavior = {"name": "traffic", "metric": "aws:all-bytes-out"}

    def call(operation, code=0, **more):
        printed = bartizan("call", f"iot:{operation}", "--input", json.dumps(named | more), code=code)
        return json.loads(printed) if code == 0 else printed

    assert call("CreateSecurityProfile", behaviors=[behavior])["securityProfileName"] == "a:b"
    change = named | {"expectedVersion": 1, "deleteBehaviors": True}
    previewed = json.loads(
        bartizan("preview", "iot:UpdateSecurityProfile", "--input", json.dumps(change), "--output", "json")
    )
    assert previewed["Answer"]["version"] == 2 and call("DescribeSecurityProfile")["version"] == 1
    assert call("UpdateSecurityProfile", expectedVersion=1, deleteBehaviors=True)["version"] == 2
    call("UpdateSecurityProfile", code=1, expectedVersion=1)
    listed = json.loads(bartizan("call", "iot:ListSecurityProfiles", "--input", '{"maxResults": 10}'))
    assert [one["name"] for one in listed["securityProfileIdentifiers"]] == ["a:b"]
    assert call("DeleteSecurityProfile", expectedVersion=2) == {}
    listing = json.loads(bartizan("call", "bartizan:ListHistory", "--input", '{"Kind": "device/security-profile", "Name": "a:b"}'))
    assert [entry["Revision"] for entry in listing["Entries"]] == [1, 2, 3]
    bartizan("call", "iot:MakeCoffee", code=1)


def test_own_command_line_says_what_went_wrong(bartizan, server):
    bartizan("rollback", "pb-0123456789abcdef0", "1", code=1)
    bartizan("call", "ssm:GetPatchBaseline", "--input", "{not json", code=1)
    bartizan("nonsense", code=2)
    server.kill()
    bartizan("history", code=3)


def test_env_points_clients_here(bartizan, server):
    exported = dict(line.removeprefix("export ").split("=", 1) for line in bartizan("env").splitlines() if line.startswith("export "))
    assert exported["AWS_ENDPOINT_URL"].strip("'\"") == server.endpoint
    assert "/preview" in bartizan("env", "--preview")


def test_limits_and_schema_need_no_server():
    for arguments in (["limits"], ["schema"], ["completions", "bash"], ["--version"], ["--help"]):
        done = subprocess.run([program(), *arguments], env=environment(), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stdout, (arguments, done)
