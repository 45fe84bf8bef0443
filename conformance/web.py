"""boto3 through the whole life of everything in the web room, as its users write it."""

import datetime
import functools
import json
import re

import botocore.exceptions
import pytest

import model
import web_valid as valid
from concurrency import at_once
from conftest import sdk

ARN = valid.WAF_ARN
UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
SEEN = valid.VISIBILITY
GEO = {"GeoMatchStatement": {"CountryCodes": ["NZ"]}}


@pytest.fixture
def waf(server):
    return Checked(sdk(server.endpoint, "wafv2"))


class Checked:
    """A client each of whose errors must be one of the operation's own in the vendor's model, or of the framework's."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        method = getattr(self.client, name)
        if not callable(method) or name in ("exceptions",):
            return method
        operation = self.client.meta.method_to_api_mapping[name]
        known = {shape.name for shape in model.service("wafv2").operation_model(operation).error_shapes}

        def call(**request):
            try:
                answer = method(**request)
            except botocore.exceptions.ClientError as error:
                code = error.response["Error"]["Code"]
                assert code in known | {"ValidationException", "SerializationException"}, f"{operation}: {code}"
                raise
            answer.pop("ResponseMetadata")
            return answer

        return call


def refused(call, **request):
    """The code, the field and the message of a refusal."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**request)
    told = caught.value.response
    return told["Error"]["Code"], told.get("Field"), told["Error"]["Message"]


def rule(name, statement, priority=0, action=None, **more):
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": action or {"Block": {}},
        "VisibilityConfig": SEEN | {"MetricName": name},
    } | more


def runs(name, statement, priority=0, **more):
    """A rule that runs a rule group."""
    one = rule(name, statement, priority, **more) | {"OverrideAction": {"None": {}}}
    del one["Action"]
    return one


def acl(*rules, name="edge", **more):
    return {
        "Name": name,
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": SEEN,
        "Rules": list(rules),
    } | more


def key(summary):
    return {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}


def locked(summary, token=None):
    return key(summary) | {"LockToken": token or summary["LockToken"]}


def exactly(path, bytes_=b"/admin", transformations=("LOWERCASE",)):
    return {
        "ByteMatchStatement": {
            "SearchString": bytes_,
            "FieldToMatch": path,
            "TextTransformations": [{"Priority": n, "Type": t} for n, t in enumerate(transformations)],
            "PositionalConstraint": "EXACTLY",
        }
    }


def test_an_ip_set_lives_from_creation_to_deletion(waf):
    made = waf.create_ip_set(
        Name="bad", Scope="REGIONAL", Description="known bad", IPAddressVersion="IPV4", Addresses=["192.0.2.7/24"]
    )["Summary"]
    assert re.fullmatch(f"{ARN}ipset/bad/{UUID}", made["ARN"])
    assert re.fullmatch(UUID, made["LockToken"])
    got = waf.get_ip_set(**key(made))
    assert got["LockToken"] == made["LockToken"]
    # the text is answered as it was given, bits beyond the prefix included
    assert got["IPSet"] == {
        "Name": "bad",
        "Id": made["Id"],
        "ARN": made["ARN"],
        "Description": "known bad",
        "IPAddressVersion": "IPV4",
        "Addresses": ["192.0.2.7/24"],
    }
    assert refused(waf.create_ip_set, Name="bad", Scope="REGIONAL", IPAddressVersion="IPV6", Addresses=[])[0] == "WAFDuplicateItemException"
    token = waf.update_ip_set(**locked(made), Addresses=["198.51.100.0/24"])["NextLockToken"]
    assert token != made["LockToken"]
    got = waf.get_ip_set(**key(made))
    assert got["LockToken"] == token
    # an update replaces everything: what is left out is cleared
    assert got["IPSet"]["Addresses"] == ["198.51.100.0/24"] and "Description" not in got["IPSet"]
    assert waf.list_ip_sets(Scope="REGIONAL") == {
        "IPSets": [{"Name": "bad", "Id": made["Id"], "ARN": made["ARN"], "LockToken": token}]
    }
    assert refused(waf.update_ip_set, **locked(made), Addresses=[])[0] == "WAFOptimisticLockException"
    assert refused(waf.delete_ip_set, **locked(made))[0] == "WAFOptimisticLockException"
    same = waf.update_ip_set(**locked(made, token), Addresses=["198.51.100.0/24"])["NextLockToken"]
    assert same != token
    wrong = key(made) | {"Id": valid.UUID}
    assert refused(waf.get_ip_set, **wrong)[0] == "WAFNonexistentItemException"
    waf.delete_ip_set(**locked(made, same))
    assert refused(waf.get_ip_set, **key(made))[0] == "WAFNonexistentItemException"
    again = waf.create_ip_set(Name="bad", Scope="REGIONAL", IPAddressVersion="IPV6", Addresses=[])["Summary"]
    assert again["Id"] != made["Id"]


def test_a_regex_pattern_set_lives_from_creation_to_deletion(waf):
    expressions = [{"RegexString": "(?i)(a|b)+"}, {"RegexString": "[[:digit:]]{3}"}]
    made = waf.create_regex_pattern_set(Name="paths", Scope="REGIONAL", RegularExpressionList=expressions)["Summary"]
    assert waf.get_regex_pattern_set(**key(made))["RegexPatternSet"]["RegularExpressionList"] == expressions
    many = [{"RegexString": "a"}] * 11
    assert refused(waf.update_regex_pattern_set, **locked(made), RegularExpressionList=many)[0] == "WAFLimitsExceededException"
    code, field, _ = refused(waf.update_regex_pattern_set, **locked(made), RegularExpressionList=[{"RegexString": "(?=a)"}])
    assert (code, field) == ("WAFInvalidParameterException", "REGEX_PATTERN_SET")
    token = waf.update_regex_pattern_set(**locked(made), RegularExpressionList=[])["NextLockToken"]
    waf.delete_regex_pattern_set(**locked(made, token))
    assert waf.list_regex_pattern_sets(Scope="REGIONAL") == {"RegexPatternSets": []}


def test_a_rule_group_and_a_web_acl_live_together(waf):
    header = exactly({"SingleHeader": {"Name": "X-Admin"}}, b"\x00\xff")
    group_rules = [
        rule("admin", header, RuleLabels=[{"Name": "seen:admin"}]),
        rule("again", {"LabelMatchStatement": {"Scope": "LABEL", "Key": "seen:admin"}}, 1),
    ]
    group = waf.create_rule_group(
        Name="shared", Scope="REGIONAL", Capacity=50, Rules=group_rules, VisibilityConfig=SEEN
    )["Summary"]
    got = waf.get_rule_group(ARN=group["ARN"])["RuleGroup"]
    assert got == waf.get_rule_group(**key(group))["RuleGroup"]
    namespace = "awswaf:123456789012:rulegroup:shared:"
    assert (got["Capacity"], got["LabelNamespace"]) == (50, namespace)
    assert got["AvailableLabels"] == got["ConsumedLabels"] == [{"Name": f"{namespace}seen:admin"}]
    # bytes come back as they were; the name of a single header comes back in lower case
    told = got["Rules"][0]["Statement"]["ByteMatchStatement"]
    assert told["SearchString"] == b"\x00\xff" and told["FieldToMatch"] == {"SingleHeader": {"Name": "x-admin"}}
    assert got["Rules"][1] == group_rules[1]

    reference = {"RuleGroupReferenceStatement": {"ARN": group["ARN"]}}
    rules = [rule("geo", GEO, RuleLabels=[{"Name": f"l{n}"} for n in range(6)]), runs("shared", reference, 1)]
    made = waf.create_web_acl(**acl(*rules, Description="of a test"))["Summary"]
    got = waf.get_web_acl(**key(made))["WebACL"]
    # the group costs what it declares, whatever its rules cost
    assert got["Capacity"] == 1 + 2 + 50
    assert got["Rules"] == rules
    assert got["LabelNamespace"] == "awswaf:123456789012:webacl:edge:"
    assert got["PreProcessFirewallManagerRuleGroups"] == [] and got["ManagedByFirewallManager"] is False

    code, _, message = refused(waf.delete_rule_group, **locked(group))
    assert code == "WAFAssociatedItemException" and "web ACL edge" in message
    token = waf.update_web_acl(**locked(made), DefaultAction={"Block": {}}, VisibilityConfig=SEEN)["NextLockToken"]
    got = waf.get_web_acl(ARN=made["ARN"])["WebACL"]
    assert (got["Rules"], got["Capacity"], got["DefaultAction"]) == ([], 0, {"Block": {}})
    assert "Description" not in got
    waf.delete_rule_group(**locked(group))
    waf.delete_web_acl(**locked(made, token))
    assert waf.list_web_acls(Scope="REGIONAL") == {"WebACLs": []}


def test_a_group_costs_no_more_than_it_declares(waf):
    costly = rule("xss", {"XssMatchStatement": {"FieldToMatch": {"Body": {}}, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}})
    group = {"Name": "small", "Scope": "REGIONAL", "VisibilityConfig": SEEN}
    code, field, message = refused(waf.create_rule_group, **group, Capacity=39, Rules=[costly])
    assert (code, field) == ("WAFInvalidParameterException", "RULE_GROUP") and "parameter: 40" in message
    made = waf.create_rule_group(**group, Capacity=40, Rules=[costly])["Summary"]
    more = [costly, rule("geo", GEO, 1)]
    assert refused(waf.update_rule_group, **locked(made), VisibilityConfig=SEEN, Rules=more)[:2] == (code, field)
    waf.update_rule_group(**locked(made), VisibilityConfig=SEEN, Rules=[more[1]])
    assert waf.get_rule_group(**key(made))["RuleGroup"]["Capacity"] == 40


def test_a_web_acl_costs_no_more_than_it_may(waf):
    references = []
    for number in range(3):
        made = waf.create_rule_group(Name=f"g{number}", Scope="REGIONAL", Capacity=2000, Rules=[], VisibilityConfig=SEEN)
        references.append(runs(f"g{number}", {"RuleGroupReferenceStatement": {"ARN": made["Summary"]["ARN"]}}, number))
    code, field, message = refused(waf.create_web_acl, **acl(*references))
    assert (code, field) == ("WAFInvalidParameterException", "WEB_ACL") and "parameter: 6000" in message
    waf.create_web_acl(**acl(*references[:2]))


NONE = ("NONE",)
LOWER = ("LOWERCASE",)


def looks(kind, field, transformations, **more):
    return {
        kind: {
            "FieldToMatch": field,
            "TextTransformations": [{"Priority": n, "Type": t} for n, t in enumerate(transformations)],
        }
        | more
    }


JSON_BODY = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}}
HEADER_KEY = {"Header": {"Name": "a", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}
ARGUMENT_KEY = {"QueryArgument": {"Name": "a", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}
ANY = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": "ANY"}
CONTAINS = {"SearchString": b"a", "PositionalConstraint": "CONTAINS"}


@pytest.mark.parametrize(
    ("statements", "labels", "units"),
    [
        ([exactly({"UriPath": {}})], 0, 12),
        ([looks("ByteMatchStatement", {"AllQueryArguments": {}}, ("URL_DECODE", "LOWERCASE"), **CONTAINS)], 0, 40),
        ([looks("SqliMatchStatement", JSON_BODY, NONE)], 0, 40),
        ([looks("SqliMatchStatement", JSON_BODY, LOWER)], 0, 50),
        ([looks("SqliMatchStatement", {"Body": {}}, NONE, SensitivityLevel="HIGH")], 0, 30),
        ([looks("XssMatchStatement", {"Body": {}}, NONE)], 0, 40),
        ([looks("RegexMatchStatement", {"Body": {}}, NONE, RegexString="a")], 0, 3),
        ([looks("RegexPatternSetReferenceStatement", {"SingleHeader": {"Name": "a"}}, LOWER, ARN="{regex-set}")], 0, 35),
        ([{"AndStatement": {"Statements": [GEO, {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": "{ip-set}", "IPSetForwardedIPConfig": ANY}}}}]}}], 0, 6),
        ([{"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": GEO}}], 0, 3),
        ([{"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [HEADER_KEY, ARGUMENT_KEY]}}], 0, 62),
        ([GEO], 6, 3),
        ([exactly({"UriPath": {}}), exactly({"UriPath": {}}, b"/b")], 0, 14),
        # a transformation behind another is another one
        ([exactly({"UriPath": {}}, transformations=("LOWERCASE",)), exactly({"UriPath": {}}, transformations=("URL_DECODE", "LOWERCASE"))], 0, 34),
        ([exactly({"UriPath": {}}), exactly({"QueryString": {}})], 0, 24),
        ([{"RuleGroupReferenceStatement": {"ARN": "{group}"}}], 0, 100),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_capacity(shared_waf, statements, labels, units):
    waf, known = shared_waf
    rules = []
    for number, statement in enumerate(statements):
        text = json.dumps(statement, default=lambda blob: blob.decode())
        for name, arn in known.items():
            text = text.replace(f"{{{name}}}", arn)
        wrapped = runs if "RuleGroupReferenceStatement" in statement else rule
        more = {"RuleLabels": [{"Name": f"l{n}"} for n in range(labels)]} if labels else {}
        rules.append(wrapped(f"r{number}", json.loads(text), number, **more))
    assert waf.check_capacity(Scope="REGIONAL", Rules=rules) == {"Capacity": units}


@pytest.fixture(scope="module")
def shared_waf(shared):
    waf = Checked(sdk(shared.endpoint, "wafv2"))
    made = {
        "ip-set": waf.create_ip_set(Name="a", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[]),
        "regex-set": waf.create_regex_pattern_set(Name="a", Scope="REGIONAL", RegularExpressionList=[]),
        "group": waf.create_rule_group(
            Name="a", Scope="REGIONAL", Capacity=100, VisibilityConfig=SEEN, Rules=[rule("geo", GEO)]
        ),
    }
    return waf, {name: one["Summary"]["ARN"] for name, one in made.items()}


def test_what_is_referred_to_stays(waf):
    ips = waf.create_ip_set(Name="ips", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
    regexes = waf.create_regex_pattern_set(Name="regexes", Scope="REGIONAL", RegularExpressionList=[])["Summary"]
    inside = {"OrStatement": {"Statements": [
        {"IPSetReferenceStatement": {"ARN": ips["ARN"]}},
        looks("RegexPatternSetReferenceStatement", {"UriPath": {}}, NONE, ARN=regexes["ARN"]),
    ]}}
    made = waf.create_web_acl(**acl(rule("both", inside)))["Summary"]
    assert refused(waf.delete_ip_set, **locked(ips))[0] == "WAFAssociatedItemException"
    assert refused(waf.delete_regex_pattern_set, **locked(regexes))[0] == "WAFAssociatedItemException"
    # a set that is used may be changed
    token = waf.update_ip_set(**locked(ips), Addresses=["192.0.2.0/24"])["NextLockToken"]
    waf.delete_web_acl(**locked(made))
    waf.delete_ip_set(**locked(ips, token))
    code, field, _ = refused(waf.create_web_acl, **acl(rule("both", inside)))
    assert (code, field) == ("WAFInvalidParameterException", "RULE")
    waf.delete_regex_pattern_set(**locked(regexes))


def test_pages_give_every_item_once(waf):
    names = [f"set-{number:02}" for number in range(23)]
    for name in names:
        waf.create_ip_set(Name=name, Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])
    seen, marker = [], {}
    while True:
        page = waf.list_ip_sets(Scope="REGIONAL", Limit=10, **marker)
        seen += [one["Name"] for one in page["IPSets"]]
        if "NextMarker" not in page:
            break
        marker = {"NextMarker": page["NextMarker"]}
    assert seen == names
    code, _, _ = refused(waf.list_regex_pattern_sets, Scope="REGIONAL", NextMarker=marker["NextMarker"])
    assert code == "WAFInvalidParameterException"


def test_one_of_two_that_change_the_same_revision_wins(waf):
    made = waf.create_web_acl(**acl())["Summary"]

    def update(number):
        change = {"DefaultAction": {"Block": {}}, "VisibilityConfig": SEEN | {"MetricName": f"m{number}"}}
        try:
            return waf.update_web_acl(**locked(made), **change)["NextLockToken"]
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]["Code"]

    answers = at_once([functools.partial(update, number) for number in range(8)])
    assert sorted(answers).count("WAFOptimisticLockException") == 7, answers
    won = [number for number, answer in enumerate(answers) if answer != "WAFOptimisticLockException"]
    got = waf.get_web_acl(**key(made))
    assert got["WebACL"]["VisibilityConfig"]["MetricName"] == f"m{won[0]}" and got["LockToken"] == answers[won[0]]


def test_nothing_is_deleted_while_somebody_begins_to_use_it(waf):
    """Whoever comes first: afterwards no web ACL names a set that is not there."""
    for turn in range(5):
        ips = waf.create_ip_set(Name=f"ips-{turn}", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
        wanted = acl(rule("ips", {"IPSetReferenceStatement": {"ARN": ips["ARN"]}}), name=f"acl-{turn}")

        def race(number, ips=ips, wanted=wanted):
            try:
                waf.delete_ip_set(**locked(ips)) if number else waf.create_web_acl(**wanted)
                return "done"
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]

        assert sorted(at_once([functools.partial(race, number) for number in range(2)])) in (
            ["WAFAssociatedItemException", "done"],
            ["WAFInvalidParameterException", "done"],
        )


BALANCER = valid.BALANCER


def test_a_web_acl_protects_resources(waf):
    one, two = (waf.create_web_acl(**acl(name=name))["Summary"] for name in ("one", "two"))
    assert waf.get_web_acl_for_resource(ResourceArn=BALANCER) == {}
    waf.associate_web_acl(WebACLArn=one["ARN"], ResourceArn=BALANCER)
    assert waf.get_web_acl_for_resource(ResourceArn=BALANCER)["WebACL"]["Name"] == "one"
    code, _, message = refused(waf.delete_web_acl, **locked(one))
    assert code == "WAFAssociatedItemException" and BALANCER in message
    # a resource has one web ACL: another takes its place
    waf.associate_web_acl(WebACLArn=two["ARN"], ResourceArn=BALANCER)
    stage = "arn:aws:apigateway:eu-central-1::/restapis/a1b2c3/stages/prod"
    waf.associate_web_acl(WebACLArn=two["ARN"], ResourceArn=stage)
    assert waf.list_resources_for_web_acl(WebACLArn=one["ARN"]) == {"ResourceArns": []}
    assert waf.list_resources_for_web_acl(WebACLArn=two["ARN"]) == {"ResourceArns": [BALANCER]}
    assert waf.list_resources_for_web_acl(WebACLArn=two["ARN"], ResourceType="API_GATEWAY") == {"ResourceArns": [stage]}
    waf.delete_web_acl(**locked(one))
    waf.disassociate_web_acl(ResourceArn=BALANCER)
    waf.disassociate_web_acl(ResourceArn=BALANCER)
    assert waf.get_web_acl_for_resource(ResourceArn=BALANCER) == {}
    network = BALANCER.replace("/app/", "/net/")
    assert refused(waf.associate_web_acl, WebACLArn=two["ARN"], ResourceArn=network)[:2] == (
        "WAFInvalidParameterException",
        "RESOURCE_ARN",
    )
    gone = one["ARN"]
    assert refused(waf.associate_web_acl, WebACLArn=gone, ResourceArn=BALANCER)[0] == "WAFNonexistentItemException"


def test_logs_have_one_destination(waf):
    made = waf.create_web_acl(**acl())["Summary"]
    streams = [f"arn:aws:firehose:eu-central-1:123456789012:deliverystream/aws-waf-logs-{n}" for n in range(2)]
    wanted = {"ResourceArn": made["ARN"], "LogDestinationConfigs": streams}
    put = waf.put_logging_configuration
    assert refused(put, LoggingConfiguration=wanted)[0] == "WAFLimitsExceededException"
    wrong = wanted | {"LogDestinationConfigs": [streams[0].replace("aws-waf-logs", "logs")]}
    assert refused(put, LoggingConfiguration=wrong)[:2] == ("WAFInvalidParameterException", "LOG_DESTINATION")
    body = wanted | {"LogDestinationConfigs": streams[:1], "RedactedFields": [{"Body": {}}]}
    assert refused(put, LoggingConfiguration=body)[:2] == ("WAFInvalidParameterException", "FIELD_TO_MATCH")
    good = wanted | {"LogDestinationConfigs": streams[:1], "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}]}
    told = put(LoggingConfiguration=good)["LoggingConfiguration"]
    assert told == good | {"ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}
    assert waf.get_logging_configuration(ResourceArn=made["ARN"]) == {"LoggingConfiguration": told}
    assert waf.list_logging_configurations(Scope="REGIONAL") == {"LoggingConfigurations": [told]}
    waf.delete_logging_configuration(ResourceArn=made["ARN"])
    assert refused(waf.delete_logging_configuration, ResourceArn=made["ARN"])[0] == "WAFNonexistentItemException"
    put(LoggingConfiguration=good)
    # logs of a web ACL go with it
    waf.delete_web_acl(**locked(made))
    assert waf.list_logging_configurations(Scope="REGIONAL") == {"LoggingConfigurations": []}


def test_tags(waf):
    tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]
    made = waf.create_web_acl(**acl(Tags=tags))["Summary"]
    listed = waf.list_tags_for_resource(ResourceARN=made["ARN"])["TagInfoForResource"]
    assert listed == {"ResourceARN": made["ARN"], "TagList": tags[::-1]}
    waf.tag_resource(ResourceARN=made["ARN"], Tags=[{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}])
    waf.untag_resource(ResourceARN=made["ARN"], TagKeys=["a", "never"])
    page = waf.list_tags_for_resource(ResourceARN=made["ARN"], Limit=1)
    assert page["TagInfoForResource"]["TagList"] == [{"Key": "b", "Value": "2"}]
    more = waf.list_tags_for_resource(ResourceARN=made["ARN"], NextMarker=page["NextMarker"])
    assert more["TagInfoForResource"]["TagList"] == [{"Key": "c", "Value": "3"}]
    # tags are no part of what the lock token stands for
    assert waf.get_web_acl(**key(made))["LockToken"] == made["LockToken"]
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    assert refused(waf.tag_resource, ResourceARN=made["ARN"], Tags=many)[0] == "WAFTagOperationException"
    waf.delete_web_acl(**locked(made))
    assert refused(waf.list_tags_for_resource, ResourceARN=made["ARN"])[0] == "WAFNonexistentItemException"
    again = waf.create_web_acl(**acl())["Summary"]
    assert waf.list_tags_for_resource(ResourceARN=again["ARN"])["TagInfoForResource"]["TagList"] == []


def test_permission_policies(waf):
    made = waf.create_rule_group(Name="shared", Scope="REGIONAL", Capacity=1, VisibilityConfig=SEEN)["Summary"]
    assert refused(waf.get_permission_policy, ResourceArn=made["ARN"])[0] == "WAFNonexistentItemException"
    put = waf.put_permission_policy
    wrong = valid.POLICY.replace("Allow", "Deny")
    assert refused(put, ResourceArn=made["ARN"], Policy=wrong)[0] == "WAFInvalidPermissionPolicyException"
    put(ResourceArn=made["ARN"], Policy=valid.POLICY)
    assert waf.get_permission_policy(ResourceArn=made["ARN"]) == {"Policy": valid.POLICY}
    waf.delete_permission_policy(ResourceArn=made["ARN"])
    assert refused(waf.delete_permission_policy, ResourceArn=made["ARN"])[0] == "WAFNonexistentItemException"


def test_api_keys(waf):
    keys = [waf.create_api_key(Scope="REGIONAL", TokenDomains=[f"{n}.example.com"])["APIKey"] for n in range(3)]
    listed = waf.list_api_keys(Scope="REGIONAL", Limit=2)
    assert len(listed["APIKeySummaries"]) == 2 and "NextMarker" in listed
    told = waf.get_decrypted_api_key(Scope="REGIONAL", APIKey=keys[1])
    assert told["TokenDomains"] == ["1.example.com"]
    assert abs(told["CreationTimestamp"] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)
    waf.delete_api_key(Scope="REGIONAL", APIKey=keys[1])
    assert refused(waf.delete_api_key, Scope="REGIONAL", APIKey=keys[1])[0] == "WAFNonexistentItemException"
    assert refused(waf.get_decrypted_api_key, Scope="REGIONAL", APIKey=keys[1])[0] == "WAFInvalidResourceException"
    left = waf.list_api_keys(Scope="REGIONAL")["APIKeySummaries"]
    assert {one["APIKey"] for one in left} == {keys[0], keys[2]}
    domains = [f"{n}.example.com" for n in range(6)]
    assert refused(waf.create_api_key, Scope="REGIONAL", TokenDomains=domains)[0] == "WAFLimitsExceededException"


def test_what_needs_traffic_is_empty_without_any(waf):
    limiting = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
    constant = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "CONSTANT", "ScopeDownStatement": GEO}}
    made = waf.create_web_acl(**acl(rule("limit", limiting), rule("all", constant, 1), rule("geo", GEO, 2)))["Summary"]
    now = datetime.datetime.now(datetime.UTC)
    hours = {"StartTime": now - datetime.timedelta(hours=5), "EndTime": now}
    asked = {"WebAclArn": made["ARN"], "RuleMetricName": "limit", "Scope": "REGIONAL", "MaxItems": 5}
    got = waf.get_sampled_requests(**asked, TimeWindow=hours)
    assert (got["SampledRequests"], got["PopulationSize"]) == ([], 0)
    assert abs(now - got["TimeWindow"]["StartTime"] - datetime.timedelta(hours=3)) < datetime.timedelta(minutes=5)
    old = {"StartTime": now - datetime.timedelta(hours=5), "EndTime": now - datetime.timedelta(hours=4)}
    assert refused(waf.get_sampled_requests, **asked, TimeWindow=old)[0] == "WAFInvalidParameterException"
    of = {"Scope": "REGIONAL", "WebACLName": "edge", "WebACLId": made["Id"]}
    got = waf.get_rate_based_statement_managed_keys(**of, RuleName="limit")
    assert got["ManagedKeysIPV4"] == {"IPAddressVersion": "IPV4", "Addresses": []}
    ask = waf.get_rate_based_statement_managed_keys
    assert refused(ask, **of, RuleName="all")[0] == "WAFUnsupportedAggregateKeyTypeException"
    assert refused(ask, **of, RuleName="geo")[0] == "WAFNonexistentItemException"
    got = waf.get_top_path_statistics_by_traffic(
        WebAclArn=made["ARN"], Scope="REGIONAL", TimeWindow=hours, Limit=5, NumberOfTopTrafficBotsPerPath=1
    )
    assert got == {"PathStatistics": [], "TotalRequestCount": 0}
