#!/usr/bin/python3
"""What libapt says about the packages of a host under patch baselines: the reference that the engine is held against.

Written from the project's notes on Patch Manager (section 4.2, 4.8 and the decisions of section 9), not from the engine.
Package versions, their order, their origins and whether an origin is trusted are libapt's; globs are Python's fnmatch.

    apt_states.py ROOT ARCHITECTURE [FOREIGN...] < request.json > answer.json

ROOT is a folder with etc/apt/sources.list, var/lib/apt/lists and var/lib/dpkg/status. The request is
{"product": "Debian12", "baselines": {name: baseline}}, a baseline being shaped as GetPatchBaseline answers. The answer is
{name: [[package, architecture, installed, state, version, level, security, priority, state if only libapt's candidate counts]]}
for every package that is installed or approved.
"""

import fnmatch
import json
import os
import sys

import apt_pkg

LEVELS = ["UNSPECIFIED", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]


def open_cache(root, architecture, foreign):
    apt_pkg.init_config()
    config = apt_pkg.config
    for key, value in {
        "Dir": root,
        "Dir::State::status": os.path.join(root, "var/lib/dpkg/status"),
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        # Kept in memory: nothing is written.
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Architecture": architecture,
        "Dir::Log": root,
    }.items():
        config.set(key, value)
    config.clear("APT::Architectures")
    for each in [architecture, *foreign]:
        config.set("APT::Architectures::", each)
    apt_pkg.init_system()
    sources = apt_pkg.SourceList()
    sources.read_main_list()
    return apt_pkg.Cache(None), sources


class Version:
    """One version of one package, as one or more of libapt's objects describe it.

    libapt keeps two objects for one version when the package database and the index describe it differently."""

    def __init__(self, text):
        self.text = text
        self.objects = []
        self.origins = []
        self.installed = False

    def settle(self):
        offering = [(file.id, at) for at, each in enumerate(self.objects) for file, _ in each.file_list if not file.not_source]
        speaks = self.objects[min(offering)[1]] if offering else self.objects[0]
        self.architecture = speaks.arch
        self.priority = speaks.priority_str or ""
        self.section = speaks.section or ""
        self.offered = bool(offering)
        self.security = any(
            trusted and ("security" in archive.lower() or "security.debian.org" in site.lower())
            for archive, site, trusted in self.origins
        )


def versions_of(package, sources, trust):
    found = {}
    for each in package.version_list:
        version = found.setdefault((each.ver_str, each.arch), Version(each.ver_str))
        version.objects.append(each)
        version.installed |= package.current_ver is not None and each.id == package.current_ver.id
        for file, _ in each.file_list:
            if file.not_source:
                continue
            if file.id not in trust:
                index = sources.find_index(file)
                trust[file.id] = index is not None and index.is_trusted
            version.origins.append((file.archive or "", file.site or "", trust[file.id]))
    for version in found.values():
        version.settle()
    return [version for version in found.values() if version.offered or version.installed]


def passes(filters, product, version):
    for each in filters:
        if "*" in each["Values"]:
            continue
        value = {"PRODUCT": product, "PRIORITY": version.priority, "SECTION": version.section}[each["Key"]]
        if not value or value.lower() not in [wanted.lower() for wanted in each["Values"]]:
            return False
    return True


def listed(entries, name, version):
    text, arch = version.text, version.architecture
    renderings = [
        name,
        text,
        f"{name}.{arch}",
        f"{name}-{text}",
        f"{arch}:{text}",
        f"{name}.{arch}:{text}",
    ]
    return any(fnmatch.fnmatchcase(each.lower(), entry.lower()) for entry in entries for each in renderings)


def approval(baseline, product, name, version):
    """(matched, level)"""
    levels = []
    if passes(baseline["GlobalFilters"]["PatchFilters"], product, version):
        for rule in baseline["ApprovalRules"]["PatchRules"]:
            if passes(rule["PatchFilterGroup"]["PatchFilters"], product, version):
                if version.security or rule.get("EnableNonSecurity", False):
                    levels.append(rule.get("ComplianceLevel", "UNSPECIFIED"))
    if listed(baseline["ApprovedPatches"], name, version):
        if version.security or baseline["ApprovedPatchesEnableNonSecurity"]:
            levels.append(baseline["ApprovedPatchesComplianceLevel"])
    if not levels or listed(baseline["RejectedPatches"], name, version):
        return False, "UNSPECIFIED"
    return True, max(levels, key=LEVELS.index)


def newest(versions):
    """Of versions that compare equal the installed one, or else the last by its text."""
    best = versions[0]
    for each in versions[1:]:
        order = apt_pkg.version_compare(each.text, best.text)
        if order > 0 or (order == 0 and (each.installed, each.text) > (best.installed, best.text)):
            best = each
    return best


def judge(baseline, product, name, versions, candidate):
    """(state, version, level, state if only the candidate counts); a state is None where nothing is to be said."""
    installed = next((each for each in versions if each.installed), None)
    considered = [
        each for each in versions if installed is None or apt_pkg.version_compare(each.text, installed.text) >= 0
    ]
    approved = {id(each): approval(baseline, product, name, each) for each in considered}

    def state(matched):
        if not matched:
            if installed is None:
                return None, None, "UNSPECIFIED"
            blocked = baseline["RejectedPatchesAction"] == "BLOCK"
            if blocked and listed(baseline["RejectedPatches"], name, installed):
                return "InstalledRejected", installed, "UNSPECIFIED"
            return "InstalledOther", installed, "UNSPECIFIED"
        best = newest(matched)
        if installed is None:
            return "NotApplicable", best, "UNSPECIFIED"
        if apt_pkg.version_compare(best.text, installed.text) > 0:
            return "Missing", best, approved[id(best)][1]
        return "Installed", installed, approved[id(best)][1]

    result, version, level = state([each for each in considered if approved[id(each)][0]])
    # Where libapt has no candidate, it would leave everything as it is.
    other, _, _ = state([candidate] if candidate is not None and approved[id(candidate)][0] else [])
    return result, version, level, other, installed


def main():
    root, architecture, *foreign = sys.argv[1:]
    request = json.load(sys.stdin)
    cache, sources = open_cache(root, architecture, foreign)
    trust = {}
    packages = []
    depcache = apt_pkg.DepCache(cache)
    for package in cache.packages:
        versions = versions_of(package, sources, trust)
        if versions:
            chosen = depcache.get_candidate_ver(package)
            candidates = [each for each in versions if chosen and any(one.id == chosen.id for one in each.objects)]
            packages.append((package.name, package.architecture, versions, candidates[0] if candidates else None))
    answer = {}
    for label, baseline in request["baselines"].items():
        rows = answer[label] = []
        for name, arch, versions, candidate in packages:
            state, version, level, other, installed = judge(baseline, request["product"], name, versions, candidate)
            if state is None and other is None:
                continue
            blank = state in (None, "InstalledOther", "NotApplicable")
            rows.append([
                name,
                arch,
                installed.text if installed else None,
                state,
                version.text if version else None,
                level,
                version is not None and version.security and not blank,
                version.priority if version is not None and not blank else "",
                other,
            ])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
