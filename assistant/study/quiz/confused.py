"""What the student takes for one another most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.study.items import Item, Kind
from assistant.study.quiz.store import Logged


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two things and how often one was chosen for the other, either way.

    Attributes:
        asked: The right option of the latest such question.
        chosen: What was chosen instead.
        item: That question.
    """

    asked: str
    chosen: str
    times: int
    item: Item


def most_confused(answers: Iterable[Logged], find: Callable[[str], Item | None], count: int) -> list[ConfusedPair]:
    """Returns the pairs that were confused most often, the most frequent first, then the latest.

    Args:
        answers: Answers to quiz questions, oldest first.
        find: Returns an item by its id, or None for one that was never in the bank.
        count: How many pairs at most.
    """
    times: Counter[frozenset[str]] = Counter()
    latest: dict[frozenset[str], tuple[str, str, Item]] = {}
    for answer in answers:
        item = None if answer.is_right else find(answer.item)
        if item is None or item.kind is not Kind.CHOICE:
            continue
        asked = item.options[item.key[0]]
        pair = frozenset((asked, answer.given))
        times[pair] += 1
        latest.pop(pair, None)
        latest[pair] = (asked, answer.given, item)
    newest_first = list(reversed(latest))
    best = sorted(newest_first, key=lambda pair: -times[pair])[:count]
    return [ConfusedPair(*latest[pair][:2], times[pair], latest[pair][2]) for pair in best]
