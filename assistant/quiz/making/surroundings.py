"""Says in a question where the thing stands that it asks about: below which heading that names a subject."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from assistant.documents.roles import names_nothing
from assistant.quiz.exam.texts import meaning
from assistant.types import Document, ElementKind

_NUMBER = re.compile(r"^(?:[\d.]+|[A-Z]\.\d[\d.]*|(?:[IVX]+|[A-Z])\.)[.):]?\s+(?:[-–]\s+)?")
_TITLE = re.compile(r"[^\W\d_a-z][^\W\d_]*(?: [\w'’,&-]+)*")
"""Of a note: words, and no name of a file."""

_MOST_WORDS = 8
"""Of headings, that a question can bear in brackets."""

_EVERYWHERE = 3
"""Places that have the same heading, from which on it belongs to all of them and names none."""

_OF_ANY_TEXT = re.compile(
    r"\b(?:basics?|brain|concepts?|dump|evaluation|general|important|intro(?:duction)?|key|main|management|misc\w*"
    r"|motivation|notes?|overview|reasoning|setup|summary|terminology|topics?|einführung|einleitung|begriffe?|überblick"
    r"|zusammenfassung|introducción|conceptos?|resumen|teoría|présentation|notions?|résumé)\b",
    re.IGNORECASE,
)
"""What a part of a text is called, whatever the text is about."""

_ASKS_FOR = re.compile(
    r"(?:for|given|compare|explain|summari[sz]e|describe|identify|analy[sz]e|discuss|implement|follow|define|creating"
    r"|using|getting|für|pour|para)\b",
    re.IGNORECASE,
)
"""How a heading begins that says what to do, or what for, and not what it is about: "Given a scenario, follow"."""


class Surroundings:
    """Knows which headings say what something belongs to.

    Args:
        notes: All notes: a heading that many of them have belongs to none.
    """

    def __init__(self, notes: Iterable[Document]) -> None:
        above: dict[str, set[tuple[str, tuple[str, ...]]]] = defaultdict(set)
        self._titles: dict[str, str] = {}
        for note in notes:
            self._titles[note.path] = note.title
            for element in note.elements:
                if element.kind is ElementKind.HEADING:
                    above[_bare(element.label).lower()].add((note.path, note.headings_above(element)))
        self._everywhere = frozenset(label for label, found in above.items() if len(found) >= _EVERYWHERE)

    def above(self, labels: Sequence[str], name: str, note: str, *, is_hidden: bool = False) -> str:
        """Returns the nearest of ``labels`` that says what something called ``name`` belongs to; empty if none does.

        One that is a single word has the one above it in front.

        Args:
            labels: Headings and lists above it, the outermost first; the title of ``note`` stands above them.
            name: What it is called. A label that says nothing more is none.
            note: The path of the note.
            is_hidden: The name is asked for, so no label may have a word of it.
        """
        title = self.title(note)
        every = [*((title,) if _TITLE.fullmatch(title) else ()), *labels]
        near = [label for label in map(_bare, reversed(every)) if not self.is_bare(label)]
        others = [label for label in near if not has_name(label, name)]
        telling = [] if is_hidden else [label for label in near if len(meaning(label) - meaning(name)) > 1]
        return _joined(others, name) or _joined(telling, name)

    def title(self, note: str) -> str:
        """Returns the title of a note."""
        return self._titles.get(note, "")

    def is_bare(self, label: str) -> bool:
        """Returns whether a label names a part that any text has: "Evaluation", one of many notes."""
        rest = _OF_ANY_TEXT.sub("", label)
        is_shared = label.lower() in self._everywhere or _ASKS_FOR.match(label) is not None
        return is_shared or names_nothing(label) or not meaning(rest) or names_nothing(rest)


def _joined(near: Sequence[str], name: str) -> str:
    """Returns the first label that says more than ``name``; if it is a single word, with the next one in front."""
    found: list[str] = []
    for label in near:
        if not meaning(label) - meaning(" ".join((name, *found))):
            continue
        if len(" ".join((label, *found)).split()) > _MOST_WORDS:
            break
        found.insert(0, label)
        if len(meaning(" ".join(found))) > 1:
            break
    return ": ".join(found)


def has_name(label: str, *names: str) -> bool:
    """Returns whether a label has one of ``names`` in it, or a word of the first."""
    return bool(meaning(names[0]) & meaning(label)) or any(name.lower() in label.lower() for name in names)


def _bare(label: str) -> str:
    return _NUMBER.sub("", label).rstrip(": ")
