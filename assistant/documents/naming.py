"""What a document is called, and what its names say that its headings do not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from assistant.documents.front_matter import properties
from assistant.types import ContextBlock, Document, Element, ElementKind

_TITLE_WITHIN = 65_536
_MOST_WORDS = 12
"""Words that stand before every passage of a note, so that it is found by its names: a title and some tags."""

_GENERIC = frozenset(
    """basics basic introduction intro overview summary contents content table notes note lecture lectures chapter
    section part unit week session lesson module topic topics slide slides page sheet preface foreword abstract
    background definition definitions terms terminology concept concepts example examples exercise exercises questions
    references bibliography index outline agenda goals objectives getting started fundamentals foundations
    general misc miscellaneous main readme untitled document title home start conclusion conclusions key points facts
    important recap review revision handout script scan img image copy final draft new version file tabelle
    einführung einleitung grundlagen überblick übersicht zusammenfassung inhalt inhaltsverzeichnis kapitel vorlesung
    notizen woche teil begriffe definitionen blatt skript notions résumé sommaire chapitre cours bases généralités
    introducción resumen conceptos básicos capítulo tema apuntes índice feuille introduzione riassunto capitolo
    appunti introdução noções resumo aula""".split()  # noqa: SIM905
)
_LITTLE = frozenset(
    "the a an of and or to in on for with my our der die das und von zu le la les de du des et el y".split()  # noqa: SIM905
)
_ROMAN = re.compile(r"[ivxlc]+")
_BETWEEN = re.compile(r"[\s_\-–—/.:,;()\[\]'’\"]+")
_CAMEL = re.compile(r"(?<=[a-zß-ÿ]{2})(?=[A-ZÀ-Þ])")
_NUMBERED = re.compile(r"^(?:\d+[_\-. ]+)+(?=\D)")


def title_of(path: str, text: str, elements: Sequence[Element]) -> str:
    """Returns what names a document best.

    In this order: its first heading, if that is of level one and says something; the ``title`` of its front matter; its
    first heading of another level, where that heads the whole and not one part of several; the name of the file; of
    its folder. A heading like ``Basics`` names nothing, nor does ``index.md``; where there is nothing else, it has to.

    Only the first 65,536 characters are searched: what stands further down is no title.
    """
    headings = [e for e in elements if e.kind is ElementKind.HEADING]
    first = headings[0] if headings and headings[0].start < _TITLE_WITHIN else None
    if first and first.level == 1 and not is_generic(first.label):
        return first.label
    has_front = bool(elements) and elements[0].kind is ElementKind.FRONT_MATTER
    named = properties(text[: elements[0].end]).title if has_front else ""
    if named:
        return named
    if first and not is_generic(first.label) and _heads_all(first, headings):
        return first.label
    file = PurePosixPath(path)
    names = (file.stem, file.parent.name, first.label if first else "")
    return next((name for name in names if name and not is_generic(name)), (first.label if first else "") or file.stem)


def is_generic(name: str) -> bool:
    """Returns whether a name says nothing of what is in a document: ``Basics``, ``Chapter 3``, ``untitled-2``."""
    return not any(True for _ in _telling(name))


def name_of(path: str, heading_path: Sequence[str]) -> str:
    """Returns a place in a few words: the first of its headings, or its file's name where that heading says nothing."""
    if heading_path and not is_generic(heading_path[0]):
        return heading_path[0]
    return PurePosixPath(path).name


def called(block: ContextBlock) -> tuple[str, ...]:
    """Returns what the document of a block is called, where that says something and no heading above it says so."""
    title = block.document.title if block.document else ""
    return () if not title or title in block.heading_path or is_generic(title) else (spelled_out(title),)


def title_of_whole(note: Document) -> str:
    """Returns what a whole note is called: its title if that stands above all of it, else its file's name as words."""
    first = next((section for section in note.outline if section.level), None)
    is_only = bool(note.page_starts) or sum(section.level == 1 for section in note.outline) == 1
    if first and first.level == 1 and is_only and first.heading_path[-1] == note.title:
        return note.title
    front = note.elements[0] if note.elements and note.elements[0].kind is ElementKind.FRONT_MATTER else None
    named = properties(note.text[: front.end]).title if front else ""
    if named:
        return named
    stem = spelled_out(note.path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return note.title if is_generic(stem) else stem


def about(document: Document) -> str:
    """Returns what the names of a document say and its first heading does not: title, file, folders and tags.

    Few words, each once; empty where the heading says it all.
    """
    headings = [e for e in document.elements if e.kind is ElementKind.HEADING]
    first = headings[0] if headings and headings[0].level == min(e.level for e in headings) else None
    said = list(_telling(first.label)) if first else []
    path = PurePosixPath(document.path)
    front = document.elements[0] if document.elements else None
    has_front = front is not None and front.kind is ElementKind.FRONT_MATTER
    tags = properties(document.text[: front.end]).tags if front and has_front else ()
    found: list[str] = []
    for name in (document.title, path.stem, *path.parts[:-1], *tags):
        words = [word for word in _telling(_CAMEL.sub(" ", name)) if len(word) > 1]
        initials = "".join(word[0] for word in said)
        if not all(_is_said(word, said, initials) for word in words):
            found.append(spelled_out(name))
            said += words
    return _shortened(found)


def spelled_out(name: str) -> str:
    """Returns the name of a file or a tag as words: ``cell_division`` and ``CellDivision`` say ``cell division``."""
    return " ".join(re.sub(r"[_\-/.]+", " ", _CAMEL.sub(" ", _NUMBERED.sub("", name, count=1))).split())


def _heads_all(first: Element, headings: Iterable[Element]) -> bool:
    """Whether a heading stands alone at its level, or above a later title: not the first of several parts."""
    others = [e for e in headings if e is not first]
    return any(e.level == 1 for e in others) or all(e.level > first.level for e in others)


def _telling(name: str) -> Iterator[str]:
    """Yields the words of a name that say something, in small letters; ``week2`` says no more than ``week``."""
    for word in _BETWEEN.split(name.lower()):
        bare = word.rstrip("0123456789")
        if bare and bare not in _GENERIC and bare not in _LITTLE and not _ROMAN.fullmatch(word):
            yield word


def _is_said(word: str, said: Collection[str], initials: str) -> bool:
    return word in said or (len(word) > 1 and word in initials)


def _shortened(names: Iterable[str]) -> str:
    kept: list[str] = []
    room = _MOST_WORDS
    for name in names:
        words = name.split()
        if words and room > 0:
            kept.append(" ".join(words[:room]))
            room -= len(words)
    return ", ".join(kept)
