"""Picks the lines of the notes that stand under an answer, word for word: what a small model left out is there.

A model of 1.5 billion parameters names one item of three, or answers beside the point, while the passages that were
found hold the answer; and the program cannot see that it does. The lines of them which are nearest to the question, and
which the answer does not say already, cost nothing to add and cannot be wrong. Where the answer was withdrawn, those
that are nearest to what it said stand beside them: it was often right, in words that the notes do not use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat, zip_longest
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from assistant.answering.plan import GIVES_REASON, Wanted, wanted
from assistant.answering.units import NEGATIONS, Unit, Words, cite, source_units
from assistant.documents.labels import plain
from assistant.documents.roles import Role, role_at
from assistant.index.words import stem, words
from assistant.types import Chunk, Citation, ContextBlock, Document, Retrieved, SearchResult, Sentence

Cosines = Callable[[str, Sequence[str]], NDArray[np.float32]]
"""Returns the cosines of a question with some texts, shape (texts,)."""

MAX_LINES = 3
_MAX_WORDS = 40
MAX_LINES_ALONE = 4
_MAX_WORDS_ALONE = 60
"""In place of an answer."""

_MIN_COSINE = 0.2
_MIN_COSINE_WITHDRAWN = 0.5
"""Below it a line is not what a withdrawn answer said in other words."""

_MAX_BEHIND = 0.25
"""A line may be this much less near to the question than the nearest one."""

_TELLING = 0.15
"""What it counts, as cosine, that a line has what is asked for."""

_SAID = 0.7
"""From this share of its stems on a line is said by the answer already."""

_FEWEST_STEMS = 2
_LABEL = re.compile(r"[-–:][*_]*\s*$")
_PICTURE = re.compile(r"\s*(?:!\[\[[^\]]*\]\]|!\[[^\]]*\]\([^)]*\))\s*")
_AFFIRMS = frozenset(("yes", "yeah", "yep", "correct", "right", "ja", "oui", "sí", "si"))
_BESIDE_THE_POINT = frozenset({Role.EXERCISE, Role.ADMINISTRATIVE, Role.TODO})

_LEAD = "In the words of your notes:"
INTRODUCTION = Sentence(_LEAD, 0, len(_LEAD), supported=True, score=0.0, is_claim=False)
"""What an answer begins with that only quotes."""

_BULLET = "\n- "
INDENT = "    "


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A line of the notes in an answer: an item of the list that answers, or what else is nested in one.

    Attributes:
        text: As it is shown, on as many lines as it needs.
        before: The line break, the blanks and the sign before it.
    """

    citation: Citation
    text: str
    before: str


def closest_lines(
    found: Retrieved,
    said: str,
    cosines: Cosines,
    notes: dict[str, Document] | None = None,
    of: Retrieved | None = None,
    withdrawn: str = "",
) -> tuple[Citation, ...]:
    """Returns the lines of the best passage that are nearest to the question, in the order of the sections.

    Args:
        found: What was found, with the sections that the passages lie in.
        said: The answer; lines that it repeats are left out.
        cosines: Compares the lines, each behind what it stands under, with the question.
        notes: The notes by path, for page numbers.
        of: What was found for the whole question, where ``found`` is for one of the things that it compares: what it
            asks of them is said once, "how often does A branch compared to B?".
        withdrawn: An answer that the lines stand in place of. Those nearest to it, of all passages, take turns with the
            others: what it said was often right, in words that the notes do not use.
    """
    question = (of or found).search.query
    asked, own = wanted(question), _own_words(found, of)
    best, others = _lines_of_passages(found)
    lines = [*best, *(others if withdrawn else ())]
    if not lines:
        return ()
    told = [_in_its_place(line) for line in lines]
    telling = [_tells(line, asked) + _is_about(line, own) for line in lines]
    near = cosines(question, told) + _TELLING * np.asarray(telling, dtype=np.float32)
    orders = [_nearest_first(near[: len(best)], _MIN_COSINE)]
    if withdrawn:
        orders.append(_nearest_first(cosines(withdrawn, told), _MIN_COSINE_WITHDRAWN))
    stems, known = Words(said).stems, notes or {}
    fitting = [i for i in _in_turn(orders) if not is_said(lines[i].own, stems)]
    taken = _within(fitting, lines, alone=bool(withdrawn))
    in_order = sorted(taken, key=lambda i: (found.blocks.index(lines[i].block), lines[i].start))
    return tuple(cite(lines[i], float(near[i]), known.get(lines[i].block.note)) for i in in_order)


def _nearest_first(near: NDArray[np.float32], least: float) -> list[int]:
    """The lines that are near enough, the nearest first."""
    least = max(least, float(near.max(initial=0.0)) - _MAX_BEHIND)
    return [int(i) for i in np.argsort(-near, kind="stable") if near[i] >= least]


def _in_turn(orders: Sequence[Sequence[int]]) -> list[int]:
    """The best of each order, the second of each, and so on; each line once."""
    every = chain.from_iterable(zip_longest(*orders))
    return list(dict.fromkeys(i for i in every if i is not None))


def only_affirms(answer: str, question: str) -> bool:
    """Returns whether an answer says no more than Yes to a question: small models say it to whatever is asked."""
    said = words(answer)
    told = Words(" ".join(word for word in said if word not in _AFFIRMS))
    return NEGATIONS.isdisjoint(said) and is_said(told, Words(question).stems)


def has_number(line: Citation) -> bool:
    """Returns whether a line of the notes has a number: without one it does not say how many, or when."""
    return bool(Words(line.quote).numbers)


def says_all(line: Citation, claim: str) -> bool:
    """Returns whether a line of the notes has every word of a sentence that carries meaning."""
    return Words(claim).stems <= Words(line.quote).stems | {stem(word) for word in _AFFIRMS}


def _own_words(part: Retrieved, of: Retrieved | None) -> tuple[Collection[str], Collection[str]]:
    """What of its words and numbers only the one of the things compared has, and what only the others have."""
    if of is None:
        return (), ()
    others = [_terms(Words(other.search.query)) for other in of.parts if other is not part]
    mine, theirs = _terms(Words(part.search.query)), frozenset[str]().union(*others)
    return mine - theirs, theirs - mine


def _terms(text: Words) -> frozenset[str]:
    return text.stems | text.numbers


def _is_about(line: Unit, own: tuple[Collection[str], Collection[str]]) -> int:
    """1 for a line on the one of the things that is looked at, -1 for one on another of them, 0 for one on both."""
    about = _terms(Words(plain(line.text))).union(*map(_terms, line.topics))
    return bool(about & set(own[0])) - bool(about & set(own[1]))


def _tells(line: Unit, asked: Wanted) -> bool:
    """Whether a line has what a question asks for: a number where it asks how many, a reason where it asks why."""
    if asked is Wanted.REASON:
        return not GIVES_REASON.isdisjoint(map(stem, words(line.text)))
    return asked is Wanted.NUMBER and bool(line.own.numbers)


def quoted_text(
    lines: Sequence[Citation], before: Sequence[str] = (), below: Sequence[Sequence[ListedItem]] = ()
) -> tuple[str, tuple[Sentence, ...]]:
    """Returns an answer that only quotes, with its sentences: each line is one, and cites itself.

    Args:
        lines: What is quoted.
        before: What is named before each line and belongs to no sentence; by default the item that it stands under.
        below: The list that each line introduces; by default none.
    """
    text, sentences = _LEAD, [INTRODUCTION]
    listed = {item.citation.span for items in below for item in items}
    named = before or [line.item for line in lines]
    for line, name, items in zip(lines, named, below or repeat((), len(lines)), strict=True):
        if line.span in listed:
            continue
        own = ListedItem(replace(line, score=1.0), line.quote, f"{_BULLET}{name} › " if name else _BULLET)
        text, sentences = with_items(text, sentences, (own, *map(_indented, items)))
    return text, tuple(sentences)


def with_items(text: str, said: Sequence[Sentence], items: Sequence[ListedItem]) -> tuple[str, list[Sentence]]:
    """Returns an answer and its sentences, followed by lines of the notes; each is a sentence that cites itself."""
    sentences = list(said)
    for item in items:
        text += item.before
        start = len(text)
        text += item.text
        sentences.append(Sentence(item.text, start, len(text), supported=True, score=1.0, citations=(item.citation,)))
    return text, sentences


def _indented(item: ListedItem) -> ListedItem:
    return replace(item, before=item.before.replace("\n", f"\n{INDENT}"))


def place_of(line: Citation) -> str:
    """Returns where a line stands: its note, its headings and its page."""
    page = f", page {line.page}" if line.page else ""
    return " › ".join((PurePosixPath(line.note).name, *line.heading_path)) + page


def _passages(section: ContextBlock, search: SearchResult) -> list[Chunk]:
    """The passages that were found in a section, the best first."""
    inside = (hit.chunk for hit in search.hits if hit.chunk.note == section.note)
    return [chunk for chunk in inside if section.start < chunk.end and chunk.start < section.end]


def _is_in(passage: Chunk, line: Unit) -> bool:
    return passage.note == line.block.note and passage.start <= line.start and line.end <= passage.end


def _lines_of_passages(found: Retrieved) -> tuple[list[Unit], list[Unit]]:
    """The lines of the best passage of the best section, and those of the others; what is written twice once."""
    best: dict[str, Unit] = {}
    others: dict[str, Unit] = {}
    for section in found.blocks:
        passages = _passages(section, found.search)
        for unit in filter(_says_something, source_units(section)):
            rank = next((rank for rank, passage in enumerate(passages) if _is_in(passage, unit)), None)
            if rank is not None:
                kept = best if rank == 0 and section is found.blocks[0] else others
                kept.setdefault(unit.text, unit)
    return list(best.values()), [unit for text, unit in others.items() if text not in best]


def _in_its_place(line: Unit) -> str:
    """A line behind its heading and its item: "Uncompetitive › Parameter, Change: v_max | ↓"."""
    place = " › ".join((*line.heading_path[-1:], *filter(None, (line.item,))))
    return f"{place}: {plain(line.text)}" if place else plain(line.text)


def _says_something(line: Unit) -> bool:
    """Whether a line is more than a name over others: "**Model metrics**-", and not about the course or a task."""
    document = line.block.document
    if document is not None and role_at(document, line.start) in _BESIDE_THE_POINT:
        return False
    if _PICTURE.fullmatch(line.text):
        return False
    return len(line.own.stems) >= _FEWEST_STEMS and not _LABEL.search(line.text)


def is_said(line: Words, said: Collection[str]) -> bool:
    """Returns whether an answer with the stems ``said`` says nearly all that a line says."""
    return sum(stem in said for stem in line.stems) >= _SAID * len(line.stems)


def _within(order: Sequence[int], lines: Sequence[Unit], *, alone: bool) -> list[int]:
    """The first of ``order`` that fit into the number of words; the very first fits always."""
    most, most_words = (MAX_LINES_ALONE, _MAX_WORDS_ALONE) if alone else (MAX_LINES, _MAX_WORDS)
    taken: list[int] = []
    words = 0
    for i in order:
        length = len(lines[i].text.split())
        if len(taken) < most and (not taken or words + length <= most_words):
            taken.append(i)
            words += length
    return taken
