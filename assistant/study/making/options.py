"""Chooses wrong options: of the same kind and length as the right one, so that only knowledge tells them apart."""

from __future__ import annotations

import random
from collections.abc import Sequence

from assistant.study.exam.texts import same
from assistant.study.making.phrases import capitalised

WRONG = 3
_NEAREST = 6
_SHORTEST, _LONGEST = 0.62, 1.6
_SHORT_TEXT = 18
_LONGER = (0, 0, 0, 1, 2, 3)
"""How many wrong options are to be longer than the right one. None is drawn more often than one time in four, since
often there are not enough shorter ones: measured, the right one then is the longest in about a quarter of all items."""


def choose(right: Sequence[str], wrong: Sequence[Sequence[str]], rng: random.Random) -> tuple[str, ...]:
    """Returns the right option and three wrong ones, the right one first; empty if no three fit.

    How many of the wrong ones are longer than the right one is drawn, so that over many items the right one is the
    longest as often as any other.

    Args:
        right: Versions of the right option, the best first.
        wrong: For each candidate its versions; the most likely mistakes first.
        rng: Draws.
    """
    for key in right:
        fitting = [text for candidate in wrong if (text := _nearest(candidate, len(key), rng))]
        chosen = _mixed(key, _distinct(key, fitting)[:_NEAREST], rng)
        if chosen:
            return tuple(capitalised(text) for text in (key, *chosen))
    return ()


def _nearest(versions: Sequence[str], length: int, rng: random.Random) -> str:
    low, high = (_SHORTEST, _LONGEST) if length > _SHORT_TEXT else (0.4, 2.5)
    fitting = [text for text in versions if low <= len(text) / max(1, length) <= high]
    return min(fitting, key=lambda text: abs(len(text) - length) + rng.random(), default="")


def _distinct(key: str, texts: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if not any(same(text, other) for other in (key, *kept)):
            kept.append(text)
    return kept


def _mixed(key: str, texts: Sequence[str], rng: random.Random) -> list[str]:
    """Returns three of ``texts``, a drawn number of them longer than ``key`` where there are such."""
    if len(texts) < WRONG:
        return []
    longer = [text for text in texts if len(text) > len(key)]
    others = [text for text in texts if len(text) <= len(key)]
    wanted = rng.choice(_LONGER)
    count = max(WRONG - len(others), min(wanted, len(longer)))
    picked = _some(longer, count, rng) + _some(others, WRONG - count, rng)
    rng.shuffle(picked)
    return picked


def _some(texts: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """Draws ``count`` of ``texts``, those in front more often."""
    near = list(texts[: count + 2])
    return rng.sample(near, min(count, len(near)))
