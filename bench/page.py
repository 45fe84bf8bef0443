"""Writes results into docs/benchmarks.md, between the marks that are there for each benchmark."""


def record(root, name, text):
    path = root / "docs" / "benchmarks.md"
    page = path.read_text()
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    if begin not in page or end not in page:
        raise RuntimeError(f"docs/benchmarks.md has no marks for {name}: put `{begin}` and `{end}` where results belong")
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")
