"""Quiz items: a question, its key, and the words of the notes that prove it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.core.json_form import JsonForm, Real, Whole

GAP = "_____"
"""Stands for the missing words of a cloze item."""


class Kind(StrEnum):
    """What the student has to do."""

    CHOICE = "choice"
    TRUE_FALSE = "true_false"
    CLOZE = "cloze"
    MATCH = "match"
    ORDER = "order"
    SHORT = "short"


class Maker(StrEnum):
    """Who wrote an item."""

    STRUCTURE = "structure"
    MODEL = "model"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Exact words of a note, and where they stood when they were last found.

    ``note.text[start:end] == quote`` as long as the note is unchanged; the quote finds the place again when it is not.

    Attributes:
        note: Path of the note, relative to ``notes/``.
        heading_path: The headings above the quote, outermost first.
    """

    note: str
    heading_path: tuple[str, ...]
    start: Whole
    end: Whole
    quote: str


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One thing that a short answer has to say, and the words of the notes that prove it.

    Attributes:
        text: The point as a short statement.
        quote: Exact words of the item's note.
    """

    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Check:
    """One gate that an item went through before anybody saw it.

    Attributes:
        name: Short and stable, such as ``key_supported``.
        passed: Whether the item is fair in this respect.
        detail: What was measured, in words for the student.
    """

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Item:
    """A question for a quiz; see the table of this module for what each kind fills in.

    Attributes:
        id: The same for the same question, key and quote, in every workspace and after every rebuild of the bank.
        question: What the student reads; a cloze has ``GAP`` in it, a true_false item is the statement to judge.
        proofs: The words of the notes that prove the key; the first one is shown with the explanation. For match and
            order, one per pair or step where they do not stand together.
        explanation: Why the key is right, in one or two sentences from the notes.
        key_points: What a short answer has to say; empty for other kinds.
        accepted: Other spellings that count as right in a cloze or short answer.
        difficulty: Guessed share of students who get it wrong, in [0, 1], until answers are known.
        checks: The exam it passed.
    """

    id: str
    kind: Kind
    maker: Maker
    question: str
    proofs: tuple[Anchor, ...]
    explanation: str
    options: tuple[str, ...] = ()
    lefts: tuple[str, ...] = ()
    key: tuple[Whole, ...] = ()
    answer: str = ""
    accepted: tuple[str, ...] = ()
    key_points: tuple[KeyPoint, ...] = ()
    difficulty: Real = 0.5
    checks: tuple[Check, ...] = ()

    @property
    def source(self) -> Anchor:
        """The first proof: where the item comes from."""
        return self.proofs[0]


ITEM = JsonForm[Item](Item)
ANCHOR = JsonForm[Anchor](Anchor)


def with_id(item: Item) -> Item:
    """Returns ``item`` with the id that its kind, question, key and first quote give.

    Neither the offsets nor the order of the options count, so an item stays the same when its note is rearranged.
    """
    right = sorted(item.options[i] for i in item.key) if item.options else [item.answer]
    parts = (item.kind, item.question, *right, item.source.quote)
    return replace(item, id=hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest())
