"""The exercises of the laboratory run, on real notes with the real embedder and the small model.

A block of ``docs/guide/lab.md`` that begins with ```` ```python exercise=<file> ```` belongs to that file of
``assistant/lab/``; ``needs=model`` or ``needs=embedder`` behind it says what has to be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.app.assistant import Assistant

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guide" / "lab.md").read_text(encoding="utf-8")
LAB = ROOT / "assistant" / "lab"
FILES = {file.relative_to(LAB).as_posix() for file in LAB.rglob("*.py") if file.name != "__init__.py"}
SETUP = re.findall(r"^```python setup\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
BLOCK = re.compile(
    r"^```python exercise=(?P<file>\S+)(?: needs=(?P<needs>\w+))?\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
ROW = re.compile(r"^\| \[`(?P<file>[\w/]+\.py)`\]\(\.\./\.\./assistant/lab/(?P<target>[\w/]+\.py)\) \|", re.MULTILINE)


def exercises() -> Iterator[Any]:
    for number, block in enumerate(BLOCK.finditer(PAGE)):
        marks = [getattr(pytest.mark, block["needs"])] if block["needs"] else []
        yield pytest.param(block["file"], block["code"], marks=marks, id=f"{number}-{block['file']}")


def test_every_file_has_a_row_in_reading_order() -> None:
    rows = [(row["file"], row["target"]) for row in ROW.finditer(PAGE)]
    assert all(name == target for name, target in rows)
    assert {name for name, _ in rows} == FILES


def test_every_file_has_an_exercise() -> None:
    assert {block["file"] for block in BLOCK.finditer(PAGE)} == FILES
    assert len(BLOCK.findall(PAGE)) == len(ROW.findall(PAGE)), "each idea has one"


def test_every_block_of_code_is_run() -> None:
    assert len(re.findall(r"^```python", PAGE, re.MULTILINE)) == len(SETUP) + len(BLOCK.findall(PAGE))
    assert len(SETUP) == 1


def test_the_preparation_loads_nothing(lab_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lab_assistant.workspace.root)
    names: dict[str, Any] = {}
    exec(SETUP[0], names)
    assert names["lab"].workspace == lab_assistant.workspace
    assert names["lab"].ready_engine() is None
    names["assistant"].close()


@pytest.mark.parametrize(("file", "code"), list(exercises()))
def test_an_exercise(file: str, code: str, lab_assistant: Assistant) -> None:
    assert "assert " in code, "an exercise states what comes out"
    module = "assistant.lab." + file.removesuffix(".py").replace("/", ".")
    assert f"{module} import" in code
    exec(compile(code, f"docs/guide/lab.md: {file}", "exec"), {"assistant": lab_assistant, "lab": lab_assistant.lab})
