#!/usr/bin/env python3
"""Benchmarks of Bartizan beside its best peers.

    python3 bench/run.py [control|versions|index|host|fleet|ingest|replay|devices|images|registry|profiles|inspect|web|all] [--quick] [--record] [--no-build]

Every benchmark runs the peer and ours in one run, in turns, and prints medians, ranges and the ratio. What the peers need
is installed into .test/bench-venv, and by apt where this is Debian and we are root. Nothing listens beyond 127.0.0.1.
"""

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["versions", "index", "host", "fleet", "control", "ingest", "replay", "devices", "images", "registry", "profiles", "inspect", "web"]
# What is built for each: the program itself is measured by some only.
NEEDS_PROGRAM = {"host", "control", "ingest", "images", "registry", "web"}


def options():
    parser = argparse.ArgumentParser(prog="bench", description="Benchmarks of Bartizan beside its best peers.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}, or all (the default)")
    parser.add_argument("--quick", action="store_true", help="one short round of everything: does it run, not how fast")
    parser.add_argument("--record", action="store_true", help="write the results into docs/benchmarks.md")
    parser.add_argument("--no-build", action="store_true", help="take the optimised programs as they are")
    parser.add_argument("--rounds", type=int, help="turns of each; 7, and 1 with --quick")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in [*NAMES, "all"]]
    if unknown:
        parser.error(f"`{unknown[0]}` is no benchmark; choose from {', '.join(NAMES)}, or all")
    if not chosen.names or "all" in chosen.names:
        chosen.names = NAMES
    if chosen.record and chosen.quick:
        parser.error("a quick run says nothing that is worth recording")
    return chosen


def main():
    chosen = options()
    import peers

    peers.enter_venv(ROOT)
    peers.install_debian_packages(chosen.names)
    if not chosen.no_build:
        packages = ["bartizan-bench"] + (["bartizan"] if NEEDS_PROGRAM & set(chosen.names) else [])
        command = ["cargo", "build", "--release", "--quiet"] + [word for name in packages for word in ("-p", name)]
        subprocess.run(command, cwd=ROOT, check=True)
    from turns import Turns
    import page

    failed = []
    for name in chosen.names:
        turns = Turns(ROOT, name, quick=chosen.quick, rounds=chosen.rounds)
        print(f"\n## {name}\n\n{turns.conditions()}\n", flush=True)
        try:
            report = importlib.import_module(f"measure_{name}").run(turns)
        except Exception as error:  # one that fails must not hide the others
            if os.environ.get("BARTIZAN_BENCH_TRACE"):
                raise
            failed.append(name)
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            continue
        text = report.markdown(turns)
        print(text, flush=True)
        if chosen.record:
            page.record(ROOT, name, turns.conditions() + "\n\n" + text)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
