"""Every command in the documentation is run: the `sh` blocks of a file in order, in one shell, against a real server.

A reader's `bartizan up` keeps a terminal busy; here it goes to the background and the next command waits until it is
ready. The well-known port is replaced by a free one, and `cargo run --release --` by the program that is built already.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

import pytest

from conftest import long_running
from server import environment, program

ROOT = pathlib.Path(__file__).resolve().parent.parent
PORT = "8470"
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PRELUDE = r"""
set -eu
bartizan() {
  if [ "${1:-}" = up ]; then
    shift
    command bartizan up --listen "127.0.0.1:$PORT" "$@" >server.log 2>&1 &
    echo $! >>pids
    for _ in $(seq 600); do
      # a reader waits until it has said how this machine stands
      if command bartizan host status >status.log 2>&1; then return 0; fi
      kill -0 $! 2>/dev/null || { cat server.log >&2; return 1; }
      sleep 0.1
    done
    cat server.log status.log >&2
    return 1
  fi
  command bartizan "$@"
}
"""


def documents():
    """The files that have commands in them, by their path from the root."""
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "crates").glob("*/README.md"))]
    return {str(file.relative_to(ROOT)): blocks for file in files if file.exists() and (blocks := commands(file.read_text()))}


def commands(text):
    return FENCE.findall(text)


def runnable(block, port):
    """A block as it is run here."""
    block = re.sub(r"cargo run (--quiet )?(--release )?(--quiet )?-- ", "bartizan ", block)
    return block.replace(PORT, str(port))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_blocks_are_found():
    assert commands("text\n```sh\na\nb\n```\n```text\nc\n```\n```sh\nd\n```\n") == ["a\nb\n", "d\n"]
    assert runnable("cargo run --release -- up\ncurl 127.0.0.1:8470\n", 17) == "bartizan up\ncurl 127.0.0.1:17\n"


def test_the_readme_has_commands():
    assert "README.md" in documents()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", documents())
def test_the_commands_work(name, tmp_path):
    long_running()
    path = [str(pathlib.Path(program()).parent), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    variables = environment(HOME=str(tmp_path), PATH=os.pathsep.join(path), PORT=str(free_port()), AWS_PAGER="")
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    lines = [PRELUDE]
    for number, block in enumerate(documents()[name], 1):
        lines += [f"echo '--- block {number}'", runnable(block, variables["PORT"])]
    try:
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=500
        )
        assert done.returncode == 0, f"{name}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    finally:
        for pid in (tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else ():
            subprocess.run(["kill", pid], check=False, stderr=subprocess.DEVNULL)
