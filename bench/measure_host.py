"""Judging this very machine, one whole process each: what it has installed against what its package indices offer."""

import glob
import os
import random
import shutil
import subprocess
import zlib

from turns import Child, Report, median, show, spread

ADVISORIES = 60_000
TARGET_CPU_SECONDS = 0.15


def run(turns):
    for tool in ("apt", "apt-get", "dpkg-query"):
        if not shutil.which(tool):
            raise RuntimeError(f"`{tool}` is missing: this benchmark judges a Debian machine")
    jobs = {
        "Bartizan, `host judge --output json`": [turns.program(), "host", "judge", "--output", "json"],
        "`apt list --upgradable`": ["apt", "list", "--upgradable"],
        "`apt-get -s dist-upgrade`": ["apt-get", "-s", "dist-upgrade"],
    }
    if shutil.which("debsecan"):
        feed = write_feed(turns.folder / "debsecan")
        jobs[f"debsecan, {ADVISORIES:,} advisories in a local feed"] = [
            "debsecan", "--source", f"file://{feed}", "--format", "simple",
        ]
    # The system's tools and their own Python, not those of this virtual environment.
    environment = dict(os.environ, PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8")
    environment.pop("VIRTUAL_ENV", None)

    def once(command):
        def job():
            child = Child(command, env=environment, cwd=turns.folder)
            # Like a linter, `judge` may say by its code that the host is not compliant.
            if child.code not in (0, 1) or not child.output:
                raise RuntimeError(f"`{' '.join(command)}` ended with {child.code} and printed {len(child.output)} bytes")
            return child

        return job

    results = turns.interleave({name: once(command) for name, command in jobs.items()})
    report = Report(["judging this machine", "CPU s", "range", "wall s", "peak MiB", "CPU, times ours"])
    ours = next(iter(results.values()))
    for name, children in results.items():
        cpu = [child.cpu for child in children]
        ratio = median([child.cpu / own.cpu for child, own in zip(children, ours)])
        report.row(
            name, median(cpu), spread(cpu), median([child.wall for child in children]),
            median([child.peak_mib for child in children]), ratio,
        )
    if os.geteuid() == 0 and not turns.quick:
        cold(turns, report, jobs, once)
    report.goal("CPU of judging this machine", median([child.cpu for child in ours]), TARGET_CPU_SECONDS, "s", at_least=False)
    report.note(
        f"{installed()} packages installed, {indices()}. Each is a new process with nothing prepared, which reads everything "
        "from files; the files are in the page cache. User and system time of the whole process."
    )
    report.note(
        "They do not do the same work: apt finds candidates, `dist-upgrade` also resolves dependencies, debsecan matches "
        "advisories with source packages, Bartizan decides the state of every package under the baseline with its reason."
    )
    return report


def cold(turns, report, jobs, once):
    """The same with the page cache dropped before each."""
    for name, command in jobs.items():
        walls = []
        for _ in range(3):
            subprocess.run(["sync"], check=True)
            try:
                with open("/proc/sys/vm/drop_caches", "w") as knob:
                    knob.write("3\n")
            except OSError:
                report.note("The page cache cannot be dropped on this machine, so nothing is said of cold files.")
                return
            walls.append(turns.turn(once(command)).wall)
        report.note(f"Page cache dropped before: {name} takes {show(median(walls))} s of wall time.")


def installed():
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}\n"], capture_output=True, text=True)
    return sum(line.startswith("ii") or line.startswith("hi") for line in listed.stdout.splitlines())


def indices():
    paths = [path for path in glob.glob("/var/lib/apt/lists/*_Packages*") if os.path.getsize(path)]
    size = sum(os.path.getsize(path) for path in paths) / 1e6
    return f"{len(paths)} package indices of {size:.0f} MB as apt keeps them"


def write_feed(folder):
    """A feed in debsecan's format, for packages that are installed here; three of a hundred advisories apply."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "GENERIC"
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n"], capture_output=True, text=True, check=True)
    packages = [line.split() for line in listed.stdout.splitlines() if len(line.split()) == 2]
    chance = random.Random(5)
    lines = ["VERSION 1", *[f"CVE-2024-{10000 + number},,made up" for number in range(ADVISORIES)], ""]
    for number in range(ADVISORIES):
        name, version = chance.choice(packages)
        fixed = version + "+deb12u9" if chance.random() < 0.03 else "0.0.1-1"
        lines.append(f"{name},{number}, {chance.choice(' LMH')}?F,{fixed},")
    lines += ["", ""]
    path.write_bytes(zlib.compress("\n".join(lines).encode() + b"\n"))
    return folder
