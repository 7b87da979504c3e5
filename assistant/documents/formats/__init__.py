"""The formats of files that are read, each in a module of its own that says what it is and reads it.

A format is added by one module here, named in ``_BUILT_IN``; or by another package, with an entry point of the group
``assistant.formats`` that is a :class:`~assistant.documents.formats.format.Format`.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import PurePath

from assistant.documents.formats.format import Extract, Format
from assistant.errors import UsageError
from assistant.extensions import load_point

GROUP = "assistant.formats"
LOG = logging.getLogger(__name__)
_SAVE_AS = {
    ".doc": ".docx",
    ".rtf": ".docx",
    ".pages": ".docx",
    ".ppt": ".pptx",
    ".key": ".pptx",
    ".xls": ".xlsx",
    ".numbers": ".xlsx",
}
_BUILT_IN = (
    "plain", "latex", "org", "pdf", "office", "slides", "opendocument", "sheets", "web", "notebook",
    "delimited", "pictures",
)  # fmt: skip

__all__ = [
    "Extract", "Format", "better_ending", "endings", "format_of", "formats", "has_pictures", "is_markdown", "kind_of",
]  # fmt: skip


@cache
def formats() -> dict[str, Format]:
    """Returns every format by its name. One from outside may replace one of the program's own.

    One that cannot be loaded is told in the log and left out: the other notes can be read without it.
    """
    known = [one for name in _BUILT_IN for one in import_module(f"{__name__}.{name}").FORMATS]
    for point in entry_points(group=GROUP):
        try:
            found = load_point(point)
        except UsageError as error:
            LOG.warning("%s %s", error.message, error.hint)
            continue
        if isinstance(found, Format):
            known.append(found)
        else:
            LOG.warning("%s, registered as %r in %s, is no Format.", point.value, point.name, GROUP)
    return {one.kind: one for one in known}


@cache
def _by_ending() -> dict[str, Format]:
    return {ending: one for one in formats().values() for ending in one.endings}


def format_of(name: str) -> Format | None:
    """Returns the format of a file of this name, or None where it is no note."""
    return _by_ending().get(PurePath(name).suffix.lower())


def kind_of(name: str) -> str | None:
    """Returns the name of the format of a file, or None where it is no note."""
    found = format_of(name)
    return found.kind if found else None


def is_markdown(kind: str) -> bool:
    """Returns whether the text of such a document is Markdown, or was converted to it."""
    known = formats().get(kind)
    return known is not None and known.is_markdown


def has_pictures(kind: str) -> bool:
    """Returns whether the pages of such a document can be shown as they look."""
    known = formats().get(kind)
    return known is not None and known.page_picture is not None and not known.has_inner_pictures


def better_ending(name: str) -> str | None:
    """Returns the ending to save a document with that cannot be read as it is, or None for any other file."""
    return _SAVE_AS.get(PurePath(name).suffix.lower())


def endings() -> tuple[str, ...]:
    """Returns every ending that a note may have, with its dot, in lower case."""
    return tuple(_by_ending())
