"""What other distributions add to the program: they name it among their entry points, and it is loaded when asked for.

A distribution adds a suite of questions, say, by three lines of its ``pyproject.toml``, and the program finds it once
it is installed (https://packaging.python.org/en/latest/specifications/entry-points/)::

    [project.entry-points."assistant.suites"]
    squad = "tools.research.squad:SUITE"
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any

from assistant.errors import UsageError

TOOLS_HINT = "What the project is measured with is installed in a checkout of it by: pip install --no-deps -e tools"
"""For whoever asks for something that is not registered here."""


def find_extensions(group: str) -> tuple[str, ...]:
    """Returns the names that are registered in ``group``, sorted; none of them is loaded."""
    return tuple(sorted(entry_points(group=group).names))


def missing_extension(kind: str, group: str, name: str, own: Sequence[str]) -> UsageError:
    """Returns what is said where nothing has this name: what there is, and how more comes where nothing is registered.

    Args:
        kind: What it would be, such as ``suite``.
        group: Of the entry points.
        name: What was asked for.
        own: The names of what the program has itself.
    """
    registered = find_extensions(group)
    hint = f"One of: {', '.join([*own, *registered])}"
    return UsageError(f"There is no {kind} {name!r}.", hint=hint if registered else f"{hint}. {TOOLS_HINT}")


def load_extension(group: str, name: str) -> Any:
    """Returns what is registered as ``name`` in ``group``.

    Raises:
        UsageError: Nothing is, or it cannot be imported.
    """
    found = entry_points(group=group, name=name)
    if not found:
        raise UsageError(f"Nothing is registered as {name!r} in {group}.", hint=TOOLS_HINT)
    point = next(iter(found))
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        fault = f"{point.value}, registered as {name!r} in {group}, cannot be loaded: {error}"
        raise UsageError(fault, hint=TOOLS_HINT) from error
