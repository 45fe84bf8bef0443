"""boto3 through the whole life of baselines, groups and defaults, as its users write it."""

import datetime

import botocore.exceptions
import pytest

import valid
from conftest import sdk
from server import ACCOUNT, REGION

UNKNOWN = "pb-0123456789abcdef0"
# a document without its name, which `create` gives
REST = {name: value for name, value in valid.DOCUMENT.items() if name != "Name"}
NOW = datetime.datetime.now(datetime.UTC)


def refused(call, **request):
    """The error's code and text."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**request)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def create(ssm, name="baseline", **more):
    return ssm.create_patch_baseline(Name=name, **{"OperatingSystem": "REDHAT_ENTERPRISE_LINUX"} | more)["BaselineId"]


def get(ssm, baseline):
    answer = ssm.get_patch_baseline(BaselineId=baseline)
    answer.pop("ResponseMetadata")
    return answer


def test_a_baseline_without_anything_has_every_default(ssm):
    baseline = ssm.create_patch_baseline(Name="plain")["BaselineId"]
    assert baseline.startswith("pb-") and len(baseline) == 20
    made = get(ssm, baseline)
    created = made.pop("CreatedDate")
    assert abs((created - NOW).total_seconds()) < 3600 and made.pop("ModifiedDate") == created
    assert made.pop("AvailableSecurityUpdatesComplianceStatus", "COMPLIANT") in ("COMPLIANT", "NON_COMPLIANT")
    assert made == {
        "BaselineId": baseline,
        "Name": "plain",
        "OperatingSystem": "WINDOWS",
        "GlobalFilters": {"PatchFilters": []},
        "ApprovalRules": {"PatchRules": []},
        "ApprovedPatches": [],
        "ApprovedPatchesComplianceLevel": "UNSPECIFIED",
        "ApprovedPatchesEnableNonSecurity": False,
        "RejectedPatches": [],
        "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
        "PatchGroups": [],
        "Sources": [],
    }


def test_a_baseline_with_everything_comes_back_as_it_was_given(ssm):
    made = get(ssm, create(ssm, **REST))
    assert {name: made[name] for name in REST} == REST


def test_an_update_changes_what_it_names_and_nothing_else(ssm):
    baseline = create(ssm, **REST)
    for name, value in {
        "Name": "renamed",
        "Description": "another",
        "ApprovedPatches": ["bash*", "openssl*"],
        "RejectedPatches": [],
        "RejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
        "ApprovedPatchesComplianceLevel": "LOW",
        "ApprovedPatchesEnableNonSecurity": False,
        "GlobalFilters": {"PatchFilters": []},
        "ApprovalRules": {"PatchRules": []},
        "Sources": [],
    }.items():
        before = get(ssm, baseline)
        answer = ssm.update_patch_baseline(BaselineId=baseline, **{name: value})
        after = get(ssm, baseline)
        assert answer[name] == value and after[name] == value, name
        assert "PatchGroups" not in answer
        changed = {key for key in before | after if before.get(key) != after.get(key)}
        assert changed <= {name, "ModifiedDate"}, name
        assert after["ModifiedDate"] >= before["ModifiedDate"]


def test_replace_puts_back_the_defaults_of_what_is_not_named(ssm):
    baseline = create(ssm, **REST, Tags=valid.TAGS)
    ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup="kept")
    code, message = refused(ssm.update_patch_baseline, BaselineId=baseline, Replace=True)
    assert code == "ValidationException" and "name" in message
    ssm.update_patch_baseline(BaselineId=baseline, Replace=True, Name="bare")
    after = get(ssm, baseline)
    bare = get(ssm, create(ssm, "bare"))
    different = {key for key in after.keys() | bare.keys() if after.get(key) != bare.get(key)}
    assert different <= {"BaselineId", "CreatedDate", "ModifiedDate", "PatchGroups"}
    assert after["PatchGroups"] == ["kept"] and "Description" not in after
    tags = ssm.list_tags_for_resource(ResourceType="PatchBaseline", ResourceId=baseline)["TagList"]
    assert tags == valid.TAGS


def test_dates_of_rules(ssm):
    rule = valid.RULE
    until = {name: value for name, value in rule.items() if name != "ApproveAfterDays"} | {"ApproveUntilDate": "2024-02-29"}
    baseline = create(ssm, ApprovalRules={"PatchRules": [until]})
    assert get(ssm, baseline)["ApprovalRules"] == {"PatchRules": [until]}
    for wrong in (
        until | {"ApproveAfterDays": 1},
        {name: value for name, value in until.items() if name != "ApproveUntilDate"},
        until | {"ApproveUntilDate": "2023-02-29"},
        until | {"ApproveUntilDate": "29/02/2024"},
    ):
        code, _ = refused(ssm.create_patch_baseline, Name="dates", OperatingSystem="SUSE", ApprovalRules={"PatchRules": [wrong]})
        assert code == "ValidationException", wrong


def test_filters_are_checked_for_the_operating_system(ssm):
    def rules(key, value):
        return {"PatchRules": [valid.RULE | {"PatchFilterGroup": {"PatchFilters": [{"Key": key, "Values": [value]}]}}]}

    code, message = refused(
        ssm.create_patch_baseline, Name="filters", OperatingSystem="REDHAT_ENTERPRISE_LINUX",
        ApprovalRules=rules("CLASSIFICATION", "Nonsense"),
    )
    assert code == "ValidationException"
    assert "Invalid Filter Value: Nonsense for Key: CLASSIFICATION, valid values are: " in message
    code, _ = refused(
        ssm.create_patch_baseline, Name="filters", OperatingSystem="DEBIAN", ApprovalRules=rules("MSRC_SEVERITY", "Critical")
    )
    assert code == "ValidationException"
    baseline = create(ssm)
    code, _ = refused(ssm.update_patch_baseline, BaselineId=baseline, ApprovalRules=rules("CLASSIFICATION", "Nonsense"))
    assert code == "ValidationException"
    ssm.update_patch_baseline(BaselineId=baseline, ApprovalRules=rules("CLASSIFICATION", "*"))


def test_what_does_not_exist(ssm):
    for call, request in (
        (ssm.get_patch_baseline, {}),
        (ssm.update_patch_baseline, {"Name": "renamed"}),
        (ssm.register_default_patch_baseline, {}),
        (ssm.register_patch_baseline_for_patch_group, {"PatchGroup": "any"}),
        (ssm.describe_effective_patches_for_patch_baseline, {}),
    ):
        code, message = refused(call, BaselineId=UNKNOWN, **request)
        assert code == "DoesNotExistException", call
        assert message
    assert refused(ssm.get_patch_baseline, BaselineId=UNKNOWN)[1] == "Patch Baseline to be retrieved does not exist."
    assert ssm.delete_patch_baseline(BaselineId=UNKNOWN)["BaselineId"] == UNKNOWN


def test_deleting(ssm):
    baseline = create(ssm)
    assert ssm.delete_patch_baseline(BaselineId=baseline)["BaselineId"] == baseline
    assert refused(ssm.get_patch_baseline, BaselineId=baseline)[0] == "DoesNotExistException"
    assert refused(ssm.update_patch_baseline, BaselineId=baseline, Name="gone")[0] == "DoesNotExistException"
    ssm.delete_patch_baseline(BaselineId=baseline)
    grouped = create(ssm)
    ssm.register_patch_baseline_for_patch_group(BaselineId=grouped, PatchGroup="web")
    code, message = refused(ssm.delete_patch_baseline, BaselineId=grouped)
    assert code == "ResourceInUseException"
    assert message == "PatchBaseline to be deleted is used for Patch Group: web"
    ssm.deregister_patch_baseline_for_patch_group(BaselineId=grouped, PatchGroup="web")
    ssm.register_default_patch_baseline(BaselineId=grouped)
    assert refused(ssm.delete_patch_baseline, BaselineId=grouped)[0] == "ResourceInUseException"
    owned = ssm.describe_patch_baselines(
        Filters=[{"Key": "OWNER", "Values": ["AWS"]}, {"Key": "OPERATING_SYSTEM", "Values": ["REDHAT_ENTERPRISE_LINUX"]}]
    )["BaselineIdentities"]
    ssm.register_default_patch_baseline(BaselineId=owned[0]["BaselineId"])
    ssm.delete_patch_baseline(BaselineId=grouped)


def test_groups(ssm):
    first, second = create(ssm, "first"), create(ssm, "second")
    other = create(ssm, "other", OperatingSystem="DEBIAN")
    answer = ssm.register_patch_baseline_for_patch_group(BaselineId=first, PatchGroup="Production Web")
    assert (answer["BaselineId"], answer["PatchGroup"]) == (first, "Production Web")
    ssm.register_patch_baseline_for_patch_group(BaselineId=first, PatchGroup="Production Web")
    code, message = refused(ssm.register_patch_baseline_for_patch_group, BaselineId=second, PatchGroup="Production Web")
    assert code == "AlreadyExistsException"
    assert "already has a baseline registered for OperatingSystem REDHAT_ENTERPRISE_LINUX." in message
    ssm.register_patch_baseline_for_patch_group(BaselineId=other, PatchGroup="Production Web")
    assert get(ssm, first)["PatchGroups"] == ["Production Web"]
    for system, expected in (("REDHAT_ENTERPRISE_LINUX", first), ("DEBIAN", other)):
        found = ssm.get_patch_baseline_for_patch_group(PatchGroup="Production Web", OperatingSystem=system)
        assert (found["BaselineId"], found["OperatingSystem"]) == (expected, system)
    default = ssm.get_patch_baseline_for_patch_group(PatchGroup="nobody")
    assert default["OperatingSystem"] == "WINDOWS"
    assert default["BaselineId"] == ssm.get_default_patch_baseline()["BaselineId"]
    mappings = ssm.describe_patch_groups()["Mappings"]
    assert {(m["PatchGroup"], m["BaselineIdentity"]["BaselineId"]) for m in mappings} == {
        ("Production Web", first), ("Production Web", other)
    }
    one = ssm.describe_patch_groups(Filters=[{"Key": "OPERATING_SYSTEM", "Values": ["DEBIAN"]}])["Mappings"]
    assert [m["BaselineIdentity"]["OperatingSystem"] for m in one] == ["DEBIAN"]
    assert ssm.describe_patch_groups(Filters=[{"Key": "NAME_PREFIX", "Values": ["Test"]}])["Mappings"] == []
    gone = ssm.deregister_patch_baseline_for_patch_group(BaselineId=first, PatchGroup="Production Web")
    assert (gone["BaselineId"], gone["PatchGroup"]) == (first, "Production Web")
    ssm.deregister_patch_baseline_for_patch_group(BaselineId=first, PatchGroup="Production Web")
    ssm.register_patch_baseline_for_patch_group(BaselineId=second, PatchGroup="Production Web")


def test_defaults(ssm):
    def flags(system):
        found = ssm.describe_patch_baselines(Filters=[{"Key": "OPERATING_SYSTEM", "Values": [system]}])
        return {one["BaselineId"]: one["DefaultBaseline"] for one in found["BaselineIdentities"]}

    vendors = ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"]
    assert vendors.startswith(f"arn:aws:ssm:{REGION}:") and ":patchbaseline/pb-" in vendors
    assert flags("DEBIAN") == {vendors: True}
    own = create(ssm, "own", OperatingSystem="DEBIAN")
    assert ssm.register_default_patch_baseline(BaselineId=own)["BaselineId"] == own
    assert ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"] == own
    assert flags("DEBIAN") == {vendors: False, own: True}
    assert ssm.get_default_patch_baseline(OperatingSystem="UBUNTU")["BaselineId"] != own
    ssm.register_default_patch_baseline(BaselineId=vendors)
    assert flags("DEBIAN") == {vendors: True, own: False}


def test_the_vendors_baselines(ssm):
    found = ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["AWS"]}], MaxResults=100)["BaselineIdentities"]
    assert len({one["OperatingSystem"] for one in found}) == 15
    for one in found:
        whole = get(ssm, one["BaselineId"])
        assert whole["Name"] == one["BaselineName"] and whole["OperatingSystem"] == one["OperatingSystem"]
    debian = next(one["BaselineId"] for one in found if one["OperatingSystem"] == "DEBIAN")
    assert refused(ssm.get_patch_baseline, BaselineId=debian.rpartition("/")[2])[0] == "DoesNotExistException"
    assert refused(ssm.update_patch_baseline, BaselineId=debian, Name="mine")[0] == "ValidationException"
    assert refused(ssm.delete_patch_baseline, BaselineId=debian)[0] == "ValidationException"


def test_listing_in_pages(ssm):
    made = {create(ssm, f"page-{number:02}") for number in range(23)}
    create(ssm, "elsewhere")
    filters = [{"Key": "NAME_PREFIX", "Values": ["page-"]}, {"Key": "OWNER", "Values": ["Self"]}]
    pages = list(ssm.get_paginator("describe_patch_baselines").paginate(Filters=filters, PaginationConfig={"PageSize": 5}))
    found = [one["BaselineId"] for page in pages for one in page["BaselineIdentities"]]
    assert len(pages) == 5 and len(found) == 23 and set(found) == made
    assert "NextToken" not in pages[-1]
    assert refused(ssm.describe_patch_baselines, NextToken="no-such-token")[0] in ("InvalidNextToken", "ValidationException")
    for number, baseline in enumerate(sorted(made)[:12]):
        ssm.register_patch_baseline_for_patch_group(BaselineId=baseline, PatchGroup=f"group-{number}")
    groups = ssm.get_paginator("describe_patch_groups").paginate(PaginationConfig={"PageSize": 5})
    assert len({m["PatchGroup"] for page in groups for m in page["Mappings"]}) == 12


def test_tokens_make_creation_repeatable(ssm):
    request = {"Name": "once", "ClientToken": "token-1", "Description": "first"}
    first = ssm.create_patch_baseline(**request)["BaselineId"]
    assert ssm.create_patch_baseline(**request)["BaselineId"] == first
    code, _ = refused(ssm.create_patch_baseline, **request | {"Description": "second"})
    assert code == "IdempotentParameterMismatch"
    assert ssm.create_patch_baseline(**request | {"ClientToken": "token-2"})["BaselineId"] != first
    mine = ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
    assert len(mine) == 2


def test_quotas(ssm):
    made = [create(ssm, f"quota-{number}") for number in range(50)]
    code, message = refused(ssm.create_patch_baseline, Name="one-too-many")
    assert code == "ResourceLimitExceededException" and "50" in message
    ssm.delete_patch_baseline(BaselineId=made.pop())
    made.append(create(ssm, "room-again"))
    for number in range(25):
        ssm.register_patch_baseline_for_patch_group(BaselineId=made[0], PatchGroup=f"group-{number}")
    code, _ = refused(ssm.register_patch_baseline_for_patch_group, BaselineId=made[0], PatchGroup="one-too-many")
    assert code == "ResourceLimitExceededException"


def test_properties(ssm):
    def names(**request):
        return [one for page in ssm.get_paginator("describe_patch_properties").paginate(**request) for one in page["Properties"]]

    priorities = names(OperatingSystem="DEBIAN", Property="PRIORITY")
    assert {"Required", "Important", "Standard", "Optional", "Extra"} <= {value for one in priorities for value in one.values()}
    products = names(OperatingSystem="DEBIAN", Property="PRODUCT")
    assert "Debian12" in {value for one in products for value in one.values()}


def test_who_am_i(server):
    answer = sdk(server.endpoint, "sts").get_caller_identity()
    assert answer["Account"] == ACCOUNT and answer["Arn"].startswith(f"arn:aws:iam::{ACCOUNT}:") and answer["UserId"]


def test_another_key_and_another_secret_are_refused(server):
    wrong = server.client(secret="not the secret").call("DescribePatchBaselines", {})
    assert wrong.status in (400, 403) and wrong.code in ("InvalidSignatureException", "SignatureDoesNotMatch"), wrong
    unknown = server.client(key="AKIDNOBODY0000000001").call("DescribePatchBaselines", {})
    assert unknown.status in (400, 403) and unknown.code in ("UnrecognizedClientException", "InvalidClientTokenId"), unknown
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.DescribePatchBaselines"}
    unsigned = server.client().exchange("POST", "/", b"{}", headers)
    assert unsigned.status in (400, 403) and unsigned.code == "MissingAuthenticationTokenException", unsigned
    region = server.client(region="us-west-2").call("DescribePatchBaselines", {})
    assert region.status in (400, 403), region
