"""Reading a Packages index: ours beside libapt's, the same six fields of every paragraph."""

import debian_index
import peers
from turns import Report, median, spread


def run(turns):
    peer = peers.libapt(turns.root)
    path = debian_index.largest(turns)
    results = turns.interleave(
        {
            "libapt": lambda: turns.line([str(peer), "index", str(path)]),
            "bartizan": lambda: turns.line(turns.bench("index", path)),
        }
    )
    for name in ("check", "stanzas", "lengths"):
        if len({result[name] for rounds in results.values() for result in rounds}) != 1:
            raise RuntimeError(f"libapt and bartizan read different things: `{name}` differs")
    theirs = [result["rate"] for result in results["libapt"]]
    report = Report(["reading an index", "MB a second", "range", "times libapt"])

    def row(what, name):
        ours = [result[name] for result in results["bartizan"]]
        ratio = median([a / b for a, b in zip(ours, theirs)])
        report.row(what, median(ours), spread(ours), ratio)
        return ratio

    report.row("libapt `pkgTagFile`, `Find` of six fields (C++)", median(theirs), spread(theirs), 1.0)
    six = row("Bartizan, the same six fields", "six")
    row("Bartizan, the same without reading the file", "scan")
    row("Bartizan, nine fields kept as an index (what the agent does)", "whole")
    row("floor: finding the ends of lines, `memchr`", "lines")
    report.goal("six fields beside libapt", six, 1)
    first = results["bartizan"][0]
    report.note(
        f"A real index of {path.stat().st_size / 1e6:.0f} MB with {first['stanzas']:,} paragraphs, uncompressed, in the page "
        "cache; processor time on one core; the checksum of all six fields is equal."
    )
    return report
