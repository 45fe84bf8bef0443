"""Comparison of Debian versions: ours beside libapt's, on pairs made of the versions in a real index."""

import random
import re

import debian_index
import peers
from turns import Report, median, spread

PAIRS = 200_000


def run(turns):
    peer = peers.libapt(turns.root)
    path = turns.folder / "pairs.tsv"
    write_pairs(debian_index.values(debian_index.largest(turns), "Version"), path)
    results = turns.interleave(
        {
            "libapt": lambda: turns.line([str(peer), "versions", str(path)]),
            "bartizan": lambda: turns.line(turns.bench("versions", path)),
        }
    )
    checks = {result["check"] for rounds in results.values() for result in rounds}
    if len(checks) != 1:
        raise RuntimeError("libapt and bartizan order some of the pairs differently")
    theirs = [result["rate"] for result in results["libapt"]]
    report = Report(["comparison of versions", "pairs a second", "range", "times libapt"])

    def row(what, name):
        ours = [result[name] for result in results["bartizan"]]
        ratio = median([a / b for a, b in zip(ours, theirs)])
        report.row(what, median(ours), spread(ours), ratio)
        return ratio

    report.row("libapt `debVS.DoCmpVersion` (C++)", median(theirs), spread(theirs), 1.0)
    row("Bartizan, both versions as text", "direct")
    row("Bartizan, both versions split before", "split")
    prepared = row("Bartizan, both versions prepared as keys", "prepared")
    row("Bartizan, preparing the key of one version", "preparing")
    report.goal("prepared keys beside libapt", prepared, 6)
    report.note(
        f"{PAIRS:,} pairs made of the versions in the machine's own index; processor time on one core; all signs are equal "
        "to libapt's. libapt has no prepared form: it splits both versions at each comparison. An inventory's version is "
        "prepared once and then compared with every candidate."
    )
    return report


def write_pairs(versions, path):
    chance = random.Random(3)
    with open(path, "w") as out:
        for _ in range(PAIRS):
            one = chance.choice(versions)
            kind = chance.random()
            if kind < 0.5:  # what updates look like
                other = one + chance.choice(["+deb12u1", "~bpo11+1", "+b1", ".1", "-1", "~rc1"])
            elif kind < 0.6:
                other = one
            elif kind < 0.8:  # a number changed somewhere
                other = re.sub(r"\d+", lambda found: str(int(found.group()) + chance.choice([0, 0, 1])), one, count=2)
            else:
                other = chance.choice(versions)
            pair = (one, other) if chance.random() < 0.5 else (other, one)
            out.write("\t".join(pair) + "\n")
