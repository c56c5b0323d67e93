"""Manifests of an object that is changed in every way it can be in place.

The values are those of the crash sweep (tests/tests/sweep/kinds), and are filled up by the same rules: names, descriptions,
flags and tags that no `[[change]]` mentions change with the first; zone, billing and required references follow from the kind.
"""

import json
import tomllib

from cloud import ROOT, ask_firma

KINDS = ROOT / "tests" / "tests" / "sweep" / "kinds"


def written(path):
    """A file of the sweep. What the simulation numbers is one of a kind here."""
    return path.read_text(encoding="utf-8").replace("{n}", "")


def manifests(kind):
    """The manifests of a kind's life one after another, as files by name; none where the sweep has no case."""
    service, name = kind.split(".")
    path = KINDS / service / (name + ".toml")
    if not path.exists():
        return []
    case = tomllib.loads(written(path))
    beside, lookups = {}, {}
    for file in [KINDS / "beside.toml", *sorted(KINDS.glob("*/beside.toml"))]:
        found = tomllib.loads(written(file))
        lookups.update(found.pop("lookups", {}))
        beside.update(found)
    docs = ask_firma("docs", kind)
    attributes = {attribute["name"]: attribute for attribute in docs["attributes"]}
    first = created(case.get("create", {}), docs, attributes, beside)
    changes = changed(case, first, attributes, beside)
    around = {}
    for world in [first, *changes]:
        gather(world, beside, around)
    around = "\n".join(block(address, values, lookups) for address, values in sorted(around.items()))
    around += "\n".join(lookup(name, values) for name, values in sorted(lookups.items()))
    worlds = []
    for change in changes:
        worlds += [change, first]
    return [{"around.toml": around, "it.toml": block(kind + ".it", world, lookups)} for world in [first, *worlds]]


def created(given, docs, attributes, beside):
    made = dict(given)
    postpaid = sorted(method for method in docs["billing_methods"] if method.startswith("postpaid"))
    for name, attribute in attributes.items():
        if name in made:
            continue
        if name == "tags":
            made[name] = {"stage": "test", "gone": "soon"}
        elif name == "zone" and docs["zone"] == "required":
            made[name] = "cn-north-1a"
        elif name == "billing" and postpaid:
            made[name] = {"method": postpaid[0]}
        elif attribute["required"] and attribute.get("references"):
            made[name] = "@%s.main#id" % attribute["references"]
    return made


def changed(case, first, attributes, beside):
    overlays = [dict(change) for change in case.get("change", [])]
    made = {}
    for name, attribute in attributes.items():
        mentioned = name in case.get("exempt", {}) or any(name in overlay for overlay in overlays)
        if mentioned or not attribute["change"].startswith("changes in place"):
            continue
        if name == "tags":
            made[name] = {"stage": "changed", "more": "one"}
        elif attribute["type"] == "bool":
            made[name] = not first.get(name, attribute.get("default") in (True, "true"))
        elif attribute["type"] == "string" and attribute.get("references"):
            made[name] = "@%s.other#id" % attribute["references"]
        elif attribute["type"] == "string" and (name == "description" or name.endswith("name")):
            made[name] = "changed"
    if made:
        overlays = overlays or [{}]
        overlays[0].update(made)
    return [{**first, **overlay} for overlay in overlays]


def gather(value, beside, into):
    """Adds what values refer to, and what that refers to."""
    if isinstance(value, dict):
        for inner in value.values():
            gather(inner, beside, into)
    elif isinstance(value, list):
        for inner in value:
            gather(inner, beside, into)
    elif isinstance(value, str) and value.startswith("@") and "#" in value:
        address = value[1:].split("#")[0]
        if address not in into and address in beside:
            into[address] = beside[address]
            gather(beside[address], beside, into)


def block(address, values, lookups):
    lines = ["[%s]" % address] + ["%s = %s" % (key(name), toml(value, lookups)) for name, value in values.items()]
    return "\n".join(lines) + "\n"


def lookup(name, values):
    lines = ["[data.%s.%s]" % (values["kind"], name)]
    lines += ["%s = %s" % (key(n), toml(v, {})) for n, v in values["parameters"].items()]
    return "\n".join(lines) + "\n"


def key(name):
    return json.dumps(name)


def toml(value, lookups):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ %s }" % ", ".join("%s = %s" % (key(n), toml(v, lookups)) for n, v in value.items())
    if isinstance(value, list):
        return "[%s]" % ", ".join(toml(v, lookups) for v in value)
    if isinstance(value, str) and value.startswith("@") and "#" in value:
        address, attribute = value[1:].split("#")
        return json.dumps("${%s.%s}" % (address, attribute))
    if isinstance(value, str) and value.startswith("?") and value[1:] in lookups:
        found = lookups[value[1:]]
        attribute = found["kind"].split(".")[1] + "_id" if found["attribute"] == "id" else found["attribute"]
        return json.dumps("${data.%s.%s.items[%d].%s}" % (found["kind"], value[1:], found["at"], attribute))
    return json.dumps(value, ensure_ascii=False)
