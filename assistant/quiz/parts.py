"""Finds which part of an answer speaks of which point, and what is said of the wrong one.

A question about two things has points that begin with their names: "bottom-up processing begins ...", "top-down
processing is guided ...". Only what an answer says below such a name is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.index.words import STOPWORDS, stem, words
from assistant.quiz.opposites import directions, opposites, synonyms

_FRAGMENT = re.compile(r"(?<=[.!?;:,])\s+|\s+(?=(?:and|while|whereas|but)\s)", re.IGNORECASE)
_LABEL = re.compile(r"^\W*((?:[^\s:]+\s+){0,4}[^\s:]+)\s*:\s")
_TERMS = frozenset(["mean"])
"""Function words that are terms, too."""

_MIN_PREFIX = 5
_BEGINNING = 2
_NEVER = 10**6
_EXCHANGED = 0.34
"""Share of what is said of another thing that must be said of this one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which part of an answer speaks of which point.

    Attributes:
        texts: For each point what names it or stands below its name; empty where the answer does not speak of it, the
            whole answer where names do not tell.
        named: For each point what names it before any other.
        subjects: The stems that name what each point is about; empty where names do not tell.
    """

    texts: tuple[str, ...]
    named: tuple[str, ...]
    subjects: tuple[frozenset[str], ...] = ()


def find_parts(answer: str, points: Sequence[str], question: str) -> Parts:
    """Returns the parts of an answer to a question about several things."""
    whole = (answer,) * len(points)
    subjects = _subjects(points, question)
    fragments = [fragment for fragment in _FRAGMENT.split(answer) if fragment.strip()]
    mentions = [[_first(subject, fragment) for subject in subjects] for fragment in fragments]
    owners = _owners(mentions)
    if not subjects or None in owners:
        return Parts(whole, whole, subjects)
    texts, named = [list[str]() for _ in points], [list[str]() for _ in points]
    for fragment, places, owner in zip(fragments, mentions, owners, strict=True):
        for number, place in enumerate(places):
            if number == owner or place < _NEVER:
                texts[number].append(fragment)
            if number == owner:
                named[number].append(fragment)
    parts, firsts = (tuple(map(" ".join, found)) for found in (texts, named))
    return Parts(parts, tuple(first or part for first, part in zip(firsts, parts, strict=True)), subjects)


def _owners(mentions: Sequence[Sequence[int]]) -> list[int | None]:
    """Returns whose name comes first in each fragment, or came last before it; before the first name, who follows."""
    owners: list[int | None] = []
    for places in mentions:
        nearest = min(places, default=_NEVER)
        is_clear = nearest < _NEVER and list(places).count(nearest) == 1
        owners.append(list(places).index(nearest) if is_clear else owners[-1] if owners else None)
    first = next((owner for owner in owners if owner is not None), None)
    return [first if owner is None else owner for owner in owners]


def is_exchanged(number: int, parts: Parts, points: Sequence[str]) -> bool:
    """Whether a part says what another point says, and less of what its own point says."""
    if not parts.subjects or not parts.named[number]:
        return False
    own = own_stems(points)
    told = [one - parts.subjects[at] for at, one in enumerate(own)]
    said = contrasting(parts.named[number]) - frozenset().union(*parts.subjects)
    shares = [_share(one, said) for one in told]
    others = [share for at, share in enumerate(shares) if at != number]
    return max(others, default=0.0) >= _EXCHANGED and max(others) > shares[number]


def own_stems(points: Sequence[str]) -> list[frozenset[str]]:
    """Returns for each point the stems that no other one has."""
    stems = [contrasting(point) for point in points]
    return [
        one.difference(*(other for at, other in enumerate(stems) if at != number)) for number, one in enumerate(stems)
    ]


def contrasting(text: str) -> frozenset[str]:
    """Returns the stems of a text that tell things apart: also "above", "more", "before", which others leave out."""
    return frozenset(
        stem(word)
        for word in words(text)
        if word not in STOPWORDS or word in _TERMS or stem(word) in opposites() or stem(word) in directions()
    )


def is_given(wanted: str, given: Collection[str]) -> bool:
    """Whether a stem is among others, or a word of the same meaning or beginning."""
    if wanted in given or not synonyms().get(wanted, frozenset()).isdisjoint(given):
        return True
    long = [one for one in given if len(one) >= _MIN_PREFIX <= len(wanted)]
    return any(one.startswith(wanted) or wanted.startswith(one) for one in long)


def _share(wanted: frozenset[str], given: Collection[str]) -> float:
    return sum(is_given(one, given) for one in wanted) / len(wanted) if wanted else 0.0


def _first(subject: frozenset[str], text: str) -> int:
    """Returns the place of the first word of a text that names a subject."""
    found = (at for at, word in enumerate(words(text)) if is_given(stem(word), subject))
    return next(found, _NEVER)


def _subjects(points: Sequence[str], question: str) -> tuple[frozenset[str], ...]:
    """Returns what each point is about: its label, or words of the question, best those that it begins with."""
    if len(points) < 2:
        return ()
    asked, own = contrasting(question), own_stems(points)
    begun = [asked & contrasting(" ".join(_content(point)[:_BEGINNING])) for point in points]
    found = []
    for number, (point, stems) in enumerate(zip(points, own, strict=True)):
        label = _LABEL.match(point)
        if label:
            found.append(stems & contrasting(label[1]) - contrasting(point[label.end() :]))
        else:
            alone = begun[number].difference(*(other for at, other in enumerate(begun) if at != number))
            found.append(alone or stems & asked)
    return tuple(found) if all(found) else ()


def _content(text: str) -> list[str]:
    return [word for word in words(text) if contrasting(word)]
