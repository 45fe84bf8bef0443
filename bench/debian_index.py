"""The largest package index that this machine's apt holds, as plain text."""

import glob
import os
import subprocess


def largest(turns):
    found = [path for path in glob.glob("/var/lib/apt/lists/*_Packages*") if os.path.getsize(path)]
    if not found:
        raise RuntimeError("apt holds no package index: run `apt-get update` on a Debian machine first")
    source = max(found, key=os.path.getsize)
    plain = turns.root / ".test" / "bench" / "Packages"
    if not plain.exists() or plain.stat().st_mtime < os.path.getmtime(source):
        with open(plain, "wb") as out:
            subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", source], stdout=out, check=True)
        os.utime(plain)
    return plain


def values(plain, field):
    mark = field.encode() + b": "
    with open(plain, "rb") as lines:
        return [line[len(mark) :].strip().decode() for line in lines if line.startswith(mark)]
