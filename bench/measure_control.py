"""The control plane: durable commits and reads over HTTP, signed, beside moto_server and beside the disk itself."""

import json
import os
import shutil
import socket
import sys
import time
import urllib.request

from turns import Report, cpu_seconds, median, show, spread

REGION = "us-east-1"
# Fewer than the vendor's quota of 50, so that there is room for those that are made and deleted meanwhile.
BASELINES = 32
MANY = 64
# Clients that make and delete: each has one more baseline for a moment, and the quota of 50 holds for all together.
MAKERS = 16

RULES = {
    "PatchRules": [
        {
            "PatchFilterGroup": {
                "PatchFilters": [
                    {"Key": "PRODUCT", "Values": ["Debian12"]},
                    {"Key": "PRIORITY", "Values": ["Required", "Important", "Standard"]},
                ]
            },
            "ComplianceLevel": "HIGH",
            "ApproveAfterDays": 7,
            "EnableNonSecurity": False,
        }
    ]
}


def body(**members):
    return json.dumps(members)


def baseline(name):
    return {
        "OperatingSystem": "DEBIAN",
        "Name": name,
        "Description": "made by the benchmark",
        "ApprovalRules": RULES,
        "ApprovedPatches": ["openssl*", "libc6.amd64"],
        "RejectedPatches": ["telnetd"],
        "RejectedPatchesAction": "BLOCK",
    }


class Peer:
    """A server that speaks the vendor's API, and how to load it."""

    def __init__(self, turns, name, process, address, access_key, secret):
        self.turns, self.name, self.process, self.address = turns, name, process, address
        self.access_key, self.secret = access_key, secret
        self.ids = []

    def client(self, service="ssm"):
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=f"http://{self.address}",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def fill(self):
        client = self.client()
        for number in range(BASELINES):
            self.ids.append(client.create_patch_baseline(**baseline(f"bench-{number:02}"))["BaselineId"])

    def load(self, clients, steps, seconds):
        spec = {
            "address": self.address, "region": REGION, "service": "ssm", "access_key": self.access_key,
            "secret": self.secret, "clients": clients, "warm_seconds": 0.5, "seconds": seconds, "steps": steps,
        }
        path = self.turns.folder / "load.json"
        path.write_text(json.dumps(spec))
        used = cpu_seconds(self.process.pid)
        result = self.turns.line(self.turns.bench("load", path), processor=1)
        # The load takes the server's time before and after what is counted too.
        used = (cpu_seconds(self.process.pid) - used) / (seconds + 0.5) * seconds
        if result["refused"] or not result["requests"]:
            raise RuntimeError(f"{self.name} refused {result['refused']} requests: {result['sample']}")
        result["cpu_us"] = used / result["requests"] * 1e6
        return result

    # What is sent.

    def update(self):
        bodies = [body(BaselineId=id, Description="revision @@", ApprovalRules=RULES) for id in self.ids]
        return [{"target": "AmazonSSM.UpdatePatchBaseline", "bodies": bodies}]

    def get(self):
        return [{"target": "AmazonSSM.GetPatchBaseline", "bodies": [body(BaselineId=id) for id in self.ids]}]

    def describe(self):
        bodies = [
            body(Filters=[{"Key": "NAME_PREFIX", "Values": [f"bench-{number:02}"]}]) for number in range(BASELINES)
        ]
        return [{"target": "AmazonSSM.DescribePatchBaselines", "bodies": bodies}]

    def make_and_delete(self):
        made = json.dumps(baseline("made-@@"))
        return [
            {"target": "AmazonSSM.CreatePatchBaseline", "bodies": [made], "take": "BaselineId"},
            {"target": "AmazonSSM.DeletePatchBaseline", "bodies": [body(BaselineId="$$")]},
        ]


def run(turns):
    try:
        ours, moto = start_ours(turns), start_moto(turns)
        ours.fill()
        moto.fill()
        return measure(turns, ours, moto)
    finally:
        turns.stop()


def start_ours(turns, *more, processor=0):
    data = turns.folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BARTIZAN", "AWS"))}
    command = [turns.program(), "up", "--listen", "127.0.0.1:0", "--data", data, "--region", REGION, "--no-observe", *more]
    process = turns.serve(command, processor, env=environment)
    endpoint = wait(process, lambda: (data / "endpoint").read_text().strip())
    key = json.loads((data / "root-key.json").read_text())
    address = endpoint.removeprefix("http://")
    ours = Peer(turns, "bartizan", process, address, key["AccessKeyId"], key["SecretAccessKey"])
    wait(process, lambda: ours.client().describe_patch_baselines())
    return ours


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start_moto(turns):
    port = free_port()
    process = turns.serve([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)])
    moto = Peer(turns, "moto", process, f"127.0.0.1:{port}", "AKIDEXAMPLE", "secret")
    wait(process, lambda: moto.client().describe_patch_baselines())
    return moto


def wait(process, attempt, seconds=60):
    until = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except Exception as error:
            if process.poll() is not None:
                raise RuntimeError(f"a server ended with {process.returncode} before it answered; see its log") from error
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def statistics(ours):
    """`GET /v1/server/statistics`, signed."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"http://{ours.address}/v1/server/statistics")
    SigV4Auth(Credentials(ours.access_key, ours.secret), "bartizan", REGION).add_auth(request)
    prepared = request.prepare()
    with urllib.request.urlopen(urllib.request.Request(prepared.url, headers=dict(prepared.headers)), timeout=10) as answer:
        return json.load(answer)


def measure(turns, ours, moto):
    seconds = turns.seconds(3.0)
    groups = {1: [], MANY: []}

    def updates(clients):
        before = statistics(ours)
        result = ours.load(clients, ours.update(), seconds)
        after = statistics(ours)
        commits, flushes = after["Commits"] - before["Commits"], after["Flushes"] - before["Flushes"]
        if commits < result["requests"] or flushes == 0:
            raise RuntimeError(f"{result['requests']} updates were answered, but {commits} commits counted")
        groups[clients].append(commits / flushes)
        return result

    def disk(writers):
        # In the folder of the data, so on the same disk.
        return turns.line(turns.bench("flush", turns.folder / "flush", "--writers", writers, "--seconds", seconds))

    jobs = {}
    for clients in (1, MANY):
        jobs["ours update", clients] = lambda clients=clients: updates(clients)
        jobs["moto make", clients] = lambda clients=clients: moto.load(clients, moto.make_and_delete(), seconds)
        jobs["disk", clients] = lambda clients=clients: disk(clients)
        jobs["ours get", clients] = lambda clients=clients: ours.load(clients, ours.get(), seconds)
        jobs["moto describe", clients] = lambda clients=clients: moto.load(clients, moto.describe(), seconds)
        jobs["ours describe", clients] = lambda clients=clients: ours.load(clients, ours.describe(), seconds)
        makers = min(clients, MAKERS)
        jobs["ours make", clients] = lambda makers=makers: ours.load(makers, ours.make_and_delete(), seconds)
    results = turns.interleave(jobs)
    return report_of(results, groups)


# What is measured, what it is called, and with how many clients where that differs.
ROWS = [
    ("ours update", "Bartizan, UpdatePatchBaseline (durable)"),
    ("ours make", "Bartizan, CreatePatchBaseline and DeletePatchBaseline (durable)"),
    ("moto make", "moto, CreatePatchBaseline and DeletePatchBaseline (in memory)"),
    ("ours get", "Bartizan, GetPatchBaseline"),
    ("ours describe", "Bartizan, DescribePatchBaselines by name"),
    ("moto describe", "moto, DescribePatchBaselines by name"),
]


def report_of(results, groups):
    report = Report(["signed requests", "clients", "a second", "range", "p50 ms", "p99 ms", "server CPU us each"])
    for clients in (1, MANY):
        for key, what in ROWS:
            rounds = results[key, clients]
            rate = [result["per_second"] for result in rounds]
            shown = min(clients, MAKERS) if key == "ours make" else clients
            report.row(
                what, str(shown), median(rate), spread(rate), median([result["p50_us"] for result in rounds]) / 1e3,
                median([result["p99_us"] for result in rounds]) / 1e3, median([result["cpu_us"] for result in rounds]),
            )
        rate = [result["commits_per_second"] for result in results["disk", clients]]
        report.row("floor: 512 bytes appended and flushed, flushes shared", str(clients), median(rate), spread(rate), "", "", "")

    def ratio(one, other, clients, member="per_second"):
        pairs = zip(results[one, clients], results[other, clients])
        return median([a["per_second"] / b[member] for a, b in pairs])

    for clients, word in ((1, "1 client"), (MANY, f"{MANY} clients")):
        report.goal(f"updates beside moto's makes and deletes, {word}", ratio("ours update", "moto make", clients), 10)
        report.goal(f"makes and deletes beside moto's, {word}", ratio("ours make", "moto make", clients), 10)
        report.goal(f"reads beside moto's, {word}", ratio("ours get", "moto describe", clients), 50)
        report.goal(f"descriptions beside moto's, {word}", ratio("ours describe", "moto describe", clients), 50)
    report.goal(f"commits a flush at {MANY} clients", median(groups[MANY]), 10, "commits")
    flushes = [result["flushes_per_second"] for result in results["disk", 1]]
    report.note(
        f"The disk alone flushes {show(median(flushes))} times a second for one writer. One client's updates reach "
        f"{show(ratio('ours update', 'disk', 1, 'commits_per_second') * 100)} % of that floor, {MANY} clients' "
        f"{show(ratio('ours update', 'disk', MANY, 'commits_per_second') * 100)} % of the floor for {MANY} writers."
    )
    report.note(
        f"Every request has a full signature of its own, made when it is sent; Bartizan verifies it, moto does not. Updates "
        f"go to {BASELINES} baselines, which is under the vendor's quota of 50; that quota is also why makes and deletes come "
        f"from {MAKERS} clients at most. A make and a delete count as two requests."
    )
    report.note(
        "moto has neither UpdatePatchBaseline nor GetPatchBaseline, so its closest are taken: makes and deletes for writes, a "
        "description that finds one baseline for reads. Bartizan is measured with the same bodies too. moto keeps nothing "
        "when it ends; Bartizan answers after the commit is on disk, with its history."
    )
    busy = max(result["own_cpu_share"] for rounds in results.values() for result in rounds if "own_cpu_share" in result)
    report.note(
        f"Each server has one core and the load generator the other; the generator used at most {show(busy * 100)} % of its "
        "core. Python's own server handles one request at a time, so more clients do not help moto."
    )
    return report
