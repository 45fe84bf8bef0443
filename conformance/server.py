"""The real program on a port of its own choice and a data folder of its own, and what a test does to it."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.request

from signed import Client

ACCOUNT = "123456789012"
REGION = "eu-central-1"
ACCESS_KEY = "AKIDCONFORMANCE00001"
SECRET_KEY = "conformance/secret+of=the-root-key-0123456789"
START_SECONDS = 60
STOP_SECONDS = 30


def program():
    """The binary under test."""
    path = os.environ.get("BARTIZAN_BIN")
    if not path:
        raise RuntimeError("set BARTIZAN_BIN to the binary under test; `cargo xtask test` does")
    return path


def environment(**more):
    """An environment without anything of the caller's that a client or the server would read."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"HOME": tempfile.gettempdir()} | more


def aws(endpoint, home, **more):
    """The environment of an AWS client that talks to `endpoint` and to nothing else."""
    return environment(
        HOME=str(home),
        AWS_ENDPOINT_URL=endpoint,
        AWS_ACCESS_KEY_ID=ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY=SECRET_KEY,
        AWS_DEFAULT_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_PAGER="",
        **more,
    )


class Server:
    """One process of `bartizan up`."""

    def __init__(self, data, *arguments, own_key=False, observe=False, prefix=(), port=0):
        self.data = pathlib.Path(data)
        self.arguments = arguments
        self.own_key = own_key
        self.observe = observe
        self.prefix = prefix
        self.port = port
        self.log = self.data.parent / f"{self.data.name}.log"
        self.process = None
        self.endpoint = None

    def command(self):
        fixed = ["up", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data), "--account", ACCOUNT, "--region", REGION]
        quiet = [] if self.observe else ["--no-observe"]
        return [*self.prefix, program(), *fixed, *quiet, *self.arguments]

    def environment(self):
        if self.own_key:
            return environment()
        return environment(BARTIZAN_ROOT_ACCESS_KEY_ID=ACCESS_KEY, BARTIZAN_ROOT_SECRET_ACCESS_KEY=SECRET_KEY)

    def start(self):
        """Returns when the server says that it is ready."""
        address = self.data / "endpoint"
        address.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode} at its start:\n{self.tail()}")
            if address.exists() and (endpoint := address.read_text().strip()) and ready(endpoint):
                self.endpoint = endpoint
                return self
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the server was not ready within {START_SECONDS} s:\n{self.tail()}")

    def tail(self):
        """The last lines of what the server printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def client(self, prefix="", key=ACCESS_KEY, secret=SECRET_KEY, region=REGION):
        return Client(self.endpoint, key, secret, region, prefix)

    def terminate(self):
        """Asks it to end as a service manager does, and returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self):
        """As a power cut does."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_SECONDS)

    def panics(self):
        """Lines of the log that tell of a panic; a request must never cause one."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if re.search(r"panicked at", line)]


def ready(endpoint):
    """True once `/healthz` answers 200."""
    try:
        with urllib.request.urlopen(f"{endpoint}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
