"""What other distributions add to the program: they name it among their entry points, and it is loaded when asked for.

A distribution adds a suite of questions, say, by three lines of its ``pyproject.toml``, and the program finds it once
it is installed (https://packaging.python.org/en/latest/specifications/entry-points/)::

    [project.entry-points."assistant.suites"]
    squad = "tools.research.squad:SUITE"
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from assistant.errors import ModelError, UsageError

TOOLS_HINT = "What the project is measured with is installed in a checkout of it by: pip install --no-deps -e tools"
"""For whoever asks for something that is not registered here."""

EMBEDDERS = "assistant.embedders"
"""Each is called with the name of its vectors and returns an ``Embedder``."""

GENERATORS = "assistant.generators"
"""Each is called with the number of tokens that prompt and answer may have together, and returns a ``Generator``."""


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
    return load_point(next(iter(found)))


def load_point(point: EntryPoint) -> Any:
    """Returns what an entry point names.

    Raises:
        UsageError: It cannot be imported, whatever the reason: the package is not this program's.
    """
    try:
        return point.load()
    except Exception as error:
        fault = f"{point.value}, registered as {point.name!r} in {point.group}, cannot be loaded: {error}"
        raise UsageError(fault, hint=_mending(point)) from error


def make_extension(group: str, name: str, *arguments: Any) -> Any:
    """Returns what the extension ``name`` of ``group`` makes of ``arguments``.

    Raises:
        UsageError: It cannot be loaded.
        ModelError: It cannot be called with these, or fails.
    """
    make = load_extension(group, name)
    try:
        return make(*arguments)
    except Exception as error:
        point = next(iter(entry_points(group=group, name=name)))
        raise ModelError(f"The extension {name} cannot be used: {error}", hint=_mending(point)) from error


def version_of(group: str, name: str) -> str:
    """Returns the version of the distribution that registered ``name`` in ``group``; empty where it has none."""
    point = next(iter(entry_points(group=group, name=name)), None)
    return point.dist.version if point is not None and point.dist is not None else ""


def _mending(point: EntryPoint) -> str:
    package = point.dist.name if point.dist is not None else ""
    return TOOLS_HINT if package in ("", "study-assistant-tools") else f"pip uninstall {package}, or mend it."
