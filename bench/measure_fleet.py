"""A change of baseline on a fleet: ours beside DuckDB, on the same hosts, with equal answers."""

import os
import time

import duckdb
import numpy

from turns import Answering, Report, median, pin, show, spread

PACKAGES = 600
TARGET_TIMES = 15
TARGET_BYTES = 2048

# What DuckDB is asked for each: hosts that change, that become non-compliant and compliant, that are compliant before
# and after, packages that change on all hosts, and a digest of the non-compliant packages of every host.
ANSWER = """
select coalesce(sum(c::int), 0), coalesce(sum((b = 0 and a > 0)::int), 0), coalesce(sum((b > 0 and a = 0)::int), 0),
    {hosts} - coalesce(sum((b > 0)::int), 0), {hosts} - coalesce(sum((a > 0)::int), 0)
from ({inner})
"""

# By what it is called in the report. All of them know the state of every version before and after, so that what is left
# to do is the pass over the hosts; `interesting` are the versions whose state is non-compliant or changes.
HOSTS = {
    "DuckDB, join with the states of versions": """
        select host, bool_or(changed) c, sum(nc_before) b, sum(nc_after) a
        from inventory join states using (id) group by host""",
    "DuckDB, join with the versions that count": """
        select host, bool_or(changed) c, sum(nc_before) b, sum(nc_after) a
        from inventory join interesting using (id) group by host""",
    "DuckDB, the same with all that is counted in one number": """
        select host, (s >> 40) > 0 c, s & 1048575 b, (s >> 20) & 1048575 a
        from (select host, sum(packed)::bigint s from inventory join interesting using (id) group by host)""",
}

# The same, but DuckDB makes the states itself: distinct versions first, from ranks and from what approves each.
WITH_STATES = """
with present as (select distinct id from inventory), {sides} hosts as (
    select host, bool_or(p.code <> n.code) c, sum(p.nc) b, sum(n.nc) a
    from inventory join before p using (id) join after n using (id) group by host)
"""
SIDE = """
chosen_{side} as (
    select v.id, max(w.rank) rank, arg_max(w.level_{side}, w.rank) level, arg_max(w.security_{side}, w.rank) security
    from present join versions v using (id) join versions w on w.slot = v.slot and w.rank >= v.rank
        and (w.offered = 1 or w.id = v.id)
    where w.approved_{side} = 1 group by v.id),
{side} as (
    select v.id,
        case when c.rank > v.rank then 4 when c.rank is not null then 0
            when v.blocks = 1 and v.rejected_{side} = 1 then 2 else 1 end state,
        (state in (2, 4))::int nc,
        state * 16 + case when c.rank is null then 0 else c.level end * 2
            + case when c.rank is not null then c.security when state = 2 then v.security_{side} else 0 end code
    from present join versions v using (id) left join chosen_{side} c using (id)),
"""
OWN_STATES = "DuckDB, states of distinct versions from ranks and approvals, then hosts"


class Theirs:
    """DuckDB with the same fleet, in memory, on one thread."""

    def __init__(self, hosts, folder):
        self.hosts = hosts
        self.connection = duckdb.connect()
        self.connection.execute("set threads = 1; set preserve_insertion_order = false")
        # Hosts are numbered without gaps, so an array does for them what a hash table would; by default only up to 4,096.
        self.connection.execute("set perfect_ht_threshold = 20")
        ids = numpy.fromfile(folder / "inventory.u32", dtype="<u4")
        narrow = numpy.uint16 if ids.max(initial=0) < 1 << 16 else numpy.uint32
        table = {"host": numpy.repeat(numpy.arange(hosts, dtype=numpy.uint32), PACKAGES), "id": ids.astype(narrow)}
        kind = "usmallint" if narrow is numpy.uint16 else "uinteger"
        self.connection.register("given", table)
        self.connection.execute(f"create table inventory as select host, id::{kind} id from given")
        self.connection.unregister("given")
        self.connection.execute(
            f"create table versions as select * replace (id::{kind} as id, slot::usmallint as slot) "
            "from read_csv(?, delim='\t', header=true)",
            [str(folder / "versions.tsv")],
        )
        code = "(state_{0} * 16 + settled_level_{0} * 2 + settled_security_{0})::utinyint"
        self.connection.execute(
            "create table states as select id, (state_before between 2 and 5)::utinyint nc_before, "
            f"(state_after between 2 and 5)::utinyint nc_after, {code.format('before')} <> {code.format('after')} changed "
            "from versions order by id"
        )
        self.connection.execute(
            "create table interesting as select *, (changed::bigint << 40) + (nc_after::bigint << 20) + nc_before packed "
            "from states where nc_before + nc_after > 0 or changed"
        )

    def turn(self, query):
        before = time.process_time()
        found = self.connection.execute(query).fetchone()
        return {"cpu_seconds": time.process_time() - before, "answer": [int(value) for value in found]}

    def by_states(self, inner):
        return ANSWER.format(hosts=self.hosts, inner=inner)

    def by_ranks(self):
        sides = "".join(SIDE.format(side=side) for side in ("before", "after"))
        head = WITH_STATES.format(sides=sides).rstrip()
        return head + ANSWER.format(hosts=self.hosts, inner="from hosts")

    def installs(self):
        query = "select count(*) from inventory join states using (id) where changed"
        return self.connection.execute(query).fetchone()[0]

    def digest(self):
        inner = HOSTS["DuckDB, join with the states of versions"]
        query = f"select sum((host + 1)::hugeint * (b + 3 * a)) from ({inner})"
        return int(self.connection.execute(query).fetchone()[0])

    def bytes_per_host(self):
        blocks = self.connection.execute("select sum(memory_usage_bytes) from duckdb_memory()").fetchone()[0]
        return blocks / self.hosts


def run(turns):
    sizes = [1_000, 10_000] if turns.quick else [1_000, 10_000, 100_000]
    report = Report(["a change of baseline, 600 packages a host", "hosts", "hosts a second and core", "range", "times best DuckDB"])
    folder = turns.folder / "exchange"
    folder.mkdir(exist_ok=True)
    growth = []
    for hosts in sizes:
        ours = Answering(turns, "fleet", hosts, "--export", folder)
        try:
            growth.append(one_size(turns, report, hosts, ours, Theirs(hosts, folder)))
        finally:
            ours.end()
    for path in folder.iterdir():
        os.unlink(path)
    summary(report, sizes, growth)
    return report


def one_size(turns, report, hosts, ours, theirs):
    pinned = os.sched_getaffinity(0)
    pin(1)
    try:
        jobs = {"ours": lambda: ours.turn("full"), "plain": lambda: ours.turn("plain")}
        jobs |= {"tables": lambda: ours.turn("tables"), "floor": lambda: ours.turn("floor")}
        jobs |= {name: lambda query=theirs.by_states(inner): theirs.turn(query) for name, inner in HOSTS.items()}
        jobs[OWN_STATES] = lambda: theirs.turn(theirs.by_ranks())
        results = turns.interleave(jobs, rounds=min(turns.rounds, 5) if hosts >= 100_000 else None)
        check(hosts, ours, theirs, results)
    finally:
        os.sched_setaffinity(0, pinned)
    rate = {name: [hosts / result["cpu_seconds"] for result in rounds] for name, rounds in results.items()}
    peers = [*HOSTS, OWN_STATES]
    best = max(peers, key=lambda name: median(rate[name]))
    times = lambda name: median([a / b for a, b in zip(rate[name], rate[best])])
    report.row("**Bartizan, from the two baselines to the answer**", f"{hosts:,}", median(rate["ours"]), spread(rate["ours"]), times("ours"))
    report.row("Bartizan, baselines with one rule each", f"{hosts:,}", median(rate["plain"]), spread(rate["plain"]), times("plain"))
    for name in peers:
        report.row(name, f"{hosts:,}", median(rate[name]), spread(rate[name]), times(name))
    report.row("floor: one number looked up and added for each package", f"{hosts:,}", median(rate["floor"]), spread(rate["floor"]), times("floor"))
    return {
        "times": times("ours"),
        "times_whole": median([a / b for a, b in zip(rate["ours"], rate[OWN_STATES])]),
        "seconds": median([result["cpu_seconds"] for result in results["ours"]]),
        "plain": median([result["cpu_seconds"] for result in results["plain"]]),
        "tables": median([result["cpu_seconds"] for result in results["tables"]]),
        "built": ours.built,
        "their_bytes": theirs.bytes_per_host(),
    }


def check(hosts, ours, theirs, results):
    """Equal answers, or there is nothing to compare."""
    answer = results["ours"][0]["answer"]
    if answer[0] != hosts or answer[1] == 0:
        raise RuntimeError(f"of {hosts} hosts, {answer[0]} were looked at and {answer[1]} change: nothing was measured")
    for name in [*HOSTS, OWN_STATES]:
        for result in results[name]:
            if result["answer"] != answer[1:6]:
                raise RuntimeError(f"`{name}` answers {result['answer']}, bartizan {answer[1:6]}")
    if theirs.installs() != answer[6]:
        raise RuntimeError(f"{theirs.installs()} packages change by DuckDB, {answer[6]} by bartizan")
    if theirs.digest() != ours.turn("digest")["digest"]:
        raise RuntimeError("the non-compliant packages of single hosts differ")


def summary(report, sizes, growth):
    last = growth[-1]
    built = last["built"]
    shared = growth[0]["built"]["resident_bytes"]
    more = sizes[-1] - sizes[0]
    each = (built["resident_bytes"] - shared) / more
    report.goal(f"beside the best DuckDB with states given, {sizes[-1]:,} hosts", last["times"], TARGET_TIMES)
    report.goal(f"beside DuckDB that makes the states itself, {sizes[-1]:,} hosts", last["times_whole"], TARGET_TIMES)
    report.goal("memory of a host beyond the shared catalogue", each, TARGET_BYTES, "bytes", at_least=False)
    report.note(
        f"Both sides on one core. The baselines have ten rules and two lists of fifty. Ours starts from the two baselines: it "
        f"applies both to {built['versions']:,} versions, then passes over the hosts, counts all states of each before and "
        "after, and traces the examples that a preview shows. DuckDB is given the state of every version and only passes "
        "over the hosts, except in the last of its rows."
    )
    report.note("Answers are equal: hosts that change and how, packages that change, non-compliant packages of every host.")
    report.note(
        f"A host takes {built['row_bytes_per_host']:,} bytes for its row; {each:,.0f} bytes of resident memory with its name "
        f"and the tree, from {sizes[0]:,} to {sizes[-1]:,} hosts. DuckDB's tables take {last['their_bytes']:,.0f} bytes a host."
    )
    growing = "; ".join(
        f"{hosts:,} hosts {show(size['seconds'] * 1e3)} ms, of which {show(size['tables'] * 1e3)} ms do not depend on hosts"
        for hosts, size in zip(sizes, growth)
    )
    report.note(f"Growth with hosts: {growing}.")
    report.note(
        f"Growth with rules, {sizes[-1]:,} hosts: one rule and no lists {show(last['plain'] * 1e3)} ms, ten rules and lists of "
        f"fifty {show(last['seconds'] * 1e3)} ms."
    )
    report.note(f"Taking in {sizes[-1]:,} inventories took {show(built['building_seconds'])} s of one core.")
