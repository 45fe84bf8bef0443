"""Changes of sensor profiles, foreseen from the vendor's own answers: what is told is what the two profiles really do."""

import json
import subprocess

import pytest

from server import environment, program

NOW = "2026-11-26T12:00:00Z"
NOW_MS = 1795694400000
HOUR = 3_600_000


def profile(**vulnerability):
    settings = {"globalScanningFlag": True, "containerScanningInterval": 24, "imageExclusionRegexList": []} | vulnerability
    config = {"weeklyInactiveWindowSchedules": [], "vulnerabilityManagement": settings, "performanceManagement": {}}
    return {"profileName": "p", "profileType": "General", "config": config, "associatedRegistryIds": None}


def image(number, tags, found=(), scanned=6):
    """As GET /images/{sha} answers: times are texts."""
    vulnerabilities = [{"qid": 1, "cveids": [cve], "severity": severity} for cve, severity in found]
    return {
        "sha": f"{number:064x}",
        "repo": [{"registry": "r.example", "repository": tag.split(":")[0], "tag": tag.split(":")[1]} for tag in tags],
        "created": str(NOW_MS - 100 * HOUR),
        "lastVmScanDate": str(NOW_MS - scanned * HOUR) if scanned else None,
        "vulnerabilities": vulnerabilities,
        "lastFoundOnHost": {"sensorUuid": "s-1"},
    }


@pytest.fixture
def tell(tmp_path):
    def run(command, *words, code=0, **files):
        given = []
        for name, content in files.items():
            path = tmp_path / f"{name}.json"
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            given += [f"--{name}", path]
        arguments = [program(), "--output", "json", "container", command, *words, *given, "--at", NOW]
        done = subprocess.run(list(map(str, arguments)), env=environment(), capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code in (0, 4) else done.stderr

    return run


IMAGES = {
    "count": 3,
    "data": [
        image(1, ["debug/tool:1"], [("CVE-2026-1", 5), ("CVE-2026-2", 3)]),
        image(2, ["team/web:1", "debug/web:1"], [("CVE-2026-2", 3)]),
        image(3, ["team/new:1"], scanned=None),
    ],
}


def test_a_pattern_says_what_it_hides(tell):
    to = profile(imageExclusionRegexList=["debug/.*"])
    answer = tell("preview", "--exit-code", code=4, **{"from": profile(), "to": to, "images": IMAGES})
    findings = answer["Findings"]
    assert (findings["ImagesCoveredBefore"], findings["ImagesCoveredAfter"], findings["ImagesStop"]) == (3, 2, 1)
    assert findings["Patterns"] == [{"Pattern": "debug/.*", "ImagesStop": 1, "ImagesStart": 0}]
    assert findings["Images"][0]["Image"] == "r.example/debug/tool:1"
    assert findings["Unseen"] == [{"Id": "CVE-2026-1", "Severity": 5}]
    assert findings["FindingsUnseenBySeverity"] == [0, 0, 1, 0, 1]
    assert answer["Evidence"]["Judged"] == 3
    assert [blind["Count"] for blind in answer["Evidence"]["Blind"]] == [1], "one was never scanned"
    # The image that is also called otherwise says why it stays.
    explained = tell("explain", f"{2:064x}", profile=to, images=IMAGES)
    assert explained["Patterns"] == "not left out by debug/.*, because it is also called r.example/team/web:1"


def test_what_is_foreseen_is_what_each_image_is_told(tell):
    to = profile(imageExclusionRegexList=["debug/.*"], containerScanningInterval="48")
    to["config"]["weeklyInactiveWindowSchedules"] = [
        {"repeatOnDays": ["FRIDAY"], "allDayToggle": True, "startTime": "00:00", "endTime": "00:00"},
        {"repeatOnDays": ["SATURDAY"], "allDayToggle": False, "startTime": "23:00", "endTime": "02:00"},
    ]
    answer = tell("preview", **{"from": profile(), "to": to, "images": IMAGES})
    for listed in answer["Findings"]["Images"]:
        for side, one in (("Before", profile()), ("After", to)):
            assert tell("explain", listed["Image"], profile=one, images=IMAGES)["Next"] == listed[side]
    assert sum(answer["Findings"]["ScansByHourBefore"]) > sum(answer["Findings"]["ScansByHourAfter"])
    assert tell("explain", "r.example/team/web:1", profile=to, images=IMAGES)["Inactive"] == (
        "Friday 00:00 to Friday 24:00, Saturday 23:00 to Sunday 02:00"
    )


def test_the_same_profile_changes_nothing(tell):
    answer = tell("preview", "--exit-code", **{"from": profile(), "to": profile(), "images": IMAGES})
    assert answer["Findings"]["Changes"] == 0
    assert answer["Summary"][0] == "nothing would change for 3 known images"


def test_coverage_says_why_images_are_late(tell):
    late = [image(1, ["debug/tool:1"], scanned=90), image(2, ["team/web:1"], scanned=2), image(3, ["a:1"], scanned=90)]
    answer = tell("coverage", "--exit-code", code=4, profile=profile(imageExclusionRegexList=["debug/.*"]), images=late)
    assert (answer["Images"], answer["Fresh"]) == (3, 1)
    assert {row["Image"]: row["Why"] for row in answer["Late"]} == {
        "r.example/debug/tool:1": "not scanned, because the pattern debug/.* leaves it out",
        "r.example/a:1": "nothing stands in the way; its sensor has not got to it",
    }


def test_events_and_containers(tell):
    event = {"class_uid": 1007, "process": {"file": {"path": "/usr/bin/cat"}}}
    events = "\n".join([json.dumps(event)] * 3 + [json.dumps({"process": {"file": {"path": "/tmp/cat"}}})])
    runtime = {"profileType": "RUNTIME", "config": {"runtimeSensor": "enable", "ignoreProcesses": []}}
    ignoring = {"profileType": "Runtime", "config": {"runtimeSensor": "enable", "ignoreProcesses": ["cat"]}}
    answer = tell("preview", **{"from": runtime, "to": ignoring, "images": [], "events": events})
    assert (answer["Findings"]["EventsSentBefore"], answer["Findings"]["EventsSentAfter"]) == (4, 0)
    assert "the rule cat drops events of 2 different programs" in answer["Summary"]
    containers = [{"sha": "c1", "imageSha": f"{1:064x}"}, {"sha": "c2"}]
    shown = profile() | {"isVulnPropagation": "true"}
    answer = tell("preview", **{"from": profile(), "to": shown, "images": IMAGES, "containers": containers})
    assert (answer["Findings"]["ContainersShownBefore"], answer["Findings"]["ContainersShownAfter"]) == (0, 1)


def test_a_registry_is_scanned_when_its_schedule_says(tell):
    registry = profile() | {"profileType": "Registry", "associatedRegistryIds": ["reg-1"]}
    one = image(1, ["team/web:1"], scanned=None) | {"registryUuid": ["reg-1"]}
    daily = {
        "onDemand": False,
        "schedule": "01:30",
        "scheduleScanIntervalInDays": 1,
        "created": str(NOW_MS - 50 * HOUR),
        "filters": [{"days": None, "repoTags": [{"repo": "team/web", "tag": ".*"}]}],
    }
    answer = tell("explain", "r.example/team/web:1", profile=registry, images=[one], schedules={"reg-1": [daily]})
    assert answer["Next"] == "2026-11-27T01:30:00Z"
    answer = tell("explain", "r.example/team/web:1", profile=registry, images=[one], schedules={"reg-2": [daily]})
    assert answer["Next"] == "never, because no schedule of its registries takes it"


@pytest.mark.parametrize(
    "broken",
    [
        profile(imageExclusionRegexList=["a)(b"]),
        profile() | {"profileType": "Other"},
        {"config": {"weeklyInactiveWindowSchedules": [{"repeatOnDays": ["SUNDAY"], "startTime": "01:00", "endTime": "01:00"}]}},
        {"config": {"weeklyInactiveWindowSchedules": [{"repeatOnDays": ["Sunday"], "startTime": "1:00", "endTime": "02:00"}]}},
    ],
)
def test_what_means_nothing_is_refused(tell, broken):
    assert "profile.json" in tell("coverage", code=1, profile=broken, images=IMAGES)
