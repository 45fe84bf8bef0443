"""Every way to break one constraint of a valid request, derived from the vendor's model."""

import copy
import dataclasses
import json

import model


@dataclasses.dataclass(frozen=True)
class Case:
    """A request that breaks exactly one rule of one member."""

    operation: str
    # what is broken, such as `length_max`, `required`, `enum`, `type`
    rule: str
    # as the vendor spells it in its messages; for the items of a list the list counts as well
    path: str
    list_path: str
    request: dict
    sensitive: str = ""

    @property
    def name(self):
        return f"{self.operation}-{self.path}-{self.rule}"


WRONG_TYPE = {
    "string": 17,
    "integer": "seventeen",
    "long": "seventeen",
    "double": "seventeen",
    "boolean": "perhaps",
    "timestamp": {"year": 2024},
    "list": {"not": "a list"},
    "structure": ["not a structure"],
    "map": ["not a map"],
    "blob": 17,
}


def wire(name):
    """The vendor lowers a member's first letter in its messages."""
    return name[:1].lower() + name[1:]


def cases(operation, request, service="ssm"):
    """All cases of one operation that can be told: nothing in a path can be absent or of another type than text, and
    what is not in a query or a header is absent."""
    shape = model.operation(operation, service).input_shape
    if shape is None:
        return
    for rule, path, list_path, steps, value, sensitive in breaks(shape, request, "", "", ()):
        member = shape.members[steps[0]]
        where, _ = model.place(member)
        if where == "uri" and rule in ("required", "null", "type", "length_min"):
            continue
        if where in ("querystring", "header") and rule == "type" and (len(steps) > 1 or member.type_name in ("string", "list")):
            continue
        # through JSON, so that what stands twice in the sample is two things
        broken = json.loads(json.dumps(request))
        place(broken, steps, value)
        yield Case(operation, rule, path, list_path, broken, sensitive)


ABSENT = object()


def place(request, steps, value):
    *parents, last = steps
    for step in parents:
        request = request[step]
    if value is ABSENT:
        del request[last]
    else:
        request[last] = value


def breaks(shape, sample, path, list_path, steps):
    """Yields what breaks `sample`, a valid value of `shape` that stands at `path`."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            below = f"{path}.{wire(name)}".lstrip(".")
            if name in shape.required_members:
                yield "required", below, below, (*steps, name), ABSENT, ""
                yield "null", below, below, (*steps, name), None, ""
            yield "type", below, below, (*steps, name), WRONG_TYPE[member.type_name], ""
            yield from values(member, below, below, (*steps, name), sample.get(name))
            if name in sample:
                yield from breaks(member, sample[name], below, below, (*steps, name))
    elif shape.type_name == "list" and sample:
        below = f"{path}.1.member"
        yield "type", below, path, (*steps, 0), WRONG_TYPE[shape.member.type_name], ""
        yield from values(shape.member, below, path, (*steps, 0), sample[0])
        yield from breaks(shape.member, sample[0], below, path, (*steps, 0))


def values(shape, path, list_path, steps, sample):
    """Yields values of the right type that break one of the shape's own constraints."""
    bounds = model.constraints(shape)
    sensitive = shape.metadata.get("sensitive", False)
    if shape.type_name == "string":
        if model.enum(shape):
            yield "enum", path, list_path, steps, "NO_SUCH_VALUE", ""
        if "length_min" in bounds:
            yield "length_min", path, list_path, steps, "a" * (bounds["length_min"] - 1), ""
        if "length_max" in bounds:
            text = "a" * (bounds["length_max"] + 1)
            yield "length_max", path, list_path, steps, text, text if sensitive else ""
        if "pattern" in bounds and (text := unlike(bounds)):
            yield "pattern", path, list_path, steps, text, ""
    elif shape.type_name in ("integer", "long"):
        if "range_min" in bounds:
            yield "range_min", path, list_path, steps, bounds["range_min"] - 1, ""
        if "range_max" in bounds:
            yield "range_max", path, list_path, steps, bounds["range_max"] + 1, ""
    elif shape.type_name == "list":
        if "length_min" in bounds:
            yield "length_min", path, list_path, steps, [], ""
        if "length_max" in bounds and sample:
            yield "length_max", path, list_path, steps, many(sample[0], bounds["length_max"] + 1), ""


def unlike(bounds):
    """Text of a fine length that does not match the pattern; none where everything does."""
    length = min(max(bounds.get("length_min", 1), 20), bounds.get("length_max", 20))
    for candidate in ("!", " ", "é", "\n"):
        if not model.matches(bounds["pattern"], candidate * length):
            return candidate * length
    assert model.matches(bounds["pattern"], "\n!é"), f"find a text unlike {bounds['pattern']}"
    return None


def many(item, count):
    """`count` valid items that differ where they have a key or a name."""
    items = [copy.deepcopy(item) for _ in range(count)]
    for number, one in enumerate(items):
        if isinstance(one, int):
            items[number] = number
        elif isinstance(one, str):
            items[number] = f"{one}{number}" if not one.startswith("mi-") else f"mi-{number:017x}"
        elif "Value" in one or "Configuration" in one:
            one["Key" if "Key" in one else "Name"] = f"name-{number}"
    return items
