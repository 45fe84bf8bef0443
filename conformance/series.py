"""What is kept in columns, read by others: DuckDB, and pyarrow, which is what pandas reads Parquet with."""

import datetime
import os
import pathlib
import shutil
import subprocess

import duckdb
import pyarrow.parquet
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = datetime.datetime(2026, 11, 25, tzinfo=datetime.timezone.utc)
ROUNDS, THINGS = 5, 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of files, written by the program's own code: four writes that were merged, and one that was not yet."""
    cargo = os.environ.get("CARGO") or shutil.which("cargo")
    if not cargo:
        pytest.skip("needs cargo to build `write_series`")
    command = [cargo, "run", "--quiet", "--package", "bartizan-tape", "--example", "write_series", "--"]
    written = subprocess.run(
        [*command, str(tmp_path_factory.mktemp("tape"))], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return pathlib.Path(written.stdout.strip())


def expected():
    rows = []
    for number in range(ROUNDS):
        at = START + datetime.timedelta(minutes=5 * number)
        for thing in range(THINGS):
            ports = ["22", "443", "8883"][: thing % 4]
            rows.append(("aws:all-bytes-out", f"thing-{thing}", at, thing + 0.25, None))
            rows.append(("aws:listening-tcp-ports", f"thing-{thing}", at, None, ports))
    return sorted(rows, key=lambda row: row[:3])


@pytest.mark.timeout(600)
def test_duckdb_reads_the_columns(folder):
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        files = f"'{folder}/*.parquet'"
        types = database.sql(f"DESCRIBE SELECT * FROM {files}").fetchall()
        assert [row[:2] for row in types] == [
            ("measure", "VARCHAR"),
            ("subject", "VARCHAR"),
            ("time", "TIMESTAMP WITH TIME ZONE"),
            ("number", "DOUBLE"),
            ("texts", "VARCHAR[]"),
        ]
        # instants as numbers: converting them in Python would need a package for time zones
        rows = database.sql(
            f"SELECT measure, subject, epoch_ms(time), number, texts FROM {files} ORDER BY measure, subject, time"
        ).fetchall()
        milliseconds = [(*row[:2], int(row[2].timestamp() * 1000), *row[3:]) for row in expected()]
        assert rows == milliseconds
        # a question that needs one group of rows
        largest = database.sql(f"SELECT max(number) FROM {files} WHERE measure = 'aws:all-bytes-out'").fetchall()
        assert largest == [(THINGS - 1 + 0.25,)]


def test_pyarrow_reads_the_columns(folder):
    table = pyarrow.parquet.read_table(folder)
    assert table.num_rows == 2 * ROUNDS * THINGS
    assert str(table.schema.field("time").type) == "timestamp[ms, tz=UTC]"
    columns = [table.column(name).to_pylist() for name in ("measure", "subject", "time", "number", "texts")]
    assert sorted(zip(*columns), key=lambda row: row[:3]) == expected()


def test_one_measure_is_in_a_group_of_its_own(folder):
    files = sorted(folder.glob("*.parquet"))
    assert [file.stem for file in files] == ["000000000001-000000000004", "000000000005-000000000005"]
    for file in files:
        metadata = pyarrow.parquet.ParquetFile(file).metadata
        assert metadata.num_row_groups == 2
        for number in range(metadata.num_row_groups):
            statistics = metadata.row_group(number).column(0).statistics
            assert statistics.min == statistics.max
            assert metadata.row_group(number).column(0).path_in_schema == "measure"
