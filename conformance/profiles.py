"""boto3 through the whole life of security profiles and what they are made of, as its users write it."""

import copy
import datetime
import json

import botocore.exceptions
import pytest

import valid
from concurrency import CLIENTS, EXPECT, at_once
from conftest import sdk
from server import ACCOUNT, REGION

ARN = f"arn:aws:iot:{REGION}:{ACCOUNT}:"
NOW = datetime.datetime.now(datetime.UTC)
ROLE = "arn:aws:iam::123456789012:role/r"
KIND = "device/security-profile"
# Appendix A of the build sheet: the create request that its fixtures begin with
FIXTURE = {
    "securityProfileDescription": "d",
    "behaviors": [
        {
            "name": "MsgRate",
            "metric": "aws:num-messages-sent",
            "criteria": {
                "comparisonOperator": "less-than",
                "value": {"count": 10},
                "durationSeconds": 300,
                "consecutiveDatapointsToAlarm": 1,
                "consecutiveDatapointsToClear": 1,
            },
            "suppressAlerts": False,
        }
    ],
    "alertTargets": {"SNS": {"alertTargetArn": "arn:aws:sns:us-east-1:123456789012:t", "roleArn": ROLE}},
    "additionalMetricsToRetainV2": [{"metric": "aws:num-disconnects"}],
    "tags": [{"Key": "k", "Value": "v"}],
}
[MSG_RATE] = FIXTURE["behaviors"]


@pytest.fixture
def iot(server):
    return sdk(server.endpoint, "iot")


@pytest.fixture
def raw(server):
    """A client without checks of its own."""
    return server.client()


def refused(call, **request):
    """The error's code and text."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**request)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def create(iot, name="P1", **more):
    return iot.create_security_profile(securityProfileName=name, **copy.deepcopy(FIXTURE) | more)


def get(iot, name="P1"):
    answer = iot.describe_security_profile(securityProfileName=name)
    answer.pop("ResponseMetadata")
    return answer


def behavior(name="b", **more):
    return {"name": name, "metric": "aws:all-bytes-out"} | more


def test_the_fixtures_are_answered_to_the_byte(raw):
    created = raw.rest("CreateSecurityProfile", {"securityProfileName": "P1"} | FIXTURE)
    assert created.json == {"securityProfileName": "P1", "securityProfileArn": f"{ARN}securityprofile/P1"}
    assert (created.status, created.headers["content-type"]) == (200, "application/json")
    update = {"securityProfileName": "P1", "expectedVersion": 1, "deleteAlertTargets": True, "securityProfileDescription": "e"}
    updated = raw.rest("UpdateSecurityProfile", update)
    assert updated.status == 200, updated
    whole = updated.json
    dates = [whole.pop("creationDate"), whole.pop("lastModifiedDate")]
    assert all(isinstance(date, (int, float)) and abs(date - NOW.timestamp()) < 3600 for date in dates)
    assert dates[0] <= dates[1]
    assert whole == {
        "securityProfileName": "P1",
        "securityProfileArn": f"{ARN}securityprofile/P1",
        "securityProfileDescription": "e",
        "behaviors": FIXTURE["behaviors"],
        "additionalMetricsToRetain": ["aws:num-disconnects"],
        "additionalMetricsToRetainV2": [{"metric": "aws:num-disconnects"}],
        "version": 2,
    }
    stale = raw.rest("UpdateSecurityProfile", update)
    assert (stale.status, stale.headers["x-amzn-errortype"]) == (409, "VersionConflictException")
    assert set(stale.json) == {"message"} and stale.headers["x-amzn-requestid"]
    both = raw.rest("UpdateSecurityProfile", {"securityProfileName": "P1", "deleteBehaviors": True, "behaviors": [MSG_RATE]})
    assert (both.status, both.code) == (400, "InvalidRequestException"), both
    empty = raw.rest("UpdateSecurityProfile", {"securityProfileName": "P1", "behaviors": []})
    assert empty.json["behaviors"] == FIXTURE["behaviors"] and empty.json["version"] == 3
    gone = raw.rest("DeleteSecurityProfile", {"securityProfileName": "P1"})
    assert (gone.status, gone.body) == (200, b"{}")


def test_a_profile_comes_back_as_it_was_given(iot):
    iot.create_dimension(name="conformance", type="TOPIC_FILTER", stringValues=["a/#"])
    iot.create_security_profile(securityProfileName="P:1_x-y", **valid.PROFILE)
    made = get(iot, "P:1_x-y")
    assert made["version"] == 1 and made["creationDate"] == made["lastModifiedDate"]
    assert made["securityProfileArn"] == f"{ARN}securityprofile/P:1_x-y"
    assert {name: made[name] for name in valid.PROFILE if not name.startswith("additional")} == {
        name: value for name, value in valid.PROFILE.items() if not name.startswith("additional")
    }
    # the older list and the newer one are one: names without a dimension are in both
    assert made["additionalMetricsToRetain"] == ["aws:num-disconnects"]
    assert made["additionalMetricsToRetainV2"] == [
        *valid.PROFILE["additionalMetricsToRetainV2"], {"metric": "aws:num-disconnects"}
    ]
    assert "tags" not in made


def test_an_empty_profile_has_neither_lists_nor_maps(iot):
    iot.create_security_profile(securityProfileName="bare")
    assert set(get(iot, "bare")) == {
        "securityProfileName", "securityProfileArn", "version", "creationDate", "lastModifiedDate"
    }


def test_creating_the_same_again_succeeds_and_something_else_does_not(iot, raw):
    first = create(iot)
    assert create(iot)["securityProfileArn"] == first["securityProfileArn"]
    assert get(iot)["version"] == 1
    for change in ({"securityProfileDescription": "another"}, {"behaviors": []}, {"tags": []}):
        code, _ = refused(create, iot=iot, **change)
        assert code == "ResourceAlreadyExistsException", change
    taken = raw.rest("CreateSecurityProfile", {"securityProfileName": "P1"})
    assert taken.status == 409
    assert (taken.json["resourceId"], taken.json["resourceArn"]) == ("P1", f"{ARN}securityprofile/P1")


CHANGES = {
    "securityProfileDescription": "another",
    "behaviors": [behavior()],
    "alertTargets": {"SNS": {"alertTargetArn": "arn:aws:sns:us-east-1:123456789012:other", "roleArn": ROLE}},
    "additionalMetricsToRetainV2": [{"metric": "aws:all-bytes-in"}],
    "metricsExportConfig": {"mqttTopic": "exported", "roleArn": ROLE},
}
FLAGS = {
    "behaviors": "deleteBehaviors",
    "alertTargets": "deleteAlertTargets",
    "additionalMetricsToRetainV2": "deleteAdditionalMetricsToRetain",
    "metricsExportConfig": "deleteMetricsExportConfig",
}


def test_an_update_changes_what_it_names_and_nothing_else(iot):
    create(iot)
    for version, (name, value) in enumerate(CHANGES.items(), 2):
        before = get(iot)
        answer = iot.update_security_profile(securityProfileName="P1", **{name: value})
        answer.pop("ResponseMetadata")
        after = get(iot)
        assert answer == after and after[name] == value and after["version"] == version, name
        changed = {key for key in before | after if before.get(key) != after.get(key)}
        assert changed <= {name, "additionalMetricsToRetain", "version", "lastModifiedDate"}, name
        assert after["creationDate"] == before["creationDate"]


def test_flags_delete_and_empty_lists_do_not(iot, raw):
    create(iot, metricsExportConfig=CHANGES["metricsExportConfig"])
    nothing = {"behaviors": [], "alertTargets": {}, "additionalMetricsToRetain": [], "additionalMetricsToRetainV2": []}
    before = get(iot)
    iot.update_security_profile(securityProfileName="P1", **nothing)
    kept = get(iot)
    assert {name: kept[name] for name in FLAGS} == {name: before[name] for name in FLAGS}
    for name, flag in FLAGS.items():
        both = raw.rest("UpdateSecurityProfile", {"securityProfileName": "P1", flag: True, name: CHANGES[name]})
        assert (both.status, both.code) == (400, "InvalidRequestException") and flag in both.message, both
        unchanged = raw.rest("UpdateSecurityProfile", {"securityProfileName": "P1", flag: False}).json
        assert unchanged[name] == before[name]
        # with the flag an empty list is no contradiction
        more = {name: []} if isinstance(before[name], list) else {}
        assert name not in raw.rest("UpdateSecurityProfile", {"securityProfileName": "P1", flag: True} | more).json
    both = raw.rest(
        "UpdateSecurityProfile",
        {
            "securityProfileName": "P1",
            "deleteAdditionalMetricsToRetain": True,
            "additionalMetricsToRetain": ["aws:all-bytes-in"],
        },
    )
    assert both.code == "InvalidRequestException", both
    assert set(get(iot)) & set(FLAGS) == set()


def test_every_update_makes_a_version_also_one_that_changes_nothing(iot):
    create(iot)
    assert iot.update_security_profile(securityProfileName="P1")["version"] == 2
    assert iot.update_security_profile(securityProfileName="P1", securityProfileDescription="d")["version"] == 3
    assert iot.update_security_profile(securityProfileName="P1", expectedVersion=3)["version"] == 4


def test_versions_begin_again_with_a_new_life(iot, raw):
    create(iot)
    iot.update_security_profile(securityProfileName="P1", securityProfileDescription="e")
    for wrong in (1, 3, 0):
        code, message = refused(iot.delete_security_profile, securityProfileName="P1", expectedVersion=wrong)
        assert code == "VersionConflictException" and "2" in message
    iot.delete_security_profile(securityProfileName="P1", expectedVersion=2)
    iot.delete_security_profile(securityProfileName="P1", expectedVersion=2)
    assert refused(get, iot=iot)[0] == "ResourceNotFoundException"
    assert refused(iot.update_security_profile, securityProfileName="P1", expectedVersion=2)[0] == "ResourceNotFoundException"
    create(iot)
    assert get(iot)["version"] == 1
    assert iot.update_security_profile(securityProfileName="P1", expectedVersion=1)["version"] == 2
    entries = raw.native("GET", "/v1/history", query={"Kind": KIND, "Name": "P1"}).json["Entries"]
    assert [entry["Revision"] for entry in entries] == [1, 2, 3, 4, 5]


def test_the_ledgers_revision_can_be_expected_as_well(iot, raw):
    create(iot)
    change = {"securityProfileName": "P1", "deleteBehaviors": True}
    for operation, request in (("UpdateSecurityProfile", change), ("DeleteSecurityProfile", {"securityProfileName": "P1"})):
        stale = raw.rest(operation, request, **{EXPECT: "2"})
        assert (stale.status, stale.code) == (409, "VersionConflictException") and "revision 1" in stale.message, stale
    assert raw.rest("UpdateSecurityProfile", change, **{EXPECT: "1"}).json["version"] == 2
    assert raw.rest("DeleteSecurityProfile", {"securityProfileName": "P1"}, **{EXPECT: "2"}).status == 200


def test_a_rollback_is_a_new_version(iot, raw):
    create(iot)
    iot.update_security_profile(securityProfileName="P1", deleteBehaviors=True)
    back = raw.native("POST", "/v1/rollback", {"Kind": KIND, "Name": "P1", "Revision": 1})
    assert back.status == 200, back
    after = get(iot)
    assert (after["version"], after["behaviors"]) == (3, FIXTURE["behaviors"])
    assert iot.update_security_profile(securityProfileName="P1", expectedVersion=3)["version"] == 4


def test_of_many_with_one_version_one_wins(iot, raw):
    create(iot)
    for turn in range(1, 11):

        def attempt(number, turn=turn):
            change = {"securityProfileName": "P1", "expectedVersion": turn, "securityProfileDescription": f"{turn}-{number}"}
            return raw.rest("UpdateSecurityProfile", change)

        answers = at_once([lambda number=number: attempt(number) for number in range(CLIENTS)])
        won = [number for number, answer in enumerate(answers) if answer.status == 200]
        assert len(won) == 1, answers
        lost = {(answer.status, answer.code) for answer in answers if answer.status != 200}
        assert lost == {(409, "VersionConflictException")}
        after = get(iot)
        assert (after["version"], after["securityProfileDescription"]) == (turn + 1, f"{turn}-{won[0]}")


def test_blind_updates_all_land(iot, raw):
    create(iot)

    def write(number):
        change = {"securityProfileName": "P1", "securityProfileDescription": str(number)}
        return [raw.rest("UpdateSecurityProfile", change).json["version"] for _ in range(20)]

    versions = at_once([lambda number=number: write(number) for number in range(CLIENTS)])
    assert sorted(version for each in versions for version in each) == list(range(2, CLIENTS * 20 + 2))


def test_of_many_that_create_something_else_one_wins(raw):
    def attempt(number):
        return raw.rest("CreateSecurityProfile", {"securityProfileName": "P1", "securityProfileDescription": str(number)})

    answers = at_once([lambda number=number: attempt(number) for number in range(CLIENTS)])
    assert sorted(answer.status for answer in answers) == [200] + [409] * (CLIENTS - 1)
    assert {answer.code for answer in answers} == {"", "ResourceAlreadyExistsException"}


def test_lists_come_in_pages(iot):
    names = [f"page-{number:02}" for number in range(12)]
    for name in reversed(names):
        iot.create_security_profile(securityProfileName=name, behaviors=[behavior()] if name < "page-05" else [])
    pages = list(iot.get_paginator("list_security_profiles").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["securityProfileIdentifiers"]) for page in pages] == [5, 5, 2]
    assert ["nextToken" in page for page in pages] == [True, True, False]
    listed = [one for page in pages for one in page["securityProfileIdentifiers"]]
    assert listed == [{"name": name, "arn": f"{ARN}securityprofile/{name}"} for name in names]
    using = iot.list_security_profiles(metricName="aws:all-bytes-out")
    assert [one["name"] for one in using["securityProfileIdentifiers"]] == names[:5] and "nextToken" not in using
    exact = iot.list_security_profiles(maxResults=12)
    assert len(exact["securityProfileIdentifiers"]) == 12 and "nextToken" not in exact
    token = pages[0]["nextToken"]
    for wrong in ({"metricName": "aws:all-bytes-out", "nextToken": token}, {"nextToken": token[:-2]}, {"nextToken": "!"}):
        assert refused(iot.list_security_profiles, **wrong)[0] == "InvalidRequestException"
    assert refused(iot.list_security_profiles, metricName="a", dimensionName="b")[0] == "InvalidRequestException"
    assert refused(iot.list_security_profiles, metricName="unknown")[0] == "ResourceNotFoundException"
    assert refused(iot.list_security_profiles, dimensionName="unknown")[0] == "ResourceNotFoundException"


def test_a_preview_answers_as_the_vendor_and_commits_nothing(server, iot):
    create(iot)
    before = get(iot)
    previewing = sdk(server.endpoint + "/preview", "iot")
    answer = previewing.update_security_profile(securityProfileName="P1", expectedVersion=1, deleteBehaviors=True)
    assert answer["version"] == 2 and "behaviors" not in answer
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"]
    assert get(iot) == before
    stale = refused(previewing.update_security_profile, securityProfileName="P1", expectedVersion=7)
    assert stale[0] == "VersionConflictException"
    previewing.delete_security_profile(securityProfileName="P1")
    assert get(iot) == before


def test_names_and_bodies_as_they_travel(raw):
    """Percent-encoded names, a body without a content type, an unknown member, a null, and no body at all."""
    sent = raw.send("POST", "/security-profiles/a%3Ab", json.dumps({"Unknown": 1, "behaviors": None}).encode(), {}, "iot")
    assert sent.json == {"securityProfileName": "a:b", "securityProfileArn": f"{ARN}securityprofile/a:b"}
    assert raw.send("PATCH", "/security-profiles/a%3Ab?expectedVersion=1&unknown=x", b"", {}, "iot").json["version"] == 2
    # what travels in the path or the query is not read from the body
    odd = json.dumps({"expectedVersion": 7, "securityProfileName": "other"}).encode()
    assert raw.send("PATCH", "/security-profiles/a%3Ab", odd, {}, "iot").json["version"] == 3
    for method, path in (("GET", "/security-profile/a"), ("PUT", "/security-profiles/a"), ("GET", "/security-profiles/")):
        nothing = raw.send(method, path, b"", {}, "iot")
        assert (nothing.status, nothing.code) == (404, "UnknownOperationException"), nothing
        assert nothing.headers["content-type"] == "application/json"
    wrong = raw.send("PATCH", "/security-profiles/a?expectedVersion=one", b"{}", {}, "iot")
    assert (wrong.status, wrong.code) == (400, "SerializationException")
    assert raw.send("GET", "/security-profiles/a", b"", {}, "ssm").status == 403
