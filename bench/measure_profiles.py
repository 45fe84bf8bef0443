"""What a preview of a sensor profile costs, and how that grows. No peer foresees a profile, so that there is no ratio."""

from turns import Report, median, spread

IMAGES = 100_000


def run(turns):
    images = 4_000 if turns.quick else IMAGES
    results = turns.interleave({"ours": lambda: turns.line(turns.bench("profiles", images))})["ours"]
    report = Report(["previewing a sensor profile", "images", "CPU ms", "range", "µs an image"])
    names = {
        "preview_ms": "ten patterns and a window instead of none",
        "without_patterns_ms": "the same profile twice",
        "patterns_ms": "matching ten patterns alone",
        "coverage_ms": "coverage of one profile",
    }
    for place in range(len(results[0]["sizes"])):
        for member, name in names.items():
            times = [result["sizes"][place][member] for result in results]
            size = results[0]["sizes"][place]["images"]
            report.row(name, size, median(times), spread(times), median(times) * 1000 / size)
    last = results[0]["sizes"][-1]
    report.note(
        f"Generated images of 400 repositories with {results[0]['names_per_image']} names and {results[0]['vulnerabilities_per_image']} known vulnerabilities each, "
        f"on 50 sensors; {last['stop']:,} of {last['images']:,} stop being covered. Processor time on one core."
    )
    return report
