"""All calls as a page of documentation, made from their models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from assistant.api.calls import Call
from assistant.api.messages import API_URL

_REF = "#/$defs/"


def listing(calls: Iterable[Call]) -> str:
    """Returns the calls as Markdown: each with its request and its reply, by area, then the objects in them."""
    asked = sorted(calls, key=lambda one: one.path)
    adapters = [(one.path, "validation", TypeAdapter(one.request)) for one in asked]
    adapters += [(one.path, "serialization", one.reply) for one in asked]
    schemas, shared = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]
    objects: Mapping[str, Any] = shared.get("$defs", {})
    lines: list[str] = []
    for area, group in groupby(asked, key=lambda one: one.path.rpartition("/")[0]):
        lines += [f"## {area}", ""]
        for one in group:
            request = schemas[one.path, "validation"]
            reply = schemas[one.path, "serialization"]
            lines += [f"### POST {API_URL}/{one.path}", "", " ".join(one.says.split()), ""]
            lines += [
                f"- Request: {_fields(_resolved(request, objects)) or 'nothing'}",
                f"- Reply: {_reply(reply)}",
                "",
            ]
    requests = {one.request.__name__ for one in asked}
    named = {name: schema for name, schema in objects.items() if name not in requests}
    lines += ["## Objects", ""]
    for name, schema in sorted(named.items()):
        lines += [f"**{name}**: {_object(schema)}", ""]
    return "\n".join(lines)


def _resolved(schema: JsonSchemaValue, objects: Mapping[str, Any]) -> JsonSchemaValue:
    reference = str(schema.get("$ref", ""))
    return objects[reference.removeprefix(_REF)] if reference else schema


def _reply(schema: JsonSchemaValue) -> str:
    return _type(schema) if schema.get("properties") is None else _fields(schema)


def _object(schema: JsonSchemaValue) -> str:
    says = " ".join(str(schema.get("description", "")).split("\n\n")[0].split())
    what = _fields(schema) if "properties" in schema else _type(schema)
    return f"{says} {what}".strip()


def _fields(schema: JsonSchemaValue) -> str:
    required = set(schema.get("required", ()))
    named = [
        f"`{name}` {_type(field)}" + ("" if name in required or "default" not in field else f" ({_default(field)})")
        for name, field in schema.get("properties", {}).items()
    ]
    return ", ".join(named)


def _default(field: JsonSchemaValue) -> str:
    shown = {True: "true", False: "false", None: "null"}.get(field["default"]) if _is_plain(field["default"]) else None
    return f"else {shown if shown is not None else repr(field['default'])}"


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool)


_NAMES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "null": "null"}


def _type(schema: JsonSchemaValue) -> str:
    """Returns what a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    if "const" in schema or "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if schema.get("type") == "array":
        items = schema.get("items")
        return f"list of {_type(items)}" if items else "list"
    if schema.get("type") == "object":
        return "object" if not isinstance(schema.get("additionalProperties"), Mapping) else "object of values"
    return _NAMES.get(str(schema.get("type")), "anything")
