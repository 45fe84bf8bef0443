"""Every operation's schema, member by member, against the vendor's model.

Differences stand in parity.allow with a reason each. The list only shrinks: a line that nothing needs fails.
"""

import functools
import json
import pathlib
import subprocess

import pytest

import model
from server import environment, program

ALLOWED = pathlib.Path(__file__).with_name("parity.allow")
VENDORS = ("ssm", "sts", "iot", "wafv2")


@functools.cache
def ours():
    """`bartizan schema`, by action."""
    printed = subprocess.run(
        [program(), "schema", "--output", "json"], env=environment(), capture_output=True, check=True, timeout=60
    )
    return {operation["action"]: operation for operation in json.loads(printed.stdout)["operations"]}


@functools.cache
def allowed():
    lines = {}
    for number, line in enumerate(ALLOWED.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            difference, dashes, reason = line.partition(" -- ")
            assert dashes and reason.strip(), f"parity.allow:{number}: write `difference -- reason`"
            lines[difference.strip()] = number
    return lines


def allows(pattern, line):
    """Whether a line of parity.allow is about a difference. A shape that stands in many places is named by the end of
    its place, behind `..`."""
    return line.endswith(pattern[2:]) if pattern.startswith("..") else line == pattern


def unknown(lines):
    """The differences that nothing allows."""
    return [line for line in lines if not any(allows(pattern, line) for pattern in allowed())]


def kind_of(shape):
    """The model's type by our name."""
    if shape.type_name == "string" and model.enum(shape):
        return "enum"
    return {"float": "double"}.get(shape.type_name, shape.type_name)


def compare(place, theirs, mine, constraint):
    """Every difference at `place` and below: one line each."""
    if "ref" in mine:
        return [] if theirs.type_name == "structure" else [f"{place} recursion: the model has none"]
    kind = kind_of(theirs)
    # a structure of which exactly one member is present: the model does not say so, its documentation does
    if kind != {"one-of": "structure"}.get(mine["kind"], mine["kind"]):
        return [f"{place} type: model {kind}, ours {mine['kind']}"]
    found = compare_constraints(place, theirs, constraint)
    if kind == "enum" and model.enum(theirs) != mine["values"]:
        # the order of values is the vendor's own business
        lacking = sorted(set(model.enum(theirs)) - set(mine["values"]))
        surplus = sorted(set(mine["values"]) - set(model.enum(theirs)))
        found += [f"{place} value: we lack {value}" for value in lacking]
        found += [f"{place} value: only ours {value}" for value in surplus]
    if kind == "structure":
        found += compare_members(place, theirs, mine)
    if kind == "list":
        found += compare(f"{place}[]", theirs.member, mine["item"], constraint.get("each", {}))
    if kind == "map":
        found += compare_constraints(f"{place}{{key}}", theirs.key, constraint.get("key", {}))
        found += compare(f"{place}{{}}", theirs.value, mine["item"], constraint.get("each", {}))
    return found


def compare_constraints(place, theirs, constraint):
    wanted = model.constraints(theirs)
    have = {name: value for name, value in constraint.items() if name not in ("each", "key")}
    if have.get("length_min") == 0:
        del have["length_min"]
    return [
        f"{place} {name}: model {wanted.get(name)}, ours {have.get(name)}"
        for name in sorted(wanted.keys() | have.keys())
        if wanted.get(name) != have.get(name)
    ]


def compare_members(place, theirs, mine):
    found = []
    members = {member["name"]: member for member in mine["members"]}
    for name in members.keys() - theirs.members.keys():
        found.append(f"{place}.{name}: only ours")
    for name, shape in theirs.members.items():
        member = members.get(name)
        if member is None:
            found.append(f"{place}.{name}: we lack it")
            continue
        if (name in theirs.required_members) != member["required"]:
            required = "required" if name in theirs.required_members else "optional"
            found.append(f"{place}.{name} required: model {required}")
        if bool(shape.metadata.get("sensitive")) != member["sensitive"]:
            found.append(f"{place}.{name} sensitive: model {bool(shape.metadata.get('sensitive'))}")
        found += compare(f"{place}.{name}", shape, member["schema"], member["constraint"])
    return found


def compare_address(action, theirs, binding):
    """How the request is addressed: method, path, and where each member travels."""
    if binding["protocol"] != "aws-rest-json":
        return []
    members = theirs.input_shape.members.items() if theirs.input_shape else ()
    path, query, headers = theirs.http["requestUri"].partition("?")[0], {}, {}
    for name, shape in members:
        where, called = model.place(shape)
        called = called or name
        if where == "uri":
            path = path.replace(f"{{{called}}}", f"{{{name}}}").replace(f"{{{called}+}}", f"{{{name}+}}")
        elif where == "querystring":
            query[called] = name
        elif where == "header":
            headers[called.lower()] = name
    payload = theirs.input_shape.serialization.get("payload") if theirs.input_shape else None
    wanted = {"method": theirs.http["method"], "path": path, "query": query, "headers": headers, "payload": payload}
    return [
        f"{action} {name}: model {value}, ours {binding[name]}" for name, value in wanted.items() if binding[name] != value
    ]


@functools.cache
def differences(action):
    """All differences of one operation: its address, input and output."""
    operation = ours().get(action)
    if operation is None:
        return (f"{action}: we lack it",)
    service, _, name = action.partition(":")
    theirs = model.operation(name, service)
    found = compare_address(action, theirs, operation["binding"])
    for side, shape in (("input", theirs.input_shape), ("output", theirs.output_shape)):
        if shape is None or not shape.members:
            members = operation[side].get("members", [])
            found += [f"{action}.{side}.{member['name']}: only ours" for member in members]
        else:
            found += compare(f"{action}.{side}", shape, operation[side], {})
    return tuple(found)


def spoken():
    """Every operation that we have of a vendor whose model there is."""
    without = {"native", "bearer"}
    return [action for action, operation in ours().items() if operation["binding"]["protocol"] not in without]


LISTED = [f"{service}:{name}" for service, names in model.OPERATIONS.items() for name in names]


@pytest.mark.parametrize("action", LISTED)
def test_schema_equals_the_model(action):
    assert unknown(differences(action)) == []


def test_operations_beyond_the_list_equal_the_model_too():
    further = [line for action in spoken() if action not in LISTED for line in differences(action)]
    assert unknown(further) == []


def test_every_exception_is_needed():
    needed = {line for action in spoken() for line in differences(action)}
    needless = {
        f"parity.allow:{number}: {pattern}"
        for pattern, number in allowed().items()
        if not any(allows(pattern, line) for line in needed)
    }
    assert needless == set()


def test_actions_are_the_vendors():
    wrong = [
        action
        for action in spoken()
        if action.partition(":")[0] not in VENDORS or action.partition(":")[2] != ours()[action]["name"]
    ]
    assert wrong == []


def test_an_address_would_be_seen():
    """The comparison of addresses itself."""
    action = "iot:UpdateSecurityProfile"
    theirs, binding = model.operation("UpdateSecurityProfile", "iot"), ours()[action]["binding"]
    assert compare_address(action, theirs, binding) == []
    for change in ({"method": "PUT"}, {"path": "/security-profiles"}, {"query": {}}, {"payload": "behaviors"}):
        assert len(compare_address(action, theirs, binding | change)) == 1, change


def test_a_difference_would_be_seen():
    """The comparison itself: change one thing in a schema at a time, and each must be told."""
    base = json.dumps(ours()["ssm:CreatePatchBaseline"]["input"])
    shape = model.operation("CreatePatchBaseline").input_shape
    changes = {
        '"range_max": 360': '"range_max": 100',
        '"name": "Description"': '"name": "Descriptions"',
        '"BLOCK"': '"BLOCKS"',
        '"required": true': '"required": false',
        '"sensitive": true': '"sensitive": false',
        '"kind": "boolean"': '"kind": "string"',
    }
    before = compare("x", shape, json.loads(base), {})
    for old, new in changes.items():
        assert old in base, f"the schema has no {old}"
        assert compare("x", shape, json.loads(base.replace(old, new)), {}) != before, f"{old} -> {new}"
