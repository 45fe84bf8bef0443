"""Bartizan's own operations over HTTP: preview, history, differences, roll-back; and `/preview` for any client."""

import json

from clients import create, get, refused
from conftest import sdk

KIND = "host/patch-baseline"


def history(client, baseline):
    """All entries of a baseline, over all pages."""
    entries, after = [], 0
    while after is not None:
        query = {"Kind": KIND, "Name": baseline, "Limit": 1000, "After": after}
        answer = client.native("GET", "/v1/history", query=query)
        assert answer.status == 200, answer
        entries += answer.json["Entries"]
        after = answer.json.get("Next")
    return entries


def test_the_preview_endpoint_answers_like_the_vendor_and_commits_nothing(server, ssm):
    baseline = create(ssm, Description="before")
    before = get(ssm, baseline)
    client = server.client(prefix="/preview")
    answer = client.call("UpdatePatchBaseline", {"BaselineId": baseline, "Description": "after"})
    assert answer.status == 200, answer
    assert answer.json["Description"] == "after" and answer.json["BaselineId"] == baseline
    preview = answer.headers["x-bartizan-preview"]
    assert get(ssm, baseline) == before
    stored = server.client().native("GET", f"/v1/previews/{preview}")
    assert stored.status == 200 and preview in json.dumps(stored.json), stored
    listed = server.client().native("GET", "/v1/previews")
    assert preview in json.dumps(listed.json), listed
    assert [entry["Revision"] for entry in history(server.client(), baseline)] == [1]


def test_an_unmodified_sdk_can_preview(server, ssm):
    baseline = create(ssm)
    dry = sdk(server.endpoint + "/preview")
    answer = dry.update_patch_baseline(BaselineId=baseline, RejectedPatches=["telnet*"])
    assert answer["RejectedPatches"] == ["telnet*"]
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"]
    assert get(ssm, baseline)["RejectedPatches"] == []
    # reading through it is reading
    assert dry.get_patch_baseline(BaselineId=baseline)["BaselineId"] == baseline
    made = dry.create_patch_baseline(Name="never-made")["BaselineId"]
    assert refused(ssm.get_patch_baseline, BaselineId=made)[0] == "DoesNotExistException"
    dry.delete_patch_baseline(BaselineId=baseline)
    assert get(ssm, baseline)["BaselineId"] == baseline


def test_what_an_update_refuses_a_preview_refuses(server, ssm):
    baseline = create(ssm)
    dry = sdk(server.endpoint + "/preview")
    code, _ = refused(dry.update_patch_baseline, BaselineId="pb-0123456789abcdef0", Name="unknown")
    assert code == "DoesNotExistException"
    both = [{"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 1, "ApproveUntilDate": "2024-01-01"}]
    rules = {"BaselineId": baseline, "ApprovalRules": {"PatchRules": both}}
    assert refused(dry.update_patch_baseline, **rules) == refused(ssm.update_patch_baseline, **rules)


def test_the_commit_is_tied_to_its_preview(server, ssm):
    baseline = create(ssm)
    change = {"BaselineId": baseline, "RejectedPatches": ["telnet*"]}
    preview = server.client(prefix="/preview").call("UpdatePatchBaseline", change).headers["x-bartizan-preview"]
    ssm.update_patch_baseline(**change)
    entries = history(server.client(), baseline)
    assert [entry["Revision"] for entry in entries] == [1, 2]
    assert entries[1]["Preview"] == preview and "Preview" not in entries[0]
    assert entries[1]["Action"] == "ssm:UpdatePatchBaseline" and entries[1]["Principal"]


def test_preview_by_name_says_what_changes(server, ssm):
    baseline = create(ssm, Description="before")
    request = {"Action": "ssm:UpdatePatchBaseline", "Input": {"BaselineId": baseline, "Description": "after"}}
    answer = server.client().native("POST", "/v1/preview", request)
    assert answer.status == 200, answer
    assert answer.json["Answer"]["Description"] == "after"
    changes = answer.json["Preview"]["Changes"]
    assert [(one["Kind"], one["Name"], one["BaseRevision"]) for one in changes] == [(KIND, baseline, 1)]
    described = [one for one in changes[0]["Differences"] if "escription" in one["At"]]
    assert (described[0]["From"], described[0]["To"]) == ("before", "after")
    for wrong in ({"Action": "ssm:MakeCoffee", "Input": {}}, {"Action": "ssm:GetPatchBaseline", "Input": {}}, {"Input": {}}):
        assert 400 <= server.client().native("POST", "/v1/preview", wrong).status < 500, wrong


def test_history_differences_and_roll_back(server, ssm):
    client = server.client()
    baseline = create(ssm, Description="one")
    for text in ("two", "three"):
        ssm.update_patch_baseline(BaselineId=baseline, Description=text, ApprovedPatches=[text])
    assert [entry["Revision"] for entry in history(client, baseline)] == [1, 2, 3]
    answer = client.native("GET", "/v1/diff", query={"Kind": KIND, "Name": baseline, "From": 1, "To": 3})
    assert answer.status == 200, answer
    places = {one["At"]: one for one in answer.json["Differences"]}
    described = next(one for place, one in places.items() if "escription" in place)
    assert (described["From"], described["To"]) == ("one", "three")
    back = client.native("POST", "/v1/rollback", {"Kind": KIND, "Name": baseline, "Revision": 1})
    assert back.status == 200 and back.json["Entry"]["Revision"] == 4, back
    now = get(ssm, baseline)
    assert (now["Description"], now["ApprovedPatches"]) == ("one", [])
    same = client.native("GET", "/v1/diff", query={"Kind": KIND, "Name": baseline, "From": 1, "To": 4})
    assert not [one for one in same.json["Differences"] if "odified" not in one["At"]], same
    for wrong in ({"Revision": 99}, {"Name": "pb-0123456789abcdef0"}, {"Kind": "host/nothing"}, {"Revision": 0}):
        request = {"Kind": KIND, "Name": baseline, "Revision": 1} | wrong
        assert 400 <= client.native("POST", "/v1/rollback", request).status < 500, wrong
    assert len(history(client, baseline)) == 4


def test_a_retired_baseline_keeps_its_history(server, ssm):
    baseline = create(ssm)
    ssm.delete_patch_baseline(BaselineId=baseline)
    entries = history(server.client(), baseline)
    assert [(entry["Revision"], entry["Retired"]) for entry in entries] == [(1, False), (2, True)]


def test_a_new_server_has_an_empty_history_that_pages(server, ssm):
    made = [create(ssm, f"paged-{number}") for number in range(7)]
    seen, after = [], 0
    while True:
        answer = server.client().native("GET", "/v1/history", query={"Kind": KIND, "After": after, "Limit": 3})
        assert answer.status == 200, answer
        seen += [entry["Name"] for entry in answer.json["Entries"]]
        after = answer.json.get("Next")
        if after is None:
            break
    assert [name for name in seen if name in made] == made


def test_native_operations_need_a_signature(server):
    for method, path in (("GET", "/v1/history"), ("POST", "/v1/preview"), ("POST", "/v1/rollback"), ("GET", "/v1/previews")):
        answer = server.client().exchange(method, path, b"{}", {"Content-Type": "application/json"})
        assert answer.status in (400, 401, 403), (path, answer)
