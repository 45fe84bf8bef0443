"""The description of the API of sensor profiles, and thousands of requests that schemathesis makes from it."""

import json
import pathlib
import re
import subprocess
import sys
import urllib.request

from sensor_profiles import PROFILES, SAMPLE, Client
from server import environment

DESCRIPTION = "/csapi/v1.3/openapi.json"


def test_every_operation_is_described_and_answers_as_described(server, tmp_path):
    client = Client(server.endpoint)
    client.call("POST", PROFILES, SAMPLE)
    registry = client.call("POST", "/csapi/v1.3/registry", {"registryUri": "registry.example"})[2]["registryUuid"]
    client.call("POST", f"/csapi/v1.3/registry/{registry}/schedule", {"name": "now"})
    with urllib.request.urlopen(server.endpoint + DESCRIPTION) as answer:
        document = json.load(answer)
    described = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    schema = subprocess.run([server.command()[0], "schema"], capture_output=True, text=True, env=environment(), check=True)
    served = {operation["name"] for operation in json.loads(schema.stdout)["operations"] if operation["binding"]["protocol"] == "bearer"}
    assert described == served and len(described) > 25
    checks = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    command = [pathlib.Path(sys.executable).parent / "schemathesis", "run", server.endpoint + DESCRIPTION, "--url", server.endpoint,
               "--header", f"Authorization: Bearer {client.token}", "--checks", ",".join(checks), "--phases", "coverage,fuzzing",
               "--max-examples", "20", "--seed", "1", "--no-color"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=110, cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stdout[-4000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert int(tested[1]) == len(described), done.stdout[-2000:]
    made = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert made[1] == made[2] and int(made[1]) > 1000, done.stdout[-2000:]


def test_requests_are_counted_and_too_many_refused(server):
    client = Client(server.endpoint)
    status, headers, _ = client.call("GET", "/csapi/v1.3/images/list")
    limits = [headers[f"X-RateLimit-{name}"] for name in ("Limit", "Window-Sec", "Remaining")]
    assert status == 200 and limits == ["120", "60", "119"]
    answers = [client.call("GET", "/csapi/v1.3/images/list") for _ in range(240)]
    refused = [(headers, error) for status, headers, error in answers if status == 429]
    assert refused, "a minute may begin in between, and only once"
    headers, error = refused[0]
    assert error["errorCode"] == "429 TOO_MANY_REQUESTS" and headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert client.call("GET", "/csapi/v1.3/images")[0] == 200, "another family"
