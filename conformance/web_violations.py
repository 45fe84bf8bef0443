"""Every single violation that the model of the web room implies, and what the service checks beyond the model."""

import collections
import json

import pytest

import breaking
import model
import web_valid as valid


@pytest.fixture(scope="module")
def client(shared):
    """A client in a realm with one of everything that requests refer to."""
    client = shared.client()
    client.known = {}
    for name, operation, request in valid.WAF_FIRST:
        made = client.waf(operation, filled(client, request))
        assert made.status == 200, made
        client.known[name] = made.json["Summary"]["ARN"]
    return client


def filled(client, request):
    """The request with what its braces stand for."""
    text = json.dumps(request)
    for name, arn in client.known.items():
        text = text.replace(f"{{{name}}}", arn)
    return json.loads(text)


def named(value):
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("operation", "request_", "instead"), valid.WAF, ids=named)
def test_valid_request(client, operation, request_, instead):
    answer = client.waf(operation, filled(client, request_))
    if instead:
        assert answer.code in instead, answer
    else:
        assert answer.status == 200, answer


# members of the newest model that are not served, as parity.allow says
NOT_SERVED = ("monetize", "monetizationConfig", "challengeJavascriptSdkInjection")
CASES = {
    case.name: case
    for operation, request, _ in valid.WAF
    for case in breaking.cases(operation, request, "wafv2")
    if not case.path.endswith(NOT_SERVED)
}


def test_every_operation_has_a_request_and_the_model_implies_many_cases():
    assert {operation for operation, _, _ in valid.WAF} == set(model.OPERATIONS["wafv2"])
    rules = collections.Counter(case.rule for case in CASES.values())
    assert min(rules[rule] for rule in ("required", "null", "type", "enum", "pattern")) > 60, rules
    assert min(rules[rule] for rule in ("length_min", "length_max", "range_min", "range_max")) > 10, rules


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_violation(client, case):
    answer = client.waf(case.operation, filled(client, case.request))
    assert answer.status == 400, answer
    assert answer.code == ("SerializationException" if case.rule == "type" else "ValidationException"), answer
    assert f"'{case.path}'" in answer.message or f"'{case.list_path}'" in answer.message, answer


def looking(kind="XssMatchStatement", field=None, **members):
    field = {"Body": {}} if field is None else field
    return {kind: {"FieldToMatch": field, "TextTransformations": valid.TEXT} | members}


GEO = {"GeoMatchStatement": {"CountryCodes": ["NZ"]}}
RATE = {"Limit": 100, "AggregateKeyType": "IP"}
NONE = [{"Priority": 0, "Type": "NONE"}]


def bytes_match(search="YQ==", where="CONTAINS", field=None):
    return looking("ByteMatchStatement", field, SearchString=search, PositionalConstraint=where)


# what is wrong with one rule, and the field that is told
BEYOND = {
    "no statement": ({"Statement": {}}, "STATEMENT"),
    "two statements": ({"Statement": GEO | {"AsnMatchStatement": {"AsnList": [1]}}}, "STATEMENT"),
    "no field": ({"Statement": looking(field={})}, "FIELD_TO_MATCH"),
    "two fields": ({"Statement": looking(field={"Body": {}, "Method": {}})}, "FIELD_TO_MATCH"),
    "an action that is not served": ({"Action": {"Monetize": {}}}, "RULE_ACTION"),
    "two actions": ({"Action": {"Allow": {}, "Count": {}}}, "RULE_ACTION"),
    "no action": ({"Action": None}, "RULE"),
    "an override action": ({"OverrideAction": {"None": {}}}, "RULE"),
    "one statement of two": ({"Statement": {"AndStatement": {"Statements": [GEO]}}}, "AND_STATEMENT"),
    "no statement of two": ({"Statement": {"OrStatement": {"Statements": []}}}, "OR_STATEMENT"),
    "a rate inside": ({"Statement": {"NotStatement": {"Statement": {"RateBasedStatement": RATE}}}}, "STATEMENT"),
    "no country": ({"Statement": {"GeoMatchStatement": {}}}, "GEO_MATCH_STATEMENT"),
    "equal priorities": (
        {"Statement": looking(TextTransformations=NONE + valid.TEXT)},
        "TEXT_TRANSFORMATION",
    ),
    "too many transformations": (
        {"Statement": looking(TextTransformations=[{"Priority": n, "Type": "NONE"} for n in range(11)])},
        "TEXT_TRANSFORMATION",
    ),
    "early transformations of a body": (
        {"Statement": looking(PreParseTextTransformations=[{"Priority": 0, "Type": "URL_DECODE"}])},
        "TEXT_TRANSFORMATION",
    ),
    "a part of a fingerprint": (
        {"Statement": bytes_match(field={"JA4Fingerprint": {"FallbackBehavior": "MATCH"}})},
        "FIELD_TO_MATCH",
    ),
    "a word with a blank": ({"Statement": bytes_match("YSBi", "CONTAINS_WORD")}, "BYTE_MATCH_STATEMENT"),
    "a long search string": ({"Statement": bytes_match("YWFh" * 67)}, "BYTE_MATCH_STATEMENT"),
    "look-ahead": ({"Statement": looking("RegexMatchStatement", RegexString="(?=a)b")}, "STATEMENT"),
    "a strange window": ({"Statement": {"RateBasedStatement": RATE | {"EvaluationWindowSec": 61}}}, "RATE_BASED_STATEMENT"),
    "custom keys without any": (
        {"Statement": {"RateBasedStatement": RATE | {"AggregateKeyType": "CUSTOM_KEYS"}}},
        "CUSTOM_KEYS",
    ),
    "an address alone": (
        {"Statement": {"RateBasedStatement": RATE | {"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"IP": {}}]}}},
        "CUSTOM_KEYS",
    ),
    "two keys in one": (
        {
            "Statement": {
                "RateBasedStatement": RATE | {"AggregateKeyType": "CUSTOM_KEYS", "CustomKeys": [{"ASN": {}, "HTTPMethod": {}}]}
            }
        },
        "CUSTOM_KEYS",
    ),
    "a constant without scope": ({"Statement": {"RateBasedStatement": RATE | {"AggregateKeyType": "CONSTANT"}}}, "SCOPE_DOWN"),
    "nowhere forwarded": (
        {"Statement": {"RateBasedStatement": RATE | {"AggregateKeyType": "FORWARDED_IP"}}},
        "FORWARDED_IP_CONFIG",
    ),
    "a limit that allows": ({"Statement": {"RateBasedStatement": RATE}, "Action": {"Allow": {}}}, "RULE_ACTION"),
    "a reserved label": ({"RuleLabels": [{"Name": "aws:x"}]}, "RULE"),
    "a reserved metric": ({"VisibilityConfig": valid.VISIBILITY | {"MetricName": "Default_Action"}}, "METRIC_NAME"),
    "an unknown body": (
        {"Action": {"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "none"}}}},
        "CUSTOM_RESPONSE_BODY",
    ),
    "a strange status": ({"Action": {"Block": {"CustomResponse": {"ResponseCode": 418}}}}, "CUSTOM_RESPONSE"),
    "a type of its own": (
        {
            "Action": {
                "Block": {"CustomResponse": {"ResponseCode": 403, "ResponseHeaders": [{"Name": "Content-Type", "Value": "x"}]}}
            }
        },
        "CUSTOM_RESPONSE",
    ),
    "one header twice": (
        {
            "Action": {
                "Count": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "A", "Value": "x"}, {"Name": "a", "Value": "y"}]}}
            }
        },
        "CUSTOM_REQUEST_HANDLING",
    ),
    "a short challenge": (
        {"ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 60}}},
        "CHALLENGE_CONFIG",
    ),
    "an unknown set": (
        {"Statement": {"IPSetReferenceStatement": {"ARN": f"{valid.WAF_ARN}ipset/none/{valid.UUID}"}}},
        "RULE",
    ),
    "another scope": (
        {"Statement": {"IPSetReferenceStatement": {"ARN": f"arn:aws:wafv2:us-east-1:123456789012:global/ipset/a/{valid.UUID}"}}},
        "RULE",
    ),
    "no arn": ({"Statement": {"IPSetReferenceStatement": {"ARN": "something of twenty letters"}}}, "RULE"),
    "a set of another sort": ({"Statement": {"IPSetReferenceStatement": {"ARN": "{regex-set}"}}}, "RULE"),
    "an unknown rule of a group": (
        {
            "Statement": {
                "RuleGroupReferenceStatement": {
                    "ARN": "{group}",
                    "RuleActionOverrides": [{"Name": "no-such-rule", "ActionToUse": {"Count": {}}}],
                }
            },
            "Action": None,
            "OverrideAction": {"None": {}},
        },
        "EXCLUDED_RULE",
    ),
    "a group with an action": (
        {"Statement": {"RuleGroupReferenceStatement": {"ARN": "{group}"}}},
        "RULE",
    ),
}


@pytest.mark.parametrize(("change", "field"), BEYOND.values(), ids=BEYOND)
def test_what_is_checked_beyond_the_model(client, change, field):
    rule = {"Name": "r", "Priority": 0, "Statement": GEO, "Action": {"Count": {}}, "VisibilityConfig": valid.VISIBILITY}
    rule = {name: value for name, value in (rule | change).items() if value is not None}
    acl = {"Name": "beyond", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": valid.VISIBILITY}
    answer = client.waf("CreateWebACL", filled(client, acl | {"Rules": [rule]}))
    assert (answer.status, answer.code) == (400, "WAFInvalidParameterException"), answer
    told = answer.json
    assert told["Field"] == field, answer
    assert told["Parameter"] and told["Reason"], answer
    assert answer.message == f"Error reason: {told['Reason']}, field: {told['Field']}, parameter: {told['Parameter']}"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"Scope": "CLOUDFRONT"}, "WAFInvalidParameterException", "SCOPE_VALUE"),
        ({"DefaultAction": {}}, "WAFInvalidParameterException", "DEFAULT_ACTION"),
        ({"TokenDomains": ["localhost"]}, "WAFInvalidParameterException", "TOKEN_DOMAIN"),
        (
            {"AssociationConfig": {"RequestBody": {"TOASTER": {"DefaultSizeInspectionLimit": "KB_16"}}}},
            "WAFInvalidParameterException",
            "ASSOCIATED_RESOURCE_TYPE",
        ),
        ({"Name": "first"}, "WAFDuplicateItemException", None),
        ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "WAFTagOperationException", None),
    ],
    ids=str,
)
def test_what_is_wrong_beside_the_rules(client, change, code, field):
    acl = {"Name": "beside", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": valid.VISIBILITY}
    answer = client.waf("CreateWebACL", acl | change)
    assert (answer.code, answer.json.get("Field")) == (code, field), answer


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0/0", "192.0.2.0/33", "2001:db8::/32", "a", "300.0.0.1/32"])
def test_addresses_of_the_other_family_or_none(client, address):
    request = {"Name": "wrong", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.1/32", address]}
    answer = client.waf("CreateIPSet", request)
    assert (answer.code, answer.json["Field"], answer.json["Parameter"]) == (
        "WAFInvalidParameterException",
        "IP_ADDRESS",
        address,
    ), answer


def test_operations_of_the_newest_model_are_not_known(client):
    newest = set(model.service("wafv2").operation_names) - set(model.OPERATIONS["wafv2"])
    assert newest
    for operation in newest:
        assert client.waf(operation, {}).code == "UnknownOperationException", operation


def test_errors_have_the_protocols_form(client):
    answer = client.waf("GetIPSet", valid.NAMED)
    assert answer.code == "WAFNonexistentItemException", answer
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-requestid"]
    assert answer.json["Message"]
