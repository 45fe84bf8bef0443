"""Fixtures, and the results that `cargo xtask test` counts."""

import json
import os

import boto3
import pytest
from botocore.config import Config

from server import ACCESS_KEY, REGION, SECRET_KEY, Server

RESULTS = {"passed": 0, "failed": [], "skipped": []}


@pytest.fixture
def start(tmp_path):
    """Starts servers that end with the test; a panic in any of them fails it."""
    servers = []

    def begin(*arguments, name="data", **more):
        server = Server(tmp_path / name, *arguments, **more)
        servers.append(server)
        return server.start()

    yield begin
    for server in servers:
        server.kill()
    assert [line for server in servers for line in server.panics()] == []


@pytest.fixture
def server(start):
    """A server of the test's own."""
    return start()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests of a file that leave no traces which the others would see."""
    server = Server(tmp_path_factory.mktemp("shared") / "data").start()
    yield server
    server.kill()
    assert server.panics() == []


def sdk(endpoint, service="ssm", **config):
    """boto3 as users set it up; without its own checks where a test is about the server's."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


@pytest.fixture
def ssm(server):
    return sdk(server.endpoint)


def long_running():
    """Skips what takes minutes under `cargo xtask test --quick`."""
    if os.environ.get("BARTIZAN_QUICK"):
        pytest.skip("--quick leaves it out")


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        RESULTS["passed"] += 1
    elif report.failed:
        RESULTS["failed"].append({"test": report.nodeid, "why": str(report.longrepr).splitlines()[-1][:300]})
    elif report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        RESULTS["skipped"].append({"test": report.nodeid, "why": why.removeprefix("Skipped: ")})


def pytest_collectreport(report):
    if report.failed:
        RESULTS["failed"].append({"test": report.nodeid, "why": str(report.longrepr).splitlines()[-1][:300]})


def pytest_sessionfinish(session):
    if path := os.environ.get("BARTIZAN_RESULTS"):
        with open(path, "w", encoding="utf-8") as results:
            json.dump(RESULTS, results)
