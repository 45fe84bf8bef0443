"""What behaviors may say: every rule between their members, told by validation and held at creation and update."""

import pytest

from profiles import FIXTURE, ROLE, behavior


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
