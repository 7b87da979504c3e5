"""The tree of errors is the one that is drawn, and every error says how to go on."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest

from assistant import errors
from assistant.errors import AssistantError

LINE = re.compile(r"^(?P<branch>[│├└─ ]*)(?P<name>[A-Z]\w+) +(?:exit code|(?P<code>\d+))")
CODES = {"UsageError": 2, "NotesError": 3, "NotesIndexError": 4, "ModelError": 5, "StudyError": 6, "Cancelled": 130}


def drawn() -> Iterator[tuple[str, str, int]]:
    """Yields name, parent and exit code of every line of the drawing."""
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            depth = len(match["branch"]) // 4
            above[depth:] = [match["name"]]
            yield match["name"], above[depth - 1] if depth else "Exception", int(match["code"] or 1)


def classes() -> dict[str, type[AssistantError]]:
    found = inspect.getmembers(errors, inspect.isclass)
    return {name: kind for name, kind in found if issubclass(kind, AssistantError)}


def test_the_drawing_is_the_tree() -> None:
    tree = {name: (kind.__bases__[0].__name__, kind.exit_code) for name, kind in classes().items()}
    assert {name: (parent, code) for name, parent, code in drawn()} == tree


@pytest.mark.parametrize("name", classes())
def test_a_class_has_the_exit_code_of_its_family(name: str) -> None:
    kind = classes()[name]
    family = [base.__name__ for base in kind.__mro__]
    assert kind.exit_code == next((code for base, code in CODES.items() if base in family), 1)
    assert kind.__doc__


def test_an_error_carries_its_words() -> None:
    error = AssistantError("The disk is full.", hint="Free some space.")
    assert (error.message, error.hint, str(error)) == ("The disk is full.", "Free some space.", "The disk is full.")
    assert AssistantError("Why?").hint == ""
