"""Reports of devices from MQTT to the verdict: ours, durable and judged, beside mosquitto's plain forwarding, with one load
generator. And what devices cost in memory."""

import re
import resource
import shutil
import socket
import time

import measure_control as control
from turns import Report, cpu_seconds, median, show, spread

# Connections to mosquitto, more make it slower; and gateways to ours.
CLIENTS = 64
DEVICES = 100_000
# Devices that connect themselves, at most: a process has one file for each.
QUICK_DEVICES = 5_000
# The shortest that can be set: a device that reports more often is told so, and its report is not judged.
PERIOD_SECONDS = 1
# Files of the server and of the load generator that are no connections.
FILES_BESIDE = 500
REPORT_BYTES = 1024
# Memory that a server takes when load begins is touched for the first time then, which a load that goes on does not pay.
WARM_SECONDS = 8
TARGET_SHARE = 0.8

MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 100000
log_type error
set_tcp_nodelay true
"""


def behavior(number, metric, operator, value=None, **criteria):
    criteria |= {"comparisonOperator": operator} | ({"value": value} if value else {})
    return {"name": f"b{number}", "metric": f"aws:{metric}", "criteria": criteria}


# Ten: counters in windows of one and of three reports, gauges, lists, and one that is compared with the fleet.
BEHAVIORS = [
    behavior(0, "all-bytes-out", "less-than", {"count": 1_000_000}, durationSeconds=300, consecutiveDatapointsToAlarm=3),
    behavior(1, "all-bytes-in", "less-than", {"count": 1_000_000}, durationSeconds=900),
    behavior(2, "all-packets-out", "less-than", {"count": 10_000}, durationSeconds=300),
    behavior(3, "all-packets-in", "less-than-equals", {"count": 10_000}, durationSeconds=300, consecutiveDatapointsToClear=3),
    behavior(4, "num-listening-tcp-ports", "less-than", {"count": 100}),
    behavior(5, "num-established-tcp-connections", "less-than", {"count": 100}),
    behavior(6, "listening-tcp-ports", "in-port-set", {"ports": [22, *range(1000, 1200)]}),
    behavior(7, "listening-tcp-ports", "not-in-port-set", {"ports": [23, 2323]}),
    behavior(8, "all-bytes-out", "less-than-equals", durationSeconds=300, statisticalThreshold={"statistic": "p99"}),
    behavior(9, "destination-ip-addresses", "not-in-cidr-set", {"cidrs": ["203.0.113.0/24"]}),
]


class Mosquitto:
    def __init__(self, turns):
        self.turns = turns
        self.port = control.free_port()
        settings = turns.folder / "mosquitto.conf"
        settings.write_text(MOSQUITTO.format(port=self.port))
        self.process = turns.serve(["mosquitto", "-c", settings], processor=None)
        control.wait(self.process, lambda: socket.create_connection(("127.0.0.1", self.port)).close())

    def turn(self, seconds):
        command = self.turns.bench(
            "reports", f"127.0.0.1:{self.port}", "--clients", CLIENTS, "--topic", "dd/{device}/json",
            "--subscribe", "dd/+/json", "--bytes", REPORT_BYTES, "--seconds", seconds,
        )
        used = cpu_seconds(self.process.pid)
        result = self.turns.line(command, processor=None)
        result["server_us"] = (cpu_seconds(self.process.pid) - used) / max(result["acknowledged"], 1) * 1e6
        result["rate"] = result["delivered_per_second"]
        return result


class Bartizan:
    def __init__(self, turns):
        self.turns = turns
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self.connected = min(QUICK_DEVICES if turns.quick else DEVICES, files - FILES_BESIDE)
        more = ["--mqtt", "127.0.0.1:0", "--device-period-seconds", str(PERIOD_SECONDS)]
        self.ours = control.start_ours(turns, *more, processor=None)
        iot = self.ours.client("iot")
        iot.create_security_profile(securityProfileName="bench", behaviors=BEHAVIORS)
        target = f"arn:aws:iot:{control.REGION}:000000000000:all/things"
        iot.attach_security_profile(securityProfileName="bench", securityProfileTargetArn=target)
        log = turns.folder / "bartizan.log"
        self.address = control.wait(self.ours.process, lambda: re.search(r"mqtt://(\S+)", log.read_text())[1])

    def gateways(self, seconds):
        """The same load as mosquitto's: each connection speaks for many devices."""
        devices = DEVICES // CLIENTS + 1
        topic = "$aws/things/{any}/defender/metrics/json"
        return self.turn(seconds, "--clients", CLIENTS, "--prefix", "gateway/", "--devices", devices, "--topic", topic)

    def devices(self, seconds):
        """Each device is a connection, and reports as often as it may."""
        return self.turn(seconds, "--clients", self.connected, "--window", 1, "--every", PERIOD_SECONDS)

    def turn(self, seconds, *load):
        before = self.settled()
        command = self.turns.bench(
            "reports", self.address, *load, "--bytes", REPORT_BYTES, "--seconds", seconds, "--warm-seconds", WARM_SECONDS,
            "--username", self.ours.access_key, "--password", self.ours.secret,
        )
        used = cpu_seconds(self.ours.process.pid)
        result = self.turns.line(command, processor=None)
        counts = control.statistics(self.ours)["Device"]
        lag = counts["Backlog"]
        after = self.settled()
        taken, refused = (after[name] - before[name] for name in ("Accepted", "Throttled"))
        if after["Judged"] - before["Judged"] < taken or taken + refused < result["acknowledged"]:
            raise RuntimeError(f"{result['acknowledged']} reports were acknowledged, {taken} accepted: {before} {after}")
        # What was acknowledged and not yet judged when the load ended is not counted, nor what came too soon.
        accepted = taken / (taken + refused)
        result["rate"] = result["reports_per_second"] * accepted - lag / seconds
        result["refused"] = 1 - accepted
        result["flush"] = taken / max(after["Flushes"] - before["Flushes"], 1)
        result["server_us"] = (cpu_seconds(self.ours.process.pid) - used) / max(taken, 1) * 1e6
        return result

    def settled(self):
        """The counts once everything that was told is judged."""
        until = time.monotonic() + 60
        while True:
            counts = control.statistics(self.ours)["Device"]
            if counts["Backlog"] == 0:
                return counts
            if time.monotonic() > until:
                raise RuntimeError(f"after a minute {counts['Backlog']} reports still wait for judgment")
            time.sleep(0.2)


def run(turns):
    # One file a connection, and some: as many devices as this machine lets a process open.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    shutil.rmtree(turns.folder, ignore_errors=True)
    turns.folder.mkdir(parents=True)
    seconds = turns.seconds(10.0)
    try:
        mosquitto, ours = Mosquitto(turns), Bartizan(turns)
        jobs = {"mosquitto": mosquitto.turn, "gateways": ours.gateways, "devices": ours.devices}
        results = turns.interleave({name: lambda job=job: job(seconds) for name, job in jobs.items()})
    finally:
        turns.stop()
    report = Report(["reports of 1 KiB, QoS 1", "a second", "range", "p50 ms", "p99 ms", "server CPU us each"])
    names = {
        "mosquitto": "mosquitto, from publishers to a subscriber",
        "gateways": f"**Bartizan, durable and judged by ten behaviors, {DEVICES:,} devices behind {CLIENTS} gateways**",
        "devices": f"**Bartizan, the same, {ours.connected:,} devices that are connected**",
    }
    for key, name in names.items():
        rounds = results[key]
        rate = [result["rate"] for result in rounds]
        report.row(
            name, median(rate), spread(rate), median([result["p50_us"] for result in rounds]) / 1e3,
            median([result["p99_us"] for result in rounds]) / 1e3, median([result["server_us"] for result in rounds]),
        )
    share = median([a["rate"] / b["rate"] for a, b in zip(results["gateways"], results["mosquitto"])])
    report.goal("durable and judged, beside mosquitto's forwarding", share, TARGET_SHARE)
    report.note(
        f"To mosquitto and to ours {CLIENTS} clients publish with 64 reports under way each. A device may report every "
        f"{PERIOD_SECONDS} s, the shortest period that can be set, which is also how often the windows of cloud-side metrics "
        f"close: each report brings one more observation that is kept and judged. Connected devices report that often, so that "
        f"{ours.connected // PERIOD_SECONDS:,} reports a second are offered; they are as many as this machine lets a process "
        "open files for. Server and load generator share both cores; connecting is not counted in the rate, and is in the CPU "
        f"of a report. One flush of the disk carried {show(median([result['flush'] for result in results['gateways']]))} reports."
    )
    refused = median([result["refused"] for result in results["devices"]])
    report.note(f"Reports that came too soon are not counted: {refused:.1%} of those of connected devices.")
    report.note("mosquitto keeps nothing on disk and judges nothing; its rate is what its subscriber received.")
    return report
