"""What programs of others may rely on: each name is there, says what it is, and costs nothing before it is used."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest
from children import run_child

import assistant

ROOT = Path(assistant.__file__).parents[1]
PARTS = {
    "": {"answers", "calibrator", "cards", "close", "conversations", "export", "index", "lab", "models", "notes",
         "open", "quiz", "scheduler", "settings", "study", "take_quiz", "warm", "workspace"},
    "answers": {"answer", "answerer", "ask", "warmer"},
    "calibrator": {"run", "start", "status", "stop"},
    "index": {"build", "cancel", "close", "find_scope", "fingerprint", "folders", "link", "linked", "linked_folders",
              "notes", "pages", "retriever", "search", "start", "status", "unlink", "wait", "watch", "watching"},
    "notes": {"add", "all", "close", "file", "indexed", "outline",
              "passages", "read", "refresh", "remove", "restore", "status"},
    "settings": {"change", "now", "stored"},
}  # fmt: skip


def test_the_names_are_these_and_no_others() -> None:
    assert assistant.__all__ == [
        *("Answer", "AnswerProgress", "Assistant", "Citation", "Document", "Request", "Scope", "errors"),
    ]
    assert {name for name in dir(assistant) if not name.startswith("_")} >= set(assistant.__all__)
    for name in assistant.__all__:
        assert getattr(assistant, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Asistant'"):
        assistant.Asistant  # noqa: B018


@pytest.mark.parametrize("name", [name for name in assistant.__all__ if name != "errors"])
def test_every_class_and_all_that_it_shows_says_what_it_is(name: str) -> None:
    shown = getattr(assistant, name)
    assert inspect.getdoc(shown)
    for member, value in vars(shown).items():
        if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            assert inspect.getdoc(value), f"{name}.{member}"


def test_the_parts_of_an_assistant_show_these_members(tmp_path: Path) -> None:
    from assistant.config import Config
    from assistant.workspace import Workspace

    with assistant.Assistant(Workspace(tmp_path), Config()) as made:
        for part, members in PARTS.items():
            assert {
                name for name in dir(getattr(made, part) if part else made) if not name.startswith("_")
            } == members, part
        assert made.cards.cards() == []


def test_every_error_is_in_the_tree() -> None:
    from assistant import errors

    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind)]
    assert all(issubclass(kind, errors.AssistantError) and inspect.getdoc(kind) for kind in kinds)


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = "import sys, assistant; print(sorted(name for name in sys.modules if name.startswith('assistant')))"
    ran = run_child([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['assistant']"


def test_the_types_are_published() -> None:
    assert (ROOT / "assistant" / "py.typed").is_file()
    assert 'assistant = ["py.typed"]' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
