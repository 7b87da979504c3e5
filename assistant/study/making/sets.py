"""Makes items of several parts: match, order, and short answers with their key points."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from assistant.study.exam.texts import meaning, same
from assistant.study.identity import with_id
from assistant.study.items import Anchor, Item, KeyPoint, Kind, Maker
from assistant.study.making.choices import explained
from assistant.study.making.facts import Fact, Group, Term
from assistant.study.making.phrases import MAX_WORDS, capitalised, readable, versions
from assistant.study.making.pool import Pool

_MATCH_SIZE = (3, 5)
_ORDER_SIZE = (3, 6)
_LIST_SIZE = (3, 6)
_POINT = re.compile(r";\s+|:\s+|,?\s+(?:which|so that|because|and therefore|and thus)\s+|\.\s+")
_MIN_POINT_STEMS = 2
_MAX_POINTS = 3
_MIN_ANSWER_STEMS = 3


def match(group: Group, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields an item in which the members of a group are to be matched with what the notes say of them."""
    pairs: list[tuple[Term, str, Anchor]] = []
    for member in group.members:
        fact = next((f for f in pool.facts if f.term == member and not f.aspect), None)
        texts = versions(fact.text) if fact else ()
        if fact and texts and not _gives_away(member, texts[-1]):
            pairs.append((member, texts[-1], fact.anchor))
    pairs = _apart(pairs)
    while len(pairs) >= _MATCH_SIZE[0]:
        size = _part(len(pairs), _MATCH_SIZE[1])
        part, pairs = pairs[:size], pairs[size:]
        yield _matched(group, part, pool, rng)


def _part(count: int, most: int) -> int:
    """How many to take of ``count`` so that what is left is no tail of one or two."""
    return count if count <= most else most if count - most >= _MATCH_SIZE[0] or count - most == 0 else count // 2


def _gives_away(term: Term, text: str) -> bool:
    return bool(meaning(term.name)) and meaning(term.name) <= meaning(text)


def _apart(pairs: Sequence[tuple[Term, str, Anchor]]) -> list[tuple[Term, str, Anchor]]:
    kept: list[tuple[Term, str, Anchor]] = []
    for pair in pairs:
        if not any(same(pair[1], other[1]) or pair[0].name == other[0].name for other in kept):
            kept.append(pair)
    return kept


def _matched(group: Group, pairs: Sequence[tuple[Term, str, Anchor]], pool: Pool, rng: random.Random) -> Item:
    order = list(range(len(pairs)))
    rng.shuffle(order)
    return with_id(
        Item(
            id="",
            kind=Kind.MATCH,
            maker=Maker.STRUCTURE,
            question=pool.wording.match(group.label),
            proofs=tuple(anchor for _, _, anchor in pairs),
            explanation="; ".join(f"{term.name}: {text}" for term, text, _ in pairs) + ".",
            options=tuple(capitalised(pairs[i][1]) for i in order),
            lefts=tuple(pool.wording.name(term) for term, _, _ in pairs),
            key=tuple(order.index(i) for i in range(len(pairs))),
            difficulty=0.4,
        )
    )


def order(group: Group, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields items in which steps are to be put in order; long processes in parts."""
    count = len(group.members)
    if not group.ordered or count < _ORDER_SIZE[0]:
        return
    starts = [0] if count <= _ORDER_SIZE[1] else [0, count - _ORDER_SIZE[1] + 1]
    for start in starts:
        window = range(start, min(count, start + (count if len(starts) == 1 else _ORDER_SIZE[1] - 1)))
        yield _ordered(group, list(window), pool, rng)


def _ordered(group: Group, steps: list[int], pool: Pool, rng: random.Random) -> Item:
    shuffled = steps.copy()
    while shuffled == steps:
        rng.shuffle(shuffled)
    names = [pool.wording.name(group.members[i]) for i in steps]
    return with_id(
        Item(
            id="",
            kind=Kind.ORDER,
            maker=Maker.STRUCTURE,
            question=pool.wording.order(group),
            proofs=tuple(group.anchors[i] for i in steps),
            explanation="The order is: " + ", then ".join(names) + ".",
            options=tuple(pool.wording.name(group.members[i]) for i in shuffled),
            key=tuple(shuffled.index(i) for i in steps),
            difficulty=0.45,
        )
    )


def short(fact: Fact, pool: Pool) -> Item | None:
    """Returns a question for a short answer, or None where too little is said for one."""
    points = key_points(fact)
    size = sum(len(meaning(point.text)) for point in points)
    if size < _MIN_ANSWER_STEMS or fact.aspect.isupper() or fact.aspect.lower().startswith("example"):
        return None
    return with_id(
        Item(
            id="",
            kind=Kind.SHORT,
            maker=Maker.STRUCTURE,
            question=pool.wording.explain(fact),
            proofs=(fact.anchor,),
            explanation=explained(fact, pool),
            answer=capitalised(fact.text) + ".",
            key_points=points,
            difficulty=0.6,
        )
    )


def short_list(group: Group, pool: Pool) -> Item | None:
    """Returns the question for all members of a small group."""
    low, high = _LIST_SIZE
    if not low <= len(group.members) <= high or any(len(term.name.split()) > 5 for term in group.members):
        return None
    names = [pool.wording.name(term) for term in group.members]
    return with_id(
        Item(
            id="",
            kind=Kind.SHORT,
            maker=Maker.STRUCTURE,
            question=pool.wording.members(group),
            proofs=group.anchors,
            explanation=f"{group.label}: {', '.join(names)}.",
            answer=", ".join(names) + ".",
            key_points=tuple(KeyPoint(name, anchor.quote) for name, anchor in zip(names, group.anchors, strict=True)),
            difficulty=0.7,
        )
    )


def key_points(fact: Fact) -> tuple[KeyPoint, ...]:
    """Returns what an answer about ``fact`` has to say: the clauses of its sentence, each with its exact words."""
    quote = fact.anchor.quote
    points: list[KeyPoint] = []
    for low, high in _clauses(quote, fact.offset):
        text = readable(quote[low:high])
        if len(meaning(text)) >= _MIN_POINT_STEMS and len(text.split()) <= MAX_WORDS:
            points.append(KeyPoint(text, quote[low:high].strip()))
    return tuple(points[:_MAX_POINTS])


def _clauses(quote: str, start: int) -> Iterator[tuple[int, int]]:
    for found in _POINT.finditer(quote, start):
        yield start, found.start()
        start = found.end()
    yield start, len(quote)
