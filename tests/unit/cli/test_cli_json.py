"""What ``--json`` prints has a type for each command, whose schema is agreed on and whose fields the guide names.

After a change: ``UPDATE_GOLDEN=1 pytest tests/unit/cli/test_cli_json.py``, then look at the difference. A field that is
gone, or has another type, breaks programs of students.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import TypeAdapter

from assistant.cli.json_output import DOCUMENTED
from assistant.cli.lab.shown import DOCUMENTED_LAB
from assistant.cli.main import app

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "json"
FORMS = {**DOCUMENTED, **DOCUMENTED_LAB}
TO_A_FILE = {"eval run", "eval all"}
"""Their ``--json`` names a file, for the report."""
ALWAYS = {"quiz grade"}
"""These print JSON without being told."""


def walk(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name, command
    for part, below in getattr(command, "commands", {}).items():
        yield from walk(below, f"{name} {part}".strip())


def with_json() -> set[str]:
    found = {name for name, one in walk(typer.main.get_command(app)) for p in one.params if "--json" in p.opts}
    return (found | ALWAYS) - TO_A_FILE


def test_every_command_has_a_type_for_what_it_prints() -> None:
    assert with_json() == FORMS.keys()


@pytest.mark.parametrize("command", FORMS)
def test_the_schema_is_as_agreed(command: str) -> None:
    schema = TypeAdapter(FORMS[command]).json_schema(mode="serialization")
    shown = json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    file = GOLDEN / f"{command.replace(' ', '-')}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_no_schema_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == {command.replace(" ", "-") for command in FORMS}


def fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from fields(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from fields(part)


@pytest.mark.parametrize("command", DOCUMENTED)
def test_the_guide_names_every_field(command: str) -> None:
    guide = "".join((ROOT / "docs" / "guide" / f"{page}.md").read_text(encoding="utf-8") for page in ("cli", "quiz"))
    named = set(re.findall(r"[`\"\[.](\w+)[`\"\]]", guide))
    assert set(fields(TypeAdapter(DOCUMENTED[command]).json_schema(mode="serialization"))) - named == set()
