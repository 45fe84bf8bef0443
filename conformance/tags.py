"""Tags and activations, through boto3."""

import datetime
import re

from clients import create, refused


def tags(ssm, resource, kind="PatchBaseline"):
    found = ssm.list_tags_for_resource(ResourceType=kind, ResourceId=resource)["TagList"]
    return {one["Key"]: one["Value"] for one in found}


def test_tags_are_added_overwritten_and_removed(ssm):
    baseline = create(ssm, Tags=[{"Key": "Team", "Value": "blue"}])
    assert tags(ssm, baseline) == {"Team": "blue"}
    more = [{"Key": "Team", "Value": "red"}, {"Key": "Stage", "Value": ""}]
    ssm.add_tags_to_resource(ResourceType="PatchBaseline", ResourceId=baseline, Tags=more)
    assert tags(ssm, baseline) == {"Team": "red", "Stage": ""}
    ssm.remove_tags_from_resource(ResourceType="PatchBaseline", ResourceId=baseline, TagKeys=["Team", "Unknown"])
    assert tags(ssm, baseline) == {"Stage": ""}


def test_tags_are_limited(ssm):
    baseline = create(ssm)
    fifty = [{"Key": f"key-{number}", "Value": "x"} for number in range(50)]
    ssm.add_tags_to_resource(ResourceType="PatchBaseline", ResourceId=baseline, Tags=fifty)
    one = [{"Key": "one-more", "Value": "x"}]
    code, _ = refused(ssm.add_tags_to_resource, ResourceType="PatchBaseline", ResourceId=baseline, Tags=one)
    assert code == "TooManyTagsError"
    assert len(tags(ssm, baseline)) == 50
    ssm.add_tags_to_resource(ResourceType="PatchBaseline", ResourceId=baseline, Tags=[{"Key": "key-0", "Value": "y"}])


def test_what_cannot_be_tagged(ssm):
    request = {"Tags": [{"Key": "a", "Value": "b"}]}
    code, _ = refused(ssm.add_tags_to_resource, ResourceType="PatchBaseline", ResourceId="pb-0123456789abcdef0", **request)
    assert code == "InvalidResourceId"
    code, _ = refused(ssm.add_tags_to_resource, ResourceType="Document", ResourceId="any", **request)
    assert code in ("InvalidResourceType", "InvalidResourceId")
    code, _ = refused(ssm.list_tags_for_resource, ResourceType="ManagedInstance", ResourceId="mi-0123456789abcdef0")
    assert code == "InvalidResourceId"


def test_tags_go_with_their_baseline(ssm):
    baseline = create(ssm, Tags=[{"Key": "Team", "Value": "blue"}])
    ssm.delete_patch_baseline(BaselineId=baseline)
    assert refused(ssm.list_tags_for_resource, ResourceType="PatchBaseline", ResourceId=baseline)[0] == "InvalidResourceId"


def test_activations(ssm):
    made = ssm.create_activation(IamRole="nodes", RegistrationLimit=3, DefaultInstanceName="node", Description="for a test")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["ActivationId"])
    assert 20 <= len(made["ActivationCode"]) <= 250
    listed = ssm.describe_activations()["ActivationList"]
    assert [one["ActivationId"] for one in listed] == [made["ActivationId"]]
    one = listed[0]
    assert (one["RegistrationLimit"], one.get("RegistrationsCount", 0), one["Expired"]) == (3, 0, False)
    assert one["IamRole"] == "nodes" and "ActivationCode" not in one
    lifetime = one["ExpirationDate"] - one["CreatedDate"]
    assert datetime.timedelta(hours=23) < lifetime < datetime.timedelta(hours=25)
    none = ssm.describe_activations(Filters=[{"FilterKey": "IamRole", "FilterValues": ["other"]}])
    assert none["ActivationList"] == []
    ssm.delete_activation(ActivationId=made["ActivationId"])
    assert ssm.describe_activations()["ActivationList"] == []
    code, _ = refused(ssm.delete_activation, ActivationId=made["ActivationId"])
    assert code in ("InvalidActivation", "InvalidActivationId")


def test_activations_expire_within_a_month(ssm):
    now = datetime.datetime.now(datetime.UTC)
    for wrong in (now - datetime.timedelta(hours=1), now + datetime.timedelta(days=31)):
        code, _ = refused(ssm.create_activation, IamRole="nodes", ExpirationDate=wrong)
        assert code in ("InvalidParameters", "ValidationException")
    ssm.create_activation(IamRole="nodes", ExpirationDate=now + datetime.timedelta(days=29))


def test_no_node_has_reported_yet(ssm):
    assert ssm.describe_instance_information()["InstanceInformationList"] == []
    unknown = "mi-0123456789abcdef0"
    assert ssm.describe_instance_patch_states(InstanceIds=[unknown])["InstancePatchStates"] == []
    assert refused(ssm.deregister_managed_instance, InstanceId=unknown)[0] == "InvalidInstanceId"
    state = ssm.describe_patch_group_state(PatchGroup="nobody")
    assert state["Instances"] == 0 and state["InstancesWithMissingPatches"] == 0
