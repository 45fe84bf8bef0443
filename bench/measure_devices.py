"""What the engine remembers of a fleet, and how long a report takes, at up to a million devices."""

import subprocess

from turns import Report

TARGET_BYTES = 2 << 30


def run(turns):
    sizes = ["1000", "10000"] if turns.quick else ["1000", "10000", "100000", "1000000"]
    command = ["cargo", "run", "--release", "--quiet", "-p", "bartizan-device", "--example", "device_memory", "--", *sizes]
    done = turns.turn(lambda: subprocess.run(command, cwd=turns.root, capture_output=True, text=True))
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-1000:])
    report = Report(["devices, ten behaviors each", "memory MiB", "bytes a device", "ns a report", "longest tick ms", "snapshot MiB"])
    for line in done.stdout.splitlines()[1:]:
        devices, held, each, step, tick, _writing, snapshot, *_ = line.split()
        report.row(f"{int(devices):,}", held, each, step, tick, snapshot)
        last = (int(devices), int(held) << 20)
    report.goal(f"memory of {last[0]:,} devices", last[1] / (1 << 30), TARGET_BYTES / (1 << 30), "GiB", at_least=False)
    report.note(
        "Ten metrics, of which four are summed over more than five minutes and two are compared with the fleet; a report every "
        "five minutes for an hour and a half. Memory is resident memory beyond what the process held before; the time of a "
        "report includes looking ten metrics up and judging them."
    )
    return report
