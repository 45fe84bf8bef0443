"""Nobody gets past the door: every operation that there is, asked for by whoever may not."""

import datetime
import json

import botocore.auth
import pytest

from parity import ours
from signed import JSON_TYPE

REFUSED = {
    "unsigned": {"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
    "another secret": {"InvalidSignatureException", "SignatureDoesNotMatch"},
    "an unknown key": {"UnrecognizedClientException", "InvalidClientTokenId"},
    "an old signature": {"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired"},
}


def address(operation):
    """Method, path, body, headers and signing name of an operation's request."""
    binding = operation["binding"]
    if binding["protocol"] == "aws-json-1.1":
        headers = {"Content-Type": JSON_TYPE, "X-Amz-Target": f"{binding['target']}.{operation['name']}"}
        return "POST", "/", b"{}", headers, binding["signing"]
    if binding["protocol"] == "aws-query":
        body = f"Action={operation['name']}&Version={binding['version']}".encode()
        return "POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"}, binding["signing"]
    path = binding["path"].replace("{", "").replace("}", "").replace("+", "")
    body = b"" if binding["method"] in ("GET", "DELETE") else b"{}"
    service = binding["signing"][0] if binding["protocol"] == "aws-rest-json" else "bartizan"
    return binding["method"], path, body, {"Content-Type": "application/json"}, service


def code(answer):
    """The error's code in JSON or XML."""
    if answer.body.lstrip().startswith(b"<"):
        return answer.body.split(b"<Code>", 1)[-1].split(b"</Code>", 1)[0].decode()
    if answer.status == 401 and b"errorCode" in answer.body:
        return json.loads(answer.body)["errorCode"]
    return answer.code


@pytest.fixture
def ask(shared, monkeypatch):
    """Asks for an operation in one of the ways that must be refused."""

    def ask(operation, way, prefix=""):
        method, path, body, headers, service = address(operation)
        if way == "unsigned":
            return shared.client(prefix).exchange(method, path, body, headers)
        if way == "another secret":
            return shared.client(prefix, secret="guessed").send(method, path, body, headers, service)
        if way == "an unknown key":
            return shared.client(prefix, key="AKIDNOBODY0000000001").send(method, path, body, headers, service)
        then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=20)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: then.replace(tzinfo=None))
        return shared.client(prefix).send(method, path, body, headers, service)

    return ask


def operations():
    return list(ours().values())


@pytest.mark.parametrize("way", REFUSED)
@pytest.mark.parametrize("prefix", ["", "/preview"])
def test_every_operation_is_refused(ask, way, prefix):
    wrong = {}
    asked = 0
    for operation in operations():
        anonymous = operation["binding"].get("anonymous", False)
        native = operation["binding"]["protocol"] == "native"
        if (anonymous and way == "unsigned") or (native and prefix):
            continue
        asked += 1
        answer = ask(operation, way, prefix)
        # No signature opens what is asked for with a token.
        bearer = operation["binding"]["protocol"] == "bearer"
        refused = {"401 UNAUTHORIZED"} if bearer else REFUSED[way]
        if not 400 <= answer.status < 404 or code(answer) not in refused:
            wrong[operation["action"]] = answer
    assert wrong == {}
    assert asked > 10


def test_the_anonymous_may_do_only_what_carries_its_own_secret():
    anonymous = {operation["name"] for operation in operations() if operation["binding"].get("anonymous")}
    assert anonymous <= {"EnrolSensor", "RegisterManagedInstance"}, anonymous
