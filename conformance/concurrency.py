"""Many clients at once: what must be lost is refused, and what was accepted is not lost."""

import concurrent.futures
import threading

from clients import create, get
from native import KIND, history

CLIENTS = 8
# how a client of any API says which revision it saw and wants to replace
EXPECT = "x-bartizan-expect"


def at_once(tasks):
    """Runs the tasks together and returns their results in order."""
    gate = threading.Barrier(len(tasks))

    def run(task):
        gate.wait()
        return task()

    with concurrent.futures.ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def revisions(client, baseline):
    return [entry["Revision"] for entry in history(client, baseline)]


def test_of_many_with_one_expectation_one_wins(server, ssm):
    baseline = create(ssm)
    client = server.client()
    for turn in range(1, 11):

        def attempt(number, turn=turn):
            change = {"BaselineId": baseline, "Description": f"{turn}-{number}"}
            return client.call("UpdatePatchBaseline", change, **{EXPECT: str(turn)})

        answers = at_once([lambda number=number: attempt(number) for number in range(CLIENTS)])
        won = [number for number, answer in enumerate(answers) if answer.status == 200]
        assert len(won) == 1, answers
        assert get(ssm, baseline)["Description"] == f"{turn}-{won[0]}"
        assert all(400 <= answer.status < 500 for answer in answers if answer.status != 200), answers
    assert revisions(client, baseline) == list(range(1, 12))


def test_a_stale_expectation_is_refused_with_the_revision_that_is_there(server, ssm):
    baseline = create(ssm)
    client = server.client()
    ssm.update_patch_baseline(BaselineId=baseline, Description="somebody else's")
    change = {"BaselineId": baseline, "Description": "mine"}
    answer = client.call("UpdatePatchBaseline", change, **{EXPECT: "1"})
    assert 400 <= answer.status < 500 and "2" in answer.message, answer
    assert client.call("UpdatePatchBaseline", change, **{EXPECT: "2"}).status == 200
    back = {"Kind": KIND, "Name": baseline, "Revision": 1}
    assert 400 <= client.native("POST", "/v1/rollback", back, **{EXPECT: "2"}).status < 500
    assert client.native("POST", "/v1/rollback", back, **{EXPECT: "3"}).status == 200


def test_blind_updates_all_land(server, ssm):
    baseline = create(ssm)
    client = server.client()
    each = 25

    def write(number):
        codes = []
        for turn in range(each):
            change = {"BaselineId": baseline, "Description": f"{number}-{turn}"}
            codes.append(client.call("UpdatePatchBaseline", change).status)
        return codes

    answers = at_once([lambda number=number: write(number) for number in range(CLIENTS)])
    assert answers == [[200] * each] * CLIENTS
    assert revisions(client, baseline) == list(range(1, CLIENTS * each + 2))


def test_updates_of_different_members_do_not_undo_each_other(server, ssm):
    baseline = create(ssm)
    client = server.client()
    last = {
        "Name": [f"name-{turn}" for turn in range(20)],
        "Description": [f"text {turn}" for turn in range(20)],
        "ApprovedPatches": [[f"approved-{turn}"] for turn in range(20)],
        "RejectedPatches": [[f"rejected-{turn}"] for turn in range(20)],
    }

    def write(member):
        return [client.call("UpdatePatchBaseline", {"BaselineId": baseline, member: value}).status for value in last[member]]

    assert at_once([lambda member=member: write(member) for member in last]) == [[200] * 20] * len(last)
    now = get(ssm, baseline)
    assert {member: now[member] for member in last} == {member: values[-1] for member, values in last.items()}


def test_one_token_makes_one_baseline(server, ssm):
    client = server.client()
    request = {"Name": "once", "ClientToken": "the-same"}
    answers = at_once([lambda: client.call("CreatePatchBaseline", request) for _ in range(CLIENTS)])
    assert {answer.status for answer in answers} == {200}, answers
    assert len({answer.json["BaselineId"] for answer in answers}) == 1


def test_a_group_goes_to_one_baseline(server, ssm):
    client = server.client()
    baselines = [create(ssm, f"baseline-{number}") for number in range(CLIENTS)]

    def register(baseline):
        return client.call("RegisterPatchBaselineForPatchGroup", {"BaselineId": baseline, "PatchGroup": "contested"})

    answers = at_once([lambda baseline=baseline: register(baseline) for baseline in baselines])
    won = [baseline for baseline, answer in zip(baselines, answers, strict=True) if answer.status == 200]
    assert len(won) == 1, answers
    assert {answer.code for answer in answers if answer.status != 200} == {"AlreadyExistsException"}
    mappings = ssm.describe_patch_groups()["Mappings"]
    assert [one["BaselineIdentity"]["BaselineId"] for one in mappings] == won


def test_the_quota_holds_under_pressure(server, ssm):
    client = server.client()

    def make(number):
        return [client.call("CreatePatchBaseline", {"Name": f"pressed-{number}-{turn}"}) for turn in range(8)]

    answers = [answer for many in at_once([lambda number=number: make(number) for number in range(CLIENTS)]) for answer in many]
    assert sum(answer.status == 200 for answer in answers) == 50
    assert {answer.code for answer in answers if answer.status != 200} == {"ResourceLimitExceededException"}


def test_no_group_points_at_a_deleted_baseline(server, ssm):
    client = server.client()
    for turn in range(15):
        baseline = create(ssm, f"turn-{turn}")
        group = {"BaselineId": baseline, "PatchGroup": f"group-{turn}"}
        registered, deleted = at_once([
            lambda group=group: client.call("RegisterPatchBaselineForPatchGroup", group),
            lambda baseline=baseline: client.call("DeletePatchBaseline", {"BaselineId": baseline}),
        ])
        assert (registered.status == 200) != (deleted.status == 200), (registered, deleted)
    existing = {one["BaselineId"] for one in ssm.describe_patch_baselines(MaxResults=100)["BaselineIdentities"]}
    mapped = {one["BaselineIdentity"]["BaselineId"] for one in ssm.describe_patch_groups(MaxResults=100)["Mappings"]}
    assert mapped <= existing
