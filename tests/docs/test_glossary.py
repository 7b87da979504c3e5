"""The glossary: a few words, one line each, and the code uses every one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"^- \*\*(?P<word>[^*]+)\*\* \(`(?P<name>\w+)`\): (?P<meaning>\S.*\.)$")


def lines() -> list[str]:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("- ")]


def entries() -> list[tuple[str, str]]:
    found = [ENTRY.match(line) for line in lines()]
    return [(match["word"], match["name"]) for match in found if match]


def defined(tree: ast.AST) -> Iterator[str]:
    """Yields what a module gives a name to: classes, functions, arguments, attributes and variables."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id


@cache
def names() -> frozenset[str]:
    modules = (ROOT / "assistant").rglob("*.py")
    return frozenset(name for module in modules for name in defined(ast.parse(module.read_text(encoding="utf-8"))))


def test_every_entry_is_a_word_its_name_in_the_code_and_one_line() -> None:
    assert len(entries()) == len(lines())
    assert all(len(line) <= 160 for line in lines())


def test_it_is_short_and_has_each_word_once() -> None:
    words = [word for word, _ in entries()]
    assert 25 <= len(words) <= 40
    assert len(words) == len(set(words))


def test_the_code_uses_every_word() -> None:
    assert [name for _, name in entries() if name not in names()] == []
