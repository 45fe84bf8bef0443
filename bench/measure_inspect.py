"""What the web room does to bytes: detectors and transformations beside those of libmodsecurity, and many patterns at once."""

import random
import re
import struct
from urllib.parse import unquote_to_bytes

import peers
from turns import Report, median

TEXTS = 10_000
# What stands in requests that mean no harm.
ORDINARY = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "session=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=analytics:1|ads:0",
    "/static/js/main.4f6c2b1a.chunk.js",
    "/api/v1/customers/4711/orders?limit=50&offset=100&sort=-created",
    "https://www.example.com/shop/category/shoes?color=blue&size=42",
    "somebody@example.com",
    "The quick brown fox jumps over the lazy dog, and nobody minds.",
    "2026-03-01T12:30:45Z",
    "en-US,en;q=0.5",
    "gzip, deflate, br",
    "4711",
    "blue suede shoes",
    "O'Neill & Sons (Dublin)",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
]


def run(turns):
    folder = corpora(turns.root)
    write_inputs(folder, turns.folder)
    peer = peers.libmodsecurity(turns.root)
    results = turns.interleave(
        {
            "libmodsecurity": lambda: turns.line([str(peer), str(turns.folder)]),
            "bartizan": lambda: turns.line(turns.bench("inspect", turns.folder)),
        }
    )
    theirs, ours = results["libmodsecurity"], results["bartizan"]
    report = Report(["nanoseconds of one core an input", "libmodsecurity", "Bartizan", "times as fast"])

    def row(what, name, other=None):
        a = [result[name]["ns"] for result in theirs]
        b = [result[other or name]["ns"] for result in ours]
        ratio = median([x / y for x, y in zip(a, b)])
        report.row(what, median(a), median(b), ratio)
        return ratio

    def alone(what, value):
        report.row(what, None, value, None)

    def figure(name, member="ns"):
        return median([result[name][member] for result in ours])

    if ours[0]["sqli sqli"]["found"] != theirs[0]["sqli sqli"]["found"]:
        raise RuntimeError("libinjection and bartizan find different numbers of SQL injections")
    if ours[0]["xss xss"]["found"] < theirs[0]["xss xss"]["found"]:
        raise RuntimeError("bartizan finds fewer scripts than libinjection")
    attack = row("SQL injection in attacks (libinjection in C)", "sqli sqli")
    benign = row("SQL injection in ordinary values", "sqli ordinary")
    script = row("scripts in attacks", "xss xss")
    row("scripts in ordinary values", "xss ordinary")
    alone("SQL injection in ordinary values, high sensitivity", figure("sqli high ordinary"))
    for name in sorted(name for name in theirs[0] if name.isupper() or name.split()[0].isupper()):
        what, inputs = name.split()
        row(f"{what}, {inputs} values", name)
    for name in ("CMD_LINE_UNIX", "CMD_LINE_WIN", "JS_DECODE_EXT", "SHA256"):
        alone(f"{name}, encoded values", figure(f"{name} encoded"))
    alone(f"{TEXTS:,} texts at once, ordinary values", figure("texts"))
    first = ours[0]
    alone(f"{first['expressions']['count']} regular expressions, ordinary values", figure("expressions"))
    alone("the same one by one (`regex`)", figure("expressions", "alone_ns"))
    alone(f"JSON body of {first['json']['bytes']:,} bytes, {first['json']['elements']} elements", figure("json"))
    alone(f"address in {first['addresses']['networks']:,} networks", figure("addresses"))
    report.goal("SQL injection in attacks beside C", attack, 1)
    report.goal("SQL injection in ordinary values beside C", benign, 1)
    report.goal("scripts in attacks beside C", script, 1)
    report.goal("SQL injection in attacks", figure("sqli sqli") / 1000, 2, "microseconds", at_least=False)
    report.goal("10,000 texts over none", figure("texts") / 1000, 20, "microseconds", at_least=False)
    report.goal("10,000 texts compile in", figure("texts", "build_ms") / 1000, 1, "seconds", at_least=False)
    report.goal("10,000 texts over 8 KiB made of them", figure("texts", "hostile_us") / 1000, 2, "milliseconds", at_least=False)
    sizes = {name: first[f"sqli {name}"]["inputs"] for name in ("sqli", "xss", "ordinary")}
    report.note(
        f"Attacks: {sizes['sqli']:,} and {sizes['xss']:,} lines of libinjection's corpora, of which both find "
        f"{first['sqli sqli']['found']:,} and {first['xss xss']['found']:,}; ordinary: {sizes['ordinary']:,} values of requests; "
        "encoded: attacks as they travel. Processor time. Regular expressions are those of the Core Rule Set 3.3.4 that need no "
        "going back."
    )
    return report


def corpora(root):
    folder = root / ".test" / "corpora"
    if not (folder / "modsecurity-v3.0.9").exists() or not (folder / "coreruleset-3.3.4").exists():
        raise RuntimeError("no corpora; `cargo xtask test` gets them")
    return folder


def write_inputs(corpora, folder):
    chance = random.Random(7)
    data = corpora / "modsecurity-v3.0.9/others/libinjection/data"

    def lines(pattern):
        for path in sorted(data.glob(pattern)):
            if "sqlmap.txt" in path.name or "sqlmap-2013" in path.name:
                continue
            for line in path.read_bytes().split(b"\n"):
                if line.strip() and not line.startswith(b"#"):
                    yield line.rstrip()

    raw = list(lines("sqli-*.txt"))
    scripts = list(lines("xss-*.txt"))
    scripts = chance.sample(scripts, 5000)
    decoded = [unquote_to_bytes(line.replace(b"+", b" ")) for line in raw]
    write(folder / "sqli", decoded)
    write(folder / "xss", [unquote_to_bytes(line.replace(b"+", b" ")) for line in scripts])
    write(folder / "encoded", chance.sample(raw, 2000))
    write(folder / "ordinary", [text.encode() for text in ORDINARY * 100])
    letters = "abcdefghijklmnopqrstuvwxyz0123456789/-_."
    write(folder / "texts", ["".join(chance.choices(letters, k=chance.randint(8, 24))).encode() for _ in range(TEXTS)])
    write(folder / "expressions", list(expressions(corpora / "coreruleset-3.3.4/rules")))


def expressions(rules):
    for path in sorted(rules.glob("*.conf")):
        text = path.read_text().replace("\\\n", "")
        for found in re.finditer(r'"!?@rx ((?:[^"\\]|\\.)*)"', text):
            yield found.group(1).replace('\\"', '"').encode()


def write(path, inputs):
    with open(path, "wb") as out:
        for text in inputs:
            out.write(struct.pack("<I", len(text)) + text)
