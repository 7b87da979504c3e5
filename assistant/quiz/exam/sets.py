"""Measures of a set of items: what could be guessed without knowing anything, and how much of the notes it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from assistant.quiz.exam.gates import length_ratio
from assistant.quiz.exam.texts import asked, jaccard, meaning, share
from assistant.quiz.item import Item, Kind

Guesser = Callable[[Item], Sequence[int]]
"""Returns the options that it cannot tell apart and would choose among, at least one."""


@dataclass(frozen=True, slots=True)
class SetMeasures:
    """What a set of items is like. Shares are in [0, 1]; those of choice items are 0 where there are none.

    Attributes:
        key_longest: Share of choice items whose key is longer than every other option; 0.25 by chance.
        key_ratio: Mean length of the key over the mean length of the other options.
        key_positions: Share of choice items with the key in each position.
        guessers: For each guesser, the share of choice items that it gets right; 0.25 by chance.
        distinct: Share of items whose question shares fewer than 0.8 of its stems with every earlier one.
        true_share: Share of true statements among those to judge.
    """

    items: int
    kinds: dict[str, int]
    key_longest: float
    key_ratio: float
    key_positions: tuple[float, ...]
    guessers: dict[str, float]
    distinct: float
    true_share: float


def measure(items: Sequence[Item]) -> SetMeasures:
    """Returns the measures of ``items``."""
    choices = [item for item in items if item.kind is Kind.CHOICE]
    judged = [item for item in items if item.kind is Kind.TRUE_FALSE]
    count = max(1, len(choices))
    return SetMeasures(
        items=len(items),
        kinds=dict(Counter(str(item.kind) for item in items)),
        key_longest=sum(map(_key_is_longest, choices)) / count,
        key_ratio=sum(map(length_ratio, choices)) / count,
        key_positions=tuple(sum(item.key[0] == place for item in choices) / count for place in range(4)),
        guessers={name: guessed(choices, guesser) for name, guesser in GUESSERS.items()},
        distinct=distinct_share(items),
        true_share=sum(item.key == (0,) for item in judged) / max(1, len(judged)),
    )


def guessed(choices: Sequence[Item], guesser: Guesser) -> float:
    """Returns the expected share of ``choices`` that ``guesser`` gets right; among equals it draws."""
    total = 0.0
    for item in choices:
        picked = guesser(item)
        total += (item.key[0] in picked) / len(picked)
    return total / max(1, len(choices))


def longest(item: Item) -> list[int]:
    """Picks the longest option."""
    return _best([len(option) for option in item.options])


def most_overlap(item: Item) -> list[int]:
    """Picks the option that shares most stems with the question."""
    subject = asked(item.question)
    return _best([share(meaning(option), subject) for option in item.options])


def most_central(item: Item) -> list[int]:
    """Picks, from the options alone, the one most like the others: writers vary the right answer to get wrong ones."""
    stems = [meaning(option) for option in item.options]
    return _best([sum(jaccard(own, other) for other in stems if other is not own) for own in stems])


def least_central(item: Item) -> list[int]:
    """Picks, from the options alone, the odd one out."""
    stems = [meaning(option) for option in item.options]
    return _best([-sum(jaccard(own, other) for other in stems if other is not own) for own in stems])


GUESSERS: dict[str, Guesser] = {
    "longest": longest,
    "overlap": most_overlap,
    "options_central": most_central,
    "options_odd": least_central,
}


def distinct_share(items: Sequence[Item], limit: float = 0.8) -> float:
    """Returns the share of items whose question and answer are not nearly those of an earlier item."""
    seen: list[frozenset[str]] = []
    fresh = 0
    for item in items:
        stems = meaning(f"{item.question} {item.answer}")
        fresh += all(jaccard(stems, other) < limit for other in seen)
        seen.append(stems)
    return fresh / max(1, len(items))


def coverage(items: Sequence[Item], places: Collection[tuple[str, tuple[str, ...]]]) -> float:
    """Returns the share of ``places`` (note, heading path) that at least one item has its first proof in."""
    asked_of = {(item.source.note, item.source.heading_path) for item in items}
    return len(asked_of & set(places)) / max(1, len(places))


def _key_is_longest(item: Item) -> bool:
    return longest(item) == list(item.key)


def _best(scores: Sequence[float]) -> list[int]:
    best = max(scores)
    return [number for number, score in enumerate(scores) if score >= best - 1e-9]
