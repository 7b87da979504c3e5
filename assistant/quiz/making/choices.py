"""Makes choice items: what is said of a term, which term it is said of. Wrong options are of one kind and length."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from assistant.quiz.exam.texts import count_words, meaning, same, share
from assistant.quiz.item import Anchor, Item, Kind, Maker, with_id
from assistant.quiz.making.facts import Fact, capitalised, names_of, versions
from assistant.quiz.making.pool import Pool, is_vague

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


MAX_QUESTION_WORDS = 40
_ABBREVIATION = 4


def choices(fact: Fact, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields the choice items of a fact: for its text, and for its term."""
    if item := _what(fact, pool, rng):
        yield item
    if item := _which(fact, pool, rng):
        yield item


def explained(fact: Fact, pool: Pool) -> str:
    """Returns what ``fact`` says, as a sentence."""
    return pool.wording.state(fact, (versions(fact.text) or (fact.text,))[0])


def _what(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    right = versions(fact.text)
    options = choose(right, [versions(other.text) for other in pool.other_facts(fact)], rng)
    return _choice(pool.wording.what(fact), options, (fact.anchor,), explained(fact, pool), rng, 0.4)


def _which(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    texts = versions(fact.text)
    if not texts or is_vague(fact.text) or tells_its_name(fact, texts[0]):
        return None
    others = [(pool.wording.name(other.term),) for other in pool.other_terms(fact, texts[0])]
    options = choose((pool.wording.name(fact.term),), others, rng)
    question = pool.wording.which(fact, texts[0])
    return _choice(question, options, (fact.anchor,), explained(fact, pool), rng, 0.3)


_HALF = 0.5


_SHORTEST_PART = 4


def is_spelled_in(term: str, text: str) -> bool:
    """Returns whether words of ``text`` have half of the letters of ``term``: a plane in "plane of oscillation".

    That is how words are put together in German, where "Schwingungsebene" shares no whole word with "Ebene".
    """
    names = re.findall(r"[^\W\d_]+", term.lower())
    words = [word for word in re.findall(r"[^\W\d_]+", text.lower()) if len(word) >= _SHORTEST_PART]
    held = 0
    for name in names:
        within = [False] * len(name)
        for word in words:
            size = next((n for n in range(len(word), _SHORTEST_PART - 1, -1) if word[:n] in name), 0)
            at = name.find(word[:size]) if size else 0
            within[at : at + size] = [True] * size
        held += sum(within)
    return held >= _HALF * sum(map(len, names)) > 0


_LETTERS = (2, 6)


def is_short_for(term: str, text: str) -> bool:
    """Returns whether the letters of ``term`` begin the words of ``text``: "DNS", "domain name system"."""
    low, high = _LETTERS
    letters = re.sub(r"\W", "", term).lower()
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", text)).lower()
    return low <= len(letters) <= high and initials.startswith(letters)


def tells_its_name(fact: Fact, text: str) -> bool:
    """Returns whether ``text`` has half of the words of the term that it is said of, or what it is short for."""
    if is_short_for(fact.term.name, text):
        return True
    if share(meaning(fact.term.name), meaning(text)) >= _HALF or is_spelled_in(fact.term.name, text):
        return True
    short = [name.lower() for name in fact.term.names if name.isupper() and len(name) <= _ABBREVIATION]
    return any(name.lower() in text.lower() for name in fact.term.names) or any(
        word.startswith(name) for name in short for word in re.findall(r"\w+", text.lower())
    )


def _choice(
    question: str,
    options: Sequence[str],
    proofs: tuple[Anchor, ...],
    explanation: str,
    rng: random.Random,
    difficulty: float,
) -> Item | None:
    if not options or not question or count_words(question) > MAX_QUESTION_WORDS:
        return None
    shown = list(options)
    rng.shuffle(shown)
    return with_id(
        Item(
            id="",
            kind=Kind.CHOICE,
            maker=Maker.STRUCTURE,
            question=question,
            proofs=proofs,
            explanation=explanation,
            options=tuple(shown),
            key=(shown.index(options[0]),),
            answer=options[0],
            accepted=names_of(options[0])[1:],
            difficulty=difficulty,
        )
    )
