"""The gateway for clients with TLS, and what it tells others: metrics, and log records over HTTP."""

import base64
import hashlib
import hmac
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from protected import BLOCK, SWAP_SECONDS, Application, Protected, Threads, path, rule
from receiver import Receiver
from server import ACCOUNT, REGION


@pytest.fixture
def application():
    server = Threads(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def certificate(folder, name, host, *more):
    files = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
         "-addext", f"subjectAltName=DNS:{host}", *more, "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_an_application_with_tls_must_show_a_certificate_that_is_believed(start, tmp_path):
    # Its own, and of no authority: else it would be refused as one.
    own = ["-addext", "basicConstraints=critical,CA:FALSE"]
    files, other = certificate(tmp_path, "application", "localhost", *own), certificate(tmp_path, "other", "localhost", *own)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server = Threads(("127.0.0.1", 0), Application)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(host, authority):
        port = free()
        start("--protect", f"https://{host}:{server.server_address[1]}", "--protect-listen", f"127.0.0.1:{port}",
              "--protect-ca", str(authority), name=f"data-{port}")
        request = urllib.request.Request(f"http://127.0.0.1:{port}/x?y=1", data=b"hi", headers={"Host": "shop.example"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    status, body = ask("localhost", files[0])
    assert status == 200, body
    told = json.loads(body)
    assert (told["method"], told["path"], told["length"]) == ("POST", "/x?y=1", 2)
    assert ["Host", "shop.example"] in told["headers"], "the client's own"
    assert ask("localhost", other[0])[0] == 502, "somebody else's certificate"
    assert ask("127.0.0.1", files[0])[0] == 502, "it is made out for another name"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("openssl"), reason="needs curl and openssl")
def test_clients_with_tls_see_the_certificate_of_the_name_they_ask_for(start, application, tmp_path):
    one, two = certificate(tmp_path, "one", "a.example"), certificate(tmp_path, "two", "b.example")
    port = free()
    start(
        "--protect", f"http://127.0.0.1:{application}", "--protect-listen", f"127.0.0.1:{port}",
        "--protect-certificate", f"{one[0]},{two[0]}", "--protect-key", f"{one[1]},{two[1]}",
    )  # fmt: skip

    def curl(host, authority, *more):
        ran = subprocess.run(
            ["curl", "-sS", "--cacert", authority, "--resolve", f"{host}:{port}:127.0.0.1", "-w", "\n%{http_version} %{response_code}",
             f"https://{host}:{port}/x?y=1", *more], capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        return ran.returncode, ran.stdout

    for version in ("--http2", "--http1.1", "--tls-max 1.2 --http2"):
        for host, files in (("a.example", one), ("b.example", two)):
            code, said = curl(host, files[0], *version.split())
            assert code == 0, said
            told, status = said.rsplit("\n", 1)
            assert status == ("1.1 200" if version == "--http1.1" else "2 200")
            headers = {name.lower(): value for name, value in json.loads(told)["headers"]}
            assert headers["x-forwarded-proto"] == "https" and headers["host"] == f"{host}:{port}"
    code, _ = curl("b.example", one[0])
    assert code != 0, "the certificate of another name"

    # a new certificate is shown without a restart; until then the old one is
    renewed = certificate(tmp_path, "one", "a.example")
    deadline = time.monotonic() + SWAP_SECONDS
    while curl("a.example", renewed[0])[0] != 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    # what is no certificate changes nothing
    renewed_text = renewed[0].read_text()
    renewed[0].write_text("no certificate")
    time.sleep(3)
    kept = tmp_path / "kept.pem"
    kept.write_text(renewed_text)
    assert curl("a.example", kept)[0] == 0
    context = ssl.create_default_context(cafile=str(kept))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
    with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw, server_hostname="a.example") as stream:
        assert stream.version() == "TLSv1.3"


def test_rules_are_measured_and_log_records_sent(start, application):
    receiver = Receiver(503, 200)
    secret = "a secret of both sides"
    metrics = free()
    protected = Protected(
        start, application, "--protect-metrics", f"127.0.0.1:{metrics}", "--protect-log-webhook", receiver.url + "/logs",
        "--protect-log-secret", secret,
    )  # fmt: skip
    acl = protected.protect([rule("block", 0, path("/bad"), BLOCK)], DataProtectionConfig={"DataProtections": [
        {"Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["x-secret"]}, "Action": "HASH"}]})  # fmt: skip
    protected.waf.put_logging_configuration(LoggingConfiguration={
        "ResourceArn": acl["ARN"], "LogDestinationConfigs": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-edge"],
    })  # fmt: skip
    deadline = time.monotonic() + SWAP_SECONDS
    sent = 0
    while len(receiver.received) < 2:
        assert time.monotonic() < deadline, receiver.received
        assert protected.ask("/bad", headers={"X-Secret": "s3cret"})[0] == 403
        sent += 1
        time.sleep(0.2)
    first, second = receiver.received[:2]
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"], "it is tried again"
    assert first.headers["x-bartizan-destination"] == "aws-waf-logs-edge"
    signed = f"{second.headers['webhook-id']}.{second.headers['webhook-timestamp']}.".encode() + second.body
    right = base64.b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    assert second.headers["webhook-signature"] == f"v1,{right}"
    records = [json.loads(line) for line in second.body.splitlines()]
    assert records and all(record["terminatingRuleId"] == "block" for record in records)
    headers = {one["name"].lower(): one["value"] for one in records[0]["httpRequest"]["headers"]}
    assert len(headers["x-secret"]) == 64 and headers["x-secret"] != hashlib.sha256(b"s3cret").hexdigest()
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics") as answer:
        text = answer.read().decode()
    blocked = [line for line in text.splitlines() if line.startswith("bartizan_web_blocked_requests_total") and 'rule="block"' in line]
    assert len(blocked) == 1 and int(blocked[0].rsplit(" ", 1)[1]) == sent, text
    receiver.close()
