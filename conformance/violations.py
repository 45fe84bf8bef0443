"""Every single violation that the model implies, signed and sent; and several at once."""

import collections
import copy
import json

import pytest

import breaking
import valid
from signed import SSM_TARGET


@pytest.fixture(scope="module")
def client(shared):
    client = shared.client()
    made = client.call("CreatePatchBaseline", {"Name": "for-violations", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX"})
    assert made.status == 200, made
    client.baseline = made.json["BaselineId"]
    return client


def filled(client, request):
    """The request with the baseline's real id."""
    return json.loads(json.dumps(request).replace(valid.BASELINE, client.baseline))


@pytest.fixture(scope="module")
def things(shared):
    """A client in a realm with one of everything that requests refer to."""
    client = shared.client()
    for operation, request in valid.IOT_FIRST:
        made = client.rest(operation, request)
        assert made.status == 200, made
    return client


@pytest.mark.parametrize(("operation", "request_", "instead"), valid.VALID, ids=lambda value: value if isinstance(value, str) else "")
def test_valid_request(client, operation, request_, instead):
    answer = client.call(operation, filled(client, request_))
    assert answer.status == 200 or answer.code in instead, answer


CASES = {
    case.name: case for operation, request, _ in valid.VALID for case in breaking.cases(operation, request)
}


def test_the_model_implies_many_cases():
    """A generator that yields nothing would pass everything below."""
    rules = collections.Counter(case.rule for case in CASES.values())
    assert {case.operation for case in CASES.values()} == {operation for operation, _, _ in valid.VALID}
    assert min(rules[rule] for rule in ("required", "null", "type", "enum", "pattern")) > 10, rules
    assert min(rules[rule] for rule in ("length_min", "length_max", "range_min", "range_max")) > 5, rules


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_violation(client, case):
    answer = client.call(case.operation, filled(client, case.request))
    assert answer.status == 400, answer
    assert answer.code == ("SerializationException" if case.rule == "type" else "ValidationException"), answer
    assert case.path in answer.message or case.list_path in answer.message, answer
    if case.rule != "type":
        assert f"'{case.path}'" in answer.message or f"'{case.list_path}'" in answer.message, answer
    if case.sensitive:
        assert case.sensitive not in answer.message


@pytest.mark.parametrize(("operation", "request_"), valid.IOT, ids=lambda value: value if isinstance(value, str) else "")
def test_valid_iot_request(things, operation, request_):
    answer = things.rest(operation, request_)
    assert answer.status == 200, answer


IOT_CASES = {case.name: case for operation, request in valid.IOT for case in breaking.cases(operation, request, "iot")}


def test_the_model_implies_many_iot_cases():
    rules = collections.Counter(case.rule for case in IOT_CASES.values())
    assert min(rules[rule] for rule in ("required", "null", "type", "enum", "pattern")) > 5, rules
    assert min(rules[rule] for rule in ("length_min", "length_max", "range_min", "range_max")) > 5, rules


@pytest.mark.parametrize("case", IOT_CASES.values(), ids=IOT_CASES)
def test_iot_violation(things, case):
    answer = things.rest(case.operation, case.request)
    assert answer.status == 400, answer
    assert answer.code == ("SerializationException" if case.rule == "type" else "InvalidRequestException"), answer
    # what is wrong with a behavior is told in the vendor's words for that, which begin with the behavior's name
    told = case.path.rpartition(".")[2] if answer.message.startswith("Behavior ") else case.path
    assert told in answer.message or case.list_path in answer.message, answer


def test_all_violations_are_reported_at_once(client):
    request = {
        "Name": "no",
        "OperatingSystem": "PLAN9",
        "Description": "",
        "ApprovedPatches": ["x"] * 51,
        "ApprovalRules": {"PatchRules": [{"ApproveAfterDays": 361}, copy.deepcopy(valid.RULE) | {"ComplianceLevel": "SOME"}]},
        "GlobalFilters": {},
    }
    answer = client.call("CreatePatchBaseline", request)
    assert (answer.status, answer.code) == (400, "ValidationException"), answer
    for path in (
        "name",
        "operatingSystem",
        "description",
        "approvedPatches",
        "approvalRules.patchRules.1.member.patchFilterGroup",
        "approvalRules.patchRules.1.member.approveAfterDays",
        "approvalRules.patchRules.2.member.complianceLevel",
        "globalFilters.patchFilters",
    ):
        assert f"'{path}'" in answer.message, f"{path} is not in {answer.message}"


def test_null_stands_for_absent(client):
    request = {"Name": "with-nulls", "Description": None, "ApprovalRules": None, "Tags": None, "ApprovedPatches": None}
    answer = client.call("CreatePatchBaseline", request)
    assert answer.status == 200, answer


def test_unknown_members_are_ignored(client):
    answer = client.call("DescribePatchBaselines", {"Favourite": {"Colour": ["blue"]}})
    assert answer.status == 200, answer


def test_edges_of_every_bound_are_accepted(client):
    """The last value inside each bound: a constraint must not be tighter than the vendor's either."""
    rule = {"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 0}
    for change in (
        {"Name": "abc"},
        {"Name": "a" * 128},
        {"Description": "d"},
        {"Description": "d" * 1024},
        {"ApprovalRules": {"PatchRules": []}},
        {"ApprovalRules": {"PatchRules": [rule] * 10}},
        {"ApprovalRules": {"PatchRules": [rule | {"ApproveAfterDays": 360}]}},
        {"GlobalFilters": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}] * 4}},
        {"ApprovedPatches": []},
        {"ApprovedPatches": [f"package-{n}" for n in range(50)]},
        {"RejectedPatches": ["p" * 100]},
        {"Sources": []},
    ):
        request = {"Name": "edges", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX"} | change
        answer = client.call("CreatePatchBaseline", request)
        assert answer.status == 200, (change, answer)
        assert client.call("DeletePatchBaseline", {"BaselineId": answer.json["BaselineId"]}).status == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"Name": "a", "Name": }', b"{} trailing"])
def test_what_is_no_json_object_is_a_serialization_error(client, body):
    answer = client.call("CreatePatchBaseline", body)
    assert (answer.status, answer.code) == (400, "SerializationException"), answer


def test_an_operation_that_does_not_exist(client):
    answer = client.call("MakeCoffee", {})
    assert (answer.status, answer.code) == (400, "UnknownOperationException"), answer
    other = client.send("POST", "/", b"{}", {"Content-Type": "application/x-amz-json-1.1"}, "ssm")
    assert other.status in (400, 404) and other.headers["content-type"].startswith("application/"), other
    unknown = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{SSM_TARGET}X.GetPatchBaseline"}
    assert client.send("POST", "/", b"{}", unknown, "ssm").status in (400, 404)


def test_errors_have_the_protocols_form(client):
    answer = client.call("GetPatchBaseline", {"BaselineId": "pb-0123456789abcdef0"})
    assert answer.code == "DoesNotExistException", answer
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-requestid"]
    assert answer.message
