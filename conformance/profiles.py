"""boto3 through the whole life of security profiles and what they are made of, as its users write it."""

import copy
import datetime
import json

import botocore.exceptions
import pytest

import valid
from concurrency import CLIENTS, at_once
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


def criteria(**members):
    return {"criteria": {"comparisonOperator": "less-than", "value": {"count": 1}, "durationSeconds": 300} | members}


def without(name, **members):
    found = criteria(**members)
    del found["criteria"][name]
    return found


ML = {"criteria": {"mlDetectionConfig": {"confidenceLevel": "HIGH"}}}
P90 = {"comparisonOperator": "less-than-equals", "statisticalThreshold": {"statistic": "p90"}}
GOOD = {
    "as of the vendor's tests": behavior(
        metric="aws:source-ip-address",
        criteria={"comparisonOperator": "in-cidr-set", "value": {"cidrs": ["192.168.100.14/24", "::1", "10.0.0.1"]}},
    ),
    "a metric alone": behavior(),
    "a model alone": behavior(**ML),
    "a model with runs": behavior(**{"criteria": ML["criteria"] | {"consecutiveDatapointsToAlarm": 10}}),
    "a percentile": behavior(criteria=P90),
    "a percentile over time": behavior(criteria=P90 | {"durationSeconds": 900}),
    "a name that is a metric's": behavior(name="aws:all-bytes-in", **criteria()),
    "a gauge": behavior(metric="aws:num-listening-tcp-ports", **without("durationSeconds")),
    "a message's size": behavior(metric="aws:message-byte-size", **without("durationSeconds")),
    "ports": behavior(
        metric="aws:listening-tcp-ports",
        criteria={"comparisonOperator": "not-in-port-set", "value": {"ports": [0, 65535]}},
    ),
    "being away": behavior(metric="aws:disconnect-duration", **without("durationSeconds")),
    "a custom number": behavior(metric="warmth", criteria={"comparisonOperator": "less-than", "value": {"number": -1.5}}),
    "a custom number as a count": behavior(metric="warmth", **without("durationSeconds")),
    "custom texts": behavior(metric="owners", criteria={"comparisonOperator": "in-set", "value": {"strings": ["a"]}}),
    "a dimension": behavior(metric="aws:num-messages-sent", metricDimension={"dimensionName": "topics"}, **criteria()),
}
# what is wrong, the behavior, and what the text says beside the behavior's name
BAD = {
    "a long run": (behavior(**criteria(consecutiveDatapointsToAlarm=100000)), "consecutiveDatapointsToAlarm 100000 should be in range[1,10]"),
    "no run": (behavior(**criteria(consecutiveDatapointsToClear=0)), "consecutiveDatapointsToClear 0 should be in range[1,10]"),
    "no metric": ({"name": "b"} | criteria(), "metric null"),
    "nothing at all": ({"name": "b"}, "metric null"),
    "an unknown metric": (behavior(metric="aws:nothing"), "metric aws:nothing"),
    "an unknown custom metric": (behavior(metric="cold"), "metric cold"),
    "an odd duration": (behavior(**criteria(durationSeconds=301)), "durationSeconds 301"),
    "no duration": (behavior(**without("durationSeconds")), "durationSeconds null"),
    "no operator": (behavior(**without("comparisonOperator")), "comparisonOperator null"),
    "an operator of sets": (behavior(**criteria(comparisonOperator="in-set")), "comparisonOperator in-set"),
    "a value of another metric": (behavior(**criteria(value={"ports": [1]})), "value ports"),
    "two values": (behavior(**criteria(value={"count": 1, "number": 1.0})), "value count, number"),
    "no value": (behavior(**criteria(value={})), "value null"),
    "no criterion": (behavior(criteria={"comparisonOperator": "less-than"}), "one of value, statisticalThreshold and mlDetectionConfig"),
    "two criteria": (behavior(criteria=criteria()["criteria"] | P90), "only one of value"),
    "a model with an operator": (behavior(criteria=ML["criteria"] | {"comparisonOperator": "less-than"}), "comparisonOperator"),
    "a model with a duration": (behavior(criteria=ML["criteria"] | {"durationSeconds": 300}), "durationSeconds 300"),
    "a model of addresses": (behavior(metric="aws:source-ip-address", **ML), "mlDetectionConfig"),
    "a percentile of ports": (
        behavior(metric="aws:listening-tcp-ports", criteria={"comparisonOperator": "in-port-set", "statisticalThreshold": {"statistic": "p50"}}),
        "statisticalThreshold",
    ),
    "no statistic": (behavior(criteria=P90 | {"statisticalThreshold": {}}), "statisticalThreshold null"),
    "an unknown statistic": (behavior(criteria=P90 | {"statisticalThreshold": {"statistic": "Average"}}), "statistic Average"),
    "addresses over time": (
        behavior(metric="aws:source-ip-address", criteria={"comparisonOperator": "in-cidr-set", "value": {"cidrs": ["10.0.0.0/8"]}, "durationSeconds": 300}),
        "durationSeconds 300",
    ),
    "a broken network": (
        behavior(metric="aws:source-ip-address", criteria={"comparisonOperator": "in-cidr-set", "value": {"cidrs": ["10.0.0.0/33"]}}),
        "cidrs 10.0.0.0/33",
    ),
    "being away too short": (behavior(metric="aws:disconnect-duration", **without("durationSeconds", comparisonOperator="greater-than")), "comparisonOperator greater-than"),
    "a dimension of a device's metric": (behavior(metricDimension={"dimensionName": "topics"}), "metricDimension topics"),
    "an unknown dimension": (behavior(metric="aws:num-messages-sent", metricDimension={"dimensionName": "none"}), "metricDimension none"),
    "a port beyond": (
        behavior(metric="aws:listening-tcp-ports", criteria={"comparisonOperator": "in-port-set", "value": {"ports": [65536]}}),
        "ports",
    ),
    "a negative count": (behavior(**criteria(value={"count": -1})), "count -1"),
}


@pytest.fixture(scope="module")
def judged(shared):
    """A realm with custom metrics and a dimension."""
    client = shared.client()
    for operation, request in (
        ("CreateCustomMetric", {"metricName": "warmth", "metricType": "number"}),
        ("CreateCustomMetric", {"metricName": "owners", "metricType": "string-list"}),
        ("CreateDimension", {"name": "topics", "type": "TOPIC_FILTER", "stringValues": ["a/#"]}),
    ):
        assert client.rest(operation, request | {"clientRequestToken": "t"}).status == 200
    return client


@pytest.mark.parametrize("one", GOOD.values(), ids=GOOD)
def test_a_valid_behavior(judged, one):
    answer = judged.rest("ValidateSecurityProfileBehaviors", {"behaviors": [one]})
    assert answer.body == b'{"valid":true,"validationErrors":[]}', answer


@pytest.mark.parametrize(("one", "said"), BAD.values(), ids=BAD)
def test_an_invalid_behavior_is_told_and_never_stored(judged, one, said):
    answer = judged.rest("ValidateSecurityProfileBehaviors", {"behaviors": [one, behavior(name="fine")]})
    assert answer.status == 200 and answer.json["valid"] is False, answer
    texts = [error["errorMessage"] for error in answer.json["validationErrors"]]
    assert all(text.startswith("Behavior b is malformed. ") for text in texts), texts
    assert any(said in text for text in texts), texts
    for operation in ("CreateSecurityProfile", "UpdateSecurityProfile"):
        answer = judged.rest(operation, {"securityProfileName": "never", "behaviors": [one]})
        assert (answer.status, answer.code) == (400, "InvalidRequestException"), answer
        assert said in answer.message


def test_the_vendors_own_text(judged):
    one = {"name": "Authorization", "metric": "aws:num-authorization-failures"} | criteria(consecutiveDatapointsToAlarm=100000)
    answer = judged.rest("ValidateSecurityProfileBehaviors", {"behaviors": [one]})
    message = "Behavior Authorization is malformed. consecutiveDatapointsToAlarm 100000 should be in range[1,10]"
    assert answer.json == {"valid": False, "validationErrors": [{"errorMessage": message}]}


def test_rules_of_whole_profiles(judged):
    def told(**members):
        answer = judged.rest("CreateSecurityProfile", {"securityProfileName": "never"} | members)
        assert (answer.status, answer.code) == (400, "InvalidRequestException"), answer
        return answer.message

    assert "unique" in told(behaviors=[behavior(), behavior(metric="aws:all-bytes-in")])
    cidrs = [{"cidrs": [f"10.0.{number}.{part}" for number in range(250)]} for part in range(5)]
    values = [
        behavior(f"b{number}", metric="aws:source-ip-address", criteria={"comparisonOperator": "in-cidr-set", "value": value})
        for number, value in enumerate(cidrs)
    ]
    assert "1000" in told(behaviors=values)
    assert "cold" in told(additionalMetricsToRetain=["cold"])
    assert "topics" in told(additionalMetricsToRetainV2=[{"metric": "aws:all-bytes-in", "metricDimension": {"dimensionName": "topics"}}])
    assert "EMAIL" in told(alertTargets={"EMAIL": FIXTURE["alertTargets"]["SNS"]})
    assert "mqttTopic" in told(metricsExportConfig={"mqttTopic": "a/#", "roleArn": ROLE})


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


def test_custom_metrics_live(iot, raw):
    made = iot.create_custom_metric(metricName="warmth", metricType="number", displayName="How warm", clientRequestToken="one")
    assert (made["metricName"], made["metricArn"]) == ("warmth", f"{ARN}custommetric/warmth")
    again = iot.create_custom_metric(metricName="warmth", metricType="number", clientRequestToken="one")
    assert again["metricArn"] == made["metricArn"]
    taken = raw.rest("CreateCustomMetric", {"metricName": "warmth", "metricType": "number", "clientRequestToken": "two"})
    assert (taken.status, taken.code, taken.json["resourceId"]) == (409, "ResourceAlreadyExistsException", "warmth")
    first = iot.describe_custom_metric(metricName="warmth")
    assert (first["metricType"], first["displayName"]) == ("number", "How warm")
    updated = iot.update_custom_metric(metricName="warmth", displayName="How hot")
    assert updated["displayName"] == "How hot" and updated["creationDate"] == first["creationDate"]
    assert updated["lastModifiedDate"] >= first["lastModifiedDate"]
    reserved = refused(iot.create_custom_metric, metricName="aws:warmth", metricType="number")
    assert reserved[0] == "InvalidRequestException"
    assert iot.list_custom_metrics()["metricNames"] == ["warmth"]
    create(iot, behaviors=[behavior(metric="warmth")])
    code, message = refused(iot.delete_custom_metric, metricName="warmth")
    assert code == "InvalidRequestException" and "P1" in message
    assert iot.describe_custom_metric(metricName="warmth")["displayName"] == "How hot"
    iot.update_security_profile(securityProfileName="P1", deleteBehaviors=True)
    iot.delete_custom_metric(metricName="warmth")
    iot.delete_custom_metric(metricName="warmth")
    for call, more in ((iot.describe_custom_metric, {}), (iot.update_custom_metric, {"displayName": "x"})):
        assert refused(call, metricName="warmth", **more)[0] == "ResourceNotFoundException"
    assert refused(iot.update_security_profile, securityProfileName="P1", behaviors=[behavior(metric="warmth")])[0] == "InvalidRequestException"


def test_dimensions_live(iot, raw):
    made = iot.create_dimension(name="topics", type="TOPIC_FILTER", stringValues=["a/+", "b/#"], clientRequestToken="one")
    assert (made["name"], made["arn"]) == ("topics", f"{ARN}dimension/topics")
    iot.create_dimension(name="topics", type="TOPIC_FILTER", stringValues=["a/+"], clientRequestToken="one")
    taken = raw.rest("CreateDimension", {"name": "topics", "type": "TOPIC_FILTER", "stringValues": ["a"], "clientRequestToken": "two"})
    assert (taken.status, taken.code) == (409, "ResourceAlreadyExistsException")
    first = iot.describe_dimension(name="topics")
    assert (first["type"], first["stringValues"]) == ("TOPIC_FILTER", ["a/+", "b/#"])
    assert iot.update_dimension(name="topics", stringValues=["c/#"])["stringValues"] == ["c/#"]
    assert refused(iot.update_dimension, name="topics", stringValues=["c/#/d"])[0] == "InvalidRequestException"
    assert iot.list_dimensions()["dimensionNames"] == ["topics"]
    using = behavior(metric="aws:num-messages-sent", metricDimension={"dimensionName": "topics", "operator": "NOT_IN"})
    create(iot, behaviors=[using])
    assert [one["name"] for one in iot.list_security_profiles(dimensionName="topics")["securityProfileIdentifiers"]] == ["P1"]
    code, message = refused(iot.delete_dimension, name="topics")
    assert code == "InvalidRequestException" and "P1" in message
    iot.delete_security_profile(securityProfileName="P1")
    iot.delete_dimension(name="topics")
    assert refused(iot.describe_dimension, name="topics")[0] == "ResourceNotFoundException"


def test_limits_of_metrics_and_dimensions(iot):
    for number in range(10):
        iot.create_dimension(name=f"d{number}", type="TOPIC_FILTER", stringValues=["a"])
    more = {"name": "more", "type": "TOPIC_FILTER", "stringValues": ["a"]}
    assert refused(iot.create_dimension, **more)[0] == "LimitExceededException"
    for number in range(100):
        iot.create_custom_metric(metricName=f"m{number:03}", metricType="number-list")
    assert refused(iot.create_custom_metric, metricName="more", metricType="number")[0] == "LimitExceededException"
    pages = list(iot.get_paginator("list_custom_metrics").paginate())
    assert [len(page["metricNames"]) for page in pages] == [25] * 4 and "nextToken" not in pages[-1]


def test_what_is_being_used_is_not_deleted_meanwhile(iot, raw):
    for turn in range(10):
        iot.create_custom_metric(metricName="warmth", metricType="number")
        iot.create_security_profile(securityProfileName="P")
        use = {"securityProfileName": "P", "behaviors": [behavior(metric="warmth")]}
        used, deleted = at_once(
            [lambda use=use: raw.rest("UpdateSecurityProfile", use), lambda: raw.rest("DeleteCustomMetric", {"metricName": "warmth"})]
        )
        assert sorted((used.status, deleted.status)) == [200, 400], (turn, used, deleted)
        known = raw.rest("DescribeCustomMetric", {"metricName": "warmth"}).status == 200
        assert known == (used.status == 200)
        iot.delete_security_profile(securityProfileName="P")
        iot.delete_custom_metric(metricName="warmth")


def test_tags(iot):
    profile = create(iot)["securityProfileArn"]
    metric = iot.create_custom_metric(metricName="m", metricType="number", tags=[{"Key": "k", "Value": "v"}])["metricArn"]
    dimension = iot.create_dimension(name="d", type="TOPIC_FILTER", stringValues=["a"], tags=[{"Key": "k"}])["arn"]

    def tags(arn):
        return iot.list_tags_for_resource(resourceArn=arn)["tags"]

    assert tags(profile) == tags(metric) == [{"Key": "k", "Value": "v"}] and tags(dimension) == [{"Key": "k"}]
    iot.tag_resource(resourceArn=profile, tags=[{"Key": "k", "Value": "w"}, {"Key": "a", "Value": ""}])
    assert tags(profile) == [{"Key": "a", "Value": ""}, {"Key": "k", "Value": "w"}]
    iot.untag_resource(resourceArn=profile, tagKeys=["k", "unknown"])
    assert tags(profile) == [{"Key": "a", "Value": ""}]
    many = [{"Key": str(number), "Value": "v"} for number in range(50)]
    assert refused(iot.tag_resource, resourceArn=profile, tags=many)[0] == "LimitExceededException"
    twice = [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]
    assert refused(iot.tag_resource, resourceArn=profile, tags=twice)[0] == "InvalidRequestException"
    assert refused(iot.tag_resource, resourceArn=profile, tags=[{"Key": "aws:x"}])[0] == "InvalidRequestException"
    for call, more in (
        (iot.list_tags_for_resource, {}),
        (iot.tag_resource, {"tags": [{"Key": "k"}]}),
        (iot.untag_resource, {"tagKeys": ["k"]}),
    ):
        assert refused(call, resourceArn=f"{ARN}securityprofile/none", **more)[0] == "ResourceNotFoundException"
        assert refused(call, resourceArn="nonsense", **more)[0] == "InvalidRequestException"
    iot.delete_security_profile(securityProfileName="P1")
    iot.create_security_profile(securityProfileName="P1")
    assert tags(profile) == []


def test_where_devices_connect(iot):
    assert iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    assert iot.describe_endpoint()["endpointAddress"]
    assert refused(iot.describe_endpoint, endpointType="iot:Jobs")[0] == "InvalidRequestException"


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
