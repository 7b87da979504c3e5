"""What comes in and goes out is read and written by records: JSON has few doors, and no loose values leave a room.

A room is a package of ``assistant/``. What it gives to another one, or takes from it, says in its types what it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "assistant"
PARSERS = ("json.load", "json.loads", "tomllib.load", "tomllib.loads")
LOOSE = ("dict[str, Any]", "Mapping[str, Any]", "dict[str, object]", "Mapping[str, object]")

DOORS = {
    "assistant.api.calls": "what the page and programs send",
    "assistant.api.messages": "what the app and the command line say to one another",
    "assistant.config": "assistant.toml, whose faults are named all at once",
    "assistant.core.json_form": "every record",
    "assistant.documents.formats.notebook": "notebooks, which other programs write in many forms",
    "assistant.documents.sandbox": "what the converter process prints",
    "assistant.evaluation.benchmarks": "what `assistant ask --json` prints in a process of its own",
    "assistant.index.rows": "where the pages of a note begin, and where on its page an element is",
    "assistant.documents.roles": "roles.toml, the words by which a document says what a part of it is for",
    "assistant.models.catalog": "catalog.toml",
    "assistant.quiz.making.phrasing": "phrases.toml, how questions are put in each language",
    "assistant.study.guide_text": "guide.toml, what a study guide calls its parts in each language",
}
"""The modules that may parse JSON or TOML, each with what it reads."""

LOOSE_BY_REASON = {
    "assistant.core.json_form.JsonForm": "gives the columns of any record to a database",
    "assistant.lab.charts.interactive.figure_json": "a figure in the language of Plotly, whose script draws it",
}
"""What may be loose between rooms, each with the reason."""


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def parsers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            called = f"{owner.id}.{node.func.attr}" if isinstance(owner, ast.Name) else f".{node.func.attr}"
            if called in ("json.load", "json.loads", "tomllib.load", "tomllib.loads") or called.endswith(
                "validate_json"
            ):
                yield called


def annotations(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)
        yield from (ast.unparse(one.annotation) for one in arguments if one and one.annotation)
        if node.returns:
            yield ast.unparse(node.returns)
    elif isinstance(node, ast.ClassDef):
        for part in node.body:
            name = getattr(part, "name", "") or (ast.unparse(part.target) if isinstance(part, ast.AnnAssign) else "")
            if not name.startswith("_") or name == "__init__":
                yield from annotations(part)
    elif isinstance(node, ast.AnnAssign):
        yield ast.unparse(node.annotation)


def loose_names() -> dict[tuple[str, str], str]:
    """What is public and loose, by module and name, with the first loose type."""
    found = {}
    for module, tree in modules().items():
        for node in tree.body:
            name = getattr(node, "name", "")
            for said in annotations(node) if name and not name.startswith("_") else ():
                if any(loose in said for loose in LOOSE):
                    found.setdefault((module, name), said)
    return found


def crossings() -> Iterator[tuple[str, str, str]]:
    """Yields who imports what from another room: module, owner, name."""
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and room(node.module) != room(module):
                yield from ((module, node.module, alias.name) for alias in node.names)


@pytest.mark.slow
def test_json_has_few_doors() -> None:
    found = {module for module, tree in modules().items() if any(parsers(tree))}
    assert found <= DOORS.keys(), "read it by a JsonForm, or name the door here with its reason"
    assert found >= DOORS.keys(), "this door is not needed any more"


def test_no_loose_values_pass_between_rooms() -> None:
    loose = loose_names()
    found = {f"{owner}.{name}" for _, owner, name in crossings() if (owner, name) in loose}
    assert found <= LOOSE_BY_REASON.keys(), "say in its types what it is, or name the reason here"
    assert found >= LOOSE_BY_REASON.keys(), "this exception is not needed any more"
