"""Marks one answer of any kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from assistant.errors import StudyError
from assistant.index.words import fold, stem, words
from assistant.study.grading.short import Grade
from assistant.study.items import Item, Kind

Response = int | str | tuple[int, ...]
"""What the student gives: the place of an option as shown (from 0); the places of several; or a text."""

ShortGrader = Callable[[Item, str], Grade]

_MIN_TYPO_LENGTH = 5
_MAX_TYPO_DISTANCE = 0.21


@dataclass(frozen=True, slots=True)
class Mark:
    """How right an answer is.

    Attributes:
        share: In [0, 1]; pairs and steps count each.
        given: What was answered, in words.
        right: What would have been right, in words.
        grade: Point by point, for a short answer.
    """

    share: float
    is_right: bool
    given: str
    right: str
    grade: Grade | None = None


def mark(item: Item, order: tuple[int, ...], response: Response, grade_short: ShortGrader) -> Mark:
    """Returns the mark of a response to ``item``.

    Args:
        item: The question.
        order: For each place as shown, the option that stood there.
        response: Place of the chosen option; for match, the place for each term; for order, the places in the order
            given; otherwise the text.
        grade_short: Grades short answers.

    Raises:
        StudyError: The response does not fit the kind of question.
    """
    if item.kind is Kind.SHORT:
        grade = grade_short(item, _text(item, response))
        return Mark(grade.share, grade.passed, _text(item, response), item.answer, grade)
    if item.kind is Kind.CLOZE:
        good = fills(item, _text(item, response))
        return Mark(float(good), good, _text(item, response), item.answer)
    if item.kind in (Kind.CHOICE, Kind.TRUE_FALSE):
        return _chosen(item, order, response)
    return _arranged(item, order, response)


def _chosen(item: Item, order: tuple[int, ...], response: Response) -> Mark:
    if not isinstance(response, int) or not 0 <= response < len(order):
        raise _unfit(item, response, f"a number from 1 to {len(order)}")
    option = order[response]
    right = item.options[item.key[0]] if item.kind is Kind.CHOICE else f"{item.options[item.key[0]]}: {item.answer}"
    good = option == item.key[0]
    return Mark(float(good), good, item.options[option], right)


def _arranged(item: Item, order: tuple[int, ...], response: Response) -> Mark:
    count = len(item.key)
    if isinstance(response, int | str) or len(response) != count or not all(0 <= p < len(order) for p in response):
        raise _unfit(item, response, f"{count} numbers from 1 to {len(order)}")
    chosen = [order[place] for place in response]
    good = sum(a == b for a, b in zip(chosen, item.key, strict=True))
    return Mark(good / count, good == count, _joined(item, chosen), _joined(item, list(item.key)))


def _joined(item: Item, chosen: list[int]) -> str:
    if item.kind is Kind.ORDER:
        return ", ".join(item.options[i] for i in chosen)
    return "; ".join(f"{left}: {item.options[i]}" for left, i in zip(item.lefts, chosen, strict=True))


def fills(item: Item, text: str) -> bool:
    """Returns whether ``text`` fills the gap: in any spelling, number of the noun or article, small slips allowed."""
    given = _key(text)
    return bool(given) and any(_alike(given, _key(way)) for way in (item.answer, *item.accepted))


def _key(text: str) -> str:
    kept = [word for word in words(re.sub(r"^(?:an?|the)\s+", "", fold(text.strip()))) if word]
    return " ".join(stem(word) for word in kept)


def _alike(given: str, wanted: str) -> bool:
    if given == wanted or given.replace(" ", "") == wanted.replace(" ", ""):
        return True
    if any(char.isdigit() for char in wanted) or len(wanted) < _MIN_TYPO_LENGTH:
        return False
    return DamerauLevenshtein.normalized_distance(given, wanted) <= _MAX_TYPO_DISTANCE and given[0] == wanted[0]


def _text(item: Item, response: Response) -> str:
    if not isinstance(response, str):
        raise _unfit(item, response, "a text")
    return response.strip()


def _unfit(item: Item, response: Response, wanted: str) -> StudyError:
    return StudyError(f"{response!r} is no answer to a {item.kind} question.", hint=f"Give {wanted}.")
