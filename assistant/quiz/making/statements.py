"""Makes statements to judge, gaps to fill, and items of several parts; and runs all makers that need no model."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.documents.labels import FORMULA
from assistant.quiz.exam.texts import meaning, same
from assistant.quiz.item import GAP, Anchor, Item, KeyPoint, Kind, Maker, with_id
from assistant.quiz.making.choices import choices, explained, is_short_for, tells_its_name
from assistant.quiz.making.facts import (
    MAX_WORDS,
    Column,
    Fact,
    Group,
    Shape,
    Term,
    be,
    capitalised,
    readable,
    state,
    versions,
)
from assistant.quiz.making.judge import Judge
from assistant.quiz.making.learned_lists import is_learned_list, is_process
from assistant.quiz.making.phrasing import is_person
from assistant.quiz.making.pool import Pool, is_vague
from assistant.quiz.making.terms import is_label, names_a_thing

TRUE, FALSE = 0, 1
_OPTIONS = ("True", "False")
_TRUE_SHARE = 0.45
"""Drawn; about half are true in the end, since more of the false ones fail the exam."""

_GAP_WORDS = (4, 20)
"""Words of what is said of a gap: with fewer it says nothing, with more it is read and not known."""

_ALIKE = 2
"""Words that two descriptions have in common if one can be believed in place of the other."""


def true_false(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    """Returns a statement to judge: as the notes have it, or with what they say of a sibling, evenly often."""
    texts = versions(fact.text)
    if not texts or not fact.is_stated or tells_its_name(fact, texts[0]) or is_person(fact):
        return None  # what is false of a person is false by degrees
    if fact.aspect and fact.shape is Shape.VERB:
        return None  # "The function of X is returns ..."
    text = rng.choice(texts[:2])
    right = pool.wording.state(fact, text)
    siblings = [other for other in pool.other_facts(fact) if _may_swap(fact, other)][:4]
    swapped = [said for other in siblings if (said := _fitting(other, text))]
    if not swapped:
        return None  # only where it could also be false is it worth judging
    if rng.random() < _TRUE_SHARE:
        return _judged(fact, right, right, TRUE, pool)
    return _judged(fact, pool.wording.state(fact, rng.choice(swapped)), right, FALSE, pool)


def _may_swap(fact: Fact, other: Fact) -> bool:
    """Whether a student could believe it: of the same form, beside it, and like it in meaning."""
    near = other.term.place == fact.term.place and other.anchor.note == fact.anchor.note
    return near and other.shape is fact.shape and len(meaning(fact.text) & meaning(other.text)) >= _ALIKE


def _fitting(other: Fact, text: str) -> str:
    near = [said for said in versions(other.text) if 0.5 <= len(said) / len(text) <= 2]
    return min(near, key=lambda said: abs(len(said) - len(text)), default="")


def _judged(fact: Fact, statement: str, right: str, key: int, pool: Pool) -> Item:
    return with_id(
        Item(
            id="",
            kind=Kind.TRUE_FALSE,
            maker=Maker.STRUCTURE,
            question=statement,
            proofs=(fact.anchor,),
            explanation=explained(fact, pool),
            options=_OPTIONS,
            key=(key,),
            answer=right,
            difficulty=0.35,
        )
    )


def clozes(fact: Fact, pool: Pool) -> Iterator[Item]:
    """Yields a statement whose term is to be filled in, unless it is no term to know, or what is said gives it away."""
    texts = versions(fact.text)
    names = fact.term.names
    if fact.aspect or not fact.offset or not fact.is_stated or is_vague(fact.text) or not texts or not names:
        return
    if not pool.is_known_by_name(fact) or not pool.wording.is_placed(fact):
        return
    if not fact.link and not pool.wording.is_english(fact.anchor.note):
        return  # what stands between a label and its text is known in English only
    if not re.fullmatch(r"[\w\s'’/+&.()-]+", names[0]):
        return  # nobody types a formula
    if not _GAP_WORDS[0] <= len(FORMULA.sub("x", texts[0]).split()) <= _GAP_WORDS[1] or tells_its_name(fact, texts[0]):
        return
    name = pool.wording.name(fact.term)
    other_ways = tuple(dict.fromkeys(way for way in (*names, fact.term.label) if way != name))
    yield _gapped(_with_gap(fact, texts[0], pool), name, other_ways, fact, pool)


def _with_gap(fact: Fact, text: str, pool: Pool) -> str:
    article = fact.subject.split(" ")[0]
    shown = pool.wording.phrases(fact.anchor.note).hidden_article.get(article, "")
    link = fact.link
    if not link and fact.shape is Shape.NOUN:
        link = be(fact.term.name, text)
    where = pool.wording.where(fact, is_asked=True, is_hidden=True)
    return state(f"{shown}{GAP}{where}", pool.wording.inside(text, fact.anchor.note), fact.shape, link)


def _gapped(statement: str, answer: str, accepted: tuple[str, ...], fact: Fact, pool: Pool) -> Item:
    return with_id(
        Item(
            id="",
            kind=Kind.CLOZE,
            maker=Maker.STRUCTURE,
            question=statement,
            proofs=(fact.anchor,),
            explanation=explained(fact, pool),
            answer=answer,
            accepted=accepted,
            difficulty=0.5,
        )
    )


_MATCH_SIZE = (3, 5)
_ORDER_SIZE = (3, 6)
_LIST_SIZE = (3, 6)
_POINT = re.compile(
    r";\s+|:\s+|(?<!\bin)(?<!\bof)(?<!\bby)(?<!\bto)(?<!\bon)(?<!\bat)(?<!\bfor)(?<!\bfrom)(?<!\bwith),?\s+which\s+"
    r"|,?\s+(?:so that|because|and therefore|and thus)\s+|(?<=\w\w\w)\.\s+"
)
_MIN_POINT_STEMS = 2
_MAX_POINTS = 3
_MIN_ANSWER_STEMS = 3


def match(group: Group, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields an item in which the members of a group are to be matched with what the notes say of them."""
    pairs: list[tuple[Term, str, Anchor]] = []
    for member in group.members:
        fact = next((f for f in pool.facts if f.term == member and not f.aspect), None)
        texts = versions(fact.text) if fact else ()
        if fact and texts and names_a_thing(member.label) and not _gives_away(member, texts[-1]):
            pairs.append((member, texts[-1], fact.anchor))
    pairs = _apart(pairs)
    while len(pairs) >= _MATCH_SIZE[0]:
        size = _part(len(pairs), _MATCH_SIZE[1])
        part, pairs = pairs[:size], pairs[size:]
        yield _matched(pool.wording.match(group.label, part[0][2].note), part, pool, rng)


def match_column(column: Column, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields items in which the rows of a table are to be matched with what one of its columns has for them."""
    question = pool.wording.column(column)
    rows = list(zip(column.terms, column.cells, column.anchors, strict=True))
    pairs = _apart([row for row in rows if is_label(row[0].label) and len(row[1].split()) <= MAX_WORDS])
    counts = Counter(text for _, text, _ in rows)
    pairs = [pair for pair in pairs if counts[pair[1]] == 1]  # a cell that two rows share belongs to both
    if not question:
        return
    while len(pairs) >= _MATCH_SIZE[0]:
        size = _part(len(pairs), _MATCH_SIZE[1])
        part, pairs = pairs[:size], pairs[size:]
        yield _matched(question, part, pool, rng)


def _part(count: int, most: int) -> int:
    """How many to take of ``count`` so that what is left is no tail of one or two."""
    return count if count <= most else most if count - most >= _MATCH_SIZE[0] or count - most == 0 else count // 2


def _gives_away(term: Term, text: str) -> bool:
    return (bool(meaning(term.name)) and meaning(term.name) <= meaning(text)) or is_short_for(term.name, text)


def _apart(pairs: Sequence[tuple[Term, str, Anchor]]) -> list[tuple[Term, str, Anchor]]:
    kept: list[tuple[Term, str, Anchor]] = []
    for pair in pairs:
        if not any(same(pair[1], other[1]) or pair[0].name == other[0].name for other in kept):
            kept.append(pair)
    return kept


def _matched(question: str, pairs: Sequence[tuple[Term, str, Anchor]], pool: Pool, rng: random.Random) -> Item:
    order = list(range(len(pairs)))
    rng.shuffle(order)
    return with_id(
        Item(
            id="",
            kind=Kind.MATCH,
            maker=Maker.STRUCTURE,
            question=question,
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
    if count < _ORDER_SIZE[0] or not is_process(group) or not pool.wording.order(group):
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
    question = pool.wording.explain(fact)
    if size < _MIN_ANSWER_STEMS or not question:
        return None
    return with_id(
        Item(
            id="",
            kind=Kind.SHORT,
            maker=Maker.STRUCTURE,
            question=question,
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
    if not low <= len(group.members) <= high or not is_learned_list(group):
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
    if not fact.offset and (fact.aspect or not readable(quote).startswith(fact.text)):
        return (KeyPoint(fact.text, quote),)  # a cell of a table
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


def make_items(note: str, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields the items of one note, judged and not examined yet, kinds mixed; the same for the same notes and seed.

    Takes about a millisecond an item, more in very large collections of notes.
    """
    judge = Judge(note, pool)
    yield from map(judge.judged, made_items(note, pool, rng))


def made_items(note: str, pool: Pool, rng: random.Random) -> Iterator[Item]:
    """Yields what ``make_items`` judges."""
    found = pool.of_note[note]
    told: set[frozenset[str]] = set()
    for number, fact in enumerate(found.facts):
        yield from _of_fact(fact, pool, rng)
        if number % 2 == 0 and (fact.aspect or _name(fact) not in told) and (item := short(fact, pool)):
            yield item
        told.add(_name(fact))
    for group in found.groups:
        yield from match(group, pool, rng)
        yield from order(group, pool, rng)
        if item := short_list(group, pool):
            yield item
    for column in found.columns:
        yield from match_column(column, pool, rng)


def _name(fact: Fact) -> frozenset[str]:
    """What two facts of the same thing share: "Foundation models" and "a foundation model"."""
    return meaning(fact.term.name)


def _of_fact(fact: Fact, pool: Pool, rng: random.Random) -> Iterator[Item]:
    yield from choices(fact, pool, rng)
    if item := true_false(fact, pool, rng):
        yield item
    yield from clozes(fact, pool)
