"""docs/api.md lists the calls as they are. UPDATE_GOLDEN=1 writes it anew."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from assistant.api.calls import OK, Call, by_path, calls_of, refusal, reply_to
from assistant.errors import AssistantError
from assistant.ui.serving import handlers_of
from tools.api_listing import listing

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "api.md"
MARK = "<!-- What follows is made from the code: tests/docs/test_api_page.py -->\n"


@pytest.fixture
def calls(tmp_path: Path) -> dict[str, Call]:
    sys.path.append(str(ROOT / "tests" / "ui"))
    from fake_service import fake_service

    service = fake_service(tmp_path)
    return dict(by_path(calls_of(*handlers_of(service, tmp_path))))


def test_the_page_lists_the_calls_as_they_are(calls: dict[str, Call]) -> None:
    made = listing(calls.values())
    before, mark, stands = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(before + MARK + made, encoding="utf-8")
    else:
        assert stands == made, "run: UPDATE_GOLDEN=1 .venv/bin/pytest tests/docs/test_api_page.py"


def test_the_example_is_answered(calls: dict[str, Call]) -> None:
    (typed,) = re.findall(r"^\$ curl (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    address, *_, body = shlex.split(typed)
    status, reply = reply_to(calls[address.partition("/api/v1/")[2]], body.encode())
    assert status == OK and isinstance(json.loads(reply), dict | list)


def test_the_example_of_an_error_is_one() -> None:
    (shown,) = re.findall(r"^```json\n(.+?)\n```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    error = json.loads(shown)["error"]
    assert json.loads(refusal(AssistantError(**error))[1]) == {"error": error}


def test_the_scripts_of_the_page_ask_for_calls_that_there_are(calls: dict[str, Call]) -> None:
    """Names in quotes with an area of the service; in a script of a lesson, those that the lesson calls."""
    areas, asked = {path.split("/")[0] for path in calls}, set()
    for script in (ROOT / "assistant" / "ui").rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        asked |= {name for name in re.findall(r'"((?:[a-z_]+/)+[a-z_]+)"', text) if name.split("/")[0] in areas}
        if script.stem.endswith("_lesson"):
            called = re.findall(r'(?:lesson\.call|follow)\((?:lesson, )?"(\w+)"', text)
            asked |= {f"lab/{script.stem.removesuffix('_lesson')}/{name}" for name in called}
    assert asked <= set(calls)
    assert set(calls) - asked <= BY_OTHER_NAMES


BY_OTHER_NAMES = {
    "review/suspend_card",
    *(f"lab/rag/{name}" for name in ("place", "certainty", "change", "changed", "drop", "dropped", "passages")),
}
"""Calls that no script names whole: ``rag_changes.js`` and a table of the lesson on RAG name them, or nobody yet."""
