"""Custom metrics, dimensions, tags and endpoints: what security profiles and devices refer to."""

from concurrency import at_once
from profiles import ARN, behavior, create, iot, raw, refused

__all__ = ["iot", "raw"]


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
