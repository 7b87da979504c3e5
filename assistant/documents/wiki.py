"""Obsidian's links between notes, and which note a link means."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assistant.documents.reading import read_elements
from assistant.types import ElementKind

_LINK = re.compile(r"(!?)\[\[([^\[\]\n|#^]*)((?:[#^][^\[\]\n|]*)?)(?:\\?\|([^\[\]\n]*))?\]\]")
_NOTE_ENDINGS = (".md", ".markdown")
_HAS_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class WikiLink:
    """``[[target#heading|alias]]`` or, where it is shown in place, ``![[target]]``.

    Attributes:
        target: The note or file; empty for a place in the same note.
        place: The heading behind ``#`` (the innermost of several), or ``^id`` of a block; may be empty.
        label: What a reader sees.
        embeds: It begins with ``!``.
    """

    start: int
    end: int
    target: str
    place: str
    label: str
    embeds: bool

    @property
    def is_file(self) -> bool:
        """Whether it names a file that is no note, such as a picture."""
        return bool(_HAS_ENDING.search(self.target)) and not self.target.lower().endswith(_NOTE_ENDINGS)


def wiki_links(text: str) -> Iterator[WikiLink]:
    """Yields the links of a Markdown text in order; those in code are none."""
    code = [one for one in read_elements(text, markdown=True) if one.kind is ElementKind.CODE]
    for match in _LINK.finditer(text):
        if any(one.start <= match.start() < one.end for one in code):
            continue
        target, place = match[2].strip().rstrip("\\"), match[3].strip("#").split("#")[-1].strip()
        label = (match[4] or "").strip() or " › ".join(part for part in (target, place) if part)
        if target or place:
            yield WikiLink(match.start(), match.end(), target, place, label, bool(match[1]))


def resolve(target: str, origin: str, names: Mapping[str, str]) -> str:
    """Returns the path of the note that a link means, or an empty string where there is none.

    As in Obsidian: the nearest note of that name wins, first in the folder of the note itself, then by the shortest
    path; parts of the path may be given; case does not matter.

    Args:
        target: As written.
        origin: Path of the note that the link stands in.
        names: From ``link_names``.
    """
    wanted = posixpath.normpath(target.strip().lower()).removeprefix("/")
    for ending in _NOTE_ENDINGS:
        wanted = wanted.removesuffix(ending)
    beside = posixpath.join(posixpath.dirname(origin.lower()), wanted)
    return names.get(posixpath.normpath(beside)) or names.get(wanted, "")


def link_names(notes: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Returns what links may call each note, in small letters: its path and every end of it, its aliases last.

    Args:
        notes: Path and aliases of each note.
    """
    known = sorted(notes, key=lambda note: (note[0].count("/"), note[0].lower()))
    names: dict[str, str] = {}
    for path, _ in known:
        stem = path.lower()
        for ending in _NOTE_ENDINGS:
            stem = stem.removesuffix(ending)
        parts = stem.split("/")
        for first in range(len(parts)):
            names.setdefault("/".join(parts[first:]), path)
        names[stem] = path
    for path, aliases in known:
        for alias in aliases:
            names.setdefault(alias.lower(), path)
    return names
