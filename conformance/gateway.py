"""The gateway before an application: requests judged by policy that boto3 made, hot swaps, previews, logs, malformed HTTP."""

import hashlib
import http.client
import itertools
import json
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from protected import BLOCK, COUNT, NONE, SWAP_SECONDS, Application, Protected, Threads, marker, path, rule, seen
from server import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, Server, environment, program



@pytest.fixture
def application():
    server = Threads(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def protected(start, application):
    return Protected(start, application)


def test_the_starter_web_acl_counts_and_blocks_nothing(protected):
    status, headers, text = protected.ask("/search?q=1%27%20OR%20%271%27=%271", headers={"X-Amzn-Waf-Forged": "1", "X-Own": "Yes"})
    assert status == 200 and headers["x-application"] == "yes"
    told = json.loads(text)
    assert told["path"] == "/search?q=1%27%20OR%20%271%27=%271"
    names = {name.lower(): value for name, value in told["headers"]}
    assert "x-amzn-waf-forged" not in names and names["x-own"] == "Yes"
    assert names["x-forwarded-for"] == "127.0.0.1"
    assert ["X-Own", "Yes"] in told["headers"], "the case of names is kept"
    acls = {one["Name"]: one for one in protected.waf.list_web_acls(Scope="REGIONAL")["WebACLs"]}
    now = time.time()
    samples = protected.waf.get_sampled_requests(
        WebAclArn=acls["bartizan-starter"]["ARN"], RuleMetricName="sql-injection", Scope="REGIONAL",
        TimeWindow={"StartTime": now - 600, "EndTime": now + 60}, MaxItems=10,
    )  # fmt: skip
    [sample] = samples["SampledRequests"]
    assert sample["Action"] == "COUNT" and sample["Request"]["URI"] == told["path"]
    assert sample["Request"]["ClientIP"] == "127.0.0.1"
    assert any(label["Name"].endswith(":webacl:bartizan-starter:starter:sql-injection") for label in sample["Labels"])


def test_a_policy_judges_requests(protected):
    addresses = protected.waf.create_ip_set(
        Name="forbidden", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["198.51.100.0/24"]
    )["Summary"]
    group = protected.waf.create_rule_group(
        Name="group", Scope="REGIONAL", Capacity=50, VisibilityConfig=seen("group"),
        Rules=[rule("inner", 0, path("grouped"), BLOCK, RuleLabels=[{"Name": "inner"}])],
    )["Summary"]  # fmt: skip
    forwarded = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH", "Position": "FIRST"}
    body = {"Body": {"OversizeHandling": "CONTINUE"}}
    rules = [
        rule("teapot", 0, path("/tea"), {"Block": {"CustomResponse": {
            "ResponseCode": 429, "CustomResponseBodyKey": "sorry", "ResponseHeaders": [{"Name": "Retry-After", "Value": "7"}]}}}),
        rule("addresses", 1, {"IPSetReferenceStatement": {"ARN": addresses["ARN"], "IPSetForwardedIPConfig": forwarded}}, BLOCK),
        rule("sqli", 2, {"SqliMatchStatement": {"FieldToMatch": body, "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}]}}, BLOCK),
        {"Name": "group", "Priority": 3, "Statement": {"RuleGroupReferenceStatement": {"ARN": group["ARN"]}},
         "OverrideAction": {"None": {}}, "VisibilityConfig": seen("group")},
        rule("insert", 4, path("/insert"), {"Allow": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "foo", "Value": "bar"}]}}}),
        rule("challenge", 5, path("/challenge"), {"Challenge": {}}),
    ]  # fmt: skip
    bodies = {"sorry": {"ContentType": "APPLICATION_JSON", "Content": '{"sorry":true}'}}
    protected.protect(rules, CustomResponseBodies=bodies)
    assert protected.ask("/fine")[0] == 200
    status, headers, text = protected.ask("/tea")
    assert (status, headers["retry-after"], json.loads(text)) == (429, "7", {"sorry": True})
    assert headers["content-type"] == "application/json"
    assert protected.ask("/", headers={"X-Forwarded-For": "198.51.100.9"})[0] == 403
    assert protected.ask("/", headers={"X-Forwarded-For": "not an address"})[0] == 403
    assert protected.ask("/", headers={"X-Forwarded-For": "203.0.113.9"})[0] == 200
    assert protected.ask("/", "POST", "user=1%27+OR+%271%27%3D%271")[0] == 403
    assert protected.ask("/", "POST", "user=alice")[0] == 200
    assert protected.ask("/grouped")[0] == 403
    told = json.loads(protected.ask("/insert")[2])
    assert ["x-amzn-waf-foo", "bar"] in [[name.lower(), value] for name, value in told["headers"]]
    status, headers, _ = protected.ask("/challenge")
    assert (status, headers["x-amzn-waf-action"]) == (202, "challenge")
    # a change of a set reaches the gateway without a change of the web ACL
    token = protected.waf.get_ip_set(Name="forbidden", Scope="REGIONAL", Id=addresses["Id"])["LockToken"]
    protected.waf.update_ip_set(Name="forbidden", Scope="REGIONAL", Id=addresses["Id"], LockToken=token, Addresses=["203.0.113.9/32"])
    deadline = time.monotonic() + SWAP_SECONDS
    while protected.ask("/", headers={"X-Forwarded-For": "203.0.113.9"})[0] != 403:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_client_over_the_limit_is_blocked_and_named(protected):
    limit = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP", "ScopeDownStatement": path("/limited")}}
    acl = protected.protect([rule("rate", 0, limit, BLOCK)])
    statuses = [protected.ask("/limited")[0] for _ in range(12)]
    assert statuses == [200] * 10 + [403] * 2
    keys = protected.waf.get_rate_based_statement_managed_keys(
        Scope="REGIONAL", WebACLName=acl["Name"], WebACLId=acl["Id"], RuleName="rate"
    )
    assert keys["ManagedKeysIPV4"]["Addresses"] == ["127.0.0.1/32"]
    assert protected.ask("/unlimited")[0] == 200


def test_bodies_stream_whole_whatever_their_length(protected):
    protected.protect([rule("size", 0, {"SizeConstraintStatement": {
        "FieldToMatch": {"Body": {"OversizeHandling": "CONTINUE"}}, "ComparisonOperator": "GT", "Size": 3_000_000,
        "TextTransformations": NONE}}, BLOCK)])  # fmt: skip
    for size in (0, 1, 65_535, 65_536, 65_537, 1_000_000, 3_000_000):
        body = os.urandom(size)
        told = json.loads(protected.ask("/up", "POST", body)[2])
        assert (told["length"], told["digest"]) == (size, hashlib.sha256(body).hexdigest()), size
        pieces = [body[at : at + 10_000] for at in range(0, size, 10_000)]
        connection = http.client.HTTPConnection("127.0.0.1", protected.port, timeout=30)
        connection.request("POST", "/chunked", iter(pieces), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        told = json.loads(connection.getresponse().read())
        connection.close()
        assert (told["length"], told["digest"]) == (size, hashlib.sha256(body).hexdigest()), size
    # the true length counts, though only the beginning is inspected
    assert protected.ask("/up", "POST", b"x" * 3_000_001)[0] == 403


@pytest.mark.parametrize(
    "name, head",
    [
        ("no host", "GET / HTTP/1.1\r\n\r\n"),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("other authority", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        ("signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx"),
        ("unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        ("folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
        ("null in header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"),
        ("space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("bad version", "GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
        ("connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("look-alike", "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 1\r\n\r\n"),
    ],
)
def test_what_two_servers_could_read_differently_is_refused(protected_shared, name, head):
    got = protected_shared.raw(head.encode(), 2)
    assert b"X-Application" not in got and b"x-application" not in got, f"{name} reached the application: {got}"
    assert got == b"" or got.split()[1].startswith(b"4"), got


@pytest.fixture(scope="module")
def protected_shared(tmp_path_factory):
    application = Threads(("127.0.0.1", 0), Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    servers = []

    def start(*arguments):
        servers.append(Server(tmp_path_factory.mktemp("gateway") / "data", *arguments))
        return servers[0].start()

    yield Protected(start, application.server_address[1])
    servers[0].kill()
    application.shutdown()
    assert servers[0].panics() == []


def test_a_length_and_a_transfer_encoding_never_smuggle(protected_shared):
    smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    for first in (f"Content-Length: {len(smuggled) + 5}\r\nTransfer-Encoding: chunked", f"Transfer-Encoding: chunked\r\nContent-Length: {len(smuggled) + 5}"):
        got = protected_shared.raw(f"POST / HTTP/1.1\r\nHost: a\r\n{first}\r\n\r\n0\r\n\r\n{smuggled}".encode(), 2)
        # whoever is answered has sent an empty body: what comes behind it is a request of its own, or is dropped
        if got.startswith(b"HTTP/1.1 200"):
            assert b'"path": "/"' in got and b'"length": 0' in got, got
        assert f'"length": {len(smuggled)}'.encode() not in got and f'"length": {len(smuggled) + 5}'.encode() not in got


def test_a_websocket_passes(protected_shared):
    with socket.create_connection(("127.0.0.1", protected_shared.port), timeout=10) as stream:
        stream.sendall(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(1000)
        assert head.startswith(b"HTTP/1.1 101"), head
        stream.sendall(b"hello")
        assert stream.recv(1000) == b"HELLO"


def test_an_application_that_is_away_is_told(start):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = free.getsockname()[1]
    protected = Protected(start, nobody)
    assert protected.ask("/")[0] == 502


def test_plans_are_swapped_under_load_without_a_lost_request(protected):
    acl = protected.protect([rule("first", 0, path("/bad"), BLOCK)])
    statuses, stop = [], threading.Event()

    def load():
        connection = http.client.HTTPConnection("127.0.0.1", protected.port, timeout=30)
        while not stop.is_set():
            for uri in ("/good", "/bad"):
                connection.request("GET", uri)
                answer = connection.getresponse()
                answer.read()
                statuses.append((uri, answer.status))

    clients = [threading.Thread(target=load) for _ in range(4)]
    [client.start() for client in clients]
    for turn in range(5):
        protected.update(acl, [rule(f"turn-{turn}", 0, path("/bad"), BLOCK)], f"mark-{turn}")
    stop.set()
    [client.join() for client in clients]
    assert set(statuses) == {("/good", 200), ("/bad", 403)} and len(statuses) > 50


def test_what_was_previewed_is_what_happens(protected):
    acl = protected.protect([rule("count", 0, path("/counted"), COUNT)])
    uris = ["/counted", "/admin", "/admin/users", "/fine", "/other"]
    assert [protected.ask(uri)[0] for uri in uris] == [200] * 5
    rules = [rule("count", 0, path("/counted"), COUNT), rule("admin", 1, path("/admin"), BLOCK)]
    time.sleep(1.5)  # until the recordings are on the tape
    held = protected.waf.get_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"])
    answer = protected.preview.update_web_acl(
        Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"], LockToken=held["LockToken"], DefaultAction={"Allow": {}},
        VisibilityConfig=seen(acl["Name"]), Rules=[*rules, marker(f"mark-{acl['Name']}")],
    )  # fmt: skip
    name = answer["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"]
    stored = protected.server.client().native("GET", f"/v1/previews/{name}").json
    [found] = [one for one in stored["Preview"]["Findings"] if "NewlyBlocked" in one]
    assert (found["NewlyBlocked"], found["NewlyPassed"], found["NewlyCounted"]) == (2, 0, 0)
    assert found["Rules"] == [{"Rule": "admin", "Count": 2}]
    assert {one["Path"] for one in found["TopPaths"]} == {"/admin", "/admin/users"}
    assert sorted(one["Uri"] for one in found["Requests"]) == ["/admin", "/admin/users"]
    assert any("2 of" in text and "newly be blocked" in text for text in stored["Preview"]["Summary"])
    # nothing has happened yet
    assert protected.ask("/admin")[0] == 200
    protected.update(acl, rules, "mark-after")
    assert [protected.ask(uri)[0] for uri in uris] == [200, 403, 403, 200, 200]


def test_logs_have_the_form_of_the_vendor(protected):
    acl = protected.protect([
        rule("count", 0, path("/"), COUNT, RuleLabels=[{"Name": "seen"}]),
        rule("block", 1, path("/bad"), BLOCK),
    ])  # fmt: skip
    protected.waf.put_logging_configuration(LoggingConfiguration={
        "ResourceArn": acl["ARN"], "LogDestinationConfigs": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-edge"],
        "RedactedFields": [{"SingleHeader": {"Name": "x-secret"}}],
        "LoggingFilter": {"DefaultBehavior": "DROP", "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY",
            "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}]},
    })  # fmt: skip
    file = protected.server.data / "web-logs" / "aws-waf-logs-edge.log"
    deadline = time.monotonic() + SWAP_SECONDS
    while not file.exists() or not file.read_text().strip():
        assert time.monotonic() < deadline
        protected.ask("/bad?a=1", headers={"X-Secret": "s3cret"})
        protected.ask("/good")
        time.sleep(0.3)
    records = [json.loads(line) for line in file.read_text().splitlines()]
    assert {record["action"] for record in records} == {"BLOCK"}
    record = records[0]
    assert record["terminatingRuleId"] == "block" and record["terminatingRuleType"] == "REGULAR"
    assert record["webaclId"] == acl["ARN"] and record["formatVersion"] == 1 and record["httpSourceName"] == "ALB"
    assert record["responseCodeSent"] == 403
    assert record["nonTerminatingMatchingRules"] == [{"ruleId": "count", "action": "COUNT", "ruleMatchDetails": []}]
    assert record["labels"] == [{"name": f"awswaf:{ACCOUNT}:webacl:edge:seen"}]
    sent = record["httpRequest"]
    assert (sent["clientIp"], sent["uri"], sent["args"], sent["httpMethod"]) == ("127.0.0.1", "/bad", "a=1", "GET")
    headers = {one["name"].lower(): one["value"] for one in sent["headers"]}
    assert headers["x-secret"] == "REDACTED"
    assert "s3cret" not in file.read_text()


def test_requests_under_way_end_before_the_gateway_does(protected):
    connection = http.client.HTTPConnection("127.0.0.1", protected.port, timeout=30)
    connection.putrequest("POST", "/slow")
    connection.putheader("Content-Length", "10")
    connection.endheaders(b"12345")
    time.sleep(0.3)
    ended = []
    stopping = threading.Thread(target=lambda: ended.append(protected.server.terminate()))
    stopping.start()
    time.sleep(0.3)
    connection.send(b"67890")
    answer = connection.getresponse()
    assert answer.status == 200 and json.loads(answer.read())["length"] == 10
    stopping.join()
    assert ended == [0]


def cookie(headers):
    return headers["set-cookie"].split(";")[0]


def test_a_challenge_is_passed_by_work_and_a_puzzle_by_a_sum(protected):
    protected.protect([
        rule("challenge", 0, path("/work"), {"Challenge": {}}),
        rule("captcha", 1, path("/puzzle"), {"Captcha": {}}),
    ])  # fmt: skip
    page = {"Accept": "text/html"}
    proof = "/.well-known/bartizan/token"
    status, headers, text = protected.ask("/work", headers=page)
    assert (status, headers["x-amzn-waf-action"]) == (202, "challenge")
    task = re.search(r'TASK="([^"]+)"', text.decode())[1]
    bits = int(re.search(r"BITS=(\d+)", text.decode())[1])

    def works(number):
        digest = hashlib.sha256(f"{task}{number}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> (32 - bits) == 0

    answer = next(number for number in itertools.count() if works(number))
    wrong = next(number for number in itertools.count() if not works(number))
    assert protected.ask(proof, "POST", f"task={task}&answer={wrong}")[0] == 403
    assert protected.ask(proof, "POST", f"task={task[:-8]}AAAAAAAA&answer={answer}")[0] == 403
    status, headers, _ = protected.ask(proof, "POST", f"task={task}&answer={answer}")
    assert status == 204
    token = {"Cookie": cookie(headers)}
    assert protected.ask("/work", headers=token)[0] == 200
    assert protected.ask("/work", headers={"Cookie": cookie(headers) + "A"})[0] == 202
    assert protected.ask("/work", headers=token | {"Host": "other.example"})[0] == 202
    # a challenge that was passed is no puzzle that was solved
    status, headers, text = protected.ask("/puzzle?a=1", headers=token | page)
    assert (status, headers["x-amzn-waf-action"]) == (405, "captcha")
    words = "zero one two three four five six seven eight nine ten".split()
    one, other = re.search(r"How much is (\w+) and (\w+)\?", text.decode()).groups()
    task = re.search(r'name="task" value="([^"]+)"', text.decode())[1]
    form = f"task={task}&answer={words.index(one) + words.index(other)}&back=%2Fpuzzle%3Fa%3D1"
    status, headers, _ = protected.ask(proof, "POST", form, headers=token)
    assert (status, headers["location"]) == (303, "/puzzle?a=1")
    token = {"Cookie": cookie(headers)}
    assert protected.ask("/puzzle", headers=token)[0] == 200 and protected.ask("/work", headers=token)[0] == 200


def test_requests_that_nobody_has_sent_are_judged(protected, tmp_path):
    acl = protected.protect([
        rule("count", 0, path("/counted"), COUNT),
        rule("both", 1, {"AndStatement": {"Statements": [path("/admin"), {"NotStatement": {"Statement": path("/public")}}]}}, BLOCK),
    ])  # fmt: skip
    assert acl["Name"] == "edge"

    def run(*arguments):
        command = [program(), "--output", "json", "web", "test", "edge", "--data", str(protected.server.data), "--region", REGION, *arguments]
        keys = {"BARTIZAN_ROOT_ACCESS_KEY_ID": ACCESS_KEY, "BARTIZAN_ROOT_SECRET_ACCESS_KEY": SECRET_KEY}
        ended = subprocess.run(command, env=environment(**keys, AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY), capture_output=True, text=True, timeout=60)
        return ended.returncode, ended.stdout, ended.stderr

    code, out, err = run("--uri", "/admin", "--exit-code")
    assert code == 4, err
    [result] = json.loads(out)["Results"]
    assert (result["Action"], result["Rule"], result["Status"]) == ("BLOCK", "both", 403)
    assert [(one["Statement"], one["Verdict"]) for one in result["Statements"] if one["Rule"] == "both"] == [
        ("AndStatement", "MATCH"),
        ("AndStatement/Statements/0/ByteMatchStatement", "MATCH"),
        ("AndStatement/Statements/1/NotStatement", "MATCH"),
        ("AndStatement/Statements/1/NotStatement/Statement/ByteMatchStatement", "NO_MATCH"),
    ]
    log = tmp_path / "access.log"
    log.write_text('192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /counted HTTP/1.1" 200 1 "-" "a"\nnot a request\n'
                   '192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET /admin/public HTTP/1.1" 200 1 "-" "a"\n')  # fmt: skip
    code, out, err = run("--file", str(log))
    assert code == 0, err
    told = json.loads(out)
    assert told["Unread"] == 1
    assert [(one["Action"], one["Counted"]) for one in told["Results"]] == [("ALLOW", ["count"]), ("ALLOW", [])]
