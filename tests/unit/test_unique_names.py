"""A name means one thing: class names are unique, and a module name repeats only for one role of each folder."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "assistant"
ROLES = ("__init__", "store", "schema", "view", "handlers")
"""What keeps a folder's records, the tables it keeps them in, how a tab shows them, and what a tab's page calls."""


def test_every_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(path.relative_to(PACKAGE).as_posix())
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_a_module_name_repeats_only_for_a_role() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        places[path.stem].append(path.relative_to(PACKAGE).as_posix())
    assert {name: where for name, where in places.items() if len(where) > 1 and name not in ROLES} == {}


def test_every_role_is_played() -> None:
    stems = [path.stem for path in PACKAGE.rglob("*.py")]
    assert [role for role in ROLES if stems.count(role) < 2] == []
