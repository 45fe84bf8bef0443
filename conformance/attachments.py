"""What security profiles are attached to."""

from concurrency import at_once
from profiles import ARN, create, get, iot, raw, refused
from server import ACCOUNT, REGION

__all__ = ["iot", "raw"]


def targets(iot, name="P1"):
    pages = iot.get_paginator("list_targets_for_security_profile").paginate(securityProfileName=name, PaginationConfig={"PageSize": 2})
    return [target["arn"] for page in pages for target in page["securityProfileTargets"]]


def profiles(iot, target, **more):
    pages = iot.get_paginator("list_security_profiles_for_target").paginate(securityProfileTargetArn=target, **more)
    found = [mapping for page in pages for mapping in page["securityProfileTargetMappings"]]
    return [(one["securityProfileIdentifier"]["name"], one["target"]["arn"]) for one in found]


def test_profiles_are_attached_and_detached(iot):
    create(iot)
    iot.create_thing_group(thingGroupName="line:1")
    wanted = sorted(f"{ARN}{target}" for target in ("all/things", "all/registered-things", "all/unregistered-things", "thinggroup/line:1"))
    for target in wanted * 2:
        iot.attach_security_profile(securityProfileName="P1", securityProfileTargetArn=target)
    assert targets(iot) == wanted
    for target in wanted:
        assert profiles(iot, target) == [("P1", target)]
        iot.detach_security_profile(securityProfileName="P1", securityProfileTargetArn=target)
        iot.detach_security_profile(securityProfileName="P1", securityProfileTargetArn=target)
        assert profiles(iot, target) == []
    assert targets(iot) == []
    assert get(iot)["version"] == 1


def test_what_cannot_be_attached(iot):
    create(iot)
    attach = iot.attach_security_profile
    everything = f"{ARN}all/things"
    assert refused(attach, securityProfileName="none", securityProfileTargetArn=everything)[0] == "ResourceNotFoundException"
    group = f"{ARN}thinggroup/none"
    assert refused(attach, securityProfileName="P1", securityProfileTargetArn=group)[0] == "ResourceNotFoundException"
    for wrong in ("everything", f"{ARN}thing/x", everything.replace(ACCOUNT, "999999999999"), everything.replace(REGION, "us-east-1")):
        assert refused(attach, securityProfileName="P1", securityProfileTargetArn=wrong)[0] == "InvalidRequestException", wrong
    detach = iot.detach_security_profile
    assert refused(detach, securityProfileName="none", securityProfileTargetArn=everything)[0] == "ResourceNotFoundException"
    assert refused(iot.list_targets_for_security_profile, securityProfileName="none")[0] == "ResourceNotFoundException"
    assert refused(profiles, iot=iot, target=group)[0] == "ResourceNotFoundException"


def test_a_target_has_five_profiles(iot, raw):
    everything = f"{ARN}all/things"
    for number in range(8):
        create(iot, f"P{number}")

    def attempt(number):
        return raw.rest("AttachSecurityProfile", {"securityProfileName": f"P{number}", "securityProfileTargetArn": everything})

    answers = at_once([lambda number=number: attempt(number) for number in range(8)])
    assert sorted(answer.status for answer in answers) == [200] * 5 + [410] * 3
    assert {answer.code for answer in answers} == {"", "LimitExceededException"}
    assert [name for name, _ in profiles(iot, everything)] == [f"P{n}" for n, answer in enumerate(answers) if answer.status == 200]


def test_groups_below_are_listed_recursively(iot):
    iot.create_thing_group(thingGroupName="top")
    iot.create_thing_group(thingGroupName="below", parentGroupName="top")
    iot.create_thing_group(thingGroupName="beside")
    top, below, beside = (f"{ARN}thinggroup/{name}" for name in ("top", "below", "beside"))
    for name, target in (("A", top), ("B", below), ("C", beside)):
        create(iot, name)
        iot.attach_security_profile(securityProfileName=name, securityProfileTargetArn=target)
    assert profiles(iot, top) == [("A", top)]
    assert profiles(iot, top, recursive=True) == [("B", below), ("A", top)]
    assert profiles(iot, below, recursive=True) == [("B", below)]
    assert profiles(iot, top, recursive=True, PaginationConfig={"PageSize": 1}) == [("B", below), ("A", top)]


def test_a_deleted_profile_is_detached(iot):
    everything = f"{ARN}all/things"
    for name in ("P1", "P2"):
        create(iot, name)
        iot.attach_security_profile(securityProfileName=name, securityProfileTargetArn=everything)
    iot.delete_security_profile(securityProfileName="P1")
    assert profiles(iot, everything) == [("P2", everything)]
    create(iot)
    assert targets(iot) == []


def test_a_deleted_group_has_no_profiles(iot):
    create(iot)
    iot.create_thing_group(thingGroupName="line")
    group = f"{ARN}thinggroup/line"
    iot.attach_security_profile(securityProfileName="P1", securityProfileTargetArn=group)
    iot.delete_thing_group(thingGroupName="line")
    assert targets(iot) == []
    iot.create_thing_group(thingGroupName="line")
    assert profiles(iot, group) == []
