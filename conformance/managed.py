"""The vendor's side of managed rule sets, their customers' side, and what is told in between; and previews, history and
roll-back of what the web room keeps."""

import datetime
import json

import pytest

import web_valid as valid
from alerts import bartizan, configure, receive, sns
from conftest import sdk
from server import ACCOUNT, REGION
from web import GEO, Checked, acl, key, locked, refused, rule, runs, waf

# fixtures
__all__ = ["configure", "receive", "waf"]

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:acme-news"


def onboard(server, *arguments):
    """What an operator does before a vendor can publish."""
    told = bartizan(server, "web", "vendor", "register", "Acme Labs", "--label-slug", "acme", *arguments)
    assert "awswaf:managed:acme:" in told
    made = bartizan(server, "--output", "json", "web", "rule-set", "create", "web-core", "--vendor", "Acme Labs")
    return json.loads(made)


def managed(version=None):
    statement = {"VendorName": "Acme Labs", "Name": "web-core"} | ({"Version": version} if version else {})
    return runs("acme", {"ManagedRuleGroupStatement": statement})


def source(waf, name="web-core-src", capacity=100):
    rules = [rule("R1", GEO, RuleLabels=[{"Name": "bad"}]), rule("R2", GEO, 1, {"Count": {}})]
    made = waf.create_rule_group(
        Name=name, Scope="REGIONAL", Capacity=capacity, Rules=rules, VisibilityConfig=valid.VISIBILITY
    )
    return made["Summary"]["ARN"]


def test_a_vendors_cycle(start, configure, receive):
    topic = receive()
    configure(sns(topic.url))
    server = start()
    waf = Checked(sdk(server.endpoint, "wafv2"))
    assert waf.list_managed_rule_sets(Scope="REGIONAL") == {"ManagedRuleSets": []}
    onboard(server, "--sns-topic", TOPIC)
    arn = source(waf)
    (summary,) = waf.list_managed_rule_sets(Scope="REGIONAL")["ManagedRuleSets"]
    assert summary["LabelNamespace"] == "awswaf:managed:acme:web-core:"
    versions = {"Version_1.0": {"AssociatedRuleGroupArn": arn, "ForecastedLifetime": 90}}
    put = waf.put_managed_rule_set_versions
    first = put(**locked(summary), RecommendedVersion="Version_1.0", VersionsToPublish=versions)["NextLockToken"]
    got = waf.get_managed_rule_set(**key(summary))
    assert got["LockToken"] == first
    told = got["ManagedRuleSet"]["PublishedVersions"]["Version_1.0"]
    assert told["Capacity"] == 100 and told["ForecastedLifetime"] == 90 and "ExpiryTimestamp" not in told
    # by default nothing is told twice: a published version, and that it is the default
    messages = {message.form["Subject"]: message.form for message in topic.took(2)}
    assert set(messages) == {"New version Version_1.0 of web-core", "Default version of web-core is Version_1.0"}
    form = messages["New version Version_1.0 of web-core"]
    assert (form["TopicArn"], form["MessageAttributes.entry.2.Name"]) == (TOPIC, "managed_rule_group")
    assert form["MessageAttributes.entry.2.Value.StringValue"] == "web-core"
    assert form["MessageAttributes.entry.1.Value.StringValue"] == "Version_1.0"

    of = {"VendorName": "Acme Labs", "Name": "web-core", "Scope": "REGIONAL"}
    listed = waf.list_available_managed_rule_groups(Scope="REGIONAL")["ManagedRuleGroups"]
    assert listed == [{"VendorName": "Acme Labs", "Name": "web-core", "VersioningSupported": True}]
    described = waf.describe_managed_rule_group(**of)
    assert described["SnsTopicArn"] == TOPIC and described["Rules"][1] == {"Name": "R2", "Action": {"Count": {}}}
    assert described["AvailableLabels"] == [{"Name": "awswaf:managed:acme:web-core:bad"}]
    (product,) = waf.describe_all_managed_products(Scope="REGIONAL")["ManagedProducts"]
    assert waf.describe_managed_products_by_vendor(Scope="REGIONAL", VendorName="Acme Labs")["ManagedProducts"] == [product]
    assert waf.describe_managed_products_by_vendor(Scope="REGIONAL", VendorName="Other")["ManagedProducts"] == []
    pinned = waf.create_web_acl(**acl(managed("Version_1.0"), name="pinned"))["Summary"]
    default = waf.create_web_acl(**acl(managed(), name="default"))["Summary"]
    assert waf.get_web_acl(**key(default))["WebACL"]["Rules"] == [managed()]

    versions = {"Version_1.1": {"AssociatedRuleGroupArn": source(waf, "next", 150), "ForecastedLifetime": 90}}
    wanted = {"RecommendedVersion": "Version_1.1", "VersionsToPublish": versions}
    assert refused(put, **locked(summary), **wanted)[0] == "WAFOptimisticLockException"
    second = put(**locked(summary, first), **wanted)["NextLockToken"]
    assert waf.get_web_acl(**key(default))["WebACL"]["Capacity"] == 150
    assert waf.get_web_acl(**key(pinned))["WebACL"]["Capacity"] == 100

    # soon, so that it can be awaited
    soon = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=4)
    expire = waf.update_managed_rule_set_version_expiry_date
    answer = expire(**locked(summary, second), VersionToExpire="Version_1.0", ExpiryTimestamp=soon)
    assert (answer["ExpiringVersion"], answer["ExpiryTimestamp"]) == ("Version_1.0", soon)
    left = waf.list_available_managed_rule_group_versions(**of)
    assert [one["Name"] for one in left["Versions"]] == ["Version_1.1"] == [left["CurrentDefaultVersion"]]
    late = waf.create_web_acl
    assert refused(late, **acl(managed("Version_1.0"), name="late"))[0] == "WAFExpiredManagedRuleGroupVersionException"
    subjects = [message.form["Subject"] for message in topic.took(6)]
    assert subjects[4:] == ["Version Version_1.0 of web-core is going to expire", "Version Version_1.0 of web-core has expired"]
    change = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": valid.VISIBILITY}
    kept = change | {"Rules": [managed("Version_1.0")]}
    assert refused(waf.update_web_acl, **locked(pinned), **kept)[0] == "WAFExpiredManagedRuleGroupVersionException"
    waf.update_web_acl(**locked(pinned), **change, Rules=[managed("Version_1.1")])


def test_vendors_of_a_file_are_there_after_every_start(start, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    sets = [{"Name": "web-core", "Scope": "REGIONAL", "Description": "for every application"}]
    file = folder / "web-vendors.json"
    file.write_text(json.dumps({"Vendors": [{"VendorName": "Acme Labs", "RuleSets": sets}]}))
    server = start()
    told = sdk(server.endpoint, "wafv2").list_managed_rule_sets(Scope="REGIONAL")["ManagedRuleSets"]
    assert [one["Name"] for one in told] == ["web-core"]
    server.kill()
    file.write_text(json.dumps({"Vendors": [{"VendorName": "Acme Labs", "RuleSets": [*sets, {"Name": "more", "Scope": "REGIONAL"}]}]}))
    server.start()
    again = sdk(server.endpoint, "wafv2").list_managed_rule_sets(Scope="REGIONAL")["ManagedRuleSets"]
    assert [one["Name"] for one in again] == ["more", "web-core"] and again[1] == told[0]


def history(server, kind, name):
    answer = server.client().native("GET", "/v1/history", query={"Kind": kind, "Name": name, "Limit": 100})
    assert answer.status == 200, answer
    return answer.json["Entries"]


def test_the_preview_endpoint_answers_like_the_vendor_and_commits_nothing(server, waf):
    ips = waf.create_ip_set(Name="ips", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
    made = waf.create_web_acl(**acl(rule("ips", {"IPSetReferenceStatement": {"ARN": ips["ARN"]}})))["Summary"]
    dry = sdk(server.endpoint + "/preview", "wafv2")
    answer = dry.update_ip_set(**locked(ips), Addresses=["192.0.2.0/24"])
    preview = answer["ResponseMetadata"]["HTTPHeaders"]["x-bartizan-preview"]
    assert waf.get_ip_set(**key(ips)) == {"IPSet": waf.get_ip_set(**key(ips))["IPSet"], "LockToken": ips["LockToken"]}
    stored = server.client().native("GET", f"/v1/previews/{preview}").json
    assert "web ACL edge" in json.dumps(stored)
    listed = server.client().native("GET", "/v1/previews").json
    assert preview in json.dumps(listed)
    # what an update refuses, a preview refuses
    assert refused(dry.delete_ip_set, **locked(ips))[0] == "WAFAssociatedItemException"
    assert refused(dry.update_ip_set, **locked(ips, valid.UUID), Addresses=[])[0] == "WAFOptimisticLockException"
    # the commit of exactly this is tied to its preview
    waf.update_ip_set(**locked(ips), Addresses=["192.0.2.0/24"])
    entries = history(server, "web/ip-set", "REGIONAL/ips")
    assert [entry.get("Preview") for entry in entries] == [None, preview]
    by_name = {"Action": "wafv2:DeleteWebACL", "Input": locked(made)}
    answer = server.client().native("POST", "/v1/preview", by_name)
    assert answer.status == 200 and "`edge` frees 1 capacity units" in json.dumps(answer.json), answer
    assert waf.get_web_acl(**key(made))["LockToken"] == made["LockToken"]


def test_a_web_acl_is_compared_and_rolled_back(server, waf):
    ips = waf.create_ip_set(Name="ips", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
    made = waf.create_web_acl(**acl(rule("ips", {"IPSetReferenceStatement": {"ARN": ips["ARN"]}})))["Summary"]
    change = {"DefaultAction": {"Block": {}}, "VisibilityConfig": valid.VISIBILITY}
    token = waf.update_web_acl(**locked(made), **change)["NextLockToken"]
    client = server.client()
    of = {"Kind": "web/web-acl", "Name": "REGIONAL/edge"}
    actions = [entry["Action"] for entry in history(server, *of.values())]
    assert actions == ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"]
    differences = client.native("GET", "/v1/diff", query=of | {"From": 1, "To": 2})
    assert differences.status == 200 and "/DefaultAction" in json.dumps(differences.json), differences
    answer = client.native("POST", "/v1/rollback", of | {"Revision": 1})
    assert answer.status == 200, answer
    got = waf.get_web_acl(**key(made))
    assert got["WebACL"]["DefaultAction"] == {"Allow": {}} and len(got["WebACL"]["Rules"]) == 1
    # a roll-back is a revision like any other: an older token does not hold any more
    assert got["LockToken"] != token
    assert refused(waf.update_web_acl, **locked(made, token), **change)[0] == "WAFOptimisticLockException"
    # what an earlier revision refers to must still be there
    token = waf.update_web_acl(**locked(made, got["LockToken"]), **change)["NextLockToken"]
    waf.delete_ip_set(**locked(ips))
    answer = client.native("POST", "/v1/rollback", of | {"Revision": 1})
    assert 400 <= answer.status < 500, answer
    assert waf.get_web_acl(**key(made))["LockToken"] == token


def test_a_roll_back_does_not_reach_beyond_a_deletion(server, waf):
    """What refers to a set by its ARN would not find the one that had the name before."""
    ips = {"Name": "ips", "Scope": "REGIONAL", "IPAddressVersion": "IPV4"}
    first = waf.create_ip_set(**ips, Addresses=["192.0.2.0/24"])["Summary"]
    waf.delete_ip_set(**locked(first))
    back = {"Kind": "web/ip-set", "Name": "REGIONAL/ips", "Revision": 1}
    # as long as nothing else has its name, it may come back
    assert server.client().native("POST", "/v1/rollback", back).status == 200
    got = waf.get_ip_set(**key(first))
    waf.delete_ip_set(**locked(first, got["LockToken"]))
    second = waf.create_ip_set(**ips, Addresses=[])["Summary"]
    waf.create_web_acl(**acl(rule("ips", {"IPSetReferenceStatement": {"ARN": second["ARN"]}})))
    answer = server.client().native("POST", "/v1/rollback", back)
    assert 400 <= answer.status < 500 and "had the same name" in answer.message, answer
    assert waf.get_ip_set(**key(second))["LockToken"] == second["LockToken"]


@pytest.mark.parametrize("kind", ["web/ip-set", "web/rule-group"])
def test_sets_and_groups_are_rolled_back(server, waf, kind):
    if kind == "web/ip-set":
        made = waf.create_ip_set(Name="a", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"])["Summary"]
        waf.update_ip_set(**locked(made), Addresses=[])
    else:
        group = {"Name": "a", "Scope": "REGIONAL", "Capacity": 5, "VisibilityConfig": valid.VISIBILITY}
        made = waf.create_rule_group(**group, Rules=[rule("geo", GEO)])["Summary"]
        waf.update_rule_group(**locked(made), VisibilityConfig=valid.VISIBILITY)
    answer = server.client().native("POST", "/v1/rollback", {"Kind": kind, "Name": "REGIONAL/a", "Revision": 1})
    assert answer.status == 200, answer
    if kind == "web/ip-set":
        assert waf.get_ip_set(**key(made))["IPSet"]["Addresses"] == ["192.0.2.0/24"]
    else:
        assert [one["Name"] for one in waf.get_rule_group(**key(made))["RuleGroup"]["Rules"]] == ["geo"]
