"""A published client of the vendor's API (`qualysdk`), unmodified: it refuses every member that it does not know."""

import hashlib
import json
import socket
import socketserver
import ssl
import subprocess
import threading
import uuid

import pytest

from images import CRITICAL, advisory, feed
from sensor_profiles import GENERAL, PROFILES, Client
from sensors import CSAPI
from server import ACCESS_KEY, REGION, SECRET_KEY
from signed import Client as Signed

cs = pytest.importorskip("qualysdk.cs")
from qualysdk.auth.token import TokenAuth  # noqa: E402

IMAGE = "ab" * 32


@pytest.fixture
def client(start, tmp_path):
    return Client(start("--feed", str(feed(tmp_path, advisory(1, "curl", "7.89", CRITICAL)))).endpoint)


@pytest.fixture
def secure(client, tmp_path, monkeypatch):
    """The server behind TLS, as operators put it behind a proxy: the client speaks nothing else."""
    certificate, key = tmp_path / "proxy.pem", tmp_path / "proxy.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key], check=True, capture_output=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    upstream = client.endpoint.rsplit(":", 1)[1]

    class Proxy(socketserver.BaseRequestHandler):
        def handle(self):
            with context.wrap_socket(self.request, server_side=True) as down, socket.create_connection(("127.0.0.1", int(upstream))) as up:
                def pump(one, other):
                    try:
                        while piece := one.recv(65536):
                            other.sendall(piece)
                        other.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass  # one side is gone, and so is the exchange
                back = threading.Thread(target=pump, args=(up, down))
                back.start()
                pump(down, up)
                back.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_address[1]}"
        server.shutdown()


def report(client, containers):
    """What a sensor with so many containers of one image reports."""
    signed = Signed(client.endpoint, ACCESS_KEY, SECRET_KEY, REGION)
    key = client.call("GET", f"{CSAPI}/activationkey")[2]
    facts = {"hostname": "host", "os": "Debian", "platform": "linux/amd64", "ip_address": "192.0.2.7", "version": "1", "privileged": True}
    enrolled = signed.native("POST", "/v1/sensor/enrol", {"CustomerId": key["customerId"], "ActivationId": key["activationId"], "SensorType": "General", "Facts": facts})
    one = enrolled.json["InstanceId"]
    image = {"sha": IMAGE, "names": ["registry.example/team/shop:1"], "made": None, "seen": 1, "scanned": 1, "platform": "linux/amd64",
             "size": 1, "layers": [], "registries": [], "skipped": None, "failed": None}
    found = [{"id": hashlib.sha256(str(number).encode()).hexdigest(), "name": f"shop-{number}", "image_sha": IMAGE, "image_name": "registry.example/team/shop:1",
              "state": "RUNNING", "created": 1_700_000_000_000 + number // 3, "command": "/bin/shop"} for number in range(containers)]
    host = {"facts": facts, "images": [image], "containers": found, "missed": []}
    package = {"m": "deb", "n": "curl", "v": "7.88"}
    inventory = {"release": {"id": "debian", "version": "12"}, "packages": [{"package": package, "path": "var/lib/dpkg/status", "layer": 0, "owned": False}], "blind": []}
    scan = {"sha": IMAGE, "at": 2, "scan_type": "STATIC", "fallback": None, "inventory": inventory}
    for path, body in (("host", {"Report": json.dumps(host)}), ("scan", {"Scan": json.dumps(scan)})):
        answer = signed.native("POST", f"/v1/sensor/{path}", {"SensorId": one, **body})
        assert answer.status == 200, answer
    return found


def test_a_published_client_reads_containers_and_their_findings(client, secure):
    found = report(client, 7)
    profile = {"profileName": "shown", "config": {}, "isVulnPropagation": True}
    assert client.call("PUT", f"{PROFILES}/{GENERAL}", profile)[0] == 200
    auth = TokenAuth(ACCESS_KEY, SECRET_KEY, override_platform={name: secure for name in ("api_url", "gateway_url", "qualysguard_url")})
    listed = cs.list_containers(auth, limit=2)
    assert sorted(one.sha for one in listed) == sorted(one["id"] for one in found), "on four pages, by the header Link"
    assert {one.host_hostname for one in listed} == {"host"} and {str(one.host_ipAddress) for one in listed} == {"192.0.2.7"}
    [named] = cs.list_containers(auth, filter="name:`shop-3`")
    details = cs.get_container_details(auth, named.sha)
    assert details.imageSha == IMAGE and details.state == "RUNNING"
    [flaw] = details.vulnerabilities
    assert flaw.cveids == ["CVE-2026-1"] and flaw.severity == 5
    assert [one.name for one in cs.get_software_on_container(auth, named.sha)] == ["curl"]
    [flaw] = cs.get_container_vulns(auth, named.sha)
    assert flaw.qid == 270000001 and flaw.patchAvailable is True and [str(one) for one in flaw.software] == ["curl"]
    assert flaw.firstFound.timestamp() > 0 and "publicExploit" not in flaw.threatIntel
    with pytest.raises(Exception, match="404 NOT_FOUND"):
        cs.get_container_details(auth, uuid.uuid4().hex * 2)
    assert json.dumps(details.to_dict(), default=str)
