"""Makes statements: true or false ones to judge, and ones with a gap to fill."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from assistant.study.exam.texts import meaning, share
from assistant.study.identity import with_id
from assistant.study.items import GAP, Item, Kind, Maker
from assistant.study.making.choices import explained
from assistant.study.making.facts import Blank, Fact
from assistant.study.making.phrases import Shape, is_plural, state, versions
from assistant.study.making.pool import Pool, is_vague

TRUE, FALSE = 0, 1
_OPTIONS = ("True", "False")
_TRUE_SHARE = 0.45
"""Drawn; about half are true in the end, since more of the false ones fail the exam."""

_SELF_EVIDENT = 0.5
"""Share of the term's words in what is said of it: "the Datagram Protocol is a datagram protocol" asks nothing."""


def true_false(fact: Fact, pool: Pool, rng: random.Random) -> Item | None:
    """Returns a statement to judge: as the notes have it, or with what they say of a sibling, evenly often."""
    texts = versions(fact.text)
    if not texts or share(meaning(fact.term.name), meaning(texts[0])) >= _SELF_EVIDENT:
        return None
    text = rng.choice(texts[:2])
    right = pool.wording.state(fact, text)
    if rng.random() < _TRUE_SHARE:
        return _judged(fact, right, right, TRUE, pool)
    siblings = [other for other in pool.other_facts(fact) if _may_swap(fact, other)][:4]
    swapped = [said for other in siblings if (said := _fitting(other, text))]
    if not swapped:
        return None
    return _judged(fact, pool.wording.state(fact, rng.choice(swapped)), right, FALSE, pool)


def _may_swap(fact: Fact, other: Fact) -> bool:
    """Whether a student could believe it: the same form, and the same note."""
    return other.shape is fact.shape and other.anchor.note == fact.anchor.note


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
    """Yields a statement whose term is to be filled in, unless what is said of it gives it away."""
    texts = versions(fact.text)
    names = fact.term.names
    if fact.aspect or not fact.offset or is_vague(fact.text) or not texts or not names or fact.shape is Shape.SENTENCE:
        return
    if len(texts[0].split()) < 4 or any(re.search(rf"\b{re.escape(n)}\b", texts[0], re.IGNORECASE) for n in names):
        return
    name = pool.wording.name(fact.term)
    other_ways = tuple(dict.fromkeys(way for way in (*names, fact.term.label) if way != name))
    yield _gapped(_with_gap(fact, texts[0], pool), name, other_ways, fact, pool)


def _with_gap(fact: Fact, text: str, pool: Pool) -> str:
    article = re.match(r"(?:A|An|The)\b", fact.subject)
    shown = {"A": "A(n) ", "An": "A(n) ", "The": "The "}[article[0]] if article else ""
    link = fact.link
    if not link and fact.shape is Shape.NOUN:
        link = "are" if is_plural(fact.term.name) else "is"
    statement = state(f"{shown}{GAP}", pool.wording.inside(text), fact.shape, link)
    if fact.shape is Shape.OTHER and fact.term.group:  # "take cost into account" says too little by itself
        return f"{statement[:-1]} (one of “{fact.term.group}”)."
    return statement


def gap_cloze(blank: Blank) -> Item:
    """Returns a sentence of the notes with one word left out."""
    statement = blank.sentence[: blank.start] + GAP + blank.sentence[blank.start + len(blank.answer) :]
    return with_id(
        Item(
            id="",
            kind=Kind.CLOZE,
            maker=Maker.STRUCTURE,
            question=statement,
            proofs=(blank.anchor,),
            explanation=blank.sentence,
            answer=blank.answer,
            difficulty=0.6,
        )
    )


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
