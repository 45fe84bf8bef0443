"""Turns: peers and ours one after the other, round by round, so that what the machine does meanwhile falls on all of
them. A turn waits for other work to get quiet, for a while; what other work did during the turn is measured, and the
report counts the turns that it may have disturbed."""

import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import time

# Other work above this share of one processor is noise.
QUIET_SHARE = 0.25
QUIET_WAIT_SECONDS = 20
# The machine's time and that of processes are counted by clocks that tick every 10 ms.
CLOCK_ERROR_SECONDS = 0.02


class Turns:
    def __init__(self, root, name, quick=False, rounds=None):
        self.root = root
        self.quick = quick
        self.rounds = rounds or (1 if quick else 7)
        self.folder = root / ".test" / "bench" / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.noisy = 0
        self.total = 0
        self._stop = []

    def interleave(self, jobs, rounds=None):
        """`jobs`: name -> function. Returns name -> results, one a round."""
        results = {name: [] for name in jobs}
        for _ in range(rounds or self.rounds):
            for name, job in jobs.items():
                results[name].append(self.turn(job))
        return results

    def turn(self, job):
        self.wait_for_quiet()
        used, own, began = _used_seconds(), self.own_seconds(), time.monotonic()
        result = job()
        others = (_used_seconds() - used) - (self.own_seconds() - own)
        self.total += 1
        self.noisy += others > QUIET_SHARE * (time.monotonic() - began) + CLOCK_ERROR_SECONDS
        return result

    def wait_for_quiet(self):
        until = time.monotonic() + (1 if self.quick else QUIET_WAIT_SECONDS)
        while time.monotonic() < until:
            used, own, began = _used_seconds(), self.own_seconds(), time.monotonic()
            time.sleep(0.2)
            others = (_used_seconds() - used) - (self.own_seconds() - own)
            if others <= QUIET_SHARE * (time.monotonic() - began):
                return

    def own_seconds(self):
        """Processor time of this process, of the children that have ended, and of those that stay."""
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        staying = sum(cpu_seconds(process.pid) for process in self._stop if process.poll() is None)
        return sum(usage.ru_utime + usage.ru_stime for usage in usages) + staying

    def seconds(self, full):
        return 1.0 if self.quick else full

    def target(self):
        """Where cargo puts what it builds."""
        return self.root / (os.environ.get("CARGO_TARGET_DIR") or "target")

    def bench(self, *words):
        """The command for a turn of ours."""
        return [f"{self.target()}/release/bartizan-bench", "measure", *[str(word) for word in words]]

    def program(self):
        return f"{self.target()}/release/bartizan"

    def line(self, command, processor=0):
        """Runs a command on one processor and reads the line of JSON that it prints."""
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: pin(processor))
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-1000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def serve(self, command, processor=0, **more):
        """Starts a server that ends with this benchmark; returns the process."""
        log = open(self.folder / f"{os.path.basename(str(command[0]))}.log", "wb")
        process = subprocess.Popen(
            [str(word) for word in command], stdout=log, stderr=log, preexec_fn=lambda: pin(processor), **more
        )
        return self.keep(process)

    def keep(self, process):
        """Ends with this benchmark, and its work is not that of others."""
        self._stop.append(process)
        return process

    def stop(self):
        for process in self._stop:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
        self._stop.clear()

    def conditions(self):
        rounds = "one quick round, not for quoting" if self.quick else f"{self.rounds} rounds, interleaved"
        load = " ".join(f"{value:.2f}" for value in os.getloadavg())
        return f"{time.strftime('%F', time.gmtime())}, {machine()}; {rounds}; load average at the start {load}."

    def noise(self):
        return f"{self.noisy} of {self.total} turns ran while other work used more than {QUIET_SHARE} of a processor."


def machine():
    model = "unknown processor"
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = int(open("/proc/meminfo").readline().split()[1]) / (1 << 20)
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def pin(processor):
    """On one processor; `None` leaves all of them."""
    if processor is None:
        return
    os.sched_setaffinity(0, {min(processor, os.cpu_count() - 1)})


def _used_seconds():
    """Processor time that the whole machine has used, what its host took away included."""
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Processor time of all threads of a process so far, to the kernel's tick."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Answering:
    """A turn of ours that stays: on the first processor, it prints a line of JSON when it is ready, and one for each line
    that it is sent."""

    def __init__(self, turns, *words):
        self.process = turns.keep(
            subprocess.Popen(
                turns.bench(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: pin(0)
            )
        )
        self.built = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the process that is measured ended; its error is above")
        return json.loads(line)

    def turn(self, name):
        self.process.stdin.write(name + "\n")
        self.process.stdin.flush()
        return self.read()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Child:
    """A whole process: processor and wall seconds, peak memory in MiB, what it printed."""

    def __init__(self, command, **more):
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)
        self.output = process.stdout.read()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.perf_counter() - began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        self.code = process.returncode


def median(values):
    return statistics.median(values)


def show(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 100 else f"{value:.2f}" if size >= 1 else f"{value:.3g}"


def spread(values):
    return f"{show(min(values))} to {show(max(values))}"


class Report:
    """A table, the ratios that matter, and what a reader has to know."""

    def __init__(self, head):
        self.head = head
        self.rows = []
        self.goals = []
        self.notes = []

    def row(self, *cells):
        self.rows.append(cells)

    def goal(self, what, value, bound, unit="times", at_least=True):
        """A figure beside its target. A target that is missed is said, not hidden."""
        held = value >= bound if at_least else value <= bound
        sign = "at least" if at_least else "at most"
        self.goals.append(f"- {what}: **{show(value)} {unit}** (target: {sign} {show(bound)}; {'held' if held else 'MISSED'})")

    def note(self, text):
        self.notes.append(text)

    def markdown(self, turns):
        lines = ["| " + " | ".join(self.head) + " |", "|---|" + "---:|" * (len(self.head) - 1)]
        lines += ["| " + " | ".join(show(cell) for cell in row) + " |" for row in self.rows]
        lines += ["", *self.goals] if self.goals else []
        lines += ["", *[f"- {text}" for text in self.notes], f"- {turns.noise()}"]
        return "\n".join(lines) + "\n"
