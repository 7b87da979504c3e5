"""Chooses the items of a quiz: a mix of kinds, spread over the outline, what was asked longest ago first."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.study.exam.texts import meaning, share
from assistant.study.items import Item, Kind

MIX: Mapping[Kind, int] = {
    Kind.CHOICE: 5,
    Kind.TRUE_FALSE: 2,
    Kind.CLOZE: 2,
    Kind.MATCH: 1,
    Kind.ORDER: 1,
    Kind.SHORT: 1,
}
"""How often each kind is asked, in proportion."""

_SAME_SUBJECT = 0.8


class Difficulty(StrEnum):
    """Which items to ask, by the share of students who get them wrong."""

    ANY = "any"
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    def holds(self, item: Item) -> bool:
        """Returns whether ``item`` is of it."""
        low, high = _RANGES[self]
        return low <= item.difficulty < high


_RANGES = {
    Difficulty.ANY: (0.0, 1.1),
    Difficulty.EASY: (0.0, 0.4),
    Difficulty.MEDIUM: (0.3, 0.6),
    Difficulty.HARD: (0.5, 1.1),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered to an item so far."""

    times: int
    wrong: int
    last_at: str
    last_right: bool


def choose_items(items: Sequence[Item], count: int, history: Mapping[str, Asked], rng: random.Random) -> list[Item]:
    """Returns at most ``count`` items; no two are about the same words of the notes.

    Each is the best of what is left: from the place and of the kind that fall behind most, never asked before others,
    and among equals drawn. An item that joins several facts (a match, a list) takes each of them from the items that
    ask for one; where too few are left for that reason, those that ask for one come first.
    """
    draw = {item.id: rng.random() for item in items}
    ranked = sorted(items, key=lambda item: (*_recency(item, history), draw[item.id]))
    chosen = _spread(ranked, count)
    if len(chosen) < min(count, len(items)):
        narrow = _spread(ranked, count, lambda item: len(item.proofs))
        chosen = max(chosen, narrow, key=len)
    return chosen


def _spread(ranked: Sequence[Item], count: int, first: Callable[[Item], int] = lambda _: 0) -> list[Item]:
    left = list(ranked)
    chosen: list[Item] = []
    places: Counter[tuple[str, tuple[str, ...]]] = Counter()
    kinds: Counter[Kind] = Counter()
    while left and len(chosen) < count:
        rank = {item.id: number for number, item in enumerate(left)}
        best = min(left, key=lambda item: (first(item), _behind(item, places, kinds), rank[item.id]))
        chosen.append(best)
        places[_place(best)] += 1
        kinds[best.kind] += 1
        left = [item for item in left if not _repeats(item, best)]
    return chosen


def _behind(item: Item, places: Counter[tuple[str, tuple[str, ...]]], kinds: Counter[Kind]) -> float:
    return places[_place(item)] + kinds[item.kind] / MIX[item.kind]


def _recency(item: Item, history: Mapping[str, Asked]) -> tuple[bool, str]:
    asked = history.get(item.id)
    return (False, "") if asked is None else (True, asked.last_at)


def _place(item: Item) -> tuple[str, tuple[str, ...]]:
    return item.source.note, item.source.heading_path


def _repeats(item: Item, chosen: Item) -> bool:
    """Whether one gives the other away: the same words prove both, or both ask for the same of the same."""
    if item.id == chosen.id:
        return True
    quotes = {(proof.note, proof.start) for proof in chosen.proofs}
    if any((proof.note, proof.start) in quotes for proof in item.proofs):
        return True
    return item.answer == chosen.answer and share(meaning(item.question), meaning(chosen.question)) >= _SAME_SUBJECT
