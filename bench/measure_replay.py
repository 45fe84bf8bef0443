"""Replaying a changed profile over what devices reported: ours beside DuckDB and Polars, on the very same Parquet files,
with equal answers."""

import os
import shutil
import time

import duckdb
import polars

from turns import Answering, Report, median, pin, show, spread

# Violating datapoints in a row that raise an alarm. A behavior states what is normal: here, at most the threshold.
TO_ALARM = 3
PERIOD_SECONDS = 300

TARGET_DISK_ROWS = 100e6
TARGET_MEMORY_TIMES = 1.5
TARGET_PERCENTILE_TIMES = 3.0

# Alarms: a run of violating datapoints of one device reaches its third. `sorted` is by device, then time.
ONSETS_WINDOW = """
select count(*) from (
    select number > {t} as b0, lag(number, 1) over w > {t} as b1, lag(number, 2) over w > {t} as b2,
        coalesce(lag(number, 3) over w > {t}, false) as b3
    from {source} window w as (partition by subject order by time)
) where b0 and b1 and b2 and not b3
"""
ONSETS_STREAMING = """
select count(*) from (
    select subject = s1 and s1 = s2 and number > {t} and v1 > {t} and v2 > {t}
        and not coalesce(s3 = subject and v3 > {t}, false) as onset
    from (
        select subject, number, lag(subject, 1) over () s1, lag(subject, 2) over () s2, lag(subject, 3) over () s3,
            lag(number, 1) over () v1, lag(number, 2) over () v2, lag(number, 3) over () v3
        from {source}
    )
) where onset
"""
# Datapoints above the fleet's 90th percentile of their window, by nearest rank.
ABOVE_P90 = """
with fleet as (select slot, quantile_disc(number, 0.9) p from {source} group by slot)
select count(*) from {source} s join fleet using (slot) where s.number > fleet.p
"""


class Theirs:
    """DuckDB and Polars with the same files, on one thread."""

    def __init__(self, files, threshold):
        self.threshold = threshold
        self.files = files
        self.duck = duckdb.connect()
        self.duck.execute("set threads = 1; set preserve_insertion_order = true")
        names = ", ".join(f"'{name}'" for name in files)
        self.scan = f"read_parquet([{names}])"
        slot = f"(epoch_ms(time) // {PERIOD_SECONDS * 1000})::uinteger"
        # Their best layout: devices as numbers, sorted by device and time; and one sorted by window for the percentiles.
        self.duck.execute(
            f"create table sorted as select dense_rank() over (order by subject)::uinteger as subject, time, number, {slot} as slot "
            f"from {self.scan} order by subject, time"
        )
        self.duck.execute("create table windows as select slot, number from sorted order by slot")
        self.frame = polars.from_arrow(self.duck.sql("select subject, slot, number from sorted").to_arrow_table())

    def sql(self, query, source):
        before = time.process_time()
        found = self.duck.execute(query.format(t=self.threshold, source=source)).fetchone()
        return {"cpu_seconds": time.process_time() - before, "answer": int(found[0])}

    def polars(self, select):
        before = time.process_time()
        found = select().collect().item()
        return {"cpu_seconds": time.process_time() - before, "answer": int(found)}

    def onsets(self):
        subject, above = polars.col("subject"), polars.col("number") > self.threshold

        def back(count):
            return (above.shift(count) & (subject == subject.shift(count))).fill_null(False)

        return self.frame.lazy().select((above & back(1) & back(2) & ~back(3)).sum())

    def above_p90(self):
        # With a fleet of a multiple of ten, `lower` is the nearest rank.
        cut = polars.col("number").quantile(0.9, "lower").over("slot")
        return self.frame.lazy().select((polars.col("number") > cut).sum())

    def jobs(self):
        return {
            ("alarms", "DuckDB, from Parquet"): lambda: self.sql(ONSETS_WINDOW, self.scan),
            ("alarms", "DuckDB, its own table by device, streaming lag"): lambda: self.sql(ONSETS_STREAMING, "sorted"),
            ("alarms", "Polars, in memory by device, shift"): lambda: self.polars(self.onsets),
            ("p90", "DuckDB, its own table by window"): lambda: self.sql(ABOVE_P90, "windows"),
            ("p90", "Polars, in memory"): lambda: self.polars(self.above_p90),
        }


OURS = {
    ("alarms", "**Bartizan, from the tape on disk**"): "alarms-disk",
    ("alarms", "**Bartizan, from memory**"): "alarms-memory",
    ("alarms", "floor: counting in memory what is above the threshold"): "floor",
    ("p90", "**Bartizan, from the tape on disk**"): "p90-disk",
    ("p90", "**Bartizan, from memory**"): "p90-memory",
}


def run(turns):
    # The larger one takes minutes to write; a run of fewer rounds leaves it out and says so.
    sizes = [(10_000, 100)] if turns.quick else [(100_000, 100), (100_000, 1000)][: 1 if turns.rounds < 3 else 2]
    report = Report(["replay of a changed profile", "datapoints", "M rows a second and core", "range", "times best peer"])
    folder = turns.folder / "tape"
    for devices, reports in sizes:
        shutil.rmtree(folder, ignore_errors=True)
        ours = Answering(turns, "replay", devices, reports, "--folder", folder)
        try:
            one_size(turns, report, devices, reports, ours)
        finally:
            ours.end()
            shutil.rmtree(folder, ignore_errors=True)
    report.note(
        f"Two changed behaviors: `less-than-equals` a number with {TO_ALARM} consecutive datapoints to alarm (alarms are "
        "counted), and `less-than-equals` the fleet's p90 of the window (datapoints above it are counted). Both sides read "
        "the same Parquet files, which Bartizan's tape wrote, on one core; answers are equal. Processor time is counted."
    )
    return report


def one_size(turns, report, devices, reports, ours):
    rows = devices * reports
    pinned = os.sched_getaffinity(0)
    pin(1)
    try:
        theirs = Theirs(ours.built["files"], ours.built["threshold"])
        jobs = {key: lambda name=name: ours.turn(name) for key, name in OURS.items()} | theirs.jobs()
        results = turns.interleave(jobs, rounds=min(turns.rounds, 3) if rows > 20_000_000 else None)
    finally:
        os.sched_setaffinity(0, pinned)
    check(results)
    rate = {key: [rows / result["cpu_seconds"] for result in rounds] for key, rounds in results.items()}
    peers = {kind: max((key for key in theirs.jobs() if key[0] == kind), key=lambda key: median(rate[key])) for kind in ("alarms", "p90")}

    def times(key):
        return median([a / b for a, b in zip(rate[key], rate[peers[key[0]]])])

    for key in results:
        report.row(f"{key[0]}: {key[1]}", f"{rows:,}", median(rate[key]) / 1e6, spread([one / 1e6 for one in rate[key]]), times(key))
    size = f"{rows / 1e6:,.0f} M datapoints"
    disk, memory, p90 = list(OURS)[0], list(OURS)[1], list(OURS)[4]
    report.goal(f"alarms from the tape on disk, {size}", median(rate[disk]) / 1e6, TARGET_DISK_ROWS / 1e6, "M rows a second and core")
    report.goal(f"alarms from memory beside the best peer, {size}", times(memory), TARGET_MEMORY_TIMES)
    report.goal(f"fleet percentiles from memory beside the best peer, {size}", times(p90), TARGET_PERCENTILE_TIMES)
    report.note(
        f"{size}: the tape takes {ours.built['bytes'] / rows:.2f} bytes a datapoint and was written at "
        f"{show(rows / ours.built['writing_seconds'] / 1e6)} M datapoints a second of one core."
    )


def check(results):
    """Equal answers, or there is nothing to compare."""
    for kind in ("alarms", "p90"):
        answers = {
            key[1]: {result["answer"] for result in rounds}
            for key, rounds in results.items()
            if key[0] == kind and not key[1].startswith("floor")
        }
        if len(set.union(*answers.values())) != 1 or 0 in set.union(*answers.values()):
            raise RuntimeError(f"{kind}: the answers differ: {answers}")
