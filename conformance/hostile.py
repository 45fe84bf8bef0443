"""Clients that send anything at all: garbage, too much, too deep, or never the end of it."""

import json
import socket
import time

import pytest

from conftest import long_running
from server import ready


def raw(server, data, then=b"", wait=5):
    """Sends bytes as they are and returns what comes back until the server closes or `wait` seconds pass."""
    host, port = server.endpoint.removeprefix("http://").split(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        try:
            connection.sendall(data)
            if then:
                connection.sendall(then)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except OSError:
            pass
    return received


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSSM.GetPatchBaseline\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
        b"GET",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\n{}",
        HEAD + b"Content-Length: -5\r\n\r\n",
        HEAD + b"Content-Length: 99999999999999999999\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        HEAD + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%ff%fe/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/history?Kind=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PATCH /security-profiles/%zz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /security-profiles?maxResults=%ff&nextToken=" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"DELETE /security-profiles/..%2f..%2fetc HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"Authorization: AWS4-HMAC-SHA256 Credential=////\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"Authorization: \xff\xfe\r\nX-Amz-Date: never\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=range(22),
)
def test_garbage_is_refused_and_harms_nobody(shared, data):
    answer = raw(shared, data)
    if answer:
        status = int(answer.split(b" ", 2)[1])
        assert 400 <= status < 500 or status in (501, 505), answer[:300]
    assert ready(shared.endpoint)


def test_a_body_that_is_too_large_is_refused(shared):
    client = shared.client()
    filler = json.dumps({"Name": "big", "Description": "x" * (12 << 20)}).encode()
    try:
        answer = client.call("CreatePatchBaseline", filler)
    except OSError:
        answer = None  # it may close the connection before all was sent
    if answer is not None:
        assert answer.status in (400, 413), answer
    assert ready(shared.endpoint)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"ApprovalRules":' * 5_000 + b"{}" + b"}" * 5_000])
def test_deep_nesting_is_refused(shared, body):
    answer = shared.client().call("CreatePatchBaseline", body)
    assert (answer.status, answer.code) == (400, "SerializationException"), answer
    assert ready(shared.endpoint)


def test_a_changed_body_breaks_the_signature(shared):
    client = shared.client()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonSSM.CreatePatchBaseline"}
    signed = client.signed("POST", "/", b'{"Name": "mine"}', headers, "ssm")
    answer = client.exchange("POST", "/", b'{"Name": "evil"}', signed)
    assert answer.status in (400, 403) and "Signature" in answer.code, answer


@pytest.mark.timeout(180)
def test_clients_that_never_finish_are_let_go(shared):
    long_running()
    host, port = shared.endpoint.removeprefix("http://").split(":")
    begun = [
        HEAD,
        HEAD + b"Content-Length: 100\r\n\r\n{",
        b"",
    ]
    stalled = []
    for number in range(90):
        connection = socket.create_connection((host, int(port)), timeout=100)
        connection.sendall(begun[number % len(begun)])
        stalled.append(connection)
    # others are served meanwhile
    began = time.monotonic()
    for _ in range(20):
        assert shared.client().call("DescribePatchBaselines", {}).status == 200
    assert time.monotonic() - began < 20
    deadline = time.monotonic() + 90
    for number, connection in enumerate(stalled):
        connection.settimeout(max(1.0, deadline - time.monotonic()))
        if begun[number % len(begun)]:
            while connection.recv(4096):
                pass
        connection.close()
    assert ready(shared.endpoint)
