"""boto3 through the whole life of things, thing groups and certificates, as its users write it."""

import datetime
import hashlib
import re
import ssl
import subprocess

import pytest

from concurrency import at_once
from conftest import sdk
from devices import certificates, device, port_of, tls, topic, until
from profiles import ARN, iot, raw, refused

# fixtures
__all__ = ["certificates", "device", "iot", "raw"]


def pages(iot, operation, member, size=2, **request):
    """All items of a list through boto3's paginator, which fails where a token repeats."""
    found = iot.get_paginator(operation).paginate(**request, PaginationConfig={"PageSize": size})
    return [item for page in found for item in page.get(member, [])]


def groups_of(iot, thing):
    return [one["groupName"] for one in pages(iot, "list_thing_groups_for_thing", "thingGroups", thingName=thing)]


def things_in(iot, group, **more):
    return pages(iot, "list_things_in_thing_group", "things", thingGroupName=group, **more)


def groups(iot, **filters):
    return [one["groupName"] for one in pages(iot, "list_thing_groups", "thingGroups", **filters)]


def certificate(folder, name):
    """A certificate that openssl has signed with a key that nobody needs."""
    path = folder / f"{name}.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(folder / "key.pem")]
    command = ["openssl", "req", "-x509", *key, "-subj", f"/CN={name}", "-days", "30", "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return path.read_text()


def test_a_thing_lives_from_creation_to_deletion(iot):
    made = iot.create_thing(thingName="dev:7", thingTypeName="lamp", attributePayload={"attributes": {"site": "oslo"}})
    assert made["thingArn"] == f"{ARN}thing/dev:7"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["thingId"])
    iot.update_thing(thingName="dev:7", attributePayload={"attributes": {"floor": "2"}, "merge": True}, expectedVersion=1)
    update = {"thingName": "dev:7", "removeThingType": True, "expectedVersion": 1}
    assert refused(iot.update_thing, **update)[0] == "VersionConflictException"
    told = iot.describe_thing(thingName="dev:7")
    assert told["attributes"] == {"site": "oslo", "floor": "2"}
    assert (told["version"], told["defaultClientId"], told["thingTypeName"]) == (2, "dev:7", "lamp")
    assert refused(iot.create_thing, thingName="dev:7")[0] == "ResourceAlreadyExistsException"
    assert refused(iot.delete_thing, thingName="dev:7", expectedVersion=1)[0] == "VersionConflictException"
    iot.delete_thing(thingName="dev:7", expectedVersion=2)
    iot.delete_thing(thingName="dev:7")
    assert refused(iot.describe_thing, thingName="dev:7")[0] == "ResourceNotFoundException"


def test_things_are_listed_with_filters(iot):
    for number in range(9):
        attributes = {"color": "red" if number % 2 else "reddish"}
        kind = {"thingTypeName": "lamp"} if number < 3 else {}
        iot.create_thing(thingName=f"dev-{number}", attributePayload={"attributes": attributes}, **kind)

    def names(**filters):
        return [one["thingName"] for one in pages(iot, "list_things", "things", **filters)]

    assert names() == [f"dev-{number}" for number in range(9)]
    assert names(attributeName="color", attributeValue="red") == ["dev-1", "dev-3", "dev-5", "dev-7"]
    assert len(names(attributeName="color", attributeValue="red", usePrefixAttributeValue=True)) == 9
    assert names(thingTypeName="lamp") == ["dev-0", "dev-1", "dev-2"]
    assert pages(iot, "list_things", "things", size=250, maxResults=9)[0]["thingArn"] == f"{ARN}thing/dev-0"


def test_groups_are_a_forest(iot):
    for name, parent in [("lamps", None), ("red", "lamps"), ("dark", "red"), ("blue", "lamps"), ("sites", None)]:
        made = iot.create_thing_group(thingGroupName=name, **({"parentGroupName": parent} if parent else {}))
        assert made["thingGroupArn"] == f"{ARN}thinggroup/{name}"
    assert groups(iot) == ["blue", "dark", "lamps", "red", "sites"]
    assert groups(iot, recursive=False) == ["lamps", "sites"]
    assert groups(iot, parentGroup="lamps") == ["blue", "red"]
    assert groups(iot, parentGroup="lamps", recursive=True) == ["blue", "dark", "red"]
    assert groups(iot, namePrefixFilter="s") == ["sites"]
    told = iot.describe_thing_group(thingGroupName="dark")["thingGroupMetadata"]
    assert [one["groupName"] for one in told["rootToParentThingGroups"]] == ["lamps", "red"]
    assert told["parentGroupName"] == "red"
    assert abs(told["creationDate"] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)
    code, text = refused(iot.delete_thing_group, thingGroupName="red")
    assert code == "InvalidRequestException" and "dark" in text
    properties = {"thingGroupDescription": "all of them", "attributePayload": {"attributes": {"k": "v"}}}
    update = {"thingGroupName": "lamps", "thingGroupProperties": properties, "expectedVersion": 1}
    assert iot.update_thing_group(**update)["version"] == 2
    assert refused(iot.update_thing_group, **update)[0] == "VersionConflictException"
    assert iot.describe_thing_group(thingGroupName="lamps")["thingGroupProperties"] == properties
    for name in ("dark", "red", "blue", "lamps", "lamps"):
        iot.delete_thing_group(thingGroupName=name)
    assert groups(iot) == ["sites"]


def test_a_thing_is_in_one_group_of_a_hierarchy(iot):
    for name, parent in [("lamps", None), ("red", "lamps"), ("blue", "lamps"), ("sites", None)]:
        iot.create_thing_group(thingGroupName=name, **({"parentGroupName": parent} if parent else {}))
    for number in range(5):
        iot.create_thing(thingName=f"dev-{number}")
        iot.add_thing_to_thing_group(thingGroupName="red", thingName=f"dev-{number}")
    assert refused(iot.add_thing_to_thing_group, thingGroupName="blue", thingName="dev-0")[0] == "InvalidRequestException"
    iot.add_thing_to_thing_group(thingGroupArn=f"{ARN}thinggroup/sites", thingArn=f"{ARN}thing/dev-0")
    assert groups_of(iot, "dev-0") == ["red", "sites"]
    assert things_in(iot, "lamps") == []
    assert things_in(iot, "lamps", recursive=True) == [f"dev-{number}" for number in range(5)]
    iot.update_thing_groups_for_thing(thingName="dev-0", thingGroupsToAdd=["blue"], thingGroupsToRemove=["red"])
    assert things_in(iot, "blue") == ["dev-0"]
    iot.remove_thing_from_thing_group(thingGroupName="blue", thingName="dev-0")
    iot.delete_thing_group(thingGroupName="sites")
    assert groups_of(iot, "dev-0") == []
    iot.delete_thing(thingName="dev-1")
    assert things_in(iot, "red") == ["dev-2", "dev-3", "dev-4"]
    assert refused(things_in, iot=iot, group="nobody")[0] == "ResourceNotFoundException"


def test_groups_and_things_outlive_the_program(server, iot):
    iot.create_thing_group(thingGroupName="lamps")
    for number in range(3):
        iot.create_thing(thingName=f"dev-{number}")
        iot.add_thing_to_thing_group(thingGroupName="lamps", thingName=f"dev-{number}")
    server.kill()
    server.start()
    again = sdk(server.endpoint, "iot")
    assert things_in(again, "lamps") == ["dev-0", "dev-1", "dev-2"]
    assert groups_of(again, "dev-1") == ["lamps"]


def test_many_clients_put_a_thing_into_ten_groups(iot, raw):
    iot.create_thing(thingName="wanted")
    for number in range(12):
        iot.create_thing_group(thingGroupName=f"group-{number}")

    def join(number):
        return raw.rest("AddThingToThingGroup", {"thingGroupName": f"group-{number}", "thingName": "wanted"})

    answers = at_once([lambda number=number: join(number) for number in range(12)])
    assert sorted(answer.code for answer in answers) == [""] * 10 + ["InvalidRequestException"] * 2
    assert len(groups_of(iot, "wanted")) == 10


def test_tags_and_profiles_go_with_their_group(iot):
    iot.create_thing_group(thingGroupName="lamps", tags=[{"Key": "team", "Value": "light"}])
    group = f"{ARN}thinggroup/lamps"
    assert iot.list_tags_for_resource(resourceArn=group)["tags"] == [{"Key": "team", "Value": "light"}]
    iot.create_security_profile(securityProfileName="P1")
    iot.attach_security_profile(securityProfileName="P1", securityProfileTargetArn=group)
    iot.delete_thing_group(thingGroupName="lamps")
    assert iot.list_targets_for_security_profile(securityProfileName="P1").get("securityProfileTargets", []) == []
    iot.create_thing_group(thingGroupName="lamps")
    assert iot.list_tags_for_resource(resourceArn=group)["tags"] == []


def test_certificates_stand_for_things(iot, tmp_path):
    first, second = (certificate(tmp_path, name) for name in ("first", "second"))
    made = iot.register_certificate_without_ca(certificatePem=first, status="ACTIVE")
    identity = made["certificateId"]
    assert identity == hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()
    assert made["certificateArn"] == f"{ARN}cert/{identity}"
    assert refused(iot.register_certificate_without_ca, certificatePem=first)[0] == "ResourceAlreadyExistsException"
    assert refused(iot.register_certificate_without_ca, certificatePem="x")[0] == "CertificateValidationException"
    told = iot.describe_certificate(certificateId=identity)["certificateDescription"]
    assert told["validity"]["notAfter"] - told["validity"]["notBefore"] == datetime.timedelta(days=30)
    iot.create_thing(thingName="dev-7")
    other = iot.register_certificate_without_ca(certificatePem=second)
    for one in (made, other):
        iot.attach_thing_principal(thingName="dev-7", principal=one["certificateArn"])
    both = sorted(one["certificateArn"] for one in (made, other))
    assert pages(iot, "list_thing_principals", "principals", size=1, thingName="dev-7") == both
    assert pages(iot, "list_principal_things", "things", principal=made["certificateArn"]) == ["dev-7"]
    assert refused(iot.delete_thing, thingName="dev-7")[0] == "InvalidRequestException"
    assert refused(iot.delete_certificate, certificateId=identity)[0] == "CertificateStateException"
    iot.update_certificate(certificateId=identity, newStatus="INACTIVE")
    assert iot.describe_certificate(certificateId=identity)["certificateDescription"]["status"] == "INACTIVE"
    assert refused(iot.delete_certificate, certificateId=identity)[0] == "DeleteConflictException"
    for one in (made, other):
        iot.detach_thing_principal(thingName="dev-7", principal=one["certificateArn"])
        iot.delete_certificate(certificateId=one["certificateId"])
    iot.delete_thing(thingName="dev-7")


@pytest.mark.parametrize("ascending", [True, False])
def test_certificates_are_listed(iot, tmp_path, ascending):
    made = [
        iot.register_certificate_without_ca(certificatePem=certificate(tmp_path, str(number)))["certificateId"]
        for number in range(3)
    ]
    found = iot.get_paginator("list_certificates").paginate(ascendingOrder=ascending, PaginationConfig={"PageSize": 1})
    listed = [one["certificateId"] for page in found for one in page["certificates"]]
    assert listed == (made if ascending else made[::-1])


def test_a_registered_certificate_admits_its_thing_while_it_is_active(start, device, certificates):
    server = start("--mqtts", "127.0.0.1:0", "--mqtt-client-ca", str(certificates / "ca.crt"))
    iot, port = sdk(server.endpoint, "iot"), port_of(server, "mqtts")
    iot.create_thing(thingName="dev-7")
    made = iot.register_certificate_without_ca(certificatePem=(certificates / "device.crt").read_text(), status="ACTIVE")
    iot.attach_thing_principal(thingName="dev-7", principal=made["certificateArn"])

    def connect():
        """The thing's own topics and those of the certificate's common name: which are denied, or how it was refused."""
        one = device(port, "any-client-id", tls=tls(certificates, server), host="localhost")
        [code] = one.connected[:1]
        return str(code) if code.is_failure else one.subscribe(f"{topic('dev-7')}/+", f"{topic('Mine')}/+")

    until(lambda: connect() == [False, True], "a connection as the thing")
    iot.update_certificate(certificateId=made["certificateId"], newStatus="INACTIVE")
    until(lambda: connect() == "Not authorized", "a refusal")
    iot.update_certificate(certificateId=made["certificateId"], newStatus="ACTIVE")
    until(lambda: connect() == [False, True], "a connection again")
