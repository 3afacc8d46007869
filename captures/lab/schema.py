# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of JSON Schema as truth.schema.json uses; an unknown keyword is an error, so that none is silently skipped."""
import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
SILENT = {"$schema", "title", "description", "$defs", "patternProperties"}


def check(value, rule, root=None, where="truth"):
    """Yields what is wrong."""
    root = root or rule
    for keyword, wanted in rule.items():
        if keyword not in SILENT:
            yield from KEYWORDS[keyword](value, wanted, rule, root, where)


def _type(value, wanted, _rule, _root, where):
    names = wanted if isinstance(wanted, list) else [wanted]
    fits = [isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names]
    if not any(fits):
        yield f"{where} is no {' or '.join(names)}"


def _reference(value, wanted, _rule, root, where):
    yield from check(value, root["$defs"][wanted.removeprefix("#/$defs/")], root, where)


def _const(value, wanted, _rule, _root, where):
    if value != wanted:
        yield f"{where} is not {wanted!r}"


def _enum(value, wanted, _rule, _root, where):
    if value not in wanted:
        yield f"{where}: {value!r} is none of {wanted}"


def _required(value, wanted, _rule, _root, where):
    for name in wanted:
        if name not in value:
            yield f"{where} has no {name!r}"


def _properties(value, wanted, _rule, root, where):
    for name, rule in wanted.items():
        if isinstance(value, dict) and name in value:
            yield from check(value[name], rule, root, f"{where}.{name}")


def _additional(value, wanted, rule, root, where):
    """Members that `properties` does not name: those that match a pattern follow its rule, others are not allowed."""
    patterns = rule.get("patternProperties", {})
    for name, member in value.items() if isinstance(value, dict) else ():
        if name in rule.get("properties", {}):
            continue
        matching = [each for pattern, each in patterns.items() if re.search(pattern, name)]
        for each in matching:
            yield from check(member, each, root, f"{where}.{name}")
        if not matching and not wanted:
            yield f"{where} has {name!r}, which the schema does not know"


def _items(value, wanted, _rule, root, where):
    for index, each in enumerate(value if isinstance(value, list) else ()):
        yield from check(each, wanted, root, f"{where}[{index}]")


def _least(value, wanted, _rule, _root, where):
    if isinstance(value, int) and value < wanted:
        yield f"{where} is less than {wanted}"


def _most(value, wanted, _rule, _root, where):
    if isinstance(value, int) and value > wanted:
        yield f"{where} is more than {wanted}"


def _least_items(value, wanted, _rule, _root, where):
    if len(value) < wanted:
        yield f"{where} has fewer than {wanted} items"


KEYWORDS = {"type": _type, "$ref": _reference, "const": _const, "enum": _enum, "required": _required,
            "properties": _properties, "additionalProperties": _additional, "items": _items, "minimum": _least,
            "maximum": _most, "minItems": _least_items}
